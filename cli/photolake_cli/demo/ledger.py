"""The demo's closing account: everything that went in came out somewhere, and what it would have cost in 2019."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake_cli.collect.distinct import Distinct

if TYPE_CHECKING:
    from photolake_cli.collect.sender import Account
    from photolake_cli.query.client import Queries

# Photos as the archive holds them: counted from the collected posts, not from what became of them.
PHOTOS_COLLECTED = """
with shown as (
    select t.id, media.id as mediaid
    from {landing}.raw_tweets as t
    cross join unnest(transform(t.extended_entities.media, m -> {identity})) with ordinality as media (id, position)
),

referenced as (
    select t.id, media.id as mediaid
    from {landing}.raw_tweets as t
    cross join unnest(
        flatten(
            transform(
                filter(t.referenced_tweets, r -> r."type" in ('retweeted', 'quoted')),
                r -> transform(r."media", m -> {identity})
            )
        )
    ) with ordinality as media (id, position)
),

photos as (
    select id, mediaid from shown
    union
    select id, mediaid from referenced
)

select count(*) as photos from photos
"""

# Two media are the same photo if their id is, or without one their URL.
IDENTITY = (
    """coalesce(m."id", regexp_extract(m."media_key", '[^_]+$'), m."media_url_https", m."media_url", 'unknown')"""
)

# Comprehend is asked in batches but bills by text, as it bills a single call.
BATCHED = {"DetectSentiment": "BatchDetectSentiment", "DetectEntities": "BatchDetectEntities"}


@dataclass(frozen=True)
class Side:
    """One side of an account: named amounts."""

    amounts: Mapping[str, int]

    @property
    def total(self) -> int:
        """Their sum."""
        return sum(self.amounts.values())


@dataclass(frozen=True)
class Balance:
    """What went in against what came out; they must be equal."""

    name: str
    went_in: Side
    came_out: Side

    @property
    def holds(self) -> bool:
        """Whether nothing was lost and nothing counted twice."""
        return self.went_in.total == self.came_out.total


def post_balance(accounts: Iterable[Account], queries: Queries, malformed_in_lake: int) -> Balance:
    """Posts read from the files, against those in the view, repeated ones, and malformed lines in the lake."""
    read = list(accounts)
    ids = Distinct()
    for account in read:
        ids.update(account.ids)
    sent = sum(account.sent for account in read)
    malformed = sum(account.malformed for account in read)
    in_view = _number(queries, "select count(*) as posts from tweets")
    return Balance(
        "posts",
        Side({"posts in the files": sent, "malformed lines in the files": malformed}),
        Side({"posts in the view": in_view, "repeated": sent - ids.count, "in errors/malformed/": malformed_in_lake}),
    )


def photo_balance(queries: Queries, landing_database: str) -> Balance:
    """Photos of the collected posts, against the rows that say what became of each."""
    collected = _number(queries, PHOTOS_COLLECTED.format(landing=landing_database, identity=IDENTITY))
    rows = queries.run("select status, count(*) as photos from tweet_photos group by status order by status").records()
    return Balance(
        "photos",
        Side({"photos of the posts": collected}),
        Side({row["status"]: row["photos"] for row in rows}),
    )


def call_comparison(queries: Queries, calls: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """For each paid operation: its name, the calls of the 2019 method, and ours as the services counted them."""
    old: dict[str, int] = {
        row["api"]: row["calls"] for row in queries.run_saved(queries.saved_query("calls_of_2019")).records()
    }
    return [(api, old[api], _bought(api, calls)) for api in old]


def _bought(api: str, calls: Mapping[str, int]) -> int:
    if api in BATCHED:
        return calls.get(f"comprehend.{BATCHED[api]}.documents", 0) + calls.get(f"comprehend.{api}", 0)
    return calls.get(f"rekognition.{api}", 0)


def _number(queries: Queries, sql: str) -> int:
    (row,) = queries.run(sql).records()
    (value,) = row.values()
    return int(value)


def malformed_lines(s3: Any, bucket: str) -> int:
    """Lines under `errors/malformed/`."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="errors/malformed/")
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return sum(len(s3.get_object(Bucket=bucket, Key=key)["Body"].read().splitlines()) for key in keys)
