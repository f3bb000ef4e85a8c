"""What the lake still has of deleted posts: rows of its tables, and the archive objects with their lines.

The tables are asked, and not a list of what was deleted when, so that a post that arrives once more is found again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from photolake.aws.athena import QueryReader

MAX_LISTED = 2_000
"""Ids in one statement, of which Athena takes 262,144 bytes (https://docs.aws.amazon.com/athena/latest/ug/service-limits.html)."""
_T = TypeVar("_T")
_COLUMNS = "p.dt, p.tweetid, p.source_key, p.source_platform, p.mediaid, p.media_url, p.image_id, p.image_dt"


@dataclass(frozen=True)
class Showing:
    """A photo of a post, or one that was dropped (`tweetid` None), and the image that it became, if it did."""

    dt: str
    tweetid: int | None
    source_key: str
    platform: str
    mediaid: str
    media_url: str
    image_id: str
    image_dt: str

    @property
    def media(self) -> tuple[str, str]:
        """Platform and medium."""
        return self.platform, self.mediaid


@dataclass(frozen=True)
class DeletedPost:
    """A row of `posts` that is deleted."""

    dt: str
    id: int
    id_str: str
    platform: str
    text: str
    lang: str


class DeletedRows:
    """Asks the landing tables. Results do not stay in the lake: they name deleted posts, or quote them."""

    def __init__(self, queries: QueryReader, landing: str) -> None:
        """`landing` is the database of the landing tables."""
        self._queries = queries
        self._landing = landing
        self._dead = f"(select distinct id from {landing}.deletions where id is not null)"  # noqa: S608

    def list_ids(self) -> set[int]:
        """Return the ids of all deletions."""
        return {int(row["id"]) for row in self._queries.take_records(f"select id from {self._dead}")}  # noqa: S608

    def find_showings(self) -> list[Showing]:
        """Return the photos of deleted posts, and the other photos that became the same images."""
        if not self._find_days("photos", "tweetid"):
            return []
        images = (
            f"(select distinct p.image_id from {self._landing}.photos as p inner join {self._dead} as d "  # noqa: S608
            "on p.tweetid = d.id where p.image_id is not null)"
        )
        return self._read_showings(
            f"left join {self._dead} as d on p.tweetid = d.id left join {images} as i on p.image_id = i.image_id "
            "where d.id is not null or i.image_id is not null"
        )

    def find_showings_of(self, image_ids: Iterable[str]) -> list[Showing]:
        """Return all photos that became these images."""
        return [
            showing
            for group in split_up(sorted(image_ids), MAX_LISTED)
            for showing in self._read_showings(f"where p.image_id in ({list_texts(group)})")
        ]

    def find_posts(self) -> list[DeletedPost]:
        """Return the rows of deleted posts."""
        rows = [
            row
            for days in split_up(self._find_days("posts", "id"), MAX_LISTED)
            for row in self._queries.take_records(
                "select distinct p.dt, p.id, p.id_str, p.source_platform, p.text, p.lang "  # noqa: S608
                f"from {self._landing}.posts as p inner join {self._dead} as d on p.id = d.id "
                f"where p.dt in ({list_texts(days)})"
            )
        ]
        return [
            DeletedPost(row["dt"], int(row["id"]), row["id_str"], row["source_platform"], row["text"], row["lang"])
            for row in rows
        ]

    def find_archived(self, first_day: str) -> dict[str, set[int]]:
        """Return the URI of each archive object with a deleted post, and the posts, from an arrival day on."""
        rows = self._queries.take_records(
            f'select distinct p."$path" as path, p.id from {self._landing}.raw_tweets as p '  # noqa: S608
            f"inner join {self._dead} as d on p.id = d.id where p.dt >= '{first_day}'"
        )
        return _group((row["path"], int(row["id"])) for row in rows)

    def find_analyses(self, image_ids: Iterable[str]) -> dict[str, set[str]]:
        """Return the partitions with analyses of these images, and the images in each."""
        found: dict[str, set[str]] = defaultdict(set)
        for group in split_up(sorted(image_ids), MAX_LISTED):
            rows = self._queries.take_records(
                f"select distinct dt, image_id from {self._landing}.analyses where image_id in ({list_texts(group)})"  # noqa: S608
            )
            for dt, images in _group((row["dt"], row["image_id"]) for row in rows).items():
                found[dt] |= images
        return found

    def _find_days(self, table: str, column: str) -> list[str]:
        """Return the days with deleted posts in a table; that reads one column, and on most days finds none."""
        rows = self._queries.take_records(
            f"select distinct p.dt from {self._landing}.{table} as p inner join {self._dead} as d "  # noqa: S608
            f"on p.{column} = d.id"
        )
        return sorted(row["dt"] for row in rows)

    def _read_showings(self, rest: str) -> list[Showing]:
        rows = self._queries.take_records(f"select distinct {_COLUMNS} from {self._landing}.photos as p {rest}")  # noqa: S608
        return [_read_showing(row) for row in rows]


def _read_showing(row: Mapping[str, str]) -> Showing:
    post = int(row["tweetid"]) if row["tweetid"] else None
    names = ("source_key", "source_platform", "mediaid", "media_url", "image_id", "image_dt")
    return Showing(row["dt"], post, *(row[name] for name in names))


def _group(pairs: Iterable[tuple[str, _T]]) -> dict[str, set[_T]]:
    found: dict[str, set[_T]] = defaultdict(set)
    for name, value in pairs:
        found[name].add(value)
    return found


def split_up(values: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Yield lists of at most so many values."""
    remaining = iter(values)
    while group := list(islice(remaining, size)):
        yield group


def list_texts(values: Collection[str]) -> str:
    """Write texts without quotes in them as a list of SQL."""
    return ", ".join(f"'{value}'" for value in values)
