"""What tells the rows of each landing table apart, and which copy of a row is the newest.

The views of `athena/views` say the same; tests/unit/lake compares the two. Whatever no view tells apart may become one
row when a partition is written anew, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LandingTable:
    """A table with a partition for each day: `key` tells its rows apart, `newest` orders the copies of one.

    `order` is the order of the rows in an object, so that neighbours are alike.
    """

    name: str
    key: tuple[str, ...]
    newest: tuple[str, ...]
    order: tuple[str, ...]

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are named here."""
        return frozenset((*self.key, *self.newest, *self.order))


# Two views read photos, and image_analyses reads every pair of a photo and its image: so the key is the finest of them.
_PHOTO_KEY = ("source_key", "image_id", "image_dt")
LANDING_TABLES: Mapping[str, LandingTable] = {
    table.name: table
    for table in (
        LandingTable("posts", ("id",), ("collected_at", "processed_at"), ("id",)),
        LandingTable("photos", _PHOTO_KEY, ("collected_at", "processed_at"), _PHOTO_KEY),
        LandingTable("analyses", ("image_id",), ("analyzed_at", "processed_at"), ("image_id",)),
    )
}
