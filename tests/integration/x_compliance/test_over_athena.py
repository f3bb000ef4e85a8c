"""Over the local Athena: which posts of X a lake holds, and the function from its schedule to the views."""

import datetime as dt
import importlib
import json
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest

from photolake.aws.athena import QueryReader, QueryRunner
from photolake.compliance.held_posts import HeldPosts
from photolake.errors import PermanentError
from photolake.sources.x.compliance_api import JobType
from photolake_cli.cloud import Cloud
from photolake_cli.comply.run import ComplyRequest, run_comply
from photolake_cli.errors import CommandError
from tests.builders.dynamodb_tables import template_table
from tests.cloudwatch import printed_metrics
from tests.fakes.x_compliance_server import FakeComplianceX
from tests.synthetic_lake.warehouse import BUCKET, DATABASE, LANDING, WORKGROUP, open_warehouse

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
BIG = 9223372036854775807
EVENT = json.loads(Path("events/compliance_schedule.json").read_text())
PLACE = {"id": "1", "name": "Rome"}


def post(number, author, platform="x", day="2026-03-01", **fields):
    return {
        "id": number,
        "id_str": str(number),
        "source_platform": platform,
        "user": author and {"id": author, "id_str": str(author)},
        "collected_at": "2026-03-01T10:00:00.000Z",
        "dt": day,
        **fields,
    }


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    with open_warehouse(tmp_path_factory.mktemp("cache"), NOW) as lake:
        rows = [
            post(101, 1),
            post(102, 2, place=PLACE),
            post(103, 2, day="2026-03-02"),
            post(104, 3, day="2026-03-02", coordinates={"type": "Point", "coordinates": [1.0, 2.0]}),
            post(105, None),
            post(106, 4),
            post(BIG, BIG),
            post(201, 9, platform="bluesky"),
        ]
        lake.land("posts", [*rows, rows[0], rows[3]])
        lake.land("posts", [rows[1]], "b")
        lake.delete([{"id": 106}, {"id": 999}])
        yield lake


def make_reader(warehouse):
    return QueryReader(QueryRunner(warehouse._athena, WORKGROUP, DATABASE), warehouse._s3)


@pytest.fixture
def held(warehouse):
    return HeldPosts(make_reader(warehouse), LANDING, with_archive=False)


@pytest.fixture
def held_with_archive(warehouse):
    """Posts 301 and 302 are in the archive alone, 302 as a file of 2019 has it; 106 is deleted, 101 in both."""
    lines = [
        post(101, 1),
        post(106, 4),
        post(301, 2, place=PLACE),
        post(302, 6, platform=None),
        post(303, 9, "mastodon"),
    ]
    body = "\n".join(["no JSON", *map(json.dumps, lines)]).encode()
    warehouse._s3.put_object(Bucket=BUCKET, Key="tweets/dt=2026-03-01/a.json", Body=body)
    yield HeldPosts(make_reader(warehouse), LANDING, with_archive=True)
    warehouse._s3.delete_object(Bucket=BUCKET, Key="tweets/dt=2026-03-01/a.json")


def test_posts_are_found_once_lowest_first_without_deleted_ones_and_those_of_other_platforms(held):
    assert held.read_ids(JobType.POSTS, 0) == [101, 102, 103, 104, 105, BIG]
    assert held.read_ids(JobType.POSTS, 101, limit=2) == [102, 103]
    assert held.read_ids(JobType.POSTS, 102, 104) == [103, 104]
    assert held.read_ids(JobType.POSTS, BIG) == []


def test_authors_are_found_once_each(held):
    assert held.read_ids(JobType.USERS, 0) == [1, 2, 3, BIG]
    assert held.count() == {JobType.POSTS: 6, JobType.USERS: 4}


def test_the_posts_of_authors_and_those_with_a_location_are_found(held):
    assert sorted(held.find_posts(JobType.USERS, [2, 4, 9, 77], only_located=False)) == [(102, 2), (103, 2)]
    assert list(held.find_posts(JobType.USERS, [1, 2], only_located=True)) == [(102, 2)]
    assert sorted(held.find_posts(JobType.POSTS, [101, 102, 104, 106], only_located=True)) == [(102, 102), (104, 104)]
    assert list(held.find_posts(JobType.POSTS, [], only_located=True)) == []


def test_posts_that_are_sampled_out_are_found_in_the_archive(held_with_archive):
    assert held_with_archive.read_ids(JobType.POSTS, 0) == [101, 102, 103, 104, 105, 301, 302, BIG]
    assert held_with_archive.read_ids(JobType.USERS, 0) == [1, 2, 3, 6, BIG]
    assert held_with_archive.count() == {JobType.POSTS: 8, JobType.USERS: 5}
    found = held_with_archive.find_posts(JobType.USERS, [2, 6, 9], only_located=False)
    assert sorted(found) == [(102, 2), (103, 2), (301, 2), (302, 6)]
    assert sorted(held_with_archive.find_posts(JobType.USERS, [2, 6], only_located=True)) == [(102, 2), (301, 2)]


def test_a_query_that_fails_has_the_words_of_athena(warehouse):
    reader = make_reader(warehouse)
    with pytest.raises(PermanentError, match="nowhere"):
        list(reader.read_rows("select * from nowhere"))


def test_text_comes_back_as_it_is(warehouse):
    reader = make_reader(warehouse)
    assert list(reader.read_rows("select 'a \"b\", c' as one, 2 as two")) == [['a "b", c', "2"]]


@pytest.fixture(scope="module")
def x():
    with FakeComplianceX(lambda: dt.datetime.now(dt.UTC)) as fake:
        fake.reads_until_complete = 0
        yield fake


