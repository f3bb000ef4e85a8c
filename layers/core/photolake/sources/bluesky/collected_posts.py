"""Records which posts of Bluesky have been collected: only their deletions matter to the lake.

Items of a DynamoDB table with the key `id`: `bluesky#<did>#<day>` holds the record keys of an author's posts of a day,
`bluesky#<did>` the days. This keeps items small: a write costs by the size of the whole item, at most 400 KB.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from photolake.aws.dynamodb import is_condition_failure, read_items
from photolake.sources.bluesky.identifiers import PostKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

MAX_MEMBERS = 20_000  # of one item: together with those of a batch they stay below 400 KB


class CollectedPosts:
    """Records which posts were collected. Entries never expire: a post may be deleted years after it was collected."""

    def __init__(self, table: Table, sleep: Callable[[float], None] = time.sleep) -> None:
        self._table = table
        self._sleep = sleep

    def add(self, posts: Iterable[PostKey]) -> set[PostKey]:
        """Record posts, and return those that were not recorded because their author has too many (20,000 a day)."""
        full = set()
        for (did, day), keys in _group_by_day(posts).items():
            if not self._add_members(_make_author_id(did), "days", {day}) or not self._add_members(
                _make_day_id(did, day), "rkeys", {key.rkey for key in keys}
            ):
                full |= keys
        return full

    def find_collected(self, posts: Collection[PostKey]) -> set[PostKey]:
        """Return those of the posts that have been collected."""
        days = {_make_day_id(*place): place[0] for place in _group_by_day(posts)}
        return set(posts).intersection(self._read_posts(days))

    def find_by_authors(self, dids: Iterable[str]) -> set[PostKey]:
        """Return all collected posts of these authors."""
        authors = {_make_author_id(did): did for did in dids}
        days = {
            _make_day_id(authors[item["id"]], day): authors[item["id"]]
            for item in read_items(self._table, authors, self._sleep)
            for day in item["days"]
        }
        return set(self._read_posts(days))

    def forget(self, posts: Iterable[PostKey]) -> None:
        """Forget that these posts were collected; the days on which their author posted stay."""
        for (did, day), keys in _group_by_day(posts).items():
            item = {"id": _make_day_id(did, day)}
            self._table.update_item(
                Key=item,
                UpdateExpression="DELETE rkeys :gone",
                ExpressionAttributeValues={":gone": {key.rkey for key in keys}},
            )
            self._delete_if_empty(item)

    def _delete_if_empty(self, key: Mapping[str, str]) -> None:
        """DynamoDB has no empty sets: the attribute goes with its last member."""
        try:
            self._table.delete_item(Key=dict(key), ConditionExpression=Attr("rkeys").not_exists())
        except ClientError as error:
            if not is_condition_failure(error):
                raise

    def _add_members(self, item_id: str, name: str, members: set[str]) -> bool:
        try:
            self._table.update_item(
                Key={"id": item_id},
                UpdateExpression=f"ADD {name} :new",
                ConditionExpression=Attr(name).not_exists() | Attr(name).size().lt(MAX_MEMBERS),
                ExpressionAttributeValues={":new": members},
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            return False
        return True

    def _read_posts(self, days: Mapping[str, str]) -> Iterator[PostKey]:
        for item in read_items(self._table, days, self._sleep):
            for rkey in item.get("rkeys", ()):
                yield PostKey(days[item["id"]], rkey)


def _group_by_day(posts: Iterable[PostKey]) -> dict[tuple[str, str], set[PostKey]]:
    found: dict[tuple[str, str], set[PostKey]] = {}
    for post in posts:
        day = dt.datetime.fromtimestamp(post.time_us / 1_000_000, dt.UTC).date().isoformat()
        found.setdefault((post.did, day), set()).add(post)
    return found


def _make_author_id(did: str) -> str:
    return f"bluesky#{did}"


def _make_day_id(did: str, day: str) -> str:
    return f"bluesky#{did}#{day}"
