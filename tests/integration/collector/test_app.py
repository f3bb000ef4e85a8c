"""The collector as Lambda calls it: moto for AWS, a fake X at the other end of a connection."""

import base64
import importlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from photolake.errors import DeliveryError, PermanentError, RetryableError, SettingsError
from photolake.sources.x.queries import Query
from tests.builders.landing_tables import create_landing_tables
from tests.cloudwatch import count_index_troubles, printed_metrics, shown_of

EVENT = json.loads(Path("events/collector_schedule.json").read_text())
QUERY = "(sea has:images) (lang:en OR lang:de)"
SOURCE = f"x#{Query('', QUERY).hash}"


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
def environment(secret):
    with pytest.MonkeyPatch.context() as env:
        env.setenv("POWERTOOLS_SERVICE_NAME", "collector")
        env.setenv("LANDING_DATABASE", "landing")
        env.setenv("LAKE_BUCKET", "lake")
        env.setenv("TWEETS_STREAM", "tweets")
        env.setenv("CHECKPOINT_TABLE", "checkpoints")
        env.setenv("SEARCH_INDEX_TABLE", "search")
        env.setenv("OPENSEARCH_ENDPOINT", "")
        env.setenv("OPENSEARCH_ALIAS", "photolake-images")
        env.setenv("ROW_RETENTION_DAYS", "1500")
        env.setenv("SOURCES", "x")
        env.setenv("X_TOKEN_SECRET", secret)
        env.setenv("SEARCH_QUERY", "sea has:images")
        env.setenv("SEARCH_QUERIES", "")
        env.setenv("SEARCH_LANGUAGES", "en,de")
        env.setenv("MAX_POSTS_PER_RUN", "1000")
        env.setenv("MONTHLY_POST_BUDGET", "0")
        env.setenv("MONTHLY_BUDGETS", "1000,0,0,0")
        yield


@pytest.fixture(scope="module")
def app(environment):
    create_landing_tables()
    return importlib.import_module("functions.collector.app")


@pytest.fixture
def firehose(app, monkeypatch):
    fake = FakeFirehose()
    stream = app.collector.collector.stream
    monkeypatch.setattr(stream, "_client", fake)
    monkeypatch.setattr(stream, "_sleep", lambda seconds: None)
    return fake


@pytest.fixture
def collect(app, secret, firehose, x, monkeypatch):
    """Run the collector, with these settings in place of the others; returns its answer."""
    boto3.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=f"{x.token}\n")
    monkeypatch.setenv("X_API_URL", x.url)
    monkeypatch.setattr("photolake.sources.x.search_api.RETRIES", 0)

    def run(context=None, **settings):
        for name, value in settings.items():
            monkeypatch.setenv(name.upper(), str(value))
        return app.lambda_handler(EVENT, context or Context())

    yield run
    table = boto3.resource("dynamodb").Table("checkpoints")
    for item in table.scan()["Items"]:
        table.delete_item(Key={"id": item["id"]})


def saved():
    return {name: item for name, item in read_items().items() if not name.startswith("spending#")}


def spent():
    """What the month has spent, in millionths of a dollar."""
    return [item for name, item in read_items().items() if name.startswith("spending#")]


def read_items():
    return {item.pop("id"): item for item in boto3.resource("dynamodb").Table("checkpoints").scan()["Items"]}


def checkpoint():
    return {name: value for name, value in saved()[SOURCE].items() if name.endswith("_id")}


def metrics_in(printed):
    (blob,) = [json.loads(line) for line in printed.splitlines() if "CloudWatchMetrics" in line]
    return {metric["Name"]: blob[metric["Name"]][0] for metric in blob["_aws"]["CloudWatchMetrics"][0]["Metrics"]}


def test_an_empty_secret_skips_x_and_says_where_the_token_goes(app, environment, secret, caplog, monkeypatch):
    monkeypatch.setenv("X_API_URL", "http://127.0.0.1:1")

    assert app.lambda_handler(EVENT, Context()) == {}

    assert f"X is skipped: put the bearer token into the secret {secret}" in caplog.text


