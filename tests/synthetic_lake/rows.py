"""A synthetic lake: rows of the landing tables as the pipeline delivers them, with duplicates and malformed lines.

Rows arrive at least once, late and in no order. Each day ends with copies of rows that were delivered before: exact
copies, newer ones, and some older ones.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from photolake.collect.runs import RunStatus, SourceRun
from photolake.collect.source import Span
from tests.synthetic_lake import analyses, photos, posts
from tests.synthetic_lake.plan import Plan

Row = dict[str, Any]
_QUERY = "(photo OR picture) has:images"
_SOURCES = (("x#5a1c8be2f0d94736", _QUERY), ("bluesky", _QUERY))
_ANALYSIS = ("language", "sentiment", "text_entities", "entities_status", "processed_at", "dt")


@dataclass(frozen=True)
class Rows:
    """Rows that each iteration builds again, always the same: a large lake needs no memory for them."""

    days: int
    on: Callable[[int], Iterator[Any]]
    """The rows of one day, by its number from 0."""

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(map(self.on, range(self.days)))


@dataclass(frozen=True)
class Lake:
    """The rows by table, day after day, each with its partition `dt` where the table has one.

    `raw_lines` are the lines of raw_tweets, some of them malformed. `plan` knows which post shows which image.
    """

    plan: Plan
    posts: Rows
    photos: Rows
    analyses: Rows
    deletions: Sequence[Row]
    runs: Sequence[Row]
    raw_lines: Rows


def synthetic_lake(posts: int, images: int, first_day: dt.date, days: int, seed: int = 7) -> Lake:
    """Plan a lake of this many posts and images, from `first_day` on; `first_day` is also the stack's EarliestDate.

    About 3 % of the rows occur twice. The same arguments give the same rows.
    """
    plan = Plan(posts, images, first_day, days, seed)
    return Lake(
        plan,
        posts=Rows(days, lambda day: _add_copies(_build_posts(plan, plan.posts_of(day)))),
        photos=Rows(days, lambda day: _add_copies(_build_photos(plan, plan.posts_of(day)))),
        analyses=Rows(days, lambda day: _add_copies(_build_analyses(plan, plan.posts_of(day)))),
        deletions=_build_deletions(plan),
        runs=list(_build_runs(plan)),
        raw_lines=Rows(days, lambda day: _build_raw_lines(_add_copies(_build_posts(plan, plan.posts_of(day))))),
    )


Copies = tuple[Row, Row | None]
"""A row, and the copy of it that comes again at the end of its day."""


def _add_copies(rows: Iterable[Copies]) -> Iterator[Row]:
    again: list[Row] = []
    for row, copy in rows:
        yield row
        if copy is not None:
            again.append(copy)
    yield from again


def _pair_with_copy(number: int, row: Row, earlier: Callable[[Row, int], Row]) -> Copies:
    """Pair a row with its copy: of a hundred rows one is repeated, one precedes and one follows its older copy."""
    if number % 100 == 31:
        return row, row
    if number % 100 == 57:
        return row, earlier(row, number)
    if number % 100 == 7:
        return earlier(row, number), row
    return row, None


def _build_posts(plan: Plan, numbers: range) -> Iterator[Copies]:
    return (_pair_with_copy(number, posts.post_row(plan, number), posts.earlier_copy) for number in numbers)


def _build_photos(plan: Plan, numbers: range) -> Iterator[Copies]:
    rows = chain.from_iterable(photos.photo_rows(plan, number) for number in numbers)
    dropped = chain.from_iterable(photos.dropped_rows(plan, image) for image in _list_images(plan, numbers))
    for number, row in enumerate(chain(rows, dropped), start=numbers.start):
        yield _pair_with_copy(number, row, photos.earlier_copy)


def _build_analyses(plan: Plan, numbers: range) -> Iterator[Copies]:
    for image in _list_images(plan, numbers):
        if plan.is_analyzed(image):
            yield _pair_with_copy(image, analyses.analysis_row(plan, image), analyses.earlier_copy)


def _list_images(plan: Plan, numbers: range) -> range:
    """List the images first seen with these posts."""
    first, end = (-(-number * plan.images // plan.posts) for number in (numbers.start, numbers.stop))
    return range(first, end)


def _build_deletions(plan: Plan) -> list[Row]:
    """Delete a post with a photo of its own, one with a shared photo, one without photos, and one that is unknown."""
    first_shown = (image for image in range(plan.images) if plan.new_images(plan.first_post(image)) == [image])
    shared = next(plan.first_post(image) for image in first_shown if not plan.is_one_off(image))
    alone = next(plan.first_post(image) for image in first_shown if plan.is_one_off(image))
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


def _build_runs(plan: Plan) -> Iterator[Row]:
    """Build runs of the collector every six hours; for a day and a half there are none, and the last one fails."""
    start = dt.datetime.combine(plan.first_day, dt.time(), dt.UTC)
    every, missing = dt.timedelta(hours=6), range(9, 15)
    read_to = dict.fromkeys(dict(_SOURCES), start - every)
    numbers = [number for number in range(plan.days * 4) if number not in missing]
    for number in numbers:
        started = start + number * every
        for source, query in _SOURCES:
            is_last = number == numbers[-1]
            has_gap = started - read_to[source] > 5 * every
            read_from = max(read_to[source], started - every)
            yield SourceRun(
                f"run-{number:03}",
                "collector",
                source,
                query,
                started,
                started + dt.timedelta(seconds=40),
                RunStatus.FAILED if is_last else RunStatus.OK,
                "X did not answer" if is_last else "",
                None if is_last else Span(read_from, started),
                has_gap,
                None if is_last else 10 + number % 7,
                None if is_last else 0,
            ).to_row()
            read_to[source] = read_to[source] if is_last else started


def _build_raw_lines(rows: Iterable[Row]) -> Iterator[str]:
    for number, row in enumerate(rows):
        columns = {name: row[name] for name in row if name not in _ANALYSIS and not name.startswith("sentiment")}
        source = {"data": {"id": row["id_str"], "text": row["text"], "lang": row["lang"]}}
        columns["source_json"] = json.dumps(source, ensure_ascii=False, separators=(",", ":"))
        line = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
        yield line
        if number % 100 == 30:
            yield from (line[: len(line) // 2], '["not", "an", "object"]', "")
