"""The requests to Athena through PyAthena, and the results."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError
from botocore.stub import Stubber

from photolake_cli.cloud import Cloud
from photolake_cli.errors import CommandError
from photolake_cli.query import client
from photolake_cli.query.client import QueryClient, QueryFailedError

DECIMAL = {"Precision": 38, "Scale": 2, "Nullable": "UNKNOWN"}
SAVED = """-- What is seen most often?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: least (bigint), how many posts at least
select label
from labels
where dt >= ? and posts > ?;
"""


class Session:
    """Hands out one client."""

    region_name = "eu-west-1"

    def __init__(self, client):
        self._client = client

    def client(self, *names, **options):
        return self._client


@pytest.fixture
def athena():
    return boto3.client("athena", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def stub(athena):
    with Stubber(athena) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def query_client(athena, monkeypatch):
    monkeypatch.setattr(client, "AWS_POLL_SECONDS", 0.0)
    return client_over(athena)


def client_over(athena):
    session: Any = Session(athena)
    values = {"WorkgroupName": "group", "DatabaseName": "lake", "EarliestDate": "2026-01-01"}
    return QueryClient(Cloud("the stack lake in eu-west-1", "lake", session, values, str))


def expect_query(stub, sql, parameters=(), **execution):
    request = {
        "QueryString": sql,
        "QueryExecutionContext": {"Database": "lake", "Catalog": "awsdatacatalog"},
        "WorkGroup": "group",
        **({"ExecutionParameters": list(parameters)} if parameters else {}),
    }
    stub.add_response("start_query_execution", {"QueryExecutionId": "1"}, request)
    for state in ("QUEUED", "RUNNING"):
        expect_state(stub, state)
    expect_state(stub, **{"state": "SUCCEEDED", **execution})


def expect_state(stub, state, reason=None, kind="DML", scanned=0):
    status = {"State": state} | ({"StateChangeReason": reason} if reason else {})
    execution = {
        "QueryExecutionId": "1",
        "Query": "select 1",
        "Status": status,
        "StatementType": kind,
        "Statistics": {"DataScannedInBytes": scanned},
    }
    stub.add_response("get_query_execution", {"QueryExecution": execution}, {"QueryExecutionId": "1"})


def expect_rows(stub, columns, *pages):
    for number, page in enumerate(pages, 1):
        rows = [{"Data": [{} if text is None else {"VarCharValue": text} for text in row]} for row in page]
        info = [{"Name": name, "Type": kind, **DECIMAL} for name, kind in columns.items()]
        more = {"NextToken": str(number)} if number < len(pages) else {}
        token = {"NextToken": str(number - 1)} if number > 1 else {}
        stub.add_response(
            "get_query_results",
            {"ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": info}}, **more},
            {"QueryExecutionId": "1", "MaxResults": 1000, **token},
        )


def test_a_statements_values_are_execution_parameters(query_client, stub):
    expect_query(stub, "select ? as a, ? as b", ["5", "'O''Hara'"])
    expect_rows(stub, {"a": "integer"}, [["a"]])

    assert query_client.run("select ? as a, ? as b", ["5", "O'Hara"]).records() == []


def test_rows_come_in_pages_as_athena_wrote_them(query_client, stub):
    columns = {"label": "varchar", "tags": "array", "price": "decimal", "data": "json"}
    first, last = ["Cat", "[a, null]", "1.10", '{"n": 1.0}'], [None, None, None, None]
    expect_query(stub, "select 1", scanned=12)
    expect_rows(stub, columns, [list(columns), first], [last])

    result = query_client.run("select 1")

    assert list(result.pages) == [[tuple(first), tuple(last)]]
    assert (result.column_names, result.scanned_bytes, result.is_charged) == (list(columns), 12, True)
    assert [(column.precision, column.scale) for column in result.columns] == [(38, 2)] * 4


def test_rows_have_numbers_and_truth_values_where_these_are_exact(query_client, stub):
    expect_query(stub, "select 1")
    expect_rows(
        stub, {"label": "varchar", "n": "bigint", "sure": "boolean"}, [["label", "n", "sure"], ["2", "2", "true"]]
    )

    assert query_client.run("select 1").records() == [{"label": "2", "n": 2, "sure": True}]


def test_a_statement_that_reads_no_data_is_not_charged(query_client, stub):
    expect_query(stub, "show tables", kind="UTILITY")
    expect_rows(stub, {"tab_name": "string"}, [["tweets"]])

    result = query_client.run("show tables")

    assert (list(result.rows), result.is_charged) == ([("tweets",)], False)


def test_a_leading_comment_is_left_out_and_lines_keep_their_numbers(query_client, stub):
    expect_query(stub, "\nselect 1")
    expect_rows(stub, {"_col0": "integer"}, [["_col0"]])

    query_client.run("-- One.\nselect 1")


def test_the_state_of_the_query_is_reported_while_it_runs(query_client, stub):
    expect_query(stub, "select 1", scanned=1_400_000)
    expect_rows(stub, {"_col0": "integer"}, [["_col0"]])
    states: list[str] = []

    query_client.run("select 1", on_state=states.append)

    assert states == ["queued", "running", "succeeded, 1.4 MB scanned"]


def test_a_failed_query_gives_the_engines_message_and_what_to_do(query_client, stub, caplog):
    reasons = {
        "COLUMN_NOT_FOUND: line 1:8": "COLUMN_NOT_FOUND: line 1:8",
        "Query cancelled! : Bytes scanned limit was exceeded": "Query cancelled! : Bytes scanned limit was exceeded. "
        "Query fewer days (dt), or raise the stack's parameter QueryScanLimitBytes",
        None: "The query was cancelled",
    }
    for reason, said in reasons.items():
        expect_query(stub, "select x", state="FAILED" if reason else "CANCELLED", reason=reason)
        with pytest.raises(QueryFailedError) as error:
            query_client.run("select x")
        assert str(error.value) == said
    assert caplog.records == []


def test_what_aws_refuses_is_explained(query_client, stub):
    stub.add_client_error("start_query_execution", "InvalidRequestException", "WorkGroup group is not found.")

    with pytest.raises(CommandError, match=r"^WorkGroup group is not found; the stack lake in eu-west-1"):
        query_client.run("select 1")


def test_missing_credentials_are_explained():
    athena = boto3.client("athena", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")

    def refuse(**request):
        raise NoCredentialsError

    athena.meta.events.register("before-call.athena", refuse)

    for ask in (client_over(athena).list_saved, lambda: client_over(athena).run("select 1")):
        with pytest.raises(CommandError, match="There are no AWS credentials for the stack lake"):
            ask()


def expect_saved(stub, *queries):
    ids = [str(number) for number in range(len(queries))]
    stub.add_response("list_named_queries", {"NamedQueryIds": ids}, {"WorkGroup": "group"})
    for start in range(0, len(ids), 50):
        stub.add_response(
            "batch_get_named_query",
            {"NamedQueries": [{"Database": "lake", **query} for query in queries[start : start + 50]]},
            {"NamedQueryIds": ids[start : start + 50]},
        )


def saved(name, description="photolake: What is seen most often?", text=SAVED):
    return {"Name": name, "Description": description, "QueryString": text}


def test_a_saved_query_is_run_with_its_values_and_without_its_header(query_client, stub):
    expect_saved(stub, saved("top"))
    expect_query(stub, "\n\n\nselect label\nfrom labels\nwhere dt >= ? and posts > ?", ["'2026-01-01'", "3"])
    expect_rows(stub, {"label": "varchar"}, [["label"], ["Cat"]])

    result = query_client.run_saved(query_client.find_saved("top"), ["least=3"])

    assert result.records() == [{"label": "Cat"}]


def test_a_saved_query_that_fails_is_named(query_client, stub):
    expect_saved(stub, saved("mine", "Mine", "select x"))
    expect_query(stub, "select x", state="FAILED", reason="COLUMN_NOT_FOUND: line 1:8: x")

    with pytest.raises(QueryFailedError, match=r"^saved query mine: COLUMN_NOT_FOUND: line 1:8: x$"):
        query_client.run_saved(query_client.find_saved("mine"))


def test_of_two_saved_queries_with_one_name_the_stacks_own_is_found(query_client, stub):
    expect_saved(stub, saved("top"), saved("top", "My own", "select 1"), saved("a", "Mine", "select 2"))

    found = query_client.list_saved()

    assert [(query.name, query.description) for query in found.values()] == [
        ("a", "Mine"),
        ("top", "What is seen most often?"),
    ]
    assert found["top"].text == SAVED


def test_more_saved_queries_than_one_request_may_name_are_all_found(query_client, stub):
    expect_saved(stub, *(saved(f"q{number:02}") for number in range(60)))

    assert len(query_client.list_saved()) == 60


def test_an_unknown_saved_query_is_an_error_that_lists_all_names(query_client, stub):
    expect_saved(stub, saved("b"), saved("a"))

    with pytest.raises(CommandError, match=r"^There is no saved query 'c'. Saved queries: a, b$"):
        query_client.find_saved("c")
