"""What a lake has of posts: how many rows of each kind, and which posts are an author's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from photolake.pricing import price_athena_query
from photolake_cli.forget.names import PostName
from photolake_cli.query.client import QueryClient

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud

_LISTED = 5_000


class ForgetLake:
    """Asks the landing tables of a lake; `usd` is what that has cost so far."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._client = QueryClient(cloud)
        self._landing = cloud.values["LandingDatabaseName"]
        self.usd = Decimal(0)

    def find_by_authors(self, authors: Sequence[str]) -> dict[PostName, str]:
        """The posts of these accounts, each with its platform, also those that are not analysed yet."""
        listed = ", ".join(_quote(author) for author in authors)
        tables = (
            f'select id, id_str, source_platform from {self._landing}.{table} where "user".id_str in ({listed})'  # noqa: S608
            for table in ("posts", "raw_tweets")
        )
        rows = self._run(" union ".join(tables))
        return {PostName(int(row[0] or 0), row[1] or ""): row[2] or "" for row in rows if row[0]}

    def find_deleted(self, posts: Iterable[PostName]) -> set[int]:
        """Those of the posts that have a deletion already."""
        return {
            int(row[0] or 0)
            for ids in _list_ids(posts)
            for row in self._run(f"select distinct id from {self._landing}.deletions where id in ({ids})")  # noqa: S608
        }

    def count(self, posts: Iterable[PostName]) -> Counter[str]:
        """Count the rows of these posts, and the images that no other post shows."""
        found, shown, copies = Counter[str](), Counter[str](), dict[str, int]()
        photos = f"{self._landing}.photos"
        for ids in _list_ids(posts):
            found["posts"] += self._count(f"select count(distinct id) from {self._landing}.posts where id in ({ids})")  # noqa: S608
            found["photos"] += self._count(
                f"select count(distinct source_key) from {photos} where tweetid in ({ids})"  # noqa: S608
            )
            theirs = f"select image_id from {photos} where tweetid in ({ids}) and image_id is not null"  # noqa: S608
            for image, rows, of_these in self._run(
                f"select image_id, count(*) as copies, count_if(tweetid in ({ids})) as shown "  # noqa: S608
                f"from {photos} where image_id in ({theirs}) group by image_id"
            ):
                copies[image or ""] = int(rows or 0)
                shown[image or ""] += int(of_these or 0)
        found["images"] = sum(shown[image] == rows for image, rows in copies.items())
        return found

    def measure_archive(self) -> int:
        """The bytes of the archive, which Athena reads to find posts in it."""
        pages = self._cloud.client("s3").get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self._cloud.values["LakeBucketName"], Prefix="tweets/")
        return sum(item["Size"] for page in found for item in page.get("Contents", []))

    def _count(self, sql: str) -> int:
        return int(self._run(sql)[0][0] or 0)

    def _run(self, sql: str) -> list[tuple[str | None, ...]]:
        result = self._client.run(sql)
        rows = [tuple(row) for page in result.pages for row in page]
        self.usd += price_athena_query(result.scanned_bytes)
        return rows


def _list_ids(posts: Iterable[PostName]) -> Iterator[str]:
    remaining = iter(sorted({post.id for post in posts}))
    while group := list(islice(remaining, _LISTED)):
        yield ", ".join(map(str, group))


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
