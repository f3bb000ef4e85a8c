"""One worker has outlived its lease, another has the image now and dies: what the image shows is found in the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from photolake.errors import RetryableError
from photolake.images.analyze import AnalysisResult, ImageAnalyzer
from photolake.search.index import SearchIndex
from tests.fakes.image_pipeline import photo
from tests.fakes.search_table import CrashError, DyingTable, FakeSearchTable

if TYPE_CHECKING:
    from photolake.rows.types import AnalysisRow
    from tests.fakes.image_pipeline import Lake

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
OVER = -5.0
"""A lease of which nothing is left."""


@dataclass(frozen=True)
class Interruption:
    """A sink in whose place something else happens."""

    happen: Callable[[], object]

    def put(self, row: AnalysisRow) -> None:
        """Let it happen."""
        self.happen()


def worker(lake: Lake, minutes: int, *sinks: Any) -> ImageAnalyzer:
    """A worker who begins this long after noon."""
    analyzer: ImageAnalyzer = lake.analyzer.analyzer
    return replace(analyzer, sinks=sinks, clock=lambda: NOON + dt.timedelta(minutes=minutes))


def search_index(table: Any) -> SearchIndex:
    return SearchIndex(table, 1500, sleep=lambda seconds: None)


def drop(lake: Lake) -> str:
    """Drop a photo, and return the key of its image."""
    lake.announce(lake.drop("dropped/contested.png", photo("contested")))
    (key,) = lake.image_keys()
    return key


def found_by(table: FakeSearchTable) -> dict[Any, Any]:
    """All of the index but when the analysis was made."""
    return {key: item | {"version": None} for key, item in table.items.items() if key[1] != "analysis"}


@pytest.mark.parametrize("death", [1, 2, 3, 6], ids=["fact", "postings", "settled", "description"])
def test_an_image_is_not_done_by_who_has_lost_it(lake: Lake, death: int) -> None:
    key, table, expected = drop(lake), FakeSearchTable(), FakeSearchTable()
    own, rows = search_index(table), search_index(expected)

    def let_another_die() -> None:
        with pytest.raises(CrashError):
            worker(lake, 1, search_index(DyingTable(table, death))).analyze(key, 60)

    with pytest.raises(RetryableError, match="taken over"):
        worker(lake, 0, rows, Interruption(let_another_die), own).analyze(key, OVER)
    # The messages of both come again, as none of the two has been acknowledged.
    results = [worker(lake, 2, own).analyze(key, 60) for _ in range(2)]

    assert results == [AnalysisResult.ANALYZED, AnalysisResult.SAVED]
    assert found_by(table) == found_by(expected)
