"""A lake of many small objects compacted on the laptop cloud while posts arrive: by the command and the function."""

import json
import threading
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from laptop_cloud.services.firehose.column_types import read_columns
from laptop_cloud.services.firehose.conversion import read_rows, write_parquet
from tests.e2e.command import Command
from tests.e2e.permissions import physical_names, read_calls
from tests.policies.recorded_calls import find_differences
from tests.resolved_template import table_input
from tests.synthetic_lake.rows import synthetic_lake
from tests.synthetic_lake.warehouse import TABLES

pytestmark = pytest.mark.e2e

DAYS, OBJECTS = 3, 6
FIRST_DAY = datetime.now(UTC).date() - timedelta(days=DAYS + 1)
ARRIVING = 40
SNOWFLAKE_EPOCH_MS = 1288834974657
VIEWS = {"tweets": "id", "tweet_photos": "tweetid, mediaid", "image_analyses": "image_id"}


@pytest.fixture(scope="module")
def photolake(tmp_path_factory):
    command = Command(tmp_path_factory.mktemp("cloud"))
    command.process("up", "--background", "--param", f"EarliestDate={FIRST_DAY}")
    yield command
    command.process("down")


@pytest.fixture(scope="module")
def client(photolake):
    lines = [line.removeprefix("export ").split("=", 1) for line in photolake("env").splitlines()]
    environment = dict(lines)

    def make(service):
        url = environment.get(f"AWS_ENDPOINT_URL_{service.upper()}", environment["AWS_ENDPOINT_URL"])
        return boto3.client(service, endpoint_url=url, region_name=environment["AWS_REGION"])

    return make


@pytest.fixture(scope="module")
def names(photolake):
    return physical_names(photolake.state)


@pytest.fixture(scope="module")
def small_objects(client, names):
    """Objects as Firehose writes them, six for each day of each table."""
    lake = synthetic_lake(150, 40, FIRST_DAY, DAYS)
    for table in TABLES:
        columns = read_columns(table_input(TABLES[table]))
        for day in range(DAYS):
            rows = [
                row for line in getattr(lake, table).on(day) for row in read_rows(json.dumps(line).encode(), columns)
            ]
            for number in range(OBJECTS):
                key = f"{table}/dt={FIRST_DAY + timedelta(days=day)}/{number}.parquet"
                body = write_parquet(rows[number::OBJECTS], columns)
                client("s3").put_object(Bucket=names["LakeBucket"], Key=key, Body=body)


def build_post(number):
    """A post of X of this moment, which its id says too."""
    moment = datetime.now(UTC).replace(microsecond=0)
    identity = int(moment.timestamp() * 1000) - SNOWFLAKE_EPOCH_MS << 22 | number
    return {"id": str(identity), "text": f"late {number}", "created_at": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"}


def ask_views(photolake):
    return {
        view: photolake(
            "query",
            f"select * from {view} where dt < '{FIRST_DAY + timedelta(days=DAYS)}' order by {key}",
            "--format",
            "json",
        )
        for view, key in VIEWS.items()
    }


def count_objects(client, names, table):
    listed = client("s3").list_objects_v2(Bucket=names["LakeBucket"], Prefix=f"{table}/")
    return len([item for item in listed.get("Contents", []) if not item["Key"].endswith(".json")])


def test_a_lake_is_compacted_while_posts_arrive_and_its_views_show_the_same(
    photolake, client, names, small_objects, tmp_path
):
    before = ask_views(photolake)
    forecast = json.loads(photolake("compact", "--dry-run", "--json"))
    arriving = tmp_path / "posts.jsonl"
    arriving.write_text("".join(f"{json.dumps(build_post(number))}\n" for number in range(ARRIVING)))
    collect = threading.Thread(target=photolake.process, args=("collect", str(arriving)))

    collect.start()
    done = json.loads(photolake("compact", "--json"))
    during = ask_views(photolake)
    collect.join()
    photolake("wait", "--timeout", "60")

    assert [table["objects"] for table in forecast["tables"]] == [DAYS * OBJECTS] * 3
    assert (done["days"], done["objects_before"], done["objects_after"]) == (9, 9 * OBJECTS, 9)
    assert during == before
    assert ask_views(photolake) == before
    arrived = json.loads(
        photolake("query", "select count(*) as n from tweets where text like 'late%'", "--format", "json")
    )
    assert arrived == [{"n": ARRIVING}]


def test_the_function_compacts_what_comes_late(photolake, client, names, small_objects):
    before = ask_views(photolake)
    s3, day = client("s3"), f"photos/dt={FIRST_DAY}"
    for number in range(4):
        source = {"Bucket": names["LakeBucket"], "Key": f"{day}/{number}.parquet"}
        s3.copy_object(Bucket=names["LakeBucket"], Key=f"{day}/late{number}", CopySource=source)
    count = count_objects(client, names, "photos")

    reply = client("lambda").invoke(FunctionName=names["CompactorFunction"], Payload=b"{}")

    assert "FunctionError" not in reply, reply["Payload"].read()
    assert count_objects(client, names, "photos") == count + 1
    assert ask_views(photolake) == before


def test_the_function_made_the_calls_of_the_record(photolake, small_objects):
    calls = read_calls(photolake, "test_compaction")

    assert "s3:PutObject" in {call.action for call in calls if call.role == "CompactorRole"}
    assert find_differences(calls, "test_compaction") == {}
