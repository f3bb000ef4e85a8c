"""`photolake collect`: chooses the files, forecasts the cost, asks for consent, sends, and reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from botocore.exceptions import BotoCoreError, ClientError

from photolake.errors import PhotolakeError
from photolake_cli.collect.files import PostFile, find_files, is_folder
from photolake_cli.collect.forecast import Forecast, sample_posts
from photolake_cli.collect.formats import probe_file
from photolake_cli.collect.journal import Checkpoint, Journal
from photolake_cli.collect.media import upload_media
from photolake_cli.collect.report import show_file_progress, show_forecast, show_tallies
from photolake_cli.consent import require_consent
from photolake_cli.console import INTERRUPTED, error_console, print_note, show_progress
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from photolake_cli.cloud import Cloud
    from photolake_cli.collect.sender import FileSender, Tally

SAMPLE_POSTS = 5_000
"""The size of the sample for a forecast; fewer posts are sent without one."""

Pending = Sequence[tuple[PostFile, Checkpoint]]


@dataclass(frozen=True)
class CollectRequest:
    """What the command line asks for: paths and `s3://` URIs, and how to send them."""

    names: Sequence[str]
    again: bool = False
    dry_run: bool = False
    yes: bool = False
    media: bool = True


def collect_files(request: CollectRequest, cloud: Cloud, sender: FileSender, folder: Path) -> None:
    """Send files of posts into a lake, and report what became of them; `folder` holds their checkpoints."""
    journal = Journal(folder, cloud.key)
    files = choose_files(request.names, cloud.client("s3"))
    checkpoints = [(file, Checkpoint() if request.again else journal.load(file.identity)) for file in files]
    for file, checkpoint in checkpoints:
        if checkpoint.is_done:
            print_note(f"{file.name}: collected before, {checkpoint.sent:,} posts. To send it again: --again")
    pending = [(file, checkpoint) for file, checkpoint in checkpoints if not checkpoint.is_done]
    if not pending:
        return
    if request.dry_run:
        _forecast_cost(pending, cloud, sender, None)
        return
    if _forecast_cost(pending, cloud, sender, SAMPLE_POSTS):
        require_consent(cloud, request.yes)
    if request.media:
        upload_media((file for file, _ in pending), cloud)
    tallies: list[Tally] = []
    try:
        tallies.extend(_send_files(pending, sender, journal))
    finally:
        show_tallies(tallies)
    if not all(tally.is_balanced for tally in tallies):
        raise CommandError("The counts do not add up: a record was lost or counted twice. Please report this.")


def choose_files(names: Sequence[str], s3: S3Client) -> list[PostFile]:
    """The files of posts at these paths and URIs.

    A file that holds no posts is skipped with a message if it was found in a folder, else it is a CommandError.
    """
    chosen: dict[str, PostFile] = {}
    for name in names:
        in_folder = is_folder(name)
        for file in find_files(name, s3):
            probe = probe_file(file, needs_post=in_folder)
            if probe.reason is None:
                chosen[file.identity] = replace(file, beside=probe.beside)
                for problem in probe.beside.problems:
                    print_note(f"{file.name}: {problem}", "yellow")
            elif in_folder:
                print_note(f"{file.name}: skipped, it {probe.reason}", "yellow")
            else:
                raise CommandError(f"{file.name} {probe.reason}")
    if not chosen:
        raise CommandError(f"There are no posts in {', '.join(names)}. Name a file of posts: tweets.jsonl, tweets.js")
    return list(chosen.values())


def _forecast_cost(pending: Pending, cloud: Cloud, sender: FileSender, limit: int | None) -> Forecast | None:
    """Show the cost by a sample of `limit` posts, or by all; None, and nothing shown, if there are fewer."""
    with show_progress("Counting", error_console):
        sample = sample_posts(pending, sender.check, limit)
    volume = sample.volume
    if limit and volume.posts < limit:
        return None
    if not limit:
        print_note(f"posts {volume.posts:,}, rejected {volume.rejected:,}, notices {volume.notices:,}")
    forecast = sample.forecast(cloud.image_apis, cloud.sample_rate)
    show_forecast(forecast, cloud)
    return forecast


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
