"""The columns of the landing tables, read from the Glue table that Firehose converts with.

Firehose silently drops unknown keys and coerces values that do not fit (a scalar becomes an array), so rows are checked
here before they are delivered.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from photolake.errors import RowError
from photolake.rows.fit import compile_struct

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

_TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*|[<>:,])")
_SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "bigint": (int,),
    "double": (int, float),
    "boolean": (bool,),
}
BIGINT = range(-(2**63), 2**63)

Path = str | tuple["Path", str | int]
"""A place in a row, nested so that no text is built unless there is an error to report."""


@dataclass(frozen=True)
class HiveType:
    """A column's type as Hive writes it: string, bigint, double, boolean, array<...> or struct<name:...>."""

    name: str
    element: HiveType | None = None
    fields: Mapping[str, HiveType] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> HiveType:
        """Parse a type such as `array<struct<name:string,confidence:double>>`; RowError if it is not supported."""
        tokens = _TOKEN.findall(text)
        if "".join(tokens) != re.sub(r"\s", "", text):
            raise RowError(f"{text!r} is not a Hive type")
        parsed, rest = _parse_type(tokens)
        if rest:
            raise RowError(f"{text!r} has text after its end: {''.join(rest)!r}")
        return parsed

    def check(self, value: Any, path: Path) -> None:
        """Raise RowError, naming the place by `path`, unless the value fits; None always fits."""
        if value is None:
            return
        if self.element is not None:
            _require(isinstance(value, list), path, "array", value)
            for index, item in enumerate(value):
                self.element.check(item, (path, index))
        elif self.name == "struct":
            _require(isinstance(value, Mapping), path, "struct", value)
            _check_fields(value, self.fields, path)
        else:
            _require(_is_scalar(value, self.name), path, self.name, value)


@dataclass(frozen=True)
class TableSchema:
    """The name of a landing table and all its columns, including the partition key."""

    name: str
    columns: Mapping[str, HiveType]

    @classmethod
    def from_glue(cls, client: GlueClient, database: str, name: str) -> Self:
        """Read the table from the Glue Data Catalog, as Firehose does (`VersionId: LATEST`)."""
        table = client.get_table(DatabaseName=database, Name=name)["Table"]
        columns = [*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", [])]
        return cls(name, {column["Name"]: HiveType.parse(column["Type"]) for column in columns})

    @cached_property
    def _surely_fits(self) -> Callable[[Any], bool]:
        return compile_struct(self.columns)

    def check(self, row: Mapping[str, Any]) -> None:
        """Raise RowError unless every value of the row fits a column."""
        if not self._surely_fits(row):
            _check_fields(row, self.columns, self.name)


def fit_value(value: Any, kind: HiveType) -> tuple[Any, Any]:
    """Split a value into the part that fits the type and the rest, each nested as the value is; None for an empty rest.

    A value of another type than its column's belongs to the rest. In an array, each rest keeps its position.
    """
    if value is None:
        return None, None
    if kind.element is not None and isinstance(value, list):
        pairs = [fit_value(item, kind.element) for item in value]
        rests = [rest for _, rest in pairs]
        return [fitted for fitted, _ in pairs], rests if any(item is not None for item in rests) else None
    if kind.name == "struct" and isinstance(value, Mapping):
        return _fit_struct(value, kind.fields)
    if _is_scalar(value, kind.name):
        return value, None
    return None, value


def _fit_struct(
    value: Mapping[str, Any], fields: Mapping[str, HiveType]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    fitted: dict[str, Any] = {}
    rests: dict[str, Any] = {}
    for key, item in value.items():
        kept, rest = fit_value(item, fields[key]) if key in fields else (None, item)
        if key in fields:
            fitted[key] = kept
        if rest is not None:
            rests[key] = rest
    return fitted, rests or None


def _check_fields(value: Mapping[str, Any], fields: Mapping[str, HiveType], path: Path) -> None:
    for key, item in value.items():
        kind = fields.get(key)
        if kind is None:
            raise RowError(f"{format_path((path, key))}: there is no such column")
        if item is not None:
            kind.check(item, (path, key))


def _is_scalar(value: Any, name: str) -> bool:
    kinds = _SCALARS.get(name, ())
    if isinstance(value, bool):
        return bool in kinds
    if name == "bigint" and isinstance(value, int):
        return value in BIGINT
    return isinstance(value, kinds) and not (isinstance(value, float) and not math.isfinite(value))


def _require(fits: bool, path: Path, kind: str, value: Any) -> None:
    if not fits:
        # The message goes to logs, which must not contain text of a post.
        shown = f" {str(value)[:40]}" if isinstance(value, int | float) else ""
        raise RowError(f"{format_path(path)}: expected {kind}, got {type(value).__name__}{shown}")


def format_path(path: Path) -> str:
    """Write a path as messages show it: posts.user.scores[1]."""
    if isinstance(path, str):
        return path
    outer, name = path
    return f"{format_path(outer)}[{name}]" if isinstance(name, int) else f"{format_path(outer)}.{name}"


def _parse_type(tokens: list[str]) -> tuple[HiveType, list[str]]:
    head, rest = (tokens[0], tokens[1:]) if tokens else ("", [])
    if head in _SCALARS:
        return HiveType(head), rest
    if head == "array":
        element, rest = _parse_type(_skip_token(rest, "<"))
        return HiveType("array", element=element), _skip_token(rest, ">")
    if head == "struct":
        return _parse_struct(_skip_token(rest, "<"))
    raise RowError(f"{head!r} is not one of string, bigint, double, boolean, array and struct")


def _parse_struct(rest: list[str]) -> tuple[HiveType, list[str]]:
    fields: dict[str, HiveType] = {}
    while True:
        name = rest[0] if rest else ""
        fields[name], rest = _parse_type(_skip_token(rest[1:], ":"))
        if rest[:1] != [","]:
            return HiveType("struct", fields=fields), _skip_token(rest, ">")
        rest = rest[1:]


def _skip_token(tokens: list[str], expected: str) -> list[str]:
    if tokens[:1] != [expected]:
        raise RowError(f"expected {expected!r} before {''.join(tokens)[:40]!r}")
    return tokens[1:]
