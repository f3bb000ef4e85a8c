"""The search index on a real OpenSearch node: its mapping, its searches, and writers at the same time."""

import datetime
import json
import os
import random
import re
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.credentials import Credentials

from photolake.opensearch.client import OpenSearchClient
from photolake.opensearch.document import image_document
from photolake.opensearch.index import ImageIndex, RejectedDocument, index_definition
from photolake.opensearch.maintenance import (
    count_documents,
    delete_images,
    delete_images_before,
    forget_posts,
    move_alias,
)
from photolake.opensearch.merge import MAX_PHOTOS
from photolake.opensearch.sink import OpenSearchSink
from photolake_cli.lake import Lake
from photolake_cli.reindex.opensearch import rebuild_index
from photolake_cli.reindex.run import RebuiltDays
from tests.builders.image_documents import CAR_ID, car_document, car_row, photo_document
from tests.conformance import opensearch_server
from tests.conformance.opensearch_installation import DOWNLOAD
from tests.conformance.trino_installation import java
from tests.fakes.opensearch_server import FakeOpenSearch
from tests.resolved_template import ROOT
from tests.synthetic_lake.rows import synthetic_lake

NEWER: Any = {**car_document(), "analyzed_at": "2026-12-24T00:00:00.000Z", "colors": ["blue"]}
SHOWN: Any = {"image_id": CAR_ID, "photos": [photo_document()]}
CAT_ID = "c1" * 32
CAT: Any = {
    **car_document(),
    "image_id": CAT_ID,
    "dt": "2026-11-19",
    "analyzed_at": "2026-11-20T12:00:00.001Z",
    "labels": [{**car_document()["labels"][0], "name": "Cat", "parents": ["Animal"], "aliases": [], "categories": []}],
    "text_lines": [{"text": "ПРИВЕТ мир", "confidence": 51.0}],
    "celebrities": [],
    "moderation": [],
    "faces": None,
    "colors": [],
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """An OpenSearch node."""
    found = DOWNLOAD.installed(os.environ)
    with opensearch_server.running(found, java(os.environ), tmp_path_factory.mktemp("opensearch")) as running:
        yield running


@pytest.fixture(scope="module")
def client(server):
    """Sends the requests of the index."""
    return OpenSearchClient(server.url, Credentials("AKIDEXAMPLE", "secret"), "us-east-1")


@pytest.fixture
def index(client, request):
    """An index of its own for each test."""
    return ImageIndex(client, f"{request.node.originalname}-{abs(hash(request.node.name))}")


@pytest.fixture(scope="module")
def found(server, client):
    """Finds images among a car and a cat: the car's id is 'car', the cat's is 'cat'."""
    index = ImageIndex(client, "searched")
    OpenSearchSink(client, index, fail, fail).put(car_row())
    assert index.put([SHOWN, CAT]) == []
    names = {CAR_ID: "car", CAT_ID: "cat"}
    return lambda query: {names[key] for key in server.search("searched", query=query)}


def fail(*told):
    pytest.fail(str(told))


def stored(server, index):
    server.request("POST", f"{index.name}/_refresh")
    hits = server.request("GET", f"{index.name}/_search?size=1000&version=true")["hits"]["hits"]
    return {hit["_id"]: (hit["_source"], hit["_version"]) for hit in hits}


def nested(path, *conditions):
    return {"nested": {"path": path, "query": {"bool": {"filter": list(conditions)}}}}


@pytest.mark.parametrize(
    "query",
    [
        {"term": {"label": "sports car"}},
        {"term": {"label": "Car"}},
        {"term": {"label": "ROADSTER"}},
        {"term": {"label": "cafe"}},
        {"match": {"label.text": "sports"}},
        {"term": {"celebrity": "zoe example"}},
        {"match": {"celebrity.text": "ZOE"}},
        {"term": {"moderation_label": "drugs & tobacco"}},
        {"term": {"entity": "malaga"}},
        {"match_phrase": {"text": "ndv grosse"}},
        {"match_phrase_prefix": {"text": "nd"}},
        {"match_phrase_prefix": {"text": "NDV größ"}},
        {"match": {"post_text": "strasse"}},
        {"match": {"words": {"query": "malaga roadster ndv", "operator": "and"}}},
        {"match_bool_prefix": {"words": "red roads"}},
        {"range": {"faces.count": {"gte": 2}}},
        {"term": {"faces.ages": 25}},
        {"term": {"colors": "Red"}},
        {"range": {"dt": {"gte": "2026-11-20"}}},
        {"range": {"analyzed_at": {"lt": "2026-11-20T12:00:00.001Z", "gte": "2026-11-20T12:00:00Z"}}},
        nested("labels", {"term": {"labels.name": "sports car"}}, {"range": {"labels.confidence": {"gte": 98}}}),
        nested("labels", {"term": {"labels.categories": "vehicles and automotive"}}),
        nested("text_lines", {"match": {"text_lines.text": "ndv"}}, {"range": {"text_lines.confidence": {"gt": 90}}}),
        nested("faces.genders", {"term": {"faces.genders.name": "female"}}, {"term": {"faces.genders.count": 2}}),
        nested("photos", {"term": {"photos.source_platform": "x"}}, {"match": {"photos.text": "malaga"}}),
    ],
    ids=lambda query: json.dumps(query)[:70],
)
def test_the_car_is_found_and_the_cat_is_not(found, query):
    assert found(query) == {"car"}


def test_the_searches_that_docs_show_find_the_car(server, found):
    blocks = re.findall(r"```json\n(.*?)```", (ROOT / "docs/opensearch.md").read_text(), re.DOTALL)
    searches = [search for search in map(json.loads, blocks) if "query" in search]

    assert [server.search("searched", **search) for search in searches] == [[CAR_ID], [CAR_ID]]


@pytest.mark.parametrize(
    "query",
    [
        {"match_phrase_prefix": {"text": "прив"}},
        {"term": {"label": "animal"}},
        {"bool": {"must_not": {"exists": {"field": "faces.count"}}}},
        {"bool": {"must_not": {"nested": {"path": "photos", "query": {"exists": {"field": "photos.source_key"}}}}}},
    ],
    ids=["another script", "parent", "faces not asked for", "no post"],
)
def test_the_cat_is_found_and_the_car_is_not(found, query):
    assert found(query) == {"cat"}


@pytest.mark.parametrize(
    "query",
    [
        {"match": {"text": "gross"}},
        {"match_phrase": {"text": "grosse ndv"}},
        {"term": {"faces.ages": 35}},
        nested("labels", {"term": {"labels.name": "cafe"}}, {"range": {"labels.confidence": {"gte": 90}}}),
        {"term": {"label": "vehicles and automotive"}},
    ],
    ids=["a part of a word", "words in another order", "an age between", "confidence of another label", "category"],
)
def test_neither_is_found_by_what_it_does_not_show(found, query):
    assert found(query) == set()


def test_labels_are_counted_under_their_folded_names(server, found):
    counted = server.request("POST", "searched/_search", {"size": 0, "aggs": {"labels": {"terms": {"field": "label"}}}})

    buckets = {bucket["key"]: bucket["doc_count"] for bucket in counted["aggregations"]["labels"]["buckets"]}
    assert buckets == dict.fromkeys(("sports car", "car", "vehicle", "roadster", "cafe", "cat", "animal"), 1)


def test_the_index_has_exactly_its_mapping(server, index):
    assert index.create()

    assert server.request("GET", f"{index.name}/_mapping")[index.name]["mappings"] == index_definition()["mappings"]
    assert server.request("GET", f"_alias/{index.alias}") == {index.name: {"aliases": {index.alias: {}}}}
    assert not index.create()


def test_an_analysis_delivered_again_leaves_the_document_as_it_is(server, client, index):
    sink = OpenSearchSink(client, index, fail, fail)
    for _ in range(3):
        sink.put(car_row())

    assert stored(server, index) == {CAR_ID: (car_document(), 1)}


def test_an_older_analysis_that_comes_late_changes_nothing(server, index):
    for document in (NEWER, car_document(), SHOWN, car_document()):
        assert index.put([document]) == []

    assert stored(server, index) == {CAR_ID: ({**NEWER, **SHOWN}, 2)}


def test_writers_at_the_same_time_lose_nothing(server, index):
    index.create()
    photos: list[Any] = [{"image_id": CAR_ID, "photos": [photo_document(f"{number}:1")]} for number in range(6)]
    documents = [*photos, car_document(), NEWER]
    random.Random(7).shuffle(documents)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda document: index.put([document]), documents)) == [[]] * len(documents)

    [(document, _)] = stored(server, index).values()
    assert [photo["source_key"] for photo in document.pop("photos")] == [f"{number}:1" for number in reversed(range(6))]
    assert document == NEWER


