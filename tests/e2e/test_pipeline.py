"""The stack of template.yaml on the laptop cloud, through the doors a user has: the command, an AWS client, SQL."""

import gzip
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import boto3
import networkx
import psycopg
import pyarrow.parquet as pq
import pyathena
import pytest
import requests
from boto3.dynamodb.types import Binary
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from PIL import Image
from pycocotools.coco import COCO

from laptop_cloud import state
from photolake.backfill.jobs import JobStore
from photolake.search.items import unpack
from photolake_cli.demo import photos
from tests import postgresql_server
from tests.builders.dashboard_page import DashboardPage
from tests.e2e.command import ROOT
from tests.e2e.permissions import physical_names, read_calls
from tests.policies.grants import template
from tests.policies.recorded_calls import find_differences, find_role, name_search_requests

pytestmark = pytest.mark.e2e

FIRST = 2030500000000000000
SEARCH_INDEX = "photolake-images-v1"


def page(*posts, media=(), referenced=()):
    users = [{"id": "7", "username": "harbour_cafe", "name": "Harbour Cafe"}]
    return {"data": list(posts), "includes": {"media": list(media), "users": users, "tweets": list(referenced)}}


def post(number, text="I love this!", **more):
    return {
        "id": str(FIRST + number),
        "text": text,
        "lang": "en",
        "author_id": "7",
        "created_at": "2026-03-08T04:00:00.000Z",
        **more,
    }


def photo(number, name):
    return {
        "media_key": f"3_{FIRST + number}",
        "type": "photo",
        "url": photos.photo_url(name),
        "width": 900,
        "height": 600,
    }


@pytest.fixture(scope="session")
def collected(photolake, tmp_path_factory):
    """A post with two photos, a retweet of it, the same photo uploaded again, a post collected twice, a broken line."""
    attachments = {"media_keys": [f"3_{FIRST + 1}", f"3_{FIRST + 2}"]}
    original = post(1, attachments=attachments)
    lines = [
        page(original, media=[photo(1, "astronaut.png"), photo(2, "poster_sale.jpg")]),
        page(
            post(
                2,
                text="RT @harbour_cafe: I love this!",
                referenced_tweets=[{"type": "retweeted", "id": original["id"]}],
            ),
            media=[photo(1, "astronaut.png"), photo(2, "poster_sale.jpg")],
            referenced=[original],
        ),
        page(
            post(3, text="¡Me encanta!", lang="es", attachments={"media_keys": [f"3_{FIRST + 3}"]}),
            media=[photo(3, "astronaut.png")],
        ),
        page(post(4, text="I love this!")),
        page(post(4, text="I love this!")),
    ]
    file = tmp_path_factory.mktemp("posts") / "posts.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines) + '\n{"data": [{"id": "20305\n')
    photolake("collect", str(file))
    photolake("wait", "--timeout", "120")
    return photolake


@pytest.fixture(scope="session")
def ask(collected):
    return lambda sql: json.loads(collected("query", sql, "--format", "json"))


@pytest.fixture(scope="session")
def client(collected):
    """Any AWS client, configured as `photolake env` says."""
    lines = [line.removeprefix("export ").split("=", 1) for line in collected("env").splitlines()]
    environment = dict(lines)

    def make(service, kind=boto3.client):
        url = environment.get(f"AWS_ENDPOINT_URL_{service.upper()}", environment["AWS_ENDPOINT_URL"])
        return kind(service, endpoint_url=url, region_name=environment["AWS_REGION"])

    return make


def test_each_post_is_in_the_view_once_with_its_sentiment(ask):
    assert ask(
        'select id_str, language, sentiment, sentiment_status, "user".screen_name as name from tweets order by id'
    ) == [
        {
            "id_str": str(FIRST + 1),
            "language": "en",
            "sentiment": "POSITIVE",
            "sentiment_status": "ok",
            "name": "harbour_cafe",
        },
        {
            "id_str": str(FIRST + 2),
            "language": "en",
            "sentiment": "POSITIVE",
            "sentiment_status": "ok",
            "name": "harbour_cafe",
        },
        {
            "id_str": str(FIRST + 3),
            "language": "es",
            "sentiment": None,
            "sentiment_status": "unsupported_language",
            "name": "harbour_cafe",
        },
        {
            "id_str": str(FIRST + 4),
            "language": "en",
            "sentiment": "POSITIVE",
            "sentiment_status": "ok",
            "name": "harbour_cafe",
        },
    ]


