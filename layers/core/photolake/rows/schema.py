"""Columns of the landing tables: what a row may hold, read from the Glue table that Firehose converts with.

Firehose drops unknown keys and bends values that do not fit (a scalar becomes an array) without a word, so rows are
checked here before they are put.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from photolake.errors import RowError

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

_TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*|[<>:,])")
_SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "bigint": (int,),
    "double": (int, float),
    "boolean": (bool,),
}
_BIGINT = range(-(2**63), 2**63)

Path = str | tuple["Path", str | int]
"""A place in a row, written out only when there is something to say about it."""


@dataclass(frozen=True)
class HiveType:
    """A column's type as Hive writes it: string, bigint, double, boolean, array<...> or struct<name:...>."""

    name: str
    element: HiveType | None = None
    fields: Mapping[str, HiveType] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> HiveType:
        """Read a type such as `array<struct<name:string,confidence:double>>`; RowError if it is not one of ours."""
        tokens = _TOKEN.findall(text)
        if "".join(tokens) != re.sub(r"\s", "", text):
            raise RowError(f"{text!r} is not a Hive type")
        parsed, rest = _parse(tokens)
        if rest:
            raise RowError(f"{text!r} goes on after its end: {''.join(rest)!r}")
        return parsed

    def check(self, value: Any, path: Path) -> None:
        """Raise RowError, naming the place by `path`, unless the value fits; None always does."""
        if value is None:
            return
        if self.element is not None:
            _expect(isinstance(value, list), path, "array", value)
            for index, item in enumerate(value):
                self.element.check(item, (path, index))
        elif self.name == "struct":
            _expect(isinstance(value, Mapping), path, "struct", value)
            _check_fields(value, self.fields, path)
        else:
            _expect(_is_scalar(value, self.name), path, self.name, value)


@dataclass(frozen=True)
class TableSchema:
    """A landing table: its name and every column of it, the partition key included."""

    name: str
    columns: Mapping[str, HiveType]

    @classmethod
    def from_glue(cls, client: GlueClient, database: str, name: str) -> Self:
        """Read the table from the Glue Data Catalog, as Firehose itself does (`VersionId: LATEST`)."""
        table = client.get_table(DatabaseName=database, Name=name)["Table"]
        columns = [*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", [])]
        return cls(name, {column["Name"]: HiveType.parse(column["Type"]) for column in columns})

    def check(self, row: Mapping[str, Any]) -> None:
        """Raise RowError unless every value of the row has a column it fits."""
        _check_fields(row, self.columns, self.name)


def fit(value: Any, kind: HiveType) -> tuple[Any, Any]:
    """Split a value into what has a column and what has none, in the same nesting; None where nothing is left over.

    A value of another type than its column's is left over too. In an array the leftovers keep their place.
    """
    if value is None:
        return None, None
    if kind.element is not None and isinstance(value, list):
        pairs = [fit(item, kind.element) for item in value]
        left = [leftover for _, leftover in pairs]
        return [fitted for fitted, _ in pairs], left if any(item is not None for item in left) else None
    if kind.name == "struct" and isinstance(value, Mapping):
        return _fit_fields(value, kind.fields)
    if _is_scalar(value, kind.name):
        return value, None
    return None, value


def _fit_fields(
    value: Mapping[str, Any], fields: Mapping[str, HiveType]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    fitted: dict[str, Any] = {}
    left: dict[str, Any] = {}
    for key, item in value.items():
        kept, leftover = fit(item, fields[key]) if key in fields else (None, item)
        if key in fields:
            fitted[key] = kept
        if leftover is not None:
            left[key] = leftover
    return fitted, left or None


def _check_fields(value: Mapping[str, Any], fields: Mapping[str, HiveType], path: Path) -> None:
    for key, item in value.items():
        kind = fields.get(key)
        if kind is None:
            raise RowError(f"{_written((path, key))}: there is no such column")
        if item is not None:
            kind.check(item, (path, key))


def _is_scalar(value: Any, name: str) -> bool:
    kinds = _SCALARS.get(name, ())
    if isinstance(value, bool):
        return bool in kinds
    if name == "bigint" and isinstance(value, int):
        return value in _BIGINT
    return isinstance(value, kinds)


def _expect(fits: bool, path: Path, kind: str, value: Any) -> None:
    if not fits:
        # The message goes to logs, where no text of a post may be.
        shown = f" {str(value)[:40]}" if isinstance(value, int | float) else ""
        raise RowError(f"{_written(path)}: expected {kind}, got {type(value).__name__}{shown}")


def _written(path: Path) -> str:
    if isinstance(path, str):
        return path
    outer, name = path
    return f"{_written(outer)}[{name}]" if isinstance(name, int) else f"{_written(outer)}.{name}"


def _parse(tokens: list[str]) -> tuple[HiveType, list[str]]:
    head, rest = (tokens[0], tokens[1:]) if tokens else ("", [])
    if head in _SCALARS:
        return HiveType(head), rest
    if head == "array":
        element, rest = _parse(_skip(rest, "<"))
        return HiveType("array", element=element), _skip(rest, ">")
    if head == "struct":
        return _parse_struct(_skip(rest, "<"))
    raise RowError(f"{head!r} is not a type of ours (string, bigint, double, boolean, array, struct)")


def _parse_struct(rest: list[str]) -> tuple[HiveType, list[str]]:
    fields: dict[str, HiveType] = {}
    while True:
        name = rest[0] if rest else ""
        fields[name], rest = _parse(_skip(rest[1:], ":"))
        if rest[:1] != [","]:
            return HiveType("struct", fields=fields), _skip(rest, ">")
        rest = rest[1:]


def _skip(tokens: list[str], expected: str) -> list[str]:
    if tokens[:1] != [expected]:
        raise RowError(f"expected {expected!r} before {''.join(tokens)[:40]!r}")
    return tokens[1:]