def test_a_document_that_does_not_fit_is_rejected_and_the_others_are_stored(server, index):
    strange: Any = {"image_id": "strange", "mood": "warm"}
    mistyped: Any = {"image_id": "mistyped", "width": "wide"}

    rejected = index.put([strange, car_document(), mistyped])

    assert rejected == [
        RejectedDocument(
            "strange",
            "strict_dynamic_mapping_exception: "
            "mapping set to strict, dynamic introduction of [mood] within [_doc] is not allowed",
        ),
        RejectedDocument(
            "mistyped",
            "mapper_parsing_exception: failed to parse field [width] of type [integer] in document with id 'mistyped'",
        ),
    ]
    assert stored(server, index).keys() == {CAR_ID}


def test_a_whole_lake_is_indexed_in_bulk_and_again_without_a_write(server, index):
    lake = synthetic_lake(posts=1200, images=450, first_day=datetime.date(2026, 11, 1), days=8)
    documents = [image_document(row) for row in lake.analyses]

    assert index.put(documents) == []
    first = stored(server, index)
    assert index.put(reversed(documents)) == []

    assert first.keys() == {row["image_id"] for row in lake.analyses}
    assert stored(server, index) == first


def test_posts_are_forgotten_with_the_images_that_only_they_show(server, client, index):
    shared: Any = {**car_document(), "photos": [photo_document("7:1"), photo_document("8:1")]}
    alone: Any = {**CAT, "photos": [photo_document("7:2")]}
    dropped: Any = {
        "image_id": "dropped",
        "photos": [photo_document("s3://lake/7.jpg", tweetid=None, origin="dropped")],
    }
    unposted: Any = {"image_id": "unposted", **{key: NEWER[key] for key in ("analyzed_at", "processed_at")}}
    assert index.put([shared, alone, dropped, unposted]) == []

    assert forget_posts(client, index, ["7", "9"]) == 2
    assert forget_posts(client, index, ["7", "9"]) == 0

    left: Any = {**car_document(), "photos": [photo_document("8:1")]}
    documents = {key: document for key, (document, _) in stored(server, index).items()}
    assert documents == {CAR_ID: left, "dropped": dropped, "unposted": unposted}
    assert count_documents(client, index) == 3


