"""A lake of images in memory for the exports for explorers: what they use of a Cloud and of a QueryClient."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from photolake_cli.query.result import Column, QueryResult
from tests.builders import explorer_lake
from tests.fakes.client_error import client_error
from tests.fakes.s3 import FakeS3

_INTEGERS = {
    *("width", "height", "posts", "authors"),
    *("last_posted_ms", "posted_ms", "favorite_count", "retweet_count"),
}


@dataclass
class ExplorerLake:
    """Images by rows as images.sql gives them, and their files by keys; `reads` has the keys that were read."""

    rows: Sequence[Mapping[str, Any]]
    files: dict[str, bytes] = field(default_factory=dict)
    hashtags: Sequence[tuple[str, str, str]] = ()
    key: str = "lake 1"
    name: str = "the stack photolake in eu-west-1"
    on_laptop: bool = True
    error: str = ""
    before_read: Callable[[str], None] = lambda key: None
    reads: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    exceptions = FakeS3.exceptions
    values: Mapping[str, str] = field(
        default_factory=lambda: {"LakeBucketName": "lake", "EarliestDate": explorer_lake.DAY}
    )

    def client(self, service: str) -> Any:
        """S3, which is this lake too."""
        assert service == "s3"
        return self

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        """S3's operation."""
        assert Bucket == "lake"
        self.before_read(Key)
        self.reads.append(Key)
        if self.error:
            raise client_error(self.error)
        stored = FakeS3()
        stored.objects = self.files
        return stored.get_object(Bucket=Bucket, Key=Key)

    def put_object(self, *, Key: str, Body: bytes, **_: str) -> None:  # noqa: N803
        """S3's operation: what the lake keeps of an export."""
        assert Key.startswith("copies/")
        self.copies.append(json.loads(Body)["command"])

    def run_export(self, sql: str, on_state: Callable[[str], None] = lambda _: None) -> QueryResult:
        """Answer the statements of an export."""
        if sql.startswith("select count(*)"):
            pixels = sum((row["width"] or 0) * (row["height"] or 0) for row in self.rows)
            columns = [Column("images", "bigint"), Column("pixels", "double")]
            return QueryResult(columns, iter([[(str(len(self.rows)), str(float(pixels)))]]), 1000)
        if "as hashtag," in sql:
            columns = [Column("image_id", "varchar"), Column("hashtag", "varchar"), Column("posts", "bigint")]
            return QueryResult(columns, iter([list(self.hashtags)]), 1000)
        names = list(self.rows[0]) if self.rows else []
        columns = [Column(name, "bigint" if name in _INTEGERS else "varchar") for name in names]
        page = [[None if row[name] is None else str(row[name]) for name in names] for row in self.rows]
        return QueryResult(columns, iter([page]), 1000)


def many_images(count: int) -> ExplorerLake:
    """A lake of so many images that differ in their ids only."""
    row = explorer_lake.result_row("wine")
    rows, files = [], {}
    data = explorer_lake.draw_jpeg(*explorer_lake.SIZES["wine"])
    for number in range(count):
        image_id = explorer_lake.image_id(str(number))
        rows.append({**row, "image_id": image_id, "s3_key": f"images/{image_id}.jpg"})
        files[f"images/{image_id}.jpg"] = data
    return ExplorerLake(rows, files)
