"""A dashboard as the page reads it, and a Cloud that names a warehouse of tests/synthetic_lake."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import boto3

from photolake.athena_schema.workgroup import Workgroup
from photolake_cli.cloud import Cloud
from photolake_cli.dashboard.pages import ROW_TYPES
from photolake_cli.query.client import QueryClient
from tests.synthetic_lake.warehouse import (
    BUCKET,
    DATABASE,
    LANDING,
    REGION,
    WORKGROUP,
    Warehouse,
    read_saved_queries,
)


class DashboardPage:
    """The index, and the columns of each kind, all pages of them in one."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.index = self._read("index.js")
        self.names: dict[str, list[Any]] = self.index["names"]
        self.posts, self.texts, self.photos, self.pictures, self.analyses = map(self._join, ROW_TYPES)

    def name(self, kind: str, numbers: list[int | None]) -> list[Any]:
        """The names that numbers stand for."""
        return [None if number is None else self.names[kind][number] for number in numbers]

    @property
    def files(self) -> list[Path]:
        """Every file of the folder."""
        return [path for path in self.out.rglob("*") if path.is_file()]

    def read_data(self) -> str:
        """All data files as one text."""
        return "".join(path.read_text() for path in sorted((self.out / "data").iterdir()))

    def _read(self, name: str) -> dict[str, Any]:
        found = re.fullmatch(r'photolakeData\("\w+",\d+,(.*)\);\n', (self.out / "data" / name).read_text())
        assert found
        content: dict[str, Any] = json.loads(found[1])
        return content

    def _join(self, kind: str) -> dict[str, list[Any]]:
        rows, size = self.index["rows"][kind], self.index["pageRows"][kind]
        pages = [self._read(f"{kind}-{number}.js") for number in range(-(-rows // size))]
        assert len(list((self.out / "data").glob(f"{kind}-*.js"))) == len(pages)
        columns = {name: [value for page in pages for value in page[name]] for name in ROW_TYPES[kind].__annotations__}
        assert {len(values) for values in columns.values()} == {rows}
        return columns


def name_warehouse(warehouse: Warehouse, first_day: str) -> Cloud:
    """Create the views and saved queries, and name them as a Cloud."""
    warehouse.create_views()
    Workgroup(warehouse._athena, WORKGROUP, DATABASE).save_queries(read_saved_queries())
    values = {
        "WorkgroupName": WORKGROUP,
        "DatabaseName": DATABASE,
        "LandingDatabaseName": LANDING,
        "LakeBucketName": BUCKET,
        "EarliestDate": first_day,
        "ImageApis": "labels,moderation,text,faces,celebrities",
        "SampleRate": "1.0",
    }
    endpoints = {"AWS_ENDPOINT_URL_ATHENA": warehouse._athena.meta.endpoint_url}
    session = boto3.Session("x", "x", region_name=REGION)
    name = "the laptop cloud in /home/ann/.photolake"
    return Cloud(name, "laptop 1", session, values, str, endpoints, on_laptop=True)


def ask(cloud: Cloud, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a SELECT."""
    return [tuple(row) for row in QueryClient(cloud).run(sql).typed_rows()]


def count(cloud: Cloud, sql: str) -> dict[Any, int]:
    """The rows of a SELECT of a key and a count, without counts of 0."""
    rows = ((tuple(key), number) for *key, number in ask(cloud, sql))
    return {key[0] if len(key) == 1 else key: number for key, number in rows if number}
