"""The files that the page reads: scripts that call `photolakeData`, because a page on a disk may fetch nothing.

Each page of rows holds columns, of so many rows that a file stays small enough to be read when it is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from photolake_cli.dashboard.rows import AnalysisRow, Index, PhotoRow, PictureRow, PostRow, TextRow

PAGE_ROWS: Mapping[str, int] = {"posts": 20_000, "texts": 2_000, "photos": 20_000, "pictures": 2_000, "analyses": 25}
ROW_TYPES: Mapping[str, Any] = {
    "posts": PostRow,
    "texts": TextRow,
    "photos": PhotoRow,
    "pictures": PictureRow,
    "analyses": AnalysisRow,
}
# What would end a script, or a line of one: https://html.spec.whatwg.org/multipage/scripting.html
_ESCAPES = {ord("<"): "\\u003c", 0x2028: "\\u2028", 0x2029: "\\u2029"}


class PageWriter:
    """Writes the rows of one kind page by page, so that memory holds one page."""

    def __init__(self, folder: Path, kind: str) -> None:
        """`folder` is that of the data files; `kind` one of PAGE_ROWS."""
        self._folder = folder
        self._kind = kind
        self._columns: dict[str, list[Any]] = {}
        self._pages = 0
        self.rows = 0
        self._begin_page()

    def add(self, row: Mapping[str, Any]) -> int:
        """Add a row, and return its number."""
        for name, values in self._columns.items():
            values.append(row[name])
        self.rows += 1
        if self.rows % PAGE_ROWS[self._kind] == 0:
            self._end_page()
        return self.rows - 1

    def close(self) -> int:
        """Write what is left, and return how many rows there are."""
        if self.rows % PAGE_ROWS[self._kind]:
            self._end_page()
        return self.rows

    def _begin_page(self) -> None:
        self._columns = {name: [] for name in ROW_TYPES[self._kind].__annotations__}

    def _end_page(self) -> None:
        write_script(self._folder, self._kind, self._pages, self._columns)
        self._pages += 1
        self._begin_page()


def write_index(folder: Path, index: Index) -> None:
    """Write what the page reads first."""
    write_script(folder, "index", 0, index)


def write_script(folder: Path, kind: str, page: int, content: Mapping[str, Any]) -> None:
    """Write one file: `index.js`, `posts-0.js` and so on."""
    name = "index.js" if kind == "index" else f"{kind}-{page}.js"
    path = folder / name
    path.write_text(format_script(kind, page, content), "utf-8")


def format_script(kind: str, page: int, content: Mapping[str, Any]) -> str:
    """The script; ValueError for a number that JSON does not have."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(_ESCAPES)
    return f"photolakeData({json.dumps(kind)},{page},{text});\n"