def test_a_retweeted_photo_is_analysed_once(ask, collected):
    rows = ask("select tweetid, mediaid, status, kind from tweet_photos order by tweetid, mediaid")

    assert [(int(row["tweetid"]) - FIRST, int(row["mediaid"]) - FIRST) for row in rows] == [
        (1, 1),
        (1, 2),
        (2, 1),
        (2, 2),
        (3, 3),
    ]
    assert sorted(row["status"] for row in rows) == ["duplicate"] * 3 + ["ok"] * 2
    assert ask("select count(*) as images from image_analyses") == [{"images": 2}]
    calls = json.loads(collected("status", "--json"))["analysis"]["calls"]
    assert calls["rekognition.DetectLabels"] == 2


def test_the_text_on_a_poster_can_be_found(ask):
    rows = ask("select line from image_texts order by line_number")

    assert {row["line"] for row in rows} >= {"SUMMER SALE", "50% OFF"}


def test_a_face_is_a_row_for_each_post_that_shows_it(ask):
    rows = ask("select tweetid, label_name, face_number from media_image_labels_face_query order by tweetid")

    assert [(int(row["tweetid"]) - FIRST, row["label_name"], row["face_number"]) for row in rows] == [
        (1, "Face", 1),
        (2, "Face", 1),
        (3, "Face", 1),
    ]


def test_a_face_has_an_age_and_a_gender(ask):
    rows = ask(
        "select distinct gender_value, age_range_low <= 42 and 42 <= age_range_high as is_42 "
        "from media_image_labels_face_query"
    )

    assert rows == [{"gender_value": "Female", "is_42": True}]


def test_an_api_without_a_local_engine_is_an_error_and_local_results_are_marked(collected, ask):
    sql = (
        "select distinct a.errors[t.i].api as api, a.errors[t.i].code as code, "
        "split_part(a.errors[t.i].message, ':', 1) as message from image_analyses as a cross join "
        "unnest(if(cardinality(a.errors) > 0, sequence(1, cardinality(a.errors)))) as t (i) order by 1"
    )
    assert ask(sql) == [
        {"api": "celebrities", "code": "InvalidParameterException", "message": "Not available locally"},
    ]
    for model in ("labelmodelversion", "moderationmodelversion"):
        versions = ask(f"select distinct image_labels.{model} as v from image_analyses")
        assert versions
        assert all(version["v"].startswith("local-") for version in versions)
    status = json.loads(collected("status", "--json"))
    assert status["analysis"]["models"]["comprehend"].startswith("local-")


def test_the_status_tells_what_the_month_has_cost(collected):
    status = json.loads(collected("status", "--json"))

    total = status["budget"]["limits"]["MonthlyBudget"]
    assert 0 < total["spent"] < total["limit"] == 1000
    assert status["budget"]["held"] == 0
    assert status["waiting"] == {"images": 0, "objects": 0}
    assert f"${total['spent']:,.2f}" in collected("status")


def test_the_broken_line_lies_under_errors_with_its_origin(collected, client):
    s3 = client("s3")
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    (key,) = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix="errors/")["Contents"]]

    (line,) = s3.get_object(Bucket=bucket, Key=key)["Body"].read().splitlines()

    assert key.startswith("errors/malformed/collect/")
    assert json.loads(line)["line"] == 6


def test_a_photo_dropped_by_hand_is_analysed(collected, client, photo_folder, ask):
    s3 = client("s3")
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    s3.upload_file(str(photo_folder / "poster_gate.jpg"), bucket, "images/dropped/gate B12 + more.jpg")

    collected("wait", "--timeout", "60")

    landing = ask("select status, source_key from photolake_landing.photos where origin = 'dropped'")
    assert landing == [{"status": "ok", "source_key": f"s3://{bucket}/images/dropped/gate B12 + more.jpg"}]
    assert ask("select count(*) as n from image_texts where line like '%B12%'") == [{"n": 1}]


def search(collected, *arguments):
    return json.loads(collected("search", "--json", *arguments))


def test_an_image_is_found_by_what_it_shows_and_by_what_its_posts_say(collected, tmp_path):
    (sale,) = search(collected, "--label", "text", "--text", "summ* SALE")
    (face,) = search(collected, "--label", "Person", "encanta")

    assert sale["text"][:2] == ["SUMMER SALE", "50% OFF"]
    assert "Person" in face["labels"]
    assert {image["image_id"] for image in search(collected, "love")} == {sale["image_id"], face["image_id"]}
    assert search(collected, "--label", "Person", "--min-confidence", "100") == []
    sheet = tmp_path / "sheet.html"
    collected("search", "love", "--out", str(sheet))
    assert sheet.read_text().count('src="data:image/jpeg;base64,') == 2


