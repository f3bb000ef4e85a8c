"""docs/data_dictionary.md with the landing columns as the template describes them: `make docs` writes it.

The template has the type and the meaning of a landing column, in the comment that Glue and Athena show. The page has
the rest: when a column is null, its source, the fields in structs, for which Glue has no comments, and the views.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tests import resolved_template
from tests.data_dictionary import LANDING, columns

PAGE = resolved_template.ROOT / "docs/data_dictionary.md"
Cells = tuple[str, str]

_ROW = re.compile(r"\| `(?P<path>[^`.\[]+)` \| `[^`]+`(?P<structure>[^|]*) \| [^|]+ (?P<rest>\|.*)")


def page(text: str) -> str:
    """The page with the type and meaning of every landing column taken from the template."""
    return "\n".join(_lines(text, described_columns())) + "\n"


def described_columns() -> dict[str, dict[str, Cells]]:
    """By table and column: the kind, as the page writes it, and the comment."""
    inputs = [
        resolved_template.table_input(name)
        for name, resource in resolved_template.transformed().document["Resources"].items()
        if resource["Type"] == "AWS::Glue::Table"
    ]
    return {
        table["Name"]: {
            column["Name"]: (columns([column])[column["Name"]], column["Comment"])
            for column in table["StorageDescriptor"]["Columns"]
        }
        for table in inputs
    }


def _lines(text: str, tables: Mapping[str, Mapping[str, Cells]]) -> Iterator[str]:
    part = ""
    described: Mapping[str, Cells] = {}
    for line in text.splitlines():
        if line.startswith("## "):
            part = line.removeprefix("## ")
        elif line.startswith("### "):
            names = re.findall(r"`(\w+)`", line)
            described = tables[names[0]] if part == LANDING else {}
        row = _ROW.fullmatch(line)
        if row and row["path"] in described:
            kind, meaning = described[row["path"]]
            # An entity would be rendered as the character it names.
            shown = meaning.replace("&amp;", "`&amp;`")
            yield f"| `{row['path']}` | `{kind}`{row['structure']} | {shown} {row['rest']}"
        else:
            yield line


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
