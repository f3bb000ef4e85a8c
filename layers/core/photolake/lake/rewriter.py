"""Writes a partition anew: few objects with the newest copy of each row, instead of many.

The order makes it safe: list, write what the listed objects hold, and only then delete them. Whatever stops a run
leaves rows twice at most, which the views show once. Runs at the same time lose nothing either: see ADR 47.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from photolake.errors import PermanentError, RetryableError
from photolake.lake.landing_tables import LANDING_TABLES
from photolake.lake.partition_objects import PartitionObject, PartitionObjects, find_prefix, name_folder
from photolake.lake.rewrite_statement import build_rewrite_statement

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

    from photolake.aws.athena import QueryRunner


@dataclass(frozen=True)
class Rewrite:
    """What became of a partition: objects and bytes before and after, and the bytes that Athena read."""

    table: str
    dt: str
    objects_before: int = 0
    bytes_before: int = 0
    objects_after: int = 0
    bytes_after: int = 0
    scanned_bytes: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """The numbers by their names."""
        return {name: value for name, value in asdict(self).items() if isinstance(value, int)}


class PartitionRewriter:
    """Rewrites partitions of one lake."""

    def __init__(
        self,
        queries: QueryRunner,
        glue: GlueClient,
        objects: PartitionObjects,
        database: str,
        now: Callable[[], dt.datetime],
    ) -> None:
        """`database` has the landing tables."""
        self._queries = queries
        self._glue = glue
        self._objects = objects
        self._database = database
        self._now = now

    def rewrite(
        self,
        table: str,
        day: str,
        *,
        keep: str | None = None,
        at_once: bool = False,
        may_wait: Callable[[], bool] = lambda: True,
    ) -> Rewrite:
        """Write the partition `dt=<day>` anew.

        `keep`: see `build_rewrite_statement`. The objects that were there are deleted `at_once`, or noted for
        `delete_replaced`, so that queries that have listed them already can still read them.
        PermanentError if Athena fails, or did not see the partition; then nothing has been deleted.
        """
        prefix = find_prefix(table, day)
        listed = [item for item in self._objects.list_objects(prefix) if item.is_data]
        if not listed:
            return Rewrite(table, day)
        folder = prefix + name_folder(self._now(), min(item.first for item in listed))
        scanned = self._unload(table, day, folder, keep, may_wait)
        written = [item for item in self._objects.list_objects(folder) if item.is_data]
        if not written and (keep is None or not scanned):
            # A day outside the table's projection: Athena sees no rows in it, which must not be taken for none.
            raise PermanentError("nothing_read", f"Athena found no rows in {prefix}, where there are objects")
        self._replace(folder, [item.key for item in listed], at_once)
        return Rewrite(table, day, *_measure(listed), *_measure(written), scanned)

    def delete_replaced(self, note: PartitionObject) -> int:
        """Delete what a note of an earlier rewrite names, then the note; returns how many objects."""
        count = self._objects.delete(self._objects.read_replaced(note.key))
        self._objects.delete([note.key])
        return count

    def _unload(self, table: str, day: str, folder: str, keep: str | None, may_wait: Callable[[], bool]) -> int:
        location = f"s3://{self._objects.bucket}/{folder}"
        columns = self._read_columns(table)
        statement = build_rewrite_statement(LANDING_TABLES[table], columns, self._database, day, location, keep)
        try:
            return self._queries.run(statement, may_wait)
        except (PermanentError, RetryableError):
            # Athena leaves behind what an UNLOAD has written that failed or was stopped.
            self._objects.delete([item.key for item in self._objects.list_objects(folder)])
            raise

    def _read_columns(self, table: str) -> list[str]:
        found = self._glue.get_table(DatabaseName=self._database, Name=table)["Table"]
        return [column["Name"] for column in found["StorageDescriptor"]["Columns"]]

    def _replace(self, folder: str, keys: Sequence[str], at_once: bool) -> None:
        if at_once:
            self._objects.delete(keys)
        else:
            self._objects.write_replaced(folder, keys)


def _measure(objects: Sequence[PartitionObject]) -> tuple[int, int]:
    return len(objects), sum(item.size for item in objects)
