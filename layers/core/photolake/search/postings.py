"""Postings read from the index, newest first, and asked for by key."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Key

from photolake.aws.dynamodb import MAX_KEYS, read_keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.search.request import Wanted

Found = Mapping[str, float]
"""Confidence by place (the sort key of a posting), newest first."""


@dataclass(frozen=True)
class Page:
    """The postings of a stretch of the list; complete down to the place `end`, or to the list's end if that is None."""

    found: Found
    end: str | None

    def covers(self, place: str) -> bool:
        """Whether the page says if this place of its stretch has a posting."""
        return self.end is None or place >= self.end


class Postings:
    """Reads postings with at least `min_confidence`; `requests` counts the calls."""

    def __init__(self, table: Table, min_confidence: float, sleep: Callable[[float], None] = time.sleep) -> None:
        """`table` is the search index; `sleep` takes seconds. The reads are eventually consistent."""
        self._table = table
        self._min_confidence = min_confidence
        self._sleep = sleep
        self.requests = 0

    def read(self, wanted: Wanted, below: str | None, size: int) -> Page:
        """Read on from a place (exclusive; None for the newest): at most `size` postings of each term."""
        pages = [self._query(term, below, size) for term in wanted]
        ends = [page.end for page in pages if page.end is not None]
        end = max(ends) if ends else None
        places = _merge(page.found for page in pages)
        kept = {place: places[place] for place in sorted(places, reverse=True) if end is None or place >= end}
        return Page(kept, end)

    def look_up(self, wanted: Wanted, places: Iterable[str]) -> Found:
        """Ask which of these places have one of the terms."""
        keys = [{"pk": term, "sk": place} for place in places for term in wanted]
        self.requests += -(-len(keys) // MAX_KEYS)
        found = read_keys(self._table, keys, self._sleep, is_consistent=False)
        return _merge(self._keep([item]) for item in found)

    def _query(self, term: str, below: str | None, size: int) -> Page:
        self.requests += 1
        condition = Key("pk").eq(term)
        page = self._table.query(
            KeyConditionExpression=condition if below is None else condition & Key("sk").lt(below),
            ScanIndexForward=False,
            Limit=size,
        )
        last = page.get("LastEvaluatedKey")
        return Page(self._keep(page["Items"]), str(last["sk"]) if last else None)

    def _keep(self, items: Iterable[Mapping[str, Any]]) -> Found:
        found = {item["sk"]: float(item["confidence"]) for item in items}
        return {place: confidence for place, confidence in found.items() if confidence >= self._min_confidence}


def _merge(parts: Iterable[Found]) -> dict[str, float]:
    def add(total: dict[str, float], part: Found) -> dict[str, float]:
        for place, confidence in part.items():
            total[place] = max(total.get(place, 0.0), confidence)
        return total

    return reduce(add, parts, {})