def test_an_index_is_rebuilt_from_the_lake_as_the_views_have_it(server, client, index, lake, tmp_path):
    reader = Lake(lake.services.client("s3"), lake.bucket)

    def rebuild():
        done = RebuiltDays.load(tmp_path / "done.json", "lake")
        return rebuild_index(reader, client, index, done, "2026-01-01", lambda line: None)

    first = rebuild()
    documents = stored(server, index)
    again = rebuild()

    columns = "image_id, analyzed_at, processed_at, cardinality(image_labels.labels) as labels"
    analyses = {
        row["image_id"]: (row["analyzed_at"], row["processed_at"], int(row["labels"] or 0))
        for row in read_dictionaries(lake.query(f"select {columns} from image_analyses"))
    }
    assert {
        key: (document["analyzed_at"], document["processed_at"], len(document["labels"]))
        for key, (document, _) in documents.items()
        if "analyzed_at" in document
    } == analyses
    posted = lake.query("select image_id, source_key from tweet_photos where image_id is not null").rows
    dropped = (
        f"select distinct image_id, source_key from {lake.landing}.photos where origin <> 'post' and image_id <> ''"
    )
    in_lake = {*posted, *lake.query(dropped).rows}
    in_index = {
        (key, photo["source_key"]) for key, (document, _) in documents.items() for photo in document.get("photos", [])
    }
    assert in_index <= in_lake
    assert len(in_index) == sum(min(MAX_PHOTOS, number) for number in Counter(key for key, _ in in_lake).values())
    assert (first.rejected, first.images) == ([], len(documents))
    assert again == first
    assert stored(server, index) == documents


def read_dictionaries(answer):
    names = [name for name, _ in answer.columns]
    return [dict(zip(names, row, strict=True)) for row in answer.rows]


def test_images_are_deleted_by_their_id_and_by_their_day(server, client, index):
    assert delete_images(client, index, [CAR_ID]) == 0
    assert index.put([car_document(), CAT, {"image_id": "unseen", "photos": [photo_document()]}]) == []

    assert delete_images_before(client, index, "2026-11-20") == 1
    assert stored(server, index).keys() == {CAR_ID, "unseen"}
    assert delete_images(client, index, [CAR_ID, CAT_ID]) == 1
    assert stored(server, index).keys() == {"unseen"}


def test_searches_change_to_a_new_index_at_one_instant(server, client, index):
    server.request("PUT", f"{index.alias}-v0", {"aliases": {index.alias: {}}})
    index.put([car_document()])
    assert server.search(index.alias, query={"match_all": {}}) == []

    assert move_alias(client, index) == [f"{index.alias}-v0"]
    assert move_alias(client, index) == []

    assert server.search(index.alias, query={"match_all": {}}) == [CAR_ID]


