"""The demo's account of every post and photo, and its paid calls compared with the method of 2019."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake_cli.collect.distinct import DistinctCounter

if TYPE_CHECKING:
    from photolake_cli.collect.tally import Tally
    from photolake_cli.query.client import QueryClient

# Counted from the collected posts, independently of the rows in photos.
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

# Comprehend bills each text of a batch like a single call.
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
    """Input and output, whose totals must be equal."""

    name: str
    input: Side
    output: Side

    @property
    def is_balanced(self) -> bool:
        """Whether nothing was lost or counted twice."""
        return self.input.total == self.output.total


def balance_posts(tallies: Sequence[Tally], client: QueryClient, rejected_in_lake: int) -> Balance:
    """Entries read from the files, against posts in the view, repeated posts, and rejected records in the lake."""
    ids = DistinctCounter()
    for tally in tallies:
        ids.update(tally.ids)
    sent = sum(tally.sent for tally in tallies)
    rejected = sum(tally.rejected for tally in tallies)
    in_view = _query_number(client, "select count(*) as posts from tweets")
    return Balance(
        "posts",
        Side({"posts in the files": sent, "rejected records of the files": rejected}),
        Side({"posts in the view": in_view, "repeated": sent - ids.count, "in errors/malformed/": rejected_in_lake}),
    )


def balance_photos(client: QueryClient, landing_database: str) -> Balance:
    """Photos of the collected posts, against the rows of tweet_photos by status."""
    collected = _query_number(client, PHOTOS_COLLECTED.format(landing=landing_database, identity=IDENTITY))
    rows = client.run("select status, count(*) as photos from tweet_photos group by status order by status").records()
    return Balance(
        "photos",
        Side({"photos of the posts": collected}),
        Side({row["status"]: row["photos"] for row in rows}),
    )


def compare_calls(client: QueryClient, calls: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """For each paid operation: its name, the calls of the 2019 method, and ours as the services counted them."""
    old: dict[str, int] = {
        row["api"]: row["calls"] for row in client.run_saved(client.find_saved("calls_of_2019")).records()
    }
    return [(api, old[api], _count_calls(api, calls)) for api in old]


def _count_calls(api: str, calls: Mapping[str, int]) -> int:
    if api in BATCHED:
        return calls.get(f"comprehend.{BATCHED[api]}.documents", 0) + calls.get(f"comprehend.{api}", 0)
    return calls.get(f"rekognition.{api}", 0)


def count_sent_again(calls: Mapping[str, int]) -> int:
    """How many attempts at calls were repeated, because the answer took longer than the client waits."""
    return sum(number for name, number in calls.items() if name.endswith(".sent_again"))


def _query_number(client: QueryClient, sql: str) -> int:
    (row,) = client.run(sql).records()
    (value,) = row.values()
    return int(value)


def count_rejected(s3: Any, bucket: str) -> int:
    """The records under `errors/malformed/`."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="errors/malformed/")
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return sum(len(s3.get_object(Bucket=bucket, Key=key)["Body"].read().splitlines()) for key in keys)
