"""The table from ImageNet's 1,000 classes to labels in Rekognition's words.

`label_table.csv` has one row for each label: the labels right above it, aliases, category, and the ImageNet classes
that mean it. Names follow responses and the documentation of Rekognition's label model 3.0 where they are known. A
class that fits nowhere is a label of its own with ImageNet's name, without parents and category.
https://docs.aws.amazon.com/rekognition/latest/dg/labels.html
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class LabelRow:
    """A label; `parents` are all labels above it, `classes` the numbers of ImageNet's classes at it or below it."""

    name: str
    parents: tuple[str, ...]
    aliases: tuple[str, ...]
    category: str
    classes: frozenset[int]


@cache
def read_label_table() -> tuple[LabelRow, ...]:
    """The rows, sorted by name."""
    text = resources.files("laptop_cloud.engines").joinpath("label_table.csv").read_text(encoding="utf-8")
    rows = {row["label"]: row for row in csv.DictReader(text.splitlines())}
    above = {name: _split(row["parents"]) for name, row in rows.items()}
    ancestors = {name: _collect_ancestors(name, above) for name in rows}
    own = {name: frozenset(map(int, _split(row["imagenet_classes"]))) for name, row in rows.items()}
    return tuple(
        LabelRow(
            name,
            tuple(sorted(ancestors[name])),
            _split(row["aliases"]),
            row["category"],
            own[name].union(*(own[other] for other in rows if name in ancestors[other])),
        )
        for name, row in sorted(rows.items())
    )


def _collect_ancestors(name: str, above: Mapping[str, tuple[str, ...]]) -> set[str]:
    return set(above[name]).union(*(_collect_ancestors(parent, above) for parent in above[name]))


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()
