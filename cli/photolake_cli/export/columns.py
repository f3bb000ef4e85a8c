"""A view's columns as columns of a database table, and Athena's text as their values."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

    from photolake_cli.export.view import View, ViewColumn
    from photolake_cli.query.result import Row

# Of a key's text: databases that index text of a limited length only (SAP HANA, MySQL) take that much of four columns.
KEY_LENGTH = 190
# Databases besides PostgreSQL whose JSON type SQLAlchemy knows; in others nested values are text.
WITH_JSON = ("sqlite", "mysql", "mariadb", "mssql")
_DAY_LENGTH = 10
_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")
_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_TYPES: dict[str, Callable[[], TypeEngine[Any]]] = {
    "tinyint": sa.SmallInteger,
    "smallint": sa.SmallInteger,
    "int": sa.Integer,
    "integer": sa.Integer,
    "bigint": sa.BigInteger,
    "float": sa.Double,
    "real": sa.Double,
    "double": sa.Double,
    "boolean": sa.Boolean,
    "date": sa.Date,
    "timestamp": sa.DateTime,
    "binary": sa.LargeBinary,
}


def build_table(view: View, metadata: sa.MetaData, name: str, schema: str | None) -> sa.Table:
    """Build the table for a view: the key is its primary key, and `dt` has an index."""
    columns = [
        sa.Column(
            column.name,
            choose_type(column, column.name in view.key),
            primary_key=column.name in view.key,
            autoincrement=False,
            index=column.name == "dt",
        )
        for column in view.columns
    ]
    return sa.Table(name, metadata, *columns, schema=schema)


def choose_type(column: ViewColumn, is_key: bool) -> TypeEngine[Any]:
    """Choose the type in the database: JSON for nested values if there is one; text has a limit only in a key."""
    kind = column.type.lower()
    if column.is_nested:
        text: TypeEngine[Any] = sa.Text()
        return text.with_variant(sa.JSON(none_as_null=True), *WITH_JSON).with_variant(
            postgresql.JSONB(none_as_null=True), "postgresql"
        )
    if match := _DECIMAL.fullmatch(kind):
        return sa.Numeric(int(match[1]), int(match[2]))
    if kind in _TYPES:
        return _TYPES[kind]()
    if column.name == "dt":
        return sa.String(_DAY_LENGTH)
    limited: TypeEngine[Any] = sa.String(KEY_LENGTH)
    return limited.with_variant(sa.Text(), "postgresql", "sqlite") if is_key else sa.Text()


class ValueReader:
    """Reads Athena's text as the values of a view's columns, and counts in `changes` what a database cannot hold."""

    def __init__(self, view: View) -> None:
        """Rows come in the order of the view's columns."""
        self.changes: Counter[str] = Counter()
        self._columns = [(column.name, self._choose_reader(column)) for column in view.columns]
        self._text_keys = {
            column.name for column in view.columns if column.type == "string" and column.name in view.key
        }

    def read(self, row: Row) -> dict[str, Any]:
        """Read a row as values by column."""
        return {
            name: self._read_null(name) if text is None else read(text)
            for (name, read), text in zip(self._columns, row, strict=True)
        }

    def _read_null(self, name: str) -> str | None:
        """Read null, which a primary key cannot hold: a dropped file that is not a photo has no image_id."""
        if name not in self._text_keys:
            return None
        self.changes["null in the key, now empty text"] += 1
        return ""

    def _choose_reader(self, column: ViewColumn) -> Callable[[str], Any]:
        kind = column.type.lower()
        readers: dict[str, Callable[[str], Any]] = {
            **dict.fromkeys(("tinyint", "smallint", "int", "integer", "bigint"), int),
            **dict.fromkeys(("float", "real", "double"), self._read_double),
            "boolean": lambda text: text == "true",
            "date": lambda text: self._read_moment(dt.date.fromisoformat, text),
            "timestamp": lambda text: self._read_moment(dt.datetime.fromisoformat, text),
            "binary": bytes.fromhex,
        }
        if _DECIMAL.fullmatch(kind):
            return Decimal
        return readers.get(kind, self._read_json if column.is_nested else self._read_text)

    def _read_double(self, text: str) -> float | None:
        number = float(text)
        if math.isfinite(number):
            return number
        self.changes["NaN or infinity, now null"] += 1
        return None

    def _read_moment(self, read: Callable[[str], Any], text: str) -> Any:
        try:
            return read(text)
        except ValueError:
            self.changes["a time outside of the years 1 to 9999, now null"] += 1
            return None

    def _read_text(self, text: str) -> str:
        if "\0" not in text:
            return text
        self.changes["text with the character NUL, now U+FFFD"] += 1
        return text.replace("\0", _REPLACEMENT)

    def _read_json(self, text: str) -> str:
        if "\\u0000" not in text:
            return text
        self.changes["JSON with the character NUL, now U+FFFD"] += 1
        return _ESCAPED_NUL.sub(r"\1\\ufffd", text)


def describe_changes(changes: Counter[str]) -> Sequence[str]:
    """Say what was changed because databases cannot hold it."""
    return [f"{count:,} values were {what}: databases cannot hold them" for what, count in changes.items()]
