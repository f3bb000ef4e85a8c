"""`photolake redrive --errors` as a command: the price and consent, what is printed, and an interruption."""

import json

import boto3
import pytest
from typer.testing import CliRunner

from photolake_cli import cloud as clouds
from photolake_cli import main
from photolake_cli.cloud import Cloud
from photolake_cli.redrive import errors_run
from tests.builders.x_payloads import v2_page, v2_photo, v2_tweet
from tests.fakes.redrive import RedriveLake, firehose_line, rejected_line

KEY = "errors/malformed/collect/ab12/posts.jsonl.jsonl"
PHOTOS = "errors/photos/processing-failed/2026-11-20/a"


@pytest.fixture
def lake(monkeypatch):
    """A lake on AWS with a post of one photo, a line that is broken, and a row that Firehose could not deliver."""
    lake = RedriveLake()
    page = v2_page(v2_tweet(1, attachments={"media_keys": ["3_1"]}), media=[v2_photo("3_1")])
    lake.put_lines(KEY, rejected_line(json.dumps(page)), rejected_line("\x1b[2Jbroken", line=2))
    row = {"source_key": "1:1", "tweetid": 1, "mediaid": "1", "status": "ok", "dt": "2026-11-20"}
    lake.put_lines(PHOTOS, firehose_line(row))
    values = {"ImageApis": "labels,text", "SampleRate": "1", "LakeBucketName": "lake"}
    cloud = Cloud("the stack lake", "lake", boto3.Session(region_name="eu-west-1"), values, str)
    monkeypatch.setattr(clouds, "connect", lambda stack, region, state: cloud)
    monkeypatch.setattr(errors_run, "open_lake", lambda _: lake.lake)
    return lake


def run(*arguments, status=0):
    result = CliRunner().invoke(main.app, ["redrive", "--errors", "--stack", "lake", *arguments])
    assert result.exit_code == status, result.output
    return result


def test_a_dry_run_shows_what_passes_the_price_and_why_the_rest_does_not(lake):
    output = " ".join(run("--dry-run").output.split())

    assert "malformed 1 2 0 0 1 1" in output
    assert "photos 1 1 0 0 1 0" in output
    assert f"for example {KEY}:2 (from posts.jsonl:2)" in output
    assert "1 photos for 2 APIs ($0.01)" in output
    assert lake.rows == {}


def test_nothing_is_sent_without_consent_to_what_is_bought(lake):
    assert "To spend that in the stack lake: --yes" in " ".join(run(status=1).output.split())
    assert lake.rows == {}


def test_rows_that_were_bought_before_need_no_consent(lake):
    assert "Sent: 1 rows of photos" in run("photos").output
    assert len(lake.rows["photos"]) == 1


def test_the_whole_result_is_one_json_document(lake):
    document = json.loads(run("--yes", "--json").stdout)
    again = json.loads(run("--yes", "--json").stdout)

    assert [kind["rows_sent"] for kind in document["kinds"]] == [1, 1]
    assert document["kinds"][1] == {
        "kind": "photos",
        "objects": 1,
        "records": 1,
        "repeated": 0,
        "redriven_before": 0,
        "accepted": 1,
        "rejected": 0,
        "rows_sent": 1,
        "reasons": [],
    }
    assert [(each["redriven_before"], each["rows_sent"]) for each in again["kinds"]] == [(1, 0), (1, 0)]


def test_an_interruption_says_how_to_go_on(lake):
    def interrupt():
        raise KeyboardInterrupt

    lake.firehose.before_put = interrupt

    assert "Stopped after 0 rows. Run the command again for the others." in run("--yes", status=130).stderr


def test_a_delivery_that_fails_says_how_to_go_on(lake):
    refused = {"FailedPutCount": 1, "RequestResponses": [{"ErrorCode": "ServiceUnavailableException"}]}
    lake.firehose.put_record_batch = lambda **_: refused

    output = run("--yes", status=1).stderr

    assert "still refuses 1 records" in output
    assert "Stopped after 0 rows" in output
