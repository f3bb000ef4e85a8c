"""docs/data_dictionary.md as data, and the columns of the catalog in the same form, so that tests can compare them.

A column is a path and a kind: `user.screen_name` is `string`, `entities.hashtags` is `array<struct>`,
`entities.hashtags[].indices` is `array<bigint>`. The document has three parts (headings of level 2) with a heading of
level 3 for each table, view or structure:

- a row of a table says | `path` | `kind` | meaning | null | source |; instead of rows for its fields, the kind of a
  struct may name a structure: `array<struct>` of [landmark](#landmark);
- a view may say: As in [`posts`](#anchor): `id`, `text`. Or: As in [`posts`](#anchor): every column but `text`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from laptop_cloud.services.athena.catalog import data_types

LANDING, VIEWS, STRUCTURES = "Landing tables", "Views", "Structures used in several places"
Columns = Mapping[str, str]

_KIND = re.compile(r"`(?P<kind>[^`]+)`(?: (?:of )?\[[^]]+\]\(#(?P<structure>[^)]+)\))?")
_AS_IN = re.compile(r"As in \[`(?P<relation>\w+)`\]\(#[^)]+\): (?P<every>every column)?(?P<names>[^.]*)\.")
_NAME = re.compile(r"`([^`]+)`")
# Athena's words for Hive's.
_ATHENA = {"string": "varchar", "struct": "row", "timestamp": "timestamp(3)", "int": "integer", "float": "real"}


@dataclass(frozen=True)
class Row:
    """A row of the document's tables."""

    path: str
    kind: str
    structure: str | None
    meaning: str
    null: str
    source: str


@dataclass
class Section:
    """What stands under a heading of level 3."""

    part: str
    heading: str
    rows: list[Row] = field(default_factory=list)
    text: str = ""

    @property
    def names(self) -> list[str]:
        """The tables or views it describes."""
        return _NAME.findall(self.heading)

    @property
    def anchor(self) -> str:
        """What a link to it looks like."""
        return anchor(self.heading)


class Dictionary:
    """The document, read once."""

    def __init__(self, text: str) -> None:
        """ValueError names a row whose cells cannot be read."""
        self.text = text
        self.sections = list(_sections(text))
        self._structures = {section.anchor: section for section in self.sections if section.part == STRUCTURES}

    def names(self, part: str) -> list[str]:
        """The tables or views of a part, in the document's order."""
        return [name for section in self.sections if section.part == part for name in section.names]

    def section(self, name: str) -> Section:
        """The section of a table or view."""
        return next(section for section in self.sections if name in section.names)

    def table(self, name: str) -> Columns:
        """The columns of a landing table, in Hive's words."""
        return _distinct((path, row.kind) for path, row in self._expanded(self.section(name).rows))

    def nulls(self, name: str) -> dict[str, str]:
        """When each column and field of a landing table is null, in the document's words."""
        return {path: row.null for path, row in self._expanded(self.section(name).rows)}

    def view(self, name: str, catalog: Mapping[str, Columns]) -> Columns:
        """The columns of a view, in Athena's words; what it takes over has the kind it has in `catalog`."""
        section = self.section(name)
        own = ((path, athena(row.kind)) for path, row in self._expanded(section.rows))
        return _distinct([*own, *_taken_over(section.text, catalog)])

    def unused_structures(self) -> set[str]:
        """Structures that no row names."""
        return self._structures.keys() - {row.structure for section in self.sections for row in section.rows}

    def _expanded(self, rows: Iterable[Row], prefix: str = "") -> Iterator[tuple[str, Row]]:
        for row in rows:
            path = prefix + row.path
            yield path, row
            if row.structure:
                inner = path + "[]" * row.kind.count("array")
                yield from self._expanded(self._structures[row.structure].rows, f"{inner}.")


def anchor(heading: str) -> str:
    """The fragment under which a heading is found in a rendered document."""
    return re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")


def athena(kind: str) -> str:
    """A kind in Athena's words: `array(row)` for `array<struct>`."""
    words = re.sub(r"\b[a-z]+\b(?!\()", lambda word: _ATHENA.get(word[0], word[0]), kind)
    return words.replace("<", "(").replace(">", ")")


def columns(glue_columns: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The columns of a Glue table and every field in them, in Hive's words."""
    pairs = ((column["Name"], data_types.from_hive(column["Type"])) for column in glue_columns)
    return dict(path_and_kind for name, datatype in pairs for path_and_kind in _fields(name, datatype))


def differences(documented: Columns, actual: Columns) -> list[str]:
    """One line for each column or field that is missing, should be gone, or has another kind."""
    missing = [f"{path}: not in the dictionary" for path in actual if path not in documented]
    gone = [f"{path}: in the dictionary only" for path in documented if path not in actual]
    other = [
        f"{path}: {kind}, in the dictionary {documented[path]}"
        for path, kind in actual.items()
        if documented.get(path, kind) != kind
    ]
    return missing + gone + other


def _fields(path: str, datatype: exp.DataType) -> Iterator[tuple[str, str]]:
    yield path, _kind(datatype)
    while _is_array(datatype):
        path, datatype = f"{path}[]", data_types.element_type(datatype)
    if datatype.this == exp.DataType.Type.STRUCT:
        for name, inner in data_types.struct_fields(datatype):
            yield from _fields(f"{path}.{name}", inner)


def _kind(datatype: exp.DataType) -> str:
    if _is_array(datatype):
        return f"array<{_kind(data_types.element_type(datatype))}>"
    return "struct" if datatype.this == exp.DataType.Type.STRUCT else data_types.to_hive(datatype)


def _is_array(datatype: exp.DataType) -> bool:
    return datatype.this in (exp.DataType.Type.ARRAY, exp.DataType.Type.LIST)


def _taken_over(text: str, catalog: Mapping[str, Columns]) -> Iterator[tuple[str, str]]:
    for match in _AS_IN.finditer(text):
        there, named = catalog[match["relation"]], _NAME.findall(match["names"])
        top = [path for path in there if "." not in path]
        for name in named:
            if name not in top:
                yield name, f"as in {match['relation']}, which has none"
        wanted = [name for name in top if name not in named] if match["every"] else named
        yield from ((path, kind) for path, kind in there.items() if re.split(r"[.\[]", path)[0] in wanted)


def _distinct(found: Iterable[tuple[str, str]]) -> Columns:
    pairs = list(found)
    twice = {path for path, count in Counter(path for path, _ in pairs).items() if count > 1}
    return {path: "described twice" if path in twice else kind for path, kind in pairs}


def _sections(text: str) -> Iterator[Section]:
    part = ""
    for chunk in re.split(r"^(?=##? |### )", text, flags=re.MULTILINE):
        title, _, body = chunk.partition("\n")
        if title.startswith("## "):
            part = title.removeprefix("## ")
        elif title.startswith("### "):
            lines = body.splitlines()
            rows = [_row(line) for line in lines if line.startswith("| `")]
            prose = " ".join(line for line in lines if line and not line.startswith("|"))
            yield Section(part, title.removeprefix("### "), rows, prose)


def _row(line: str) -> Row:
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    name, kind = _NAME.fullmatch(cells[0]), _KIND.fullmatch(cells[1])
    if name is None or kind is None or len(cells) != 5 or not all(cells):
        raise ValueError(f"not | `path` | `kind` | meaning | null | source |: {line}")
    return Row(name[1], kind["kind"], kind["structure"], *cells[2:])
