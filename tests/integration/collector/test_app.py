"""The collector as Lambda calls it: moto for AWS, X at the other end of a fake wire."""

import base64
import importlib
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests
from moto import mock_aws
from requests.adapters import BaseAdapter

from photolake.errors import DeliveryError, PermanentError
from tests.unit.x.landing import COLUMNS
from tests.unit.x.payloads import snowflake, v2_page, v2_tweet

EVENT = json.loads(Path("events/collector_schedule.json").read_text())


class FakeX(BaseAdapter):
    def __init__(self, *answers):
        super().__init__()
        self.answers = list(answers)
        self.asked = []

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        self.asked.append({name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()})
        status, body = self.answers.pop(0)
        response = requests.Response()
        response.status_code = status
        response._content = json.dumps(body).encode()
        return response

    def close(self):
        pass


class FakeFirehose:
    """Takes what it is given; `refuses` makes it refuse for ever."""

    def __init__(self):
        self.lines = []
        self.refuses = False

    def put_record_batch(self, *, DeliveryStreamName, Records):  # noqa: N803
        assert DeliveryStreamName == "tweets"
        if self.refuses:
            replies = [{"ErrorCode": "ServiceUnavailableException"} for _ in Records]
            return {"FailedPutCount": len(Records), "RequestResponses": replies}
        self.lines += [json.loads(line) for record in Records for line in record["Data"].splitlines()]
        return {"FailedPutCount": 0, "RequestResponses": [{"RecordId": "1"} for _ in Records]}


@dataclass
class Context:
    function_name: str = "collector"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:collector"
    aws_request_id: str = "1"
    remaining_ms: int = 300_000

    def get_remaining_time_in_millis(self):
        return self.remaining_ms


@pytest.fixture(scope="module")
def secret():
    with mock_aws():
        yield boto3.client("secretsmanager").create_secret(Name="x-token")["ARN"]


