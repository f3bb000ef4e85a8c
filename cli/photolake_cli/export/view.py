"""A view of the lake as it is exported: its columns, its key, and the statements that select its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from photolake.athena_schema.sql_files import read_statements
from photolake_cli.aws_errors import explain_error
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from pathlib import Path

    from photolake_cli.cloud import Cloud

DAY_COLUMN = "dt"
_NESTED = ("array<", "struct<", "map<")


@dataclass(frozen=True)
class ViewColumn:
    """A column and its type in Hive's words, as Glue has it: string, bigint, `struct<id:bigint>`."""

    name: str
    type: str

    @property
    def is_nested(self) -> bool:
        """Whether its values are arrays, rows or maps, which are exported as JSON."""
        return self.type.lower().startswith(_NESTED)

    @property
    def expression(self) -> str:
        """What selects it: nested values as JSON, because Athena's own text of them cannot be read back."""
        name = quote_name(self.name)
        return f"json_format(cast({name} as json)) as {name}" if self.is_nested else name


@dataclass(frozen=True)
class View:
    """A view, whose rows `key` tells apart; `landing` is the database of the landing tables."""

    name: str
    columns: Sequence[ViewColumn]
    key: Sequence[str]
    landing: str

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return [column.name for column in self.columns]

    @property
    def has_days(self) -> bool:
        """Whether it can be exported day by day."""
        return DAY_COLUMN in self.names

    def select_days(self, days: Sequence[str]) -> str:
        """Select the rows of these days in the order of the days; the rows of a view without days for none."""
        if not days:
            return self._select()
        return f"{self._select()}\nwhere {DAY_COLUMN} in ({_format_list(days)})\norder by {DAY_COLUMN}"

    def select_range(self, since: str, until: str) -> str:
        """Select the rows of all days from `since` to `until`."""
        return (
            f"{self._select()}\nwhere {DAY_COLUMN} between '{since}' and '{until}'" if self.has_days else self._select()
        )

    @property
    def owner(self) -> str:
        """The column that says whose rows they are, a post's or an image's; empty if neither."""
        if "tweetid" in self.names:
            return "tweetid"
        if "id_str" in self.names and self.key == ["id"]:
            return "id"
        return "image_id" if "image_id" in self.names else ""

    def select_deleted(self) -> str:
        """Select the values of `owner` that no view has any more, because somebody deleted a post."""
        if self.owner != "image_id":
            return f'select distinct id from "{self.landing}".deletions where id is not null'  # noqa: S608 (Glue's name)
        return "\n".join(
            [
                "select distinct p.image_id",
                f'from "{self.landing}".photos as p',
                f'inner join "{self.landing}".deletions as d on p.tweetid = d.id',
                "left join image_analyses as a on p.image_id = a.image_id",
                "where p.image_id is not null and a.image_id is null",
            ]
        )

    def _select(self) -> str:
        return f"select {', '.join(column.expression for column in self.columns)}\nfrom {quote_name(self.name)}"


def read_view(cloud: Cloud, name: str, key: Sequence[str], folder: Path) -> View:
    """Read the columns from the Glue catalog, and the key from the view's file in `folder` unless one is given.

    CommandError lists the views if there is none of this name, and asks for a key if none is known.
    """
    database = cloud.values["DatabaseName"]
    views = {view.name: view for view in read_statements(folder, cloud.values["LandingDatabaseName"])}
    try:
        table: dict[str, Any] = cloud.client("glue").get_table(DatabaseName=database, Name=name.lower())["Table"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityNotFoundException":
            raise explain_error(error, cloud.name) from error
        raise CommandError(f"There is no view {name!r} in {database}. photolake's views: {', '.join(views)}") from error
    except BotoCoreError as error:
        raise explain_error(error, cloud.name) from error
    fields = [*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", [])]
    columns = [ViewColumn(field["Name"], field["Type"]) for field in fields]
    return View(
        name.lower(), columns, _choose_key(name.lower(), columns, key, views), cloud.values["LandingDatabaseName"]
    )


def _choose_key(name: str, columns: Iterable[ViewColumn], key: Sequence[str], views: dict[str, Any]) -> list[str]:
    chosen = list(key) or (views[name].key if name in views else [])
    known = [column.name for column in columns if not column.is_nested]
    if not chosen:
        raise CommandError(
            f"photolake does not know what tells the rows of {name} apart. Name the columns: --key, once for each. "
            f"Columns: {', '.join(known)}"
        )
    if missing := [column for column in chosen if column not in known]:
        raise CommandError(f"{name} has no column {', '.join(missing)} for a key. Columns: {', '.join(known)}")
    return chosen


def quote_name(name: str) -> str:
    """A name as Athena's SQL takes it, whatever characters it has."""
    return '"' + name.replace('"', '""') + '"'


def _format_list(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
