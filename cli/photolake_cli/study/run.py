"""`photolake export study`: asks the lake, writes the kit, and says what it holds and what it cost to ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from photolake_cli.console import error_console, print_note, show_progress
from photolake_cli.copies import enter_copy
from photolake_cli.errors import CommandError
from photolake_cli.export.days import parse_day
from photolake_cli.query.result import QueryResult
from photolake_cli.query.run import describe_costs
from photolake_cli.study.figures import StudyReader
from photolake_cli.study.kit import check_target, write_kit

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.query.client import QueryClient

# https://developer.x.com/en/developer-terms/policy, "Content redistribution"
X_IDS_IN_30_DAYS = 1_500_000
_STEP = 10_000


@dataclass(frozen=True)
class StudyRequest:
    """What the command line asks for."""

    to: Path
    since: str | None = None
    until: str | None = None
    title: str = ""
    author: str = ""
    is_dry_run: bool = False


def export_study(cloud: Cloud, client: QueryClient, request: StudyRequest, now: dt.datetime) -> None:
    """Write a study kit; CommandError if it would hold more ids of X than may be passed on."""
    check_target(request.to)
    since, until = _choose_days(request, cloud.values["EarliestDate"], now)
    reader = StudyReader(cloud, client, since, until)
    if request.is_dry_run:
        print_note(
            f"Would write {request.to}: the ids of the posts from {since} to {until}, and what is known of them."
        )
        print_note(f"Athena would be asked for them, and for nine figures:\n\n{reader.build('ids')}")
        return
    with show_progress("Exporting", error_console) as show:
        reader.on_state = show
        figures = reader.read_figures(now)
        _check_limit({row["source_platform"]: row["posts"] for row in figures.tables["platforms"]}.get("x", 0))
        ids = _count(reader.read_ids(), show)
        title = request.title or f"Ids of posts, {since} to {until}"
        enter_copy(cloud, "export study", request.to)
        files = write_kit(request.to, figures, ids, title, request.author or "unnamed: write who made this collection")
    cost = describe_costs([QueryResult([], iter(()), scanned) for scanned in reader.scanned], cloud.on_laptop)
    count = sum(file.posts for file in files)
    print_note(
        f"{request.to} has {count:,} ids in {', '.join(file.name for file in files) or 'no file'}; {cost}", "italic"
    )
    if not request.author:
        print_note("Nobody is named in CITATION.cff: --author says who made the collection.", "yellow")


def _choose_days(request: StudyRequest, earliest: str, now: dt.datetime) -> tuple[dt.date, dt.date]:
    first = parse_day(earliest, "EarliestDate")
    since = max(parse_day(request.since, "--since"), first) if request.since else first
    until = parse_day(request.until, "--until") if request.until else now.date()
    if since > until:
        raise CommandError(f"There is no day from {since} to {until}: --since must come before --until")
    return since, until


def _check_limit(x_posts: int) -> None:
    if x_posts > X_IDS_IN_30_DAYS:
        raise CommandError(
            f"These are {x_posts:,} posts of X, and X allows to pass on {X_IDS_IN_30_DAYS:,} ids in 30 days. Choose "
            "fewer days: --since, --until"
        )


def _count(ids: Iterable[tuple[str, str]], show: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(ids, 1):
        if number % _STEP == 0:
            show(f"{number:,} ids")
        yield row
