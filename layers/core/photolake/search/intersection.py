"""Which images have every term that is wanted, newest first.

Of each list a page is read. The list that gets furthest with it is the rarest here: its postings are the candidates,
and the other lists are asked for those that their own page does not cover, a hundred in a request. So the cost follows
the rarest list, whatever the length of the others; and as it is chosen anew for each stretch, a term that becomes
common at some date does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from photolake.aws.dynamodb import MAX_KEYS

if TYPE_CHECKING:
    from photolake.search.postings import Found, Page, Postings
    from photolake.search.request import Wanted

FIRST_PAGE, LARGEST_PAGE = 100, 1000


@dataclass(frozen=True)
class Hit:
    """An image that has every term; `confidence` is that of the term with the least."""

    place: str
    confidence: float


@dataclass(frozen=True)
class Hits:
    """Hits in the order of the index, complete down to the place `end`; to the end of the index if that is None."""

    hits: Sequence[Hit]
    end: str | None


def find_hits(
    postings: Postings, wanted: Sequence[Wanted], below: str | None, count: int, max_requests: int, until: str = ""
) -> Hits:
    """Find the next `count` hits from the place `below` on (exclusive; None for the newest), down to `until`.

    There may be fewer, even none, and still more behind `end`, when `max_requests` are used up.
    """
    hits: list[Hit] = []
    size = FIRST_PAGE
    while True:
        pages = [postings.read(each, below, size) for each in wanted]
        rarest = min(range(len(pages)), key=lambda index: pages[index].end or "")
        for hit in _intersect(postings, wanted, pages, rarest):
            if hit.place < until:
                return Hits(hits, None)
            hits.append(hit)
            if len(hits) == count:
                return Hits(hits, hit.place)
        below = pages[rarest].end
        if below is None or below <= until or postings.requests >= max_requests:
            return Hits(hits, below)
        size = min(2 * size, LARGEST_PAGE)


def _intersect(postings: Postings, wanted: Sequence[Wanted], pages: Sequence[Page], rarest: int) -> Iterator[Hit]:
    """Yield the hits of the stretch that the rarest list covers, asking the other lists for as little as possible."""
    others = sorted(set(range(len(pages))) - {rarest}, key=lambda index: pages[index].end or "")
    candidates = iter(pages[rarest].found.items())
    while group := dict(islice(candidates, MAX_KEYS)):
        for index in others:
            group = _keep_fitting(postings, wanted[index], pages[index], group)
        yield from (Hit(place, confidence) for place, confidence in group.items())


def _keep_fitting(postings: Postings, wanted: Wanted, page: Page, group: Found) -> dict[str, float]:
    uncovered = [place for place in group if not page.covers(place)]
    found = {**page.found, **(postings.look_up(wanted, uncovered) if uncovered else {})}
    return {place: min(confidence, found[place]) for place, confidence in group.items() if place in found}
