"""`photolake collect`: chooses the files, forecasts the cost, asks for consent, sends, and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from botocore.exceptions import BotoCoreError, ClientError

from photolake.errors import PhotolakeError
from photolake_cli.collect.containers import open_containers
from photolake_cli.collect.files import PostFile, find_files, is_folder
from photolake_cli.collect.forecast import Forecast, sample_posts
from photolake_cli.collect.formats import probe_file
from photolake_cli.collect.journal import Checkpoint, Journal
from photolake_cli.collect.report import (
    describe_no_posts,
    print_forecast,
    print_tallies,
    show_file_progress,
    show_forecast,
    show_tallies,
    show_volume,
)
from photolake_cli.collect.skipped import SkippedFile, describe_archive, describe_skipped
from photolake_cli.consent import require_consent
from photolake_cli.console import INTERRUPTED, error_console, print_note, show_progress
from photolake_cli.errors import CommandError
from photolake_cli.spending import show_left

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake.post_formats.table_map import TableMap
    from photolake_cli.collect.destination import Destination
    from photolake_cli.collect.sender import FileSender
    from photolake_cli.collect.tally import Tally

SAMPLE_POSTS = 5_000
"""The size of the sample for a forecast; fewer posts are sent without one."""

Pending = Sequence[tuple[PostFile, Checkpoint]]


@dataclass(frozen=True)
class CollectRequest:
    """What the command line asks for: paths and `s3://` URIs, and how to send them and report."""

    names: Sequence[str]
    again: bool = False
    yes: bool = False
    as_json: bool = False
    table_map: TableMap | None = None
    upload: Callable[[Iterable[PostFile]], None] | None = None
    """Uploads what files of posts bring along, before they are sent."""


def collect_files(request: CollectRequest, destination: Destination, sender: FileSender, folder: Path) -> None:
    """Send files of posts into a lake, and report what became of them; `folder` holds their checkpoints."""
    journal = Journal(folder, destination.key)
    pending = _choose_pending(request, destination, journal)
    if pending and _forecast_cost(pending, destination, SAMPLE_POSTS):
        require_consent(destination, request.yes)
    if request.upload:
        request.upload(file for file, _ in pending)
    tallies: list[Tally] = []
    try:
        tallies.extend(_send_files(pending, sender, journal))
    finally:
        show = print_tallies if request.as_json else show_tallies
        show(tallies)
    _check_tallies(tallies)


def forecast_files(request: CollectRequest, destination: Destination, folder: Path) -> None:
    """Count what the files hold, and forecast the cost of their analysis; nothing is sent."""
    journal = Journal(folder, destination.key) if destination.key else None
    pending = _choose_pending(request, destination, journal)
    forecast = _forecast_cost(pending, destination, None)
    if request.as_json:
        print_forecast(forecast)


def _choose_pending(request: CollectRequest, destination: Destination, journal: Journal | None) -> Pending:
    """Choose the files, and say which were collected before, and so are left out."""
    files = choose_files(request.names, destination.s3, request.table_map)
    pending = []
    for file in files:
        checkpoint = Checkpoint() if request.again or not journal else journal.load(file.identity)
        if not checkpoint.is_done:
            pending.append((file, checkpoint))
        elif checkpoint.sent:
            print_note(f"{file.name}: collected before, {checkpoint.sent:,} posts. To send it again: --again")
        else:
            print_note(f"{file.name}: read before, and held no posts. To read it again: --again")
    return pending


def choose_files(names: Sequence[str], s3: S3Client, table_map: TableMap | None = None) -> list[PostFile]:
    """The files of posts at these paths and URIs; `table_map` names the columns of those that are tables.

    A file that holds no posts is skipped with a message if it was found in a folder or an archive, else it is a
    CommandError; so is an archive in which no file holds posts.
    """
    chosen: dict[str, PostFile] = {}
    skipped: list[SkippedFile] = []
    with show_progress("Looking at the files", error_console) as show:
        for name in names:
            for file in _choose_below(name, s3, table_map, skipped, show):
                chosen[file.identity] = file
    for line in describe_skipped(skipped, chosen.values()):
        print_note(line, "yellow")
    if not chosen:
        raise CommandError(f"There are no posts in {', '.join(names)}. Name a file of posts: tweets.jsonl, tweets.js")
    return list(chosen.values())


def _choose_below(
    name: str, s3: S3Client, table_map: TableMap | None, skipped: list[SkippedFile], show: Callable[[str], None]
) -> Iterator[PostFile]:
    """Yield the files of posts at or below a name, and add the others to `skipped`."""
    in_folder, count, before = is_folder(name), 0, len(skipped)
    for found, is_member in open_containers(find_files(name, s3)):
        file = found.with_table_map(table_map) if table_map else found
        show(file.base)
        probe = probe_file(file, needs_post=in_folder or is_member)
        if probe.reason is None:
            count += 1
            for problem in probe.beside.problems:
                print_note(f"{file.name}: {problem}", "yellow")
            yield replace(file, beside=probe.beside)
        elif in_folder or is_member:
            skipped.append(SkippedFile(file, probe.reason))
        else:
            raise CommandError(f"{file.name} {probe.reason}")
    if not count and not in_folder:
        below = skipped[before:]
        if len(below) > 1:
            for line in describe_skipped(below, ()):
                print_note(line, "yellow")
        raise CommandError(describe_archive(name, below))


def _forecast_cost(pending: Pending, destination: Destination, limit: int | None) -> Forecast | None:
    """Show the cost by a sample of `limit` posts, or by all; None, and nothing shown, if there are fewer."""
    with show_progress("Counting", error_console):
        sample = sample_posts(pending, destination.check.find_partition, limit)
    if limit and sample.volume.posts < limit:
        return None
    if not limit:
        show_volume(sample.volume)
    forecast = sample.forecast(
        destination.image_apis,
        destination.sample_rate,
        packs_entities=destination.packs_entities,
        region=destination.region,
    )
    show_forecast(forecast, destination)
    show_left(destination.read_spending(), {"comprehend": forecast.text_usd, "rekognition": forecast.photo_usd})
    return forecast


def _check_tallies(tallies: Sequence[Tally]) -> None:
    """Raise CommandError for a file without posts, and for counts that do not add up."""
    if not all(tally.is_balanced for tally in tallies):
        raise CommandError("The counts do not add up: a record was lost or counted twice. Please report this.")
    if without := [tally for tally in tallies if tally.holds_no_post]:
        raise CommandError("\n".join(describe_no_posts(tally) for tally in without))


def _send_files(pending: Pending, sender: FileSender, journal: Journal) -> Iterator[Tally]:
    for file, checkpoint in pending:
        reached = [checkpoint]

        def on_accepted(accepted: Checkpoint, file: PostFile = file, reached: list[Checkpoint] = reached) -> None:
            journal.save(file.identity, accepted)
            reached.append(accepted)

        with show_file_progress(file) as callbacks:
            try:
                yield sender.send(file, checkpoint, replace(callbacks, on_accepted=on_accepted))
            except KeyboardInterrupt as interrupt:
                _print_stopped(file, reached[-1])
                raise typer.Exit(INTERRUPTED) from interrupt
            except (PhotolakeError, CommandError, ClientError, BotoCoreError):
                _print_stopped(file, reached[-1])
                raise


def _print_stopped(file: PostFile, checkpoint: Checkpoint) -> None:
    print_note(
        f"Stopped in {file.name} after {checkpoint.sent:,} posts. Run the command again to resume there.", "yellow"
    )
