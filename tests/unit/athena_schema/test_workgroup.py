"""Running statements and keeping saved queries."""

import itertools

import pytest

from photolake.athena_schema.custom_resource import build_response, send_response
from photolake.athena_schema.sql_files import Statement
from photolake.athena_schema.workgroup import Workgroup
from photolake.errors import PermanentError, RetryableError


class FakeAthena:
    """Remembers saved queries; a query goes through the given states."""

    def __init__(self, states=("QUEUED", "RUNNING", "SUCCEEDED"), reason=None):
        self.states = iter(states)
        self.reason = reason
        self.queries: dict[str, dict] = {}
        self.ran: list[dict] = []

    def start_query_execution(self, **request):
        self.ran.append(request)
        return {"QueryExecutionId": "1"}

    def get_query_execution(self, QueryExecutionId):  # noqa: N803 (boto3's names)
        status = {"State": next(self.states)}
        if self.reason:
            status["StateChangeReason"] = self.reason
        return {"QueryExecution": {"Status": status}}

    def get_paginator(self, name):
        assert name == "list_named_queries"
        return self

    def paginate(self, WorkGroup):  # noqa: N803
        return [{"NamedQueryIds": list(self.queries)[:1]}, {"NamedQueryIds": list(self.queries)[1:]}]

    def get_named_query(self, NamedQueryId):  # noqa: N803
        return {"NamedQuery": {"NamedQueryId": NamedQueryId, **self.queries[NamedQueryId]}}

    def create_named_query(self, **query):
        self.queries[f"id-{query['Name']}"] = query

    def update_named_query(self, NamedQueryId, **query):  # noqa: N803
        self.queries[NamedQueryId] = {**self.queries[NamedQueryId], **query}

    def delete_named_query(self, NamedQueryId):  # noqa: N803
        del self.queries[NamedQueryId]


def workgroup(athena):
    return Workgroup(athena, "group", "lake", sleep=lambda seconds: None)


def query(name, text):
    return Statement(name, f"athena/queries/{name}.sql", text)


def test_a_view_is_created_after_those_it_reads():
    athena = FakeAthena(states=itertools.repeat("SUCCEEDED"))
    views = [
        query("a", "create view a as select * from b inner join c on b.id = c.id"),
        query("b", "create view b as select * from d"),
        *(query(name, f"create view {name} as select 1") for name in "cd"),
    ]

    workgroup(athena).create_views(views)

    created = [request["QueryString"].split()[2] for request in athena.ran]
    assert (sorted(created), created[-1]) == (["a", "b", "c", "d"], "a")
    assert created.index("d") < created.index("b")


def test_a_statement_is_run_to_its_end():
    athena = FakeAthena()

    workgroup(athena).run(query("a", "-- What?\nselect 1"))

    assert athena.ran == [
        {"QueryString": "select 1", "QueryExecutionContext": {"Database": "lake"}, "WorkGroup": "group"}
    ]


def test_a_failed_statement_raises_with_file_line_and_message():
    athena = FakeAthena(states=["FAILED"], reason="SYNTAX_ERROR: line 1:8: Column 'x' cannot be resolved")

    with pytest.raises(PermanentError, match=r"athena/queries/a\.sql:2:8: SYNTAX_ERROR"):
        workgroup(athena).run(query("a", "-- What?\nselect x"))


def test_saved_queries_become_those_of_the_folder_and_those_of_people_are_left_alone():
    athena = FakeAthena()
    group = workgroup(athena)
    athena.queries["by hand"] = {"Name": "kept", "QueryString": "select 'mine'"}
    group.save_queries([query("kept", "-- Kept?\nselect 1"), query("gone", "-- Gone?\nselect 2")])

    group.save_queries([query("kept", "-- Kept, still?\nselect 1"), query("new", "-- New?\nselect 3")])

    assert athena.queries.pop("by hand") == {"Name": "kept", "QueryString": "select 'mine'"}
    assert {saved["Name"]: (saved["Description"], saved["QueryString"]) for saved in athena.queries.values()} == {
        "kept": ("photolake: Kept, still?", "-- Kept, still?\nselect 1"),
        "new": ("photolake: New?", "-- New?\nselect 3"),
    }


def test_a_failure_is_answered_with_its_reason_under_the_same_physical_id():
    event = {"StackId": "stack", "RequestId": "request", "LogicalResourceId": "AthenaSchema"}

    document = build_response(event, "athena-schema", "x" * 5000)

    assert document["Status"] == "FAILED"
    assert len(document["Reason"]) == 1500
    assert build_response(event, "athena-schema", None)["PhysicalResourceId"] == document["PhysicalResourceId"]


def test_an_answer_that_is_not_taken_raises():
    class Reply:
        status = 403

    with pytest.raises(RetryableError, match="403"):
        send_response("https://url", {}, request=lambda *arguments, **options: Reply())
