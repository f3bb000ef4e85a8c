"""SQL files: one statement each, the file's name is the object's name, the header comment says what it answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from photolake.errors import PermanentError
from photolake.rows.schema import BIGINT

_COMMENT = re.compile(r"--[^\n]*")
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_PARAMETER = re.compile(r"-- Parameter \d+: (?P<name>[a-z_]+) \((?P<type>varchar|bigint|double)\), (?P<meaning>.+)")
_KEY = re.compile(r"^-- Key: (?P<columns>[a-z0-9_]+(?:, [a-z0-9_]+)*)$", re.MULTILINE)
_INTEGER, _DOUBLE = re.compile(r"-?[0-9]{1,19}"), re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_REFERENCE = re.compile(r"\b(?:from|join)\s+([a-z_][a-z0-9_]*)\b(?!\.)", re.IGNORECASE)


@dataclass(frozen=True)
class Parameter:
    """What one `?` of a saved query stands for, as the line `-- Parameter 1: since (varchar), the first day` says."""

    name: str
    type: str
    """In Athena's words: varchar, bigint or double."""
    meaning: str

    def literal(self, text: str) -> str:
        """The value as an Athena execution parameter, which is an SQL literal; PermanentError names a wrong number."""
        if self.type == "varchar":
            return "'" + text.replace("'", "''") + "'"
        pattern = _INTEGER if self.type == "bigint" else _DOUBLE
        if not pattern.fullmatch(text) or (self.type == "bigint" and int(text) not in BIGINT):
            raise PermanentError("parameter", f"{self.name} is a {self.type}, {text!r} is none")
        return text


@dataclass(frozen=True)
class Statement:
    """One SQL file with the placeholder `${landing}` filled in."""

    name: str
    path: str
    """As a reader would write it: `athena/views/tweets.sql`."""
    text: str

    @property
    def description(self) -> str:
        """The first line of the header comment: the question that is answered."""
        return self.text.split("\n", 1)[0].removeprefix("--").strip()

    @property
    def key(self) -> list[str]:
        """The columns that tell a view's rows apart, as the header's line `-- Key: tweetid, mediaid` names them."""
        found = _KEY.search(self.text)
        return found["columns"].split(", ") if found else []

    @property
    def parameters(self) -> list[Parameter]:
        """What the statement's question marks stand for, in their order."""
        return parameters(self.text)

    @property
    def header_lines(self) -> int:
        """How many lines of comment stand before the statement."""
        lines = self.text.split("\n")
        return next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))

    @property
    def body(self) -> str:
        """The statement without its header: Athena takes a leading comment for the beginning of a DDL statement."""
        return "\n".join(self.text.split("\n")[self.header_lines :]).rstrip().removesuffix(";")

    @property
    def references(self) -> set[str]:
        """Every unqualified relation after FROM or JOIN, common table expressions among them."""
        return {name.lower() for name in _REFERENCE.findall(_COMMENT.sub("", self.text))}

    def locate(self, message: str) -> str:
        """The engine's message with its `line 3:8` counted from the top of the file, after the file's name."""
        match = re.search(r"line (\d+):(\d+)", message)
        if match is None:
            return f"{self.path}: {message}"
        line, column = int(match[1]) + self.header_lines, match[2]
        return f"{self.path}:{line}:{column}: {message.replace(match[0], f'line {line}:{column}', 1)}"


def parameters(text: str) -> list[Parameter]:
    """The parameters that the header of a saved query describes, in order; none if it describes none."""
    return [Parameter(**match.groupdict()) for match in map(_PARAMETER.fullmatch, text.split("\n")) if match]


def read_statements(folder: Path, landing_database: str) -> list[Statement]:
    """Every `*.sql` of the folder, by name.

    PermanentError if there is none, which means a broken build: what the files do not name would be deleted.
    It also names a file with another placeholder than `${landing}`.
    """
    paths = sorted(folder.glob("*.sql"))
    if not paths:
        raise PermanentError("no_sql", f"there are no SQL files in {folder}: is the SQL layer empty? sam build")
    return [_read(path, landing_database) for path in paths]


def group_by_dependency(statements: Iterable[Statement]) -> list[list[Statement]]:
    """Group views so that each group reads only views of the groups before it; PermanentError names a cycle."""
    by_name: Mapping[str, Statement] = {statement.name: statement for statement in statements}
    sorter = TopologicalSorter({name: (view.references & by_name.keys()) - {name} for name, view in by_name.items()})
    groups = []
    try:
        sorter.prepare()
    except CycleError as error:
        raise PermanentError("cycle", f"these views read each other: {' -> '.join(error.args[1])}") from error
    while sorter.is_active():
        names = sorted(sorter.get_ready())
        groups.append([by_name[name] for name in names])
        sorter.done(*names)
    return groups


def _read(path: Path, landing_database: str) -> Statement:
    shown = f"athena/{path.parent.name}/{path.name}"
    text = path.read_text(encoding="utf-8").replace("${landing}", landing_database)
    if unknown := _PLACEHOLDER.search(text):
        raise PermanentError("placeholder", f"{shown}: {unknown[0]} is unknown, the only placeholder is ${{landing}}")
    return Statement(path.stem, shown, text)
