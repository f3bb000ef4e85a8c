"""`photolake export`: writes a view of the lake into a database table, or into a file."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from photolake_cli.console import INTERRUPTED, error_console, print_note, show_progress
from photolake_cli.copies import enter_copy
from photolake_cli.errors import CommandError
from photolake_cli.export.columns import ValueReader, describe_changes
from photolake_cli.export.connection import describe_url, explain_database_errors, open_engine
from photolake_cli.export.days import choose_due_days, list_days, parse_day, split_into_windows
from photolake_cli.export.files import find_format, parse_delimiter, write_file
from photolake_cli.export.target import WHOLE, DatabaseTarget, TableState
from photolake_cli.export.view import DAY_COLUMN, View, read_view
from photolake_cli.pseudonyms.rows import RowPseudonymizer
from photolake_cli.query.formats import Format
from photolake_cli.query.result import QueryResult
from photolake_cli.query.run import describe_cost

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.pseudonyms.pseudonyms import Pseudonyms
    from photolake_cli.query.client import QueryClient


@dataclass(frozen=True)
class ExportRequest:
    """What the command line asks for; CommandError if its options contradict each other."""

    view: str
    to: str
    table: str = ""
    key: Sequence[str] = ()
    since: str | None = None
    until: str | None = None
    full: bool = False
    late_days: int = 7
    delimiter: str | None = None
    is_dry_run: bool = False
    excel: bool = False
    pseudonyms: Pseudonyms | None = None
    keeps_text: bool = True

    def __post_init__(self) -> None:
        if not self.to:
            raise CommandError("Where to? --to with the URL of a database or a file, or PHOTOLAKE_EXPORT_URL")
        if self.full and (self.since or self.until):
            raise CommandError("--full exports all days: without --since and --until")
        if self.is_file and (self.full or self.table):
            raise CommandError("--full and --table are for databases: a file is always written anew")
        if not self.is_file and self.delimiter is not None:
            raise CommandError("--delimiter is for CSV files")
        if not self.keeps_text and not self.pseudonyms:
            raise CommandError("--without-text goes with --pseudonymize")
        if self.excel and not (self.is_file and find_format(Path(self.to)) is Format.CSV):
            raise CommandError("--excel is for CSV files")

    @property
    def is_file(self) -> bool:
        """Whether the target is a file."""
        return "://" not in self.to


@dataclass
class Progress:
    """Counts while an export runs, and shows them."""

    view: str
    show: Callable[[str], None]
    started: float = field(default_factory=time.monotonic)
    rows: int = 0
    removed: int = 0
    scanned: int = 0
    day: str = ""

    def add_rows(self, rows: int) -> None:
        """Count rows that were written."""
        self.rows += rows
        self.show(f"{self.view} {self.day} {self.describe()}")

    def describe(self) -> str:
        """The rows so far, and how many a second."""
        seconds = max(time.monotonic() - self.started, 0.001)
        return f"{self.rows:,} rows, {self.rows / seconds:,.0f} a second"


def run_export(cloud: Cloud, client: QueryClient, request: ExportRequest, views: Path, now: dt.datetime) -> None:
    """Export a view, whose SQL file is in the folder `views`; says what was done on standard error."""
    view = read_view(cloud, request.view, request.key, views)
    pseudonymizer = _open_pseudonymizer(view, request)
    days = _choose_range(view, request, cloud.values["EarliestDate"], now)
    if request.is_file:
        _export_to_file(view, cloud, client, request, days, pseudonymizer)
    else:
        _export_to_database(view, cloud, client, request, days, now, pseudonymizer)


def _open_pseudonymizer(view: View, request: ExportRequest) -> RowPseudonymizer | None:
    if request.pseudonyms is None:
        return None
    pseudonymizer = RowPseudonymizer(view, request.pseudonyms, request.keeps_text)
    if pseudonymizer.left_out:
        print_note(f"Left out, because they tell who it is: {', '.join(pseudonymizer.left_out)}")
    return pseudonymizer


def _choose_range(view: View, request: ExportRequest, earliest: str, now: dt.datetime) -> list[str]:
    """The days to look at; none for a view without days."""
    if not view.has_days:
        if request.since or request.until:
            raise CommandError(f"{view.name} has no days (dt): it is exported as a whole, without --since and --until")
        return []
    tomorrow = now.date() + dt.timedelta(days=1)
    since = parse_day(request.since or earliest, "--since")
    until = parse_day(request.until, "--until") if request.until else tomorrow
    return list_days(max(since, parse_day(earliest, "EarliestDate")), until)


def _export_to_file(
    view: View,
    cloud: Cloud,
    client: QueryClient,
    request: ExportRequest,
    days: Sequence[str],
    pseudonymizer: RowPseudonymizer | None,
) -> None:
    path = Path(request.to)
    find_format(path)
    delimiter = parse_delimiter(request.delimiter, path)
    sql = view.select_range(days[0], days[-1]) if days else view.select_days([])
    if request.is_dry_run:
        print_note(f"Would write {path}: {_describe_days(view, days)}. Athena would be asked:\n\n{sql}")
        return
    enter_copy(cloud, f"export {view.name}", path)
    with show_progress("Exporting", error_console) as show:
        progress = Progress(view.name, show)

        def run() -> QueryResult:
            result = client.run_export(sql, show)
            progress.scanned = result.scanned_bytes
            return pseudonymizer.read_result(result) if pseudonymizer else result

        write_file(path, delimiter, run, progress.add_rows, request.excel)
    print_note(
        f"{view.name} is in {path}: {progress.describe()}; {_describe_price(progress, cloud.on_laptop)}", "italic"
    )


def _export_to_database(
    view: View,
    cloud: Cloud,
    client: QueryClient,
    request: ExportRequest,
    days: Sequence[str],
    now: dt.datetime,
    pseudonymizer: RowPseudonymizer | None,
) -> None:
    engine = open_engine(request.to)
    # Rows with names, with pseudonyms and with those of another salt do not go into one table.
    lake = f"{cloud.key} pseudonyms {request.pseudonyms.fingerprint}" if request.pseudonyms else cloud.key
    try:
        target = DatabaseTarget(engine, view, request.table or view.name, lake)
        place = f"{target.table.fullname} at {describe_url(engine.url)}"
        with explain_database_errors(engine, "Connecting"):
            state = target.inspect()
        _refuse_other_rows(state, place, lake, request)
        chosen = _choose_days(days, state, request)
        if request.is_dry_run:
            _show_plan(place, target.describe_statements(state), view, chosen)
            return
        with explain_database_errors(engine, f"Exporting {view.name}"):
            target.prepare(state)
            enter_copy(cloud, f"export {view.name}", place)
            progress, changes = _fill_table(
                view, client, target, chosen, days if request.full else None, now, pseudonymizer
            )
    finally:
        engine.dispose()
    for line in describe_changes(changes):
        print_note(line, "yellow")
    removed = f", {progress.removed:,} removed that the view has no more" if progress.removed else ""
    what = f"{view.name} is in {place}, {_describe_days(view, chosen)}: {progress.describe()}{removed}"
    print_note(f"{what}; {_describe_price(progress, cloud.on_laptop)}", "italic")


def _choose_days(days: Sequence[str], state: TableState, request: ExportRequest) -> Sequence[str]:
    if request.full or request.since or request.until:
        return days
    return choose_due_days(days, {} if state.new_columns else state.exported, request.late_days)


def _fill_table(
    view: View,
    client: QueryClient,
    target: DatabaseTarget,
    chosen: Sequence[str],
    all_days: Sequence[str] | None,
    now: dt.datetime,
    pseudonymizer: RowPseudonymizer | None,
) -> tuple[Progress, Counter[str]]:
    """Write the chosen days, and remove what was deleted; with `all_days` also what belongs to none of them."""
    reader = ValueReader(view)
    with show_progress("Exporting", error_console) as show:
        progress = Progress(view.name, show)
        try:
            if all_days is not None:
                progress.removed += target.start_over(all_days)
            _write_days(view, client, target, chosen, now, progress, reader, pseudonymizer)
            if view.has_days and view.owner:
                deleted = _read_deleted(view, client, progress)
                find = pseudonymizer.find_owner if pseudonymizer else None
                progress.removed += target.remove_owned(map(find, deleted) if find else deleted)
        except KeyboardInterrupt as interrupt:
            message = f"Stopped after {progress.describe()}. Days that are complete stay; the same command goes on."
            print_note(message, "yellow")
            raise typer.Exit(INTERRUPTED) from interrupt
    return progress, reader.changes


def _refuse_other_rows(state: TableState, place: str, lake: str, request: ExportRequest) -> None:
    """Rows that this lake does not have would be taken for deleted ones."""
    if request.full or not state.exists:
        return
    advice = "Give another name: --table. To replace its rows by those of this lake: --full"
    if state.lake is None and state.has_rows:
        raise CommandError(f"{place} has rows that no export has written. {advice}")
    if state.lake not in (None, lake):
        raise CommandError(f"{place} has the rows of another lake ({state.lake}). {advice}")


def _write_days(
    view: View,
    client: QueryClient,
    target: DatabaseTarget,
    days: Sequence[str],
    now: dt.datetime,
    progress: Progress,
    reader: ValueReader,
    pseudonymizer: RowPseudonymizer | None,
) -> None:
    windows: Sequence[Sequence[str]] = list(split_into_windows(days)) if view.has_days else [[]]
    for window in windows:
        result = client.run_export(view.select_days(window), progress.show)
        progress.scanned += result.scanned_bytes
        if pseudonymizer:
            result = pseudonymizer.read_result(result)
        for day, rows in _split_by_day(map(reader.read, result.rows), window):
            progress.day = day
            progress.removed += target.write_day(day, rows, now, progress.add_rows)[1]


def _split_by_day(
    rows: Iterator[dict[str, Any]], days: Sequence[str]
) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """Split rows that are ordered by day; days without rows come too, because the target may have some."""
    if not days:
        yield WHOLE, rows
        return
    groups = groupby(rows, key=lambda row: row[DAY_COLUMN])
    ahead = next(groups, None)
    for day in days:
        if ahead is not None and ahead[0] == day:
            yield day, ahead[1]
            ahead = next(groups, None)
        else:
            yield day, iter(())


def _read_deleted(view: View, client: QueryClient, progress: Progress) -> list[Any]:
    """Whose rows are to be removed whatever their day: somebody deleted the post."""
    result = client.run_export(view.select_deleted(), progress.show)
    progress.scanned += result.scanned_bytes
    return [row[0] for row in result.typed_rows()]


def _show_plan(place: str, statements: Sequence[str], view: View, days: Sequence[str]) -> None:
    for statement in statements:
        print_note(f"{statement};\n")
    print_note(f"Would export {view.name} to {place}: {_describe_days(view, days)}. Nothing was written.")


def _describe_days(view: View, days: Sequence[str]) -> str:
    if not view.has_days:
        return "the whole view"
    if not days:
        return "no days"
    return f"{len(days):,} day{'s' * (len(days) > 1)} from {days[0]} to {days[-1]}"


def _describe_price(progress: Progress, on_laptop: bool) -> str:
    return describe_cost(QueryResult([], iter(()), progress.scanned), on_laptop)