def test_a_photo_is_found_by_the_name_under_which_it_was_dropped(collected, client, photo_folder):
    s3 = client("s3")
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    s3.upload_file(str(photo_folder / "poster_market.jpg"), bucket, "images/dropped/Flohmarkt/Plakat.jpg")
    collected("wait", "--timeout", "60")

    (found,) = search(collected, "flohmarkt")

    details = signed_get(collected, f"images/{found['image_id']}").json()
    assert [shown["source_key"] for shown in details["photos"]] == [
        f"s3://{bucket}/images/dropped/Flohmarkt/Plakat.jpg"
    ]
    assert details["analysis"]["image_labels"]["textdetections"]
    assert requests.get(details["url"], timeout=10).headers["Content-Type"] == "image/jpeg"


def test_the_api_gives_a_post_the_address_that_the_view_gives_it(collected, ask):
    (found,) = search(collected, "--label", "Person", "encanta")

    shown = signed_get(collected, f"images/{found['image_id']}").json()["photos"]

    ids = ", ".join(f"'{each['post_id']}'" for each in shown)
    urls = ask(f"select id_str as post_id, post_url from tweets where id_str in ({ids}) order by 1")
    assert sorted(({name: each[name] for name in ("post_id", "post_url")} for each in shown), key=str) == urls


def signed_get(collected, path, secret=None):
    running = state.read(collected.state)
    assert running
    url = running.outputs["SearchUrl"] + path
    request = AWSRequest("GET", url)
    keys = running.environment["AWS_ACCESS_KEY_ID"], secret or running.environment["AWS_SECRET_ACCESS_KEY"]
    SigV4Auth(Credentials(*keys), "lambda", running.environment["AWS_REGION"]).add_auth(request)
    return requests.get(url, headers=dict(request.headers.items()), timeout=30)


def test_the_search_api_takes_signed_requests_only(collected):
    running = state.read(collected.state)
    assert running
    url = running.outputs["SearchUrl"]

    assert signed_get(collected, "images?label=Person").status_code == 200
    assert requests.get(f"{url}images?label=Person", timeout=30).status_code == 403
    assert signed_get(collected, "images?label=Person", secret="wrong").status_code == 403
    assert signed_get(collected, "openapi.json").json() == json.loads(Path("docs/openapi.json").read_text())


def index_items(table):
    """All items of the search index, with what is packed in them."""
    pages = table.meta.client.get_paginator("scan").paginate(TableName=table.name)
    items = [item for page in pages for item in page["Items"]]
    return {
        (item["pk"], item["sk"]): {
            name: unpack(value) if isinstance(value, Binary) else value for name, value in item.items()
        }
        for item in items
    }


def test_the_index_that_is_rebuilt_from_the_lake_is_the_one_that_events_wrote(collected, client):
    table = client("dynamodb", boto3.resource).Table(physical_names(collected.state)["SearchIndexTable"])
    before = index_items(table)
    with table.batch_writer() as batch:
        for pk, sk in before:
            batch.delete_item(Key={"pk": pk, "sk": sk})
    assert search(collected) == []

    collected("reindex")

    assert index_items(table) == before


VALUES = {
    "celebrity_matches": "name=Ada",
    "search_text_in_images": "words=sale",
    "image_posts": "image_id=" + 64 * "0",
}


@pytest.mark.parametrize("name", [path.stem for path in sorted(Path("athena/queries").glob("*.sql"))])
def test_every_saved_query_runs(name, collected):
    values = ["--param", VALUES[name]] if name in VALUES else []

    assert "," in collected("query", "--saved", name, *values, "--format", "csv")


def test_photolake_env_is_all_that_pyathena_needs(collected, monkeypatch):
    for line in collected("env").splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        monkeypatch.setenv(name, value)

    with pyathena.connect(schema_name="photolake", poll_interval=0.05) as connection:
        found = connection.cursor().execute("select id, sentimentposscore > 0.5 from tweets order by id limit 1")
        assert found.fetchall() == [(FIRST + 1, True)]


