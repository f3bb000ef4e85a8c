"""Statements that insert a row or, if its key is there, update it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.dml import Insert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.sql.compiler import SQLCompiler

BATCH_ROWS = 1000
_Item = TypeVar("_Item")


class UpsertByPrimaryKey(Insert):
    """SAP HANA's `UPSERT ... WITH PRIMARY KEY`; the dialect's own upsert takes a WHERE clause only."""

    inherit_cache = False


@compiles(UpsertByPrimaryKey, "hana")
def _compile_upsert(element: UpsertByPrimaryKey, compiler: SQLCompiler, **options: Any) -> str:
    visit: Callable[..., str] = compiler.visit_insert
    statement = visit(element, **options)
    return f"UPSERT{statement.removeprefix('INSERT INTO')} WITH PRIMARY KEY"


def build_upsert(table: sa.Table, names: Sequence[str], dialect: str) -> Insert | None:
    """Build the upsert of these columns; None for a database whose upsert is not known."""
    values: dict[str, Any] = {name: sa.bindparam(name) for name in names}
    others = [name for name in names if not table.c[name].primary_key]
    if dialect == "hana":
        return UpsertByPrimaryKey(table).values(values)
    if dialect in ("mysql", "mariadb"):
        own = mysql.insert(table).values(values)
        # Without other columns the key is set to itself, which changes nothing.
        return own.on_duplicate_key_update({name: own.inserted[name] for name in others or names})
    if dialect not in ("postgresql", "sqlite"):
        return None
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table).values(values)
    key = list(table.primary_key.columns)
    if not others:
        return insert.on_conflict_do_nothing(index_elements=key)
    return insert.on_conflict_do_update(index_elements=key, set_={name: insert.excluded[name] for name in others})


def write_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or update rows, each with the same columns; where no upsert is known, delete and insert them."""
    names = list(rows[0])
    upsert = build_upsert(table, names, connection.dialect.name)
    if upsert is None:
        delete_rows(connection, table, rows)
        upsert = sa.insert(table)
    connection.execute(upsert, list(rows))


def delete_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Delete the rows with these keys, a dictionary by column each."""
    key = table.primary_key.columns
    condition = sa.and_(*(column == sa.bindparam(f"key_{column.name}") for column in key))
    keys = [{f"key_{column.name}": row[column.name] for column in key} for row in rows]
    if keys:
        connection.execute(sa.delete(table).where(condition), keys)


def split_into_batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Split items into lists of BATCH_ROWS."""
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH_ROWS)):
        yield batch
