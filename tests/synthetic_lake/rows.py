"""A synthetic lake: rows of the landing tables as the pipeline delivers them, with the flaws that landing tables have.

Rows come at least once, late and in no order: each sequence ends its days with copies of rows that it has already
given, exact ones and newer ones, and some copies that come last are the older ones.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from tests.synthetic_lake import analyses, photos, posts
from tests.synthetic_lake.plan import Plan

Row = dict[str, Any]
_ANALYSIS = ("language", "sentiment", "text_entities", "entities_status", "processed_at", "dt")


@dataclass(frozen=True)
class Rows:
    """Rows that are made anew, and alike, for each iteration: a large lake needs no memory for them."""

    days: int
    on: Callable[[int], Iterator[Any]]
    """The rows of one day, by its number from 0."""

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(map(self.on, range(self.days)))


@dataclass(frozen=True)
class Lake:
    """The rows by table, day after day, each with its partition `dt` where the table has one.

    `raw_lines` are the lines of raw_tweets, some of them malformed. `plan` tells what is where.
    """

    plan: Plan
    posts: Rows
    photos: Rows
    analyses: Rows
    deletions: Sequence[Row]
    raw_lines: Rows


def synthetic_lake(posts: int, images: int, first_day: dt.date, days: int, seed: int = 7) -> Lake:
    """Plan a lake of this many posts and images, from `first_day` on; `first_day` is the stack's EarliestDate too.

    About 3 % of the rows are there twice. The same arguments give the same rows.
    """
    plan = Plan(posts, images, first_day, days, seed)
    return Lake(
        plan,
        posts=Rows(days, lambda day: _with_copies(_posts(plan, plan.posts_of(day)))),
        photos=Rows(days, lambda day: _with_copies(_photos(plan, plan.posts_of(day)))),
        analyses=Rows(days, lambda day: _with_copies(_analyses(plan, plan.posts_of(day)))),
        deletions=_deletions(plan),
        raw_lines=Rows(days, lambda day: _raw_lines(_with_copies(_posts(plan, plan.posts_of(day))))),
    )


Copies = tuple[Row, Row | None]
"""A row, and the copy of it that comes again at the end of its day."""


def _with_copies(rows: Iterable[Copies]) -> Iterator[Row]:
    again: list[Row] = []
    for row, copy in rows:
        yield row
        if copy is not None:
            again.append(copy)
    yield from again


def _twice(number: int, row: Row, earlier: Callable[[Row, int], Row]) -> Copies:
    """A row with its copy: of a hundred rows one comes as it was, one after and one before its older copy."""
    if number % 100 == 31:
        return row, row
    if number % 100 == 57:
        return row, earlier(row, number)
    if number % 100 == 7:
        return earlier(row, number), row
    return row, None


def _posts(plan: Plan, numbers: range) -> Iterator[Copies]:
    return (_twice(number, posts.post_row(plan, number), posts.earlier_copy) for number in numbers)


def _photos(plan: Plan, numbers: range) -> Iterator[Copies]:
    rows = chain.from_iterable(photos.photo_rows(plan, number) for number in numbers)
    dropped = chain.from_iterable(photos.dropped_rows(plan, image) for image in _images(plan, numbers))
    for number, row in enumerate(chain(rows, dropped), start=numbers.start):
        yield _twice(number, row, photos.earlier_copy)


def _analyses(plan: Plan, numbers: range) -> Iterator[Copies]:
    for image in _images(plan, numbers):
        if plan.is_analyzed(image):
            yield _twice(image, analyses.analysis_row(plan, image), analyses.earlier_copy)


def _images(plan: Plan, numbers: range) -> range:
    """The images first seen with these posts."""
    first, end = (-(-number * plan.images // plan.posts) for number in (numbers.start, numbers.stop))
    return range(first, end)


def _deletions(plan: Plan) -> list[Row]:
    """A post whose photo nobody else shows, one whose photo others show, one without photos, one that never was."""
    bringing = (image for image in range(plan.images) if plan.new_images(plan.first_post(image)) == [image])
    shared = next(plan.first_post(image) for image in bringing if not plan.is_one_off(image))
    alone = next(plan.first_post(image) for image in bringing if plan.is_one_off(image))
    bare = next(number for number in range(plan.posts) if not plan.media(number) and plan.kind(number) == "plain")
    reasons = {alone: "author", shared: "author", bare: "platform"}
    deleted = f"{plan.first_day + dt.timedelta(days=plan.days)}T00:00:00.000Z"
    rows = [
        {
            "id": plan.post_id(number),
            "id_str": posts.post_row(plan, number)["id_str"],
            "source_platform": plan.platform(number),
            "reason": reason,
            "deleted_at": deleted,
        }
        for number, reason in reasons.items()
    ]
    unknown = {"id": 1, "id_str": "1", "source_platform": "x", "reason": None, "deleted_at": deleted}
    return [*rows, rows[0], unknown]


def _raw_lines(rows: Iterable[Row]) -> Iterator[str]:
    for number, row in enumerate(rows):
        columns = {name: row[name] for name in row if name not in _ANALYSIS and not name.startswith("sentiment")}
        source = {"data": {"id": row["id_str"], "text": row["text"], "lang": row["lang"]}}
        columns["source_json"] = json.dumps(source, ensure_ascii=False, separators=(",", ":"))
        line = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
        yield line
        if number % 100 == 30:
            yield from (line[: len(line) // 2], '["not", "an", "object"]', "")
