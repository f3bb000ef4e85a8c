"""The table of an export in a database, and the ledger beside it that says which days it holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn, CreateTable

from photolake_cli.errors import CommandError
from photolake_cli.export.columns import build_table
from photolake_cli.export.upsert import delete_rows, split_into_batches, write_rows

if TYPE_CHECKING:
    from photolake_cli.export.view import View

LEDGER = "photolake_exports"
WHOLE = ""
"""In place of a day, for a view without days; and the mark that a table is an export's."""
# The ledger's times are UTC without a zone, as those of the views.
_NEVER = dt.datetime(1970, 1, 1)
_ADD_COLUMN: Mapping[str, str] = {
    **dict.fromkeys(("postgresql", "sqlite", "mysql", "mariadb"), "ALTER TABLE {table} ADD COLUMN {column}"),
    "hana": "ALTER TABLE {table} ADD ({column})",
}


@dataclass(frozen=True)
class TableState:
    """What is there before an export."""

    exists: bool
    new_columns: Sequence[str] = ()
    lake: str | None = None
    """The lake whose rows it holds; None if photolake wrote none."""
    has_rows: bool = False
    exported: Mapping[str, dt.datetime] = field(default_factory=dict)
    """When each day was last exported."""


class DatabaseTarget:
    """A table that is filled day by day, each in one transaction with its entry in the ledger."""

    def __init__(self, engine: sa.Engine, view: View, name: str, lake: str) -> None:
        """`name` may begin with a schema; `lake` is the key of the lake that the rows come from."""
        schema, _, table = name.rpartition(".")
        self._engine = engine
        self._lake = lake
        self._owner = view.owner
        metadata = sa.MetaData()
        self.table = build_table(view, metadata, table, schema or None)
        self._ledger = sa.Table(
            LEDGER,
            metadata,
            sa.Column("table_name", sa.String(190), primary_key=True),
            sa.Column("dt", sa.String(10), primary_key=True),
            sa.Column("lake", sa.String(190), nullable=False),
            sa.Column("row_count", sa.BigInteger, nullable=False),
            sa.Column("exported_at", sa.DateTime, nullable=False),
            schema=schema or None,
        )
        self._own = self._ledger.c.table_name == table

    def inspect(self) -> TableState:
        """Look at the table and the ledger; CommandError if the table cannot be one of this view."""
        inspector = sa.inspect(self._engine)
        if not inspector.has_table(self.table.name, schema=self.table.schema):
            return TableState(exists=False)
        self._check_key(inspector)
        present = {column["name"] for column in inspector.get_columns(self.table.name, schema=self.table.schema)}
        with self._engine.connect() as connection:
            has_rows = connection.execute(sa.select(sa.literal(1)).select_from(self.table).limit(1)).first() is not None
            entries = []
            if inspector.has_table(LEDGER, schema=self.table.schema):
                columns = (self._ledger.c.dt, self._ledger.c.lake, self._ledger.c.exported_at)
                entries = list(connection.execute(sa.select(*columns).where(self._own)))
        return TableState(
            exists=True,
            new_columns=[column.name for column in self.table.columns if column.name not in present],
            lake=next((lake for day, lake, _ in entries if day == WHOLE), None),
            has_rows=has_rows,
            exported={day: exported for day, _, exported in entries},
        )

    def describe_statements(self, state: TableState) -> list[str]:
        """The statements that create or change the table."""
        if state.exists:
            return [self._build_add_column(name) for name in state.new_columns]
        return [str(CreateTable(self.table).compile(dialect=self._engine.dialect)).strip()]

    def prepare(self, state: TableState) -> None:
        """Create or change the table, and mark it as an export's; a new column makes all days due again."""
        self.table.metadata.create_all(self._engine)
        with self._engine.begin() as connection:
            if state.lake is None:
                self._write_entry(connection, WHOLE, 0, _NEVER)
            if state.new_columns:
                connection.execute(sa.update(self._ledger).where(self._own).values(exported_at=_NEVER))
        with self._engine.begin() as connection:
            for name in state.new_columns:
                # A colon in a name is not a parameter.
                connection.execute(sa.text(self._build_add_column(name).replace(":", r"\:")))

    def start_over(self, days: Sequence[str]) -> int:
        """Make every day due, and delete the rows that belong to none of these days; returns how many."""
        with self._engine.begin() as connection:
            connection.execute(sa.update(self._ledger).where(self._own).values(lake=self._lake, exported_at=_NEVER))
            if not days:
                return 0
            day = self.table.c.dt
            outside = sa.or_(day < days[0], day > days[-1], day.is_(None))
            return connection.execute(sa.delete(self.table).where(outside)).rowcount

    def write_day(
        self, day: str, rows: Iterable[Mapping[str, Any]], now: dt.datetime, on_rows: Callable[[int], None]
    ) -> tuple[int, int]:
        """Make the table hold these rows for the day and no others, in one transaction: rows written, and removed.

        The keys of the day are in memory meanwhile.
        """
        key = list(self.table.primary_key.columns)
        names = [column.name for column in key]
        present = sa.select(*key)
        if day != WHOLE:
            present = present.where(self.table.c.dt == day)
        written = 0
        with self._engine.begin() as connection:
            vanished = {tuple(row) for row in connection.execute(present)}
            for batch in split_into_batches(rows):
                write_rows(connection, self.table, batch)
                vanished.difference_update(tuple(row[name] for name in names) for row in batch)
                written += len(batch)
                on_rows(len(batch))
            for gone in split_into_batches(vanished):
                delete_rows(connection, self.table, [dict(zip(names, values, strict=True)) for values in gone])
            self._write_entry(connection, day, written, now)
        return written, len(vanished)

    def remove_owned(self, owners: Iterable[Any]) -> int:
        """Delete the rows of these posts or images; returns how many."""
        column = self.table.c[self._owner]
        removed = 0
        for some in split_into_batches(owners):
            with self._engine.begin() as connection:
                removed += connection.execute(sa.delete(self.table).where(column.in_(some))).rowcount
        return removed

    def _write_entry(self, connection: sa.Connection, day: str, rows: int, now: dt.datetime) -> None:
        entry = {
            "table_name": self.table.name,
            "dt": day,
            "lake": self._lake,
            "row_count": rows,
            "exported_at": now.replace(tzinfo=None, microsecond=0),
        }
        write_rows(connection, self._ledger, [entry])

    def _build_add_column(self, name: str) -> str:
        dialect = self._engine.dialect
        column = CreateColumn(self.table.c[name]).compile(dialect=dialect)
        table = dialect.identifier_preparer.format_table(self.table)
        if dialect.name not in _ADD_COLUMN:
            raise CommandError(
                f"The view has a column more than the table {self.table.fullname}: {column}. Add it to the table, and "
                "export with --full"
            )
        return _ADD_COLUMN[dialect.name].format(table=table, column=column)

    def _check_key(self, inspector: sa.Inspector) -> None:
        found = inspector.get_pk_constraint(self.table.name, schema=self.table.schema)["constrained_columns"]
        key = [column.name for column in self.table.primary_key.columns]
        if set(found) != set(key):
            raise CommandError(
                f"The table {self.table.fullname} has the primary key ({', '.join(found) or 'none'}), and the view "
                f"({', '.join(key)}): it was not made by this export. Give another name: --table"
            )