@pytest.fixture(scope="module")
def secret(warehouse):
    return boto3.client("secretsmanager").create_secret(Name="x-token")["ARN"]


@pytest.fixture(scope="module")
def app(warehouse, x, secret):
    template_table("CheckpointTable", "checkpoints")
    with pytest.MonkeyPatch.context() as env:
        for name, value in {
            "POWERTOOLS_SERVICE_NAME": "compliance",
            "LAKE_BUCKET": BUCKET,
            "LANDING_DATABASE": LANDING,
            "WORKGROUP": WORKGROUP,
            "CHECKPOINT_TABLE": "checkpoints",
            "X_API_URL": x.url,
            "X_TOKEN_SECRET": secret,
            "SAMPLE_RATE": "1",
            "COMPLIANCE_HOURS": "24",
            "AWS_ENDPOINT_URL_ATHENA": warehouse._athena.meta.endpoint_url,
        }.items():
            env.setenv(name, value)
        yield importlib.import_module("functions.compliance.app")


def invoke(app, ms_left=900_000):
    context = SimpleNamespace(
        function_name="compliance",
        memory_limit_in_mb=512,
        invoked_function_arn="arn",
        aws_request_id="1",
        get_remaining_time_in_millis=lambda: ms_left,
    )
    return app.lambda_handler(EVENT, context)


def test_without_a_token_the_function_does_nothing_and_says_so(app, x, secret, caplog):
    with caplog.at_level("INFO"):
        assert invoke(app) == {"step": "skipped"}

    assert "nothing to do: X is not set up, the secret has no bearer token" in caplog.text
    assert x.log == []


def test_what_x_says_is_gone_is_in_no_view_after_the_run(app, x, secret, warehouse, capsys):
    boto3.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=f"{x.token}\n")
    warehouse.create_views("tweets")
    x.tell("users", 2, "protected")
    x.tell("tweets", 104, "scrub_geo")
    x.tell("tweets", BIG, "deleted")
    assert invoke(app, ms_left=1000) == {"step": "next_job", "checked": 0, "deleted": 0}
    capsys.readouterr()

    assert invoke(app) == {"step": "idle", "checked": 8, "deleted": 4}

    counts = {metric.name: count for metric, count in printed_metrics(capsys.readouterr().out).items()}
    assert counts == {"Runs": 1, "IdsChecked": 8, "DeletionsCollected": 4}
    assert sorted(int(row["id"]) for row in warehouse.records("select id from tweets")) == [101, 105, 201]
    reasons = warehouse.records(f"select id, reason from {LANDING}.deletions where reason is not null order by id")
    assert [(int(row["id"]), row["reason"]) for row in reasons] == [
        (102, "account protected"),
        (103, "account protected"),
        (104, "location removed by its author"),
        (BIG, "deleted by its author"),
    ]


def test_a_run_that_x_refuses_fails_so_that_the_alarm_rings_and_one_that_is_limited_does_not(app, x, caplog):
    boto3.resource("dynamodb").Table("checkpoints").delete_item(Key={"id": "compliance#x"})
    x.troubles.append(429)
    assert invoke(app)["step"] == "next_job"
    assert "the check goes on at the next run" in caplog.text

    x.troubles.append(401)
    with pytest.raises(PermanentError, match="put a valid one into the secret"):
        invoke(app)


@pytest.fixture
def comply(app, warehouse, x, secret, monkeypatch, capsys):
    """Run the command with these options; returns what it prints."""
    monkeypatch.setenv("X_API_URL", x.url)
    names = {"CheckpointTable": "checkpoints", "XTokenSecret": secret}
    values = {"WorkgroupName": WORKGROUP, "LandingDatabaseName": LANDING, "LakeBucketName": BUCKET, "SampleRate": "1"}
    endpoints = {"AWS_ENDPOINT_URL_ATHENA": warehouse._athena.meta.endpoint_url}
    cloud = Cloud("the laptop cloud", "1", boto3.Session(), values, names.__getitem__, endpoints, on_laptop=True)

    def run(**options):
        capsys.readouterr()
        run_comply(ComplyRequest(**options), cloud)
        return capsys.readouterr().out

    return run


def test_the_command_counts_checks_and_shows_how_far_it_is(comply, x, secret, warehouse):
    warehouse.land("posts", [post(107, 5), post(108, 5)], "c")
    boto3.resource("dynamodb").Table("checkpoints").delete_item(Key={"id": "compliance#x"})
    boto3.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=x.token)
    asked = len(x.log)
    assert comply(status=True) == ""
    before = json.loads(comply(dry_run=True, as_json=True))
    assert before == {"posts": 4, "authors": 2, "jobs": 2}
    assert len(x.log) == asked

    x.tell("tweets", 108, "deleted")
    shown = comply()

    assert "ids checked" in shown
    assert {
        name: value for name, value in json.loads(comply(status=True, as_json=True)).items() if "_at" not in name
    } == {
        "state": "idle",
        "kind": "tweets",
        "checked": 6,
        "deleted": 1,
        "job": None,
    }


def test_a_command_that_x_interrupts_says_how_to_go_on(comply, x):
    x.troubles.append(429)
    with pytest.raises(CommandError, match=r"Run the same command in 1[56] min to go on where it stopped"):
        comply()


def test_without_a_token_the_command_says_where_it_goes(comply, secret):
    boto3.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=" ")
    with pytest.raises(CommandError, match="X needs a bearer token: set X_BEARER_TOKEN, or put it into the secret"):
        comply()
