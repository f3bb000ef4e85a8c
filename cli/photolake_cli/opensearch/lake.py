"""What a search index is filled from: the photos and analyses of the lake, and the posts that are deleted."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pyarrow.parquet

from photolake.photos.job import PostSummary

if TYPE_CHECKING:
    from photolake.rows.types import AnalysisRow, PhotoRow

_BATCH_ROWS = 500
_DAY = re.compile(r"analyses/dt=(\d{4}-\d\d-\d\d)/")
POSTED = """
select
    p.source_key, p.source_platform, p.tweetid, p.image_id, p.alt_text, p.collected_at, p.dt,
    t.id_str, t.text, json_format(cast(transform(t.text_entities, x -> x."text") as json)) as entities
from tweet_photos as p
inner join tweets as t on p.dt = t.dt and p.tweetid = t.id
where p.image_id is not null and p.dt >= '{since}'
"""
DROPPED = """
select distinct source_key, origin, image_id, alt_text, collected_at, dt
from {landing}.photos
where origin <> 'post' and image_id is not null and dt >= '{since}'
"""
IMAGES = "select image_id from image_analyses where dt >= '{since}'"
DELETED = "select distinct cast(id as varchar) as id, id_str from {landing}.deletions"


@dataclass(frozen=True)
class LakeReader:
    """Reads the lake from the day `since` on (an ISO date).

    `query` runs a statement in the database of the views and returns its rows as dictionaries of text.
    """

    query: Callable[[str], Iterable[Mapping[str, str | None]]]
    s3: Any
    bucket: str
    landing_database: str
    since: str

    def photos(self) -> Iterator[tuple[PhotoRow, PostSummary | None]]:
        """Each photo that is an image, with its post if it has one; not those of deleted posts."""
        for row in self._ask(POSTED):
            entities = [{"text": text} for text in json.loads(row["entities"] or "[]")]
            post: Any = {"id_str": row["id_str"], "text": row["text"], "text_entities": entities}
            columns = {name: row[name] for name in ("source_key", "source_platform", "image_id", "alt_text", "dt")}
            yield (
                cast(
                    "PhotoRow",
                    {
                        **columns,
                        "origin": "post",
                        "tweetid": int(row["tweetid"] or 0),
                        "collected_at": row["collected_at"],
                    },
                ),
                PostSummary.of_post(post),
            )
        for row in self._ask(DROPPED):
            yield cast("PhotoRow", row), None

    def analyses(self) -> Iterator[AnalysisRow]:
        """Each analysis of an image that is in the views, with its copies."""
        shown = {row["image_id"] for row in self._ask(IMAGES)}
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix="analyses/"):
            for item in page.get("Contents", []):
                day = _DAY.match(item["Key"])
                if day and day[1] >= self.since:
                    yield from (row for row in self._read(item["Key"], day[1]) if row["image_id"] in shown)

    def deleted_posts(self) -> list[str]:
        """The ids of deleted posts, as numbers and as their platforms write them."""
        ids = (row[name] for row in self._ask(DELETED) for name in ("id", "id_str"))
        return sorted({post_id for post_id in ids if post_id})

    def _ask(self, statement: str) -> Iterable[Mapping[str, str | None]]:
        return self.query(statement.format(since=self.since, landing=self.landing_database))

    def _read(self, key: str, day: str) -> Iterator[AnalysisRow]:
        body = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        for batch in pyarrow.parquet.ParquetFile(io.BytesIO(body)).iter_batches(_BATCH_ROWS):
            for row in batch.to_pylist():
                yield cast("AnalysisRow", {**row, "dt": day})