@pytest.fixture(scope="module")
def app(secret):
    boto3.client("s3").create_bucket(Bucket="lake")
    boto3.resource("dynamodb").create_table(
        TableName="checkpoints",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": "landing"})
    glue.create_table(
        DatabaseName="landing", TableInput={"Name": "raw_tweets", "StorageDescriptor": {"Columns": COLUMNS}}
    )
    with pytest.MonkeyPatch.context() as env:
        env.setenv("LANDING_DATABASE", "landing")
        env.setenv("LAKE_BUCKET", "lake")
        env.setenv("TWEETS_STREAM", "tweets")
        env.setenv("CHECKPOINT_TABLE", "checkpoints")
        env.setenv("X_TOKEN_SECRET", secret)
        env.setenv("SEARCH_QUERY", "sea has:images")
        env.setenv("SEARCH_LANGUAGES", "en,de")
        env.setenv("MAX_POSTS_PER_RUN", "1000")
        yield importlib.import_module("functions.collector.app")


@pytest.fixture
def firehose(app, monkeypatch):
    fake = FakeFirehose()
    monkeypatch.setattr(app.tweets, "_client", fake)
    monkeypatch.setattr(app.tweets, "_sleep", lambda seconds: None)
    return fake


@pytest.fixture
def collect(app, secret, firehose, monkeypatch):
    """Run the collector against these answers of X; returns its summary and what X was asked."""
    boto3.client("secretsmanager").put_secret_value(SecretId=secret, SecretString="token")
    make_client = app.x_client

    def run(*answers, context=None):
        x = FakeX(*answers)

        def client_of(token):
            assert token == "token"
            client = make_client(token)
            client.session.mount("https://", x)
            return client

        monkeypatch.setattr(app, "x_client", client_of)
        return app.lambda_handler(EVENT, context or Context()), x.asked

    yield run
    table = boto3.resource("dynamodb").Table("checkpoints")
    for item in table.scan()["Items"]:
        table.delete_item(Key={"id": item["id"]})


def checkpoint():
    (item,) = boto3.resource("dynamodb").Table("checkpoints").scan()["Items"]
    return {name: value for name, value in item.items() if name.endswith("_id")}


def metrics_in(printed):
    (blob,) = [json.loads(line) for line in printed.splitlines() if "CloudWatchMetrics" in line]
    return {name: blob[name][0] for name in ("PostsCollected", "PostsMalformed", "PagesRead", "RateLimited")}


def page(*numbers, next_token=None):
    body = v2_page(*(v2_tweet(number) for number in numbers))
    return 200, {**body, "meta": {**body["meta"], **({"next_token": next_token} if next_token else {})}}


def test_an_empty_secret_skips_x_and_says_where_the_token_goes(app, secret, caplog):
    assert app.lambda_handler(EVENT, Context()) == {"posts": 0, "stopped": "no_token"}

    assert f"put the bearer token into the secret {secret}" in caplog.text


def test_new_posts_go_to_the_stream_and_the_next_run_goes_on_after_them(app, collect, firehose, capsys, caplog):
    summary, asked = collect(page(4, 3, next_token="t"), page(2))

    assert summary == {"posts": 3, "stopped": None}
    assert asked[0]["query"] == "(sea has:images) (lang:en OR lang:de)"
    assert asked[1]["next_token"] == "t"
    assert [line["text"] for line in firehose.lines] == ["post 4", "post 3", "post 2"]
    assert {line["matched_query"] for line in firehose.lines} == {asked[0]["query"]}
    assert metrics_in(capsys.readouterr().out) == {
        "PostsCollected": 3,
        "PostsMalformed": 0,
        "PagesRead": 2,
        "RateLimited": 0,
    }
    logged = str([vars(record) for record in caplog.records if record.name == app.logger.name])
    assert not any(private in logged for private in ("post 4", "Bearer", "'token'"))
    assert checkpoint() == {"since_id": str(snowflake(4))}

    _, asked = collect((200, {"meta": {"result_count": 0}}))
    assert asked[0]["since_id"] == str(snowflake(4))


def test_a_rate_limit_ends_the_run_and_the_next_reads_down_from_there(collect, capsys):
    summary, _ = collect(page(4, 3, next_token="t"), (429, {}))

    assert summary == {"posts": 2, "stopped": "rate_limit"}
    assert metrics_in(capsys.readouterr().out)["RateLimited"] == 1
    assert checkpoint() == {"newest_id": str(snowflake(4)), "until_id": str(snowflake(3))}

    summary, asked = collect(page(2), page(5))
    assert summary == {"posts": 2, "stopped": None}
    assert (asked[0]["until_id"], asked[1]["since_id"]) == (str(snowflake(3)), str(snowflake(4)))


def test_with_little_time_left_x_is_not_asked(collect):
    assert collect(context=Context(remaining_ms=20_000)) == ({"posts": 0, "stopped": "time"}, [])


def test_a_malformed_post_is_kept_under_errors_and_named_in_the_log(collect, caplog):
    bad = v2_tweet(2, lang=5)
    status, body = page(1)

    assert collect((status, {**body, "data": [bad, *body["data"]]}))[0] == {"posts": 1, "stopped": None}

    s3 = boto3.client("s3")
    (found,) = s3.list_objects_v2(Bucket="lake")["Contents"]
    assert found["Key"].startswith("errors/malformed/x/")
    kept = json.loads(s3.get_object(Bucket="lake", Key=found["Key"])["Body"].read())
    assert json.loads(base64.b64decode(kept["rawData"])) == {"data": bad}
    (logged,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert (logged.message, logged.reason) == (
        "post malformed",
        f"post {snowflake(2)}: lang: expected a string, got int",
    )


def test_a_refused_token_is_an_error_that_says_what_to_do(collect):
    with pytest.raises(PermanentError, match="put a valid one into the secret"):
        collect((401, {"title": "Unauthorized"}))


def test_what_firehose_refuses_is_read_again(collect, firehose):
    firehose.refuses = True
    with pytest.raises(DeliveryError):
        collect(page(1))

    firehose.refuses = False
    assert collect(page(1))[0] == {"posts": 1, "stopped": None}