def test_the_functions_write_to_opensearch_what_the_views_show(collected, domain, ask):
    documents = domain.sources(SEARCH_INDEX)

    images = ask("select image_id, analyzed_at, perceptual_hash from image_analyses")
    assert {key: (each["analyzed_at"], each["perceptual_hash"]) for key, each in documents.items()} == {
        row["image_id"]: (row["analyzed_at"], row["perceptual_hash"]) for row in images
    }
    shown = ask("select p.image_id, t.id_str, t.text from tweet_photos as p inner join tweets as t on p.tweetid = t.id")
    assert {
        (key, photo["id_str"], photo["text"])
        for key, document in documents.items()
        for photo in document["photos"]
        if photo["origin"] == "post"
    } == {(row["image_id"], row["id_str"], row["text"]) for row in shown}


def test_opensearch_is_filled_from_the_lake_as_the_functions_filled_it(collected, domain):
    written = domain.sources(SEARCH_INDEX)
    for forgotten in (domain.indexes, domain.documents, domain.aliases):
        forgotten.clear()

    collected("reindex-opensearch")

    assert domain.sources(SEARCH_INDEX) == written
    assert domain.aliases == {"photolake-images": SEARCH_INDEX}


@pytest.fixture
def postgresql():
    programs = postgresql_server.find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: Debian's package is postgresql")
    with postgresql_server.running(programs) as url:
        yield url


def test_postgresql_gets_the_rows_of_a_view_and_loses_those_of_deleted_posts(collected, ask, client, postgresql):
    def read():
        with psycopg.connect(postgresql) as connection:
            posts = connection.execute("""select id::text, sentiment, "user"->>'name' from tweets order by id""")
            lines = connection.execute("select line from image_texts order by image_id, line_number")
            return posts.fetchall(), lines.fetchall()

    def export(*options):
        for view in ("tweets", "image_texts"):
            collected.process("export", view, "--to", postgresql, *options)

    export()

    rows = ask('select id, sentiment, "user".name as name from tweets order by id')
    lines = ask("select line from image_texts order by image_id, line_number")
    assert read() == ([(row["id"], row["sentiment"], row["name"]) for row in rows], [(row["line"],) for row in lines])
    assert ("SUMMER SALE",) in read()[1]

    s3 = client("s3")
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    deleted = [{"id": FIRST + 1}, {"id": FIRST + 2}]
    s3.put_object(Bucket=bucket, Key="deletions/2.jsonl", Body="\n".join(map(json.dumps, deleted)))
    # Their day was long ago.
    export("--late-days", "0")

    posts, lines = read()
    assert [post_id for post_id, *_ in posts] == [row["id"] for row in rows[2:]]
    assert ("SUMMER SALE",) not in lines
    s3.delete_object(Bucket=bucket, Key="deletions/2.jsonl")


