"""A lake that is one view in memory, for exports: the parts of a Cloud and of a QueryClient that they use."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from photolake_cli.query.result import Column, QueryResult
from tests.fakes.s3 import FakeS3

COLUMNS = {
    "id": "bigint",
    "id_str": "string",
    "text": "string",
    "score": "double",
    "posted_at": "timestamp",
    "user": "struct<id:bigint,name:string>",
    "dt": "string",
}


@dataclass
class ExportLake:
    """The view `tweets` with these rows, in Athena's text, from 2026-03-01 on."""

    rows: list[dict[str, str | None]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=lambda: dict(COLUMNS))
    key: str = "lake 1"
    name: str = "the lake"
    on_laptop: bool = True
    queries: list[str] = field(default_factory=list)
    values: Mapping[str, str] = field(
        default_factory=lambda: {
            "DatabaseName": "photolake",
            "LandingDatabaseName": "photolake_landing",
            "EarliestDate": "2026-03-01",
            "LakeBucketName": "lake",
        }
    )
    s3: FakeS3 = field(default_factory=FakeS3)

    def client(self, service: str) -> Any:
        """Glue, which is this lake too, or S3."""
        return {"glue": self, "s3": self.s3}[service]

    def get_table(self, DatabaseName: str, Name: str) -> dict[str, Any]:  # noqa: N803
        """Glue's operation."""
        if Name != "tweets":
            raise ClientError({"Error": {"Code": "EntityNotFoundException", "Message": Name}}, "GetTable")
        columns = [{"Name": name, "Type": kind} for name, kind in self.columns.items()]
        return {"Table": {"Name": Name, "StorageDescriptor": {"Columns": columns}}}

    def run_export(self, sql: str, on_state: Callable[[str], None] = lambda _: None) -> QueryResult:
        """Answer the statements of an export."""
        self.queries.append(sql)
        if ".deletions" in sql:
            return QueryResult([Column("id", "bigint")], iter([[(id_,) for id_ in self.deleted]]), 10)
        days = re.findall(r"'(\d{4}-\d\d-\d\d)'", sql)
        found = [row for row in self.rows if row["id"] not in self.deleted and self._is_asked(row, days, sql)]
        if "order by dt" in sql:
            found.sort(key=lambda row: str(row["dt"]))
        page: Sequence[Any] = [[row.get(name) for name in self.columns] for row in found]
        return QueryResult([Column(name, kind) for name, kind in self.columns.items()], iter([page]), 1000)

    def _is_asked(self, row: Mapping[str, str | None], days: list[str], sql: str) -> bool:
        if "between" in sql:
            return days[0] <= str(row["dt"]) <= days[1]
        return not days or row["dt"] in days


def post(number: int, day: str, **more: str | None) -> dict[str, str | None]:
    """A row of the view in Athena's text."""
    return {
        "id": str(number),
        "id_str": str(number),
        "text": f"post {number}",
        "score": "0.5",
        "posted_at": f"{day} 10:00:00.000",
        "user": '{"id":7,"name":"Ann"}',
        "dt": day,
        **more,
    }