def test_hostile_text_is_found_like_any_other(server, index):
    text = 'a"b\\c\n{"index":{}} \ud800 \u202e' + "x" * 40_000
    document: Any = {"image_id": "hostile", "photos": [photo_document(text=text, entities=["y" * 40_000])]}

    assert index.put([document, car_document()]) == []

    assert stored(server, index).keys() == {"hostile", CAR_ID}
    assert server.search(index.alias, query={"match_phrase": {"post_text": "index"}}) == ["hostile"]


def test_the_fake_of_the_other_tests_responds_like_the_node(server):
    name = "compared-v1"
    definition = json.dumps({**index_definition(), "aliases": {"compared": {}}}).encode()
    ids = b'{"ids": ["1", "2", "3"]}'
    lines = [
        {"create": {"_id": "1"}},
        {"image_id": "1"},
        {"create": {"_id": "1"}},
        {"image_id": "1"},
        {"index": {"_id": "1", "if_seq_no": 99, "if_primary_term": 1}},
        {"image_id": "1"},
        {"index": {"_id": "1", "if_seq_no": 0, "if_primary_term": 1}},
        {"image_id": "1", "origin": "post"},
        {"create": {"_id": "2"}},
        {"mood": "warm"},
        {"index": {"_id": "3", "if_seq_no": 0, "if_primary_term": 1}},
        {"image_id": "3"},
    ]
    bulk = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    shown = {"nested": {"path": "photos", "query": {"terms": {"photos.tweetid": ["7"]}}}}
    search = json.dumps({"query": shown, "size": 200, "seq_no_primary_term": True}).encode()
    photo = {"image_id": "4", "dt": "2026-11-19", "photos": [photo_document("7:1")]}
    put = f'{{"create": {{"_id": "4"}}}}\n{json.dumps(photo)}\n'.encode()
    others = [{"terms": {"image_id": ["1", "4"]}}, {"range": {"dt": {"lt": "2026-11-20"}}}]
    deletes = b'{"delete": {"_id": "4", "if_seq_no": 2, "if_primary_term": 1}}\n'
    requests = [
        ("HEAD", "compared", b""),
        ("POST", f"{name}/_refresh", b""),
        ("GET", "_alias/compared", b""),
        ("POST", f"{name}/_mget", ids),
        ("PUT", name, definition),
        ("PUT", name, definition),
        ("HEAD", "compared", b""),
        ("POST", f"{name}/_mget", ids),
        ("POST", f"{name}/_bulk", bulk),
        ("POST", f"{name}/_mget", ids),
        ("POST", f"{name}/_bulk", put),
        ("POST", f"{name}/_refresh", b""),
        ("POST", f"{name}/_count", b""),
        ("POST", f"{name}/_search", search),
        *(
            ("POST", f"{name}/_search", json.dumps({"query": query, "size": 9, "seq_no_primary_term": True}).encode())
            for query in others
        ),
        ("POST", f"{name}/_bulk", deletes),
        ("POST", f"{name}/_bulk", deletes),
        ("POST", "_aliases", b'{"actions": [{"remove": {"index": "compared-v1", "alias": "compared"}}]}'),
        ("GET", "_alias/compared", b""),
        ("POST", "_aliases", b'{"actions": [{"add": {"index": "compared-v1", "alias": "compared"}}]}'),
        ("GET", "_alias/compared", b""),
    ]
    with FakeOpenSearch() as fake:
        for request in requests:
            assert summary(*send(fake.url, *request)) == summary(*send(server.url, *request)), request


def send(url, method, path, body):
    kind = "application/x-ndjson" if path.endswith("_bulk") else "application/json"
    request = urllib.request.Request(f"{url}/{path}", body or None, {"Content-Type": kind}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.loads(response.read() or b"null")
    except HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def summary(status, content):
    """What the index looks at in a response."""
    content = content or {}
    error = content.get("error", {})
    items = [next(iter(item.items())) for item in content.get("items", [])]
    return (
        status,
        error.get("type") if isinstance(error, dict) else "",
        content.get("count"),
        content.get("compared-v1"),
        [
            (hit["_id"], hit["_source"], hit["_seq_no"], hit["_primary_term"])
            for hit in content.get("hits", {}).get("hits", [])
        ],
        [
            (
                item["_id"],
                item.get("found"),
                item.get("_source"),
                item.get("_seq_no"),
                item.get("error", {}).get("type"),
            )
            for item in content.get("docs", [])
        ],
        [(operation, item["status"], item.get("error", {}).get("type")) for operation, item in items],
    )