def test_the_dashboard_has_what_the_views_show_and_is_served_until_ctrl_c(collected, ask, tmp_path):
    out = tmp_path / "page"
    program = [str(Path(sys.executable).parent / "photolake"), "dashboard", "--state", str(collected.state)]
    options = ["--out", str(out), "--serve", "--port", "0"]
    with subprocess.Popen([*program, *options], cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        served = next(line for line in process.stderr if line.startswith("Served at "))
        url = served.split()[2].removesuffix(".")
        page, missing = requests.get(url, timeout=10), requests.get(f"{url}pictures/", timeout=10)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0

    dashboard = DashboardPage(out)
    assert (page.status_code, missing.status_code) == (200, 404)
    assert '<script src="app.js"></script>' in page.text
    assert dict(zip(dashboard.posts["id"], dashboard.texts["text"], strict=True)) == {
        row["id"]: row["text"].replace("@harbour_cafe", "@…") for row in ask("select id_str as id, text from tweets")
    }
    assert set(dashboard.pictures["id"]) == {row["image_id"] for row in ask("select image_id from image_analyses")}
    assert set(dashboard.pictures["missing"]) == {None}
    astronaut = next(row for row, faces in enumerate(dashboard.pictures["faces"]) if faces)
    [face] = dashboard.analyses["imageLabels"][astronaut]["facedetails"]
    assert 0 < face["boundingbox"]["left"] < 1
    name = dashboard.pictures["id"][astronaut]
    with Image.open(out / "pictures" / name[:2] / f"{name}.webp") as image:
        assert image.format == "WEBP"


def test_embedding_atlas_gets_the_images_with_the_text_of_their_posts(collected, tmp_path):
    collected("export atlas", "--to", str(tmp_path / "images.parquet"))

    rows = pq.read_table(tmp_path / "images.parquet").to_pylist()
    [poster] = [row for row in rows if "SUMMER SALE" in (row["text_in_image"] or "")]
    assert (poster["text"], poster["posts"], poster["sentiment"]) == ("I love this!", 2, "POSITIVE")
    with Image.open(io.BytesIO(poster["image"]["bytes"])) as image:
        assert image.size == (poster["width"], poster["height"]) == (512, 341)


def test_pycocotools_gets_boxes_on_the_images_beside_them(collected, tmp_path):
    collected("export coco", "--to", str(tmp_path / "coco"))

    document = COCO(tmp_path / "coco/labels.json")
    boxes = document.loadAnns(document.getAnnIds(catIds=document.getCatIds(catNms=["text"])))
    [sale] = [box for box in boxes if box["attributes"]["text"] == "SUMMER SALE"]
    [described] = document.loadImgs([sale["image_id"]])
    with Image.open(tmp_path / "coco/data" / described["file_name"]) as image:
        left, top, width, height = sale["bbox"]
        inside = image.convert("L").crop((left, top, left + width, top + height))
        assert image.size == (described["width"], described["height"]) == (900, 600)
    # Dark letters on light paper.
    assert min(inside.tobytes()) < 100 < 200 < max(inside.tobytes())


def test_networks_join_images_with_their_labels(collected, tmp_path):
    collected("export gexf", "--to", str(tmp_path / "networks"))

    graph = networkx.read_gexf(tmp_path / "networks/image-labels.gexf")
    [astronaut] = [node for node in graph if node.startswith("image:") and graph.has_edge(node, "label:Person")]
    assert graph.nodes[astronaut]["posts"] == 3
    assert (tmp_path / "networks/images" / graph.nodes[astronaut]["image"]).is_file()


def test_a_wrong_query_says_where(collected):
    assert "nowhere" in collected.process("query", "select nowhere from tweets", status=1)


ARCHIVED = {
    "id": FIRST + 9,
    "text": "I love this harbour!",
    "source_platform": "x",
    "collected_at": "2026-03-08T05:00:00.000Z",
}


def make_an_image_wait(table):
    image = next(item for item in table.scan()["Items"] if item["id"].startswith("image#"))
    table.put_item(Item={**image, "waiting": "yes", "request_digest": "of other APIs"})


def lose_the_message_of_a_backfill(table, bucket):
    JobStore(table).start(bucket, "images/")


def change_saved_queries(athena, workgroup):
    one = athena.list_named_queries(WorkGroup=workgroup)["NamedQueryIds"][0]
    name = athena.get_named_query(NamedQueryId=one)["NamedQuery"]["Name"]
    athena.update_named_query(NamedQueryId=one, Name=name, QueryString="select 1")
    athena.create_named_query(
        Name="of_an_older_version",
        Description="photolake: What?",
        Database="photolake",
        QueryString="select 1",
        WorkGroup=workgroup,
    )


def stack_update(answer):
    ids = {"StackId": "stack", "RequestId": "1", "LogicalResourceId": "AthenaSchema"}
    return {"RequestType": "Update", "ResponseURL": answer, **ids}


@pytest.fixture(scope="session")
def rare(collected, client, photo_folder):
    """An image that waited for its budget and was analysed with other APIs, a backfill whose message was lost, saved
    queries changed by hand before a stack's update, a collector and a check of posts without a token, and an archive
    object with a post in no known language and a broken line."""
    names = physical_names(collected.state)
    s3, bucket, answer = client("s3"), names["LakeBucket"], "athena-results/answer.json"
    make_an_image_wait(client("dynamodb", boto3.resource).Table(names["ImagesTable"]))
    lose_the_message_of_a_backfill(client("dynamodb", boto3.resource).Table(names["CheckpointTable"]), bucket)
    change_saved_queries(client("athena"), names["Workgroup"])
    answer_url = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": answer})
    for function, event in {
        "Backfill": {},
        "Collector": {},
        "Compactor": {},
        "Compliance": {},
        "AthenaSchema": stack_update(answer_url),
    }.items():
        reply = client("lambda").invoke(FunctionName=names[f"{function}Function"], Payload=json.dumps(event))
        assert "FunctionError" not in reply, reply["Payload"].read()
    assert json.load(s3.get_object(Bucket=bucket, Key=answer)["Body"])["Status"] == "SUCCESS"
    s3.upload_file(str(photo_folder / "poster_gate.jpg"), bucket, "images/dropped/again.jpg")
    lines = json.dumps(ARCHIVED).encode() + b'\n{"id": 20305\n'
    s3.put_object(Bucket=bucket, Key="tweets/dt=2026-03-08/by-hand.jsonl.gz", Body=gzip.compress(lines))
    collected("wait", "--timeout", "60")
    assert search(collected, "--label", "Person", "love")  # two filters, so that one list is asked for places
    return collected


def test_the_functions_made_the_calls_of_the_record(rare, domain):
    calls = read_calls(rare, "test_pipeline") | name_search_requests(domain.requests, "test_pipeline")

    functions = {name for name, each in template().resources.items() if each["Type"] == "AWS::Lambda::Function"}
    # tests/e2e/test_forget.py has the forgetter's calls.
    assert {call.role for call in calls} == {find_role(name) for name in functions - {"ForgetterFunction"}}
    assert find_differences(calls, "test_pipeline") == {}


def test_all_functions_ran_without_an_error(collected):
    functions = json.loads(collected("status", "--json"))["functions"]

    assert {name: run["errors"] for name, run in functions.items()} == dict.fromkeys(functions, 0)


def test_a_deleted_post_is_in_no_view_and_its_image_only_where_another_post_shows_it(collected, client, ask):
    s3 = client("s3")
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    views = {
        "tweets": "id",
        "tweet_sentiments": "tweetid",
        "tweet_photos": "tweetid",
        "media_rekognition": "tweetid",
        "media_image_labels_query": "tweetid",
        "media_image_labels_face_query": "tweetid",
    }
    lines_before = ask("select count(*) as n from image_texts where line = 'SUMMER SALE'")
    # The first post and its retweet show a face and a poster; the third shows the same face.
    deleted = [{"id": FIRST + 1, "id_str": str(FIRST + 1)}, {"id": FIRST + 2, "id_str": str(FIRST + 2)}]
    s3.put_object(Bucket=bucket, Key="deletions/1.jsonl", Body="\n".join(map(json.dumps, deleted)))

    for view, key in views.items():
        assert ask(f"select count(*) as n from {view} where {key} in ({FIRST + 1}, {FIRST + 2})") == [{"n": 0}], view
    assert ask(f"select count(*) as n from media_image_labels_face_query where tweetid = {FIRST + 3}") == [{"n": 1}]
    assert lines_before == [{"n": 1}]
    assert ask("select count(*) as n from image_texts where line = 'SUMMER SALE'") == [{"n": 0}]
    s3.delete_object(Bucket=bucket, Key="deletions/1.jsonl")


def test_the_full_engine_set_reads_the_expression_of_a_face(ask):
    faces = ask('select distinct top_emotion."type" as emotion from media_image_labels_face_query')

    assert faces == [{"emotion": "HAPPY"}]


def test_a_person_is_found_in_the_photos_of_a_bucket(client, photo_folder):
    s3, rekognition = client("s3"), client("rekognition")
    s3.create_bucket(Bucket="album")
    for name in ("astronaut.png", "officer.jpg", "poster_gate.jpg"):
        s3.upload_file(str(photo_folder / name), "album", name)
    photos_of_it = [{"S3Object": {"Bucket": "album", "Name": name}} for name in ("astronaut.png", "officer.jpg")]
    rekognition.create_collection(CollectionId="album")
    for image in photos_of_it:
        name = image["S3Object"]["Name"]
        rekognition.index_faces(CollectionId="album", Image=image, ExternalImageId=name)

    found = rekognition.search_faces_by_image(CollectionId="album", Image=photos_of_it[0])
    compared = rekognition.compare_faces(SourceImage=photos_of_it[0], TargetImage=photos_of_it[1])

    assert [match["Face"]["ExternalImageId"] for match in found["FaceMatches"]] == ["astronaut.png"]
    assert (len(compared["FaceMatches"]), len(compared["UnmatchedFaces"])) == (0, 1)
    poster = {"S3Object": {"Bucket": "album", "Name": "poster_gate.jpg"}}
    with pytest.raises(rekognition.exceptions.InvalidParameterException, match="no faces in the image"):
        rekognition.search_faces_by_image(CollectionId="album", Image=poster)


def test_ctrl_c_while_a_cloud_starts_leaves_nothing_running(tmp_path):
    program = [str(Path(sys.executable).parent / "photolake"), "up", "--background", "--state", str(tmp_path)]
    starting = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    while not state.is_running(tmp_path):
        assert starting.poll() is None
        time.sleep(0.05)

    starting.send_signal(signal.SIGINT)

    assert starting.wait(timeout=30) != 0
    assert not state.is_running(tmp_path)