def test_new_posts_go_to_the_stream_and_the_next_run_goes_on_after_them(app, collect, firehose, x, capsys, caplog):
    x.page_size = 2
    posts = [x.post(3600 - number) for number in range(3)]

    assert collect() == {SOURCE: {"posts": 3, "stopped": None}}

    assert x.asked()[0]["query"] == QUERY
    assert [line["id"] for line in firehose.lines] == posts[::-1]
    assert {line["matched_query"] for line in firehose.lines} == {QUERY}
    assert metrics_in(capsys.readouterr().out) == {
        "Runs": 1,
        "PostsCollected": 3,
        "PostsBought": 3,
        "PostsRejected": 0,
        "PagesRead": 2,
        "DeletionsCollected": 0,
        "RateLimited": 0,
        "BudgetUsedUp": 0,
        "RunsOverBudget": 0,
        "BudgetSpent": 0.002,
        "SourceFailed": 0,
        "SourceRefused": 0,
    }
    assert "X has 3 posts of the last seven days, $0.02" in caplog.text
    logged = str([vars(record) for record in caplog.records if record.name == app.logger.name])
    assert not any(private in logged for private in ("post 1", "Bearer", "'token'"))
    assert checkpoint() == {"since_id": str(posts[-1])}

    newer = x.post(120)
    assert collect() == {SOURCE: {"posts": 1, "stopped": None}}
    assert (x.asked()[-1]["since_id"], checkpoint()) == (str(posts[-1]), {"since_id": str(newer)})


def test_the_dashboard_and_the_alarms_show_what_the_collector_prints(app, collect, x, capsys):
    x.post(3600)
    count_index_troubles(app)
    collect()

    assert shown_of("collector") <= printed_metrics(capsys.readouterr().out).keys()


def test_a_checkpoint_of_the_first_version_is_read_on(collect, x):
    old, new = x.post(3600), x.post(1800)
    item: Any = {"id": SOURCE, "version": 7, "since_id": str(old), "query": QUERY}
    boto3.resource("dynamodb").Table("checkpoints").put_item(Item=item)

    assert collect() == {SOURCE: {"posts": 1, "stopped": None}}

    assert saved()[SOURCE] == {"version": 8, "since_id": str(new), "query": QUERY}


def test_a_rate_limit_ends_the_run_and_x_is_left_alone_until_it_is_over(collect, x, capsys):
    x.page_size = 1
    posts = [x.post(3600 - number) for number in range(2)]
    x.troubles.extend([None, None, 429])

    assert collect() == {SOURCE: {"posts": 1, "stopped": "rate_limit"}}
    assert metrics_in(capsys.readouterr().out)["RateLimited"] == 1
    assert checkpoint() == {"newest_id": str(posts[1]), "until_id": str(posts[1])}
    assert int(saved()[SOURCE]["not_before"]) == x.reset_time

    asked = len(x.requests)
    assert collect() == {SOURCE: {"posts": 0, "stopped": "rate_limit"}}
    assert len(x.requests) == asked


def test_each_run_stores_what_it_has_covered_or_why_it_has_not(collect, x):
    s3 = boto3.client("s3")
    for found in s3.list_objects_v2(Bucket="lake", Prefix="collection_runs/").get("Contents", []):
        s3.delete_object(Bucket="lake", Key=found["Key"])
    x.post(3600)
    collect()
    x.troubles.append(503)
    with pytest.RaisesGroup(RetryableError):
        collect()

    keys = [found["Key"] for found in s3.list_objects_v2(Bucket="lake", Prefix="collection_runs/dt=")["Contents"]]
    rows = [json.loads(s3.get_object(Bucket="lake", Key=key)["Body"].read()) for key in keys]
    failed, ok = sorted(rows, key=lambda row: row["status"])
    assert (ok["status"], ok["source"], ok["query"], ok["posts"], ok["run_id"]) == ("ok", SOURCE, QUERY, 1, "1")
    assert ok["covered_from"] < ok["covered_to"] < ok["started_at"]
    assert (failed["status"], failed["covered_to"], failed["reason"][:15]) == ("failed", None, "X did not answer"[:15])


def test_with_little_time_left_x_is_not_asked(collect, x):
    assert collect(Context(remaining_ms=20_000)) == {SOURCE: {"posts": 0, "stopped": "time"}}
    assert x.requests == []


def test_a_malformed_post_is_kept_under_errors_and_named_in_the_log(collect, x, caplog):
    x.post(3600)
    bad = x.post(3000, lang=5)

    assert collect() == {SOURCE: {"posts": 1, "stopped": None}}

    s3 = boto3.client("s3")
    (found,) = s3.list_objects_v2(Bucket="lake", Prefix="errors/")["Contents"]
    assert found["Key"].startswith("errors/malformed/x/")
    kept = json.loads(s3.get_object(Bucket="lake", Key=found["Key"])["Body"].read())
    assert json.loads(base64.b64decode(kept["rawData"])) == {"data": x.posts[bad]}
    (reason,) = [record.reason for record in caplog.records if record.message == "post rejected"]
    assert reason == f"post {bad}: lang: expected a string, got int"


def test_a_refused_token_is_an_error_that_says_what_to_do_and_a_metric_for_the_alarm(collect, x, capsys, caplog):
    x.token = "another"

    with pytest.RaisesGroup(pytest.RaisesExc(PermanentError, match="put a valid one into the secret")):
        collect()

    counts = metrics_in(capsys.readouterr().out)
    assert (counts["SourceFailed"], counts["SourceRefused"]) == (1, 1)
    assert f"{SOURCE} failed: X does not know the bearer token" in caplog.text


