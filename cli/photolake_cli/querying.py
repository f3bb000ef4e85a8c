"""`photolake query`: a statement or a saved query of the workgroup, run by Athena."""

from __future__ import annotations

import csv
import io
import json
import math
import time
from dataclasses import dataclass
from typing import Any

from photolake.athena.workgroup import OWN
from photolake_cli.errors import CommandError

POLL_SECONDS = 0.05
MAX_EXACT = 2**53
_NUMBERS = {"bigint": int, "integer": int, "double": float, "float": float, "real": float}


@dataclass(frozen=True)
class Result:
    """A query's rows as Athena gives them, text or None, and how much it scanned."""

    columns: list[str]
    types: list[str]
    rows: list[list[str | None]]
    scanned_bytes: int

    def records(self) -> list[dict[str, Any]]:
        """The rows as objects, with numbers and truth values as such."""
        return [
            {name: _value(text, kind) for name, kind, text in zip(self.columns, self.types, row, strict=True)}
            for row in self.rows
        ]

    def as_csv(self) -> str:
        """The rows as CSV with a header."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return buffer.getvalue()

    def as_json(self) -> str:
        """The rows as a JSON array of objects.

        Integers that a browser could not hold exactly are strings, NaN and infinity are null: JSON has neither.
        """
        rows = [{name: _json_value(value) for name, value in record.items()} for record in self.records()]
        return json.dumps(rows, ensure_ascii=False, indent=2)


class Queries:
    """Runs statements in one workgroup and database."""

    def __init__(self, athena: Any, workgroup: str, database: str) -> None:
        """`athena` is a boto3 client."""
        self._athena = athena
        self._workgroup = workgroup
        self._database = database

    def run(self, sql: str) -> Result:
        """Run a statement to its end; CommandError with the engine's message if it fails."""
        execution_id = self._athena.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": self._database}, WorkGroup=self._workgroup
        )["QueryExecutionId"]
        execution = self._finished(execution_id)
        pages = list(self._athena.get_paginator("get_query_results").paginate(QueryExecutionId=execution_id))
        columns = pages[0]["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        rows = [
            [cell.get("VarCharValue") for cell in row["Data"]] for page in pages for row in page["ResultSet"]["Rows"]
        ]
        names = [column["Name"] for column in columns]
        # Athena repeats the header as the first row of a SELECT, and of a SELECT only.
        body = rows[1:] if rows[:1] == [names] else rows
        scanned = execution.get("Statistics", {}).get("DataScannedInBytes", 0)
        return Result(names, [column["Type"] for column in columns], body, scanned)

    def saved(self) -> dict[str, dict[str, Any]]:
        """The workgroup's saved queries by name."""
        pages = self._athena.get_paginator("list_named_queries").paginate(WorkGroup=self._workgroup)
        ids = [query_id for page in pages for query_id in page.get("NamedQueryIds", [])]
        found = [self._athena.get_named_query(NamedQueryId=query_id)["NamedQuery"] for query_id in ids]
        shown = ({**query, "Description": query.get("Description", "").removeprefix(OWN)} for query in found)
        return {query["Name"]: query for query in sorted(shown, key=lambda query: str(query["Name"]))}

    def saved_text(self, name: str) -> str:
        """The SQL of a saved query; CommandError lists those there are."""
        saved = self.saved()
        if name not in saved:
            raise CommandError(f"There is no saved query {name!r}. There are: {', '.join(saved) or 'none'}")
        return str(saved[name]["QueryString"])

    def _finished(self, execution_id: str) -> dict[str, Any]:
        while True:
            execution: dict[str, Any] = self._athena.get_query_execution(QueryExecutionId=execution_id)[
                "QueryExecution"
            ]
            match execution["Status"]["State"]:
                case "SUCCEEDED":
                    return execution
                case "FAILED" | "CANCELLED" as state:
                    raise CommandError(execution["Status"].get("StateChangeReason", state))
            time.sleep(POLL_SECONDS)


def _json_value(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, int) and abs(value) > MAX_EXACT else value


def _value(text: str | None, kind: str) -> Any:
    if text is None:
        return None
    if kind == "boolean":
        return text == "true"
    return _NUMBERS.get(kind, str)(text)