def test_what_firehose_refuses_is_read_again(collect, firehose, x):
    x.post(3600)
    firehose.refuses = True
    with pytest.RaisesGroup(DeliveryError):
        collect()

    firehose.refuses = False
    assert collect() == {SOURCE: {"posts": 1, "stopped": None}}


def test_every_named_query_has_a_checkpoint_and_one_that_fails_stops_no_other(collect, firehose, x):
    post = x.post(3600)
    x.troubles.extend([503])

    with pytest.RaisesGroup(RetryableError):
        collect(search_queries="sea: sea;\nsun: sun has:images", search_languages="")

    (collected,) = firehose.lines
    assert (collected["id"], collected["matched_query"] in ("sea", "sun has:images")) == (post, True)
    assert len(saved()) == 2  # one checkpoint, and what was bought

    collect()
    assert {line["matched_query"] for line in firehose.lines} == {"sea", "sun has:images"}
    assert {item.get("query") for item in saved().values()} == {"sea", "sun has:images", None}


def test_the_budget_of_the_month_is_counted_over_all_queries_and_stops_them(collect, x, capsys, caplog):
    x.page_size = 2
    for number in range(3):
        x.post(3600 - number)
    assert collect(monthly_post_budget=6)[SOURCE]["posts"] == 3

    assert collect(search_query="sun", search_languages="")["x#" + Query("", "sun").hash]["posts"] == 3
    capsys.readouterr()
    x.post(1800)
    assert collect(search_query="sea has:images", search_languages="en,de") == {
        SOURCE: {"posts": 0, "stopped": "monthly_budget"}
    }

    assert metrics_in(capsys.readouterr().out)["BudgetUsedUp"] == 1
    assert "the 6 posts of MonthlyPostBudget are bought: narrow the query, raise MonthlyPostBudget" in caplog.text
    (counted,) = [item["posts"] for name, item in saved().items() if name.startswith("budget#x#")]
    assert counted == 6


def test_a_first_run_that_the_budget_cannot_pay_is_not_begun(collect, x, capsys, caplog):
    for number in range(3):
        x.post(3600 - number)

    assert collect(monthly_post_budget=2) == {SOURCE: {"posts": 0, "stopped": "monthly_budget"}}

    assert (x.asked(), saved()) == ([], {})
    assert metrics_in(capsys.readouterr().out)["BudgetUsedUp"] == 1
    assert "MonthlyPostBudget has 2 left, so the query is not begun: narrow the query" in caplog.text


def test_x_is_not_read_on_when_the_month_has_no_money_for_a_page(collect, firehose, x, capsys, caplog):
    x.page_size = 2
    posts = [x.post(3600 - number) for number in range(5)]

    # A page of 100 posts is half a dollar: 0.509 pays the count and one page, but not another after two posts.
    assert collect(monthly_budgets="1000,0.509,0,0") == {SOURCE: {"posts": 2, "stopped": "money"}}

    assert metrics_in(capsys.readouterr().out)["RunsOverBudget"] == 1
    assert "the month has no $0.50 left for X: raise MonthlyBudget or MonthlyXBudget" in caplog.text
    assert spent() == [{"total": 15_000, "x": 15_000}]

    assert collect(monthly_budgets="1000,0.6,0,0") == {SOURCE: {"posts": 3, "stopped": None}}
    assert sorted(line["id"] for line in firehose.lines) == sorted(posts)
    assert spent() == [{"total": 30_000, "x": 30_000}]


def test_a_page_that_x_does_not_give_is_not_paid(collect, x):
    x.post(3600)
    x.troubles.extend([None, 503])  # the count comes

    with pytest.RaisesGroup(RetryableError):
        collect()

    assert spent() == [{"total": 5_000, "x": 5_000}]


def test_a_first_run_that_the_money_cannot_pay_is_not_begun(collect, x, caplog):
    for number in range(3):
        x.post(3600 - number)

    assert collect(monthly_budgets="0.01,0,0,0") == {SOURCE: {"posts": 0, "stopped": "money"}}

    assert x.asked() == []
    assert "The month has money for 1 posts, so the query is not begun" in caplog.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"search_query": " "},
        {"search_languages": "english"},
        {"monthly_post_budget": "ten"},
        {"x_api_url": "http://x.example"},
    ],
)
def test_a_wrong_setting_fails_the_run_by_its_name(wrong, collect):
    (name,) = wrong
    with pytest.RaisesGroup(pytest.RaisesExc(SettingsError, match=name.upper())):
        collect(**wrong)
