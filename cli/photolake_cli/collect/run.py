"""`photolake collect`: which files, what their analysis will cost, how far they are, and what became of them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import ROUND_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from photolake.errors import PhotolakeError
from photolake_cli.collect.files import PostFile, files_at, is_folder
from photolake_cli.collect.forecast import Forecast, sample
from photolake_cli.collect.formats import holds_posts, refusal
from photolake_cli.collect.journal import Journal
from photolake_cli.collect.journal import Progress as Delivered
from photolake_cli.collect.pacing import MAX_DATES
from photolake_cli.collect.sender import Account, Watch
from photolake_cli.console import console, problems, show_table, work
from photolake_cli.errors import CommandError
from photolake_cli.query.price import shown_usd
from photolake_cli.query.run import INTERRUPTED

if TYPE_CHECKING:
    from photolake_cli.collect.inlets import Inlet

FEW_POSTS = 5_000
"""So many are sent without a forecast, and a forecast looks at so many."""
_CENT = Decimal("0.01")
LEDGER = ("file", "read", "sent", "repeated", "malformed", "notices", "sent before")


@dataclass(frozen=True)
class CollectRequest:
    """What the command line says: paths and `s3://` URIs, and how to take them."""

    given: Sequence[str]
    again: bool = False
    dry_run: bool = False
    yes: bool = False


def collect(request: CollectRequest, inlet: Inlet, folder: Path) -> None:
    """Send files of posts into a lake, and account for them; `folder` is where to note how far each is."""
    journal = Journal(folder, inlet.key)
    files = chosen_files(request.given, inlet)
    states = [(file, Delivered() if request.again else journal.load(file.identity)) for file in files]
    for file, state in states:
        if state.is_done:
            _say(f"{file.name}: collected before, {state.sent:,} posts. To send it again: --again")
    left = [(file, state) for file, state in states if not state.is_done]
    if not left:
        return
    if request.dry_run:
        _foretell(left, inlet, None)
        return
    _expect_consent(_foretell(left, inlet, FEW_POSTS), request, inlet)
    accounts: list[Account] = []
    try:
        accounts.extend(_sent(left, inlet, journal))
    finally:
        _show_ledger(accounts)
    if not all(account.balances for account in accounts):
        raise CommandError("The account does not balance: something was lost or counted twice.")


def chosen_files(given: Sequence[str], inlet: Inlet) -> list[PostFile]:
    """The files of posts; CommandError for one that is none, but those of a folder are passed over with a message."""
    chosen: dict[str, PostFile] = {}
    for name in given:
        found = files_at(name, inlet.s3)
        for file in found:
            reason = refusal(file)
            if is_folder(name):
                reason = reason or (None if holds_posts(file) else "holds no posts")
                if reason:
                    _say(f"{file.name}: passed over, it {reason}", "yellow")
            elif reason:
                raise CommandError(f"{file.name} {reason}")
            if not reason:
                chosen[file.identity] = file
    if not chosen:
        raise CommandError(f"There are no posts in {', '.join(given)}. Name a file of posts: tweets.jsonl, tweets.js")
    return list(chosen.values())


def _foretell(states: Sequence[tuple[PostFile, Delivered]], inlet: Inlet, limit: int | None) -> Forecast | None:
    """Say what the analysis will cost, from a sample of `limit` posts or from all; None if there are but a few."""
    with work("Counting", problems):
        seen = sample(states, inlet.collector.check, limit)
        if limit and seen.volume.posts < limit:
            return None
        forecast = seen.forecast(inlet.image_apis, inlet.sample_rate)
    about = "" if forecast.is_whole else "about "
    if not limit:
        _say(f"posts {seen.volume.posts:,}, malformed {seen.volume.malformed:,}, notices {seen.volume.notices:,}")
    _say(
        f"To analyse: {about}{forecast.posts:,} posts with {forecast.text_units:,} units of text "
        f"({_price(forecast.text_usd)}) and {forecast.photos:,} photos for {forecast.apis} APIs "
        f"({_price(forecast.photo_usd)})"
    )
    where = "On AWS that would cost" if inlet.on_laptop else f"In {inlet.place} that costs"
    _say(
        f"{where} {about}{_price(forecast.usd)}, or less: "
        "texts and photos that the lake has analysed before, and photos that are gone, cost nothing"
    )
    return forecast


def _price(amount: Decimal) -> str:
    return shown_usd(amount.quantize(_CENT, ROUND_UP))


def _expect_consent(forecast: Forecast | None, request: CollectRequest, inlet: Inlet) -> None:
    if forecast is None or inlet.on_laptop or request.yes:
        return
    if not console.is_terminal:
        raise CommandError(f"Nothing is sent yet. To spend that in {inlet.place}: --yes")
    if not typer.confirm("Go on?"):
        raise CommandError("Nothing is sent.")


def _sent(states: Sequence[tuple[PostFile, Delivered]], inlet: Inlet, journal: Journal) -> Iterator[Account]:
    for file, state in states:
        reached = [state]

        def accept(progress: Delivered, file: PostFile = file, reached: list[Delivered] = reached) -> None:
            journal.save(file.identity, progress)
            reached.append(progress)

        with _bar(file) as watch:
            try:
                yield inlet.collector.collect(file, state, replace(watch, on_accepted=accept))
            except KeyboardInterrupt as interrupt:
                problems.print(_stopped(file, reached[-1]), style="yellow", markup=False, highlight=False)
                raise typer.Exit(INTERRUPTED) from interrupt
            except (PhotolakeError, CommandError, ClientError, BotoCoreError):
                problems.print(_stopped(file, reached[-1]), style="yellow", markup=False, highlight=False)
                raise


def _stopped(file: PostFile, state: Delivered) -> str:
    return f"Stopped in {file.name}, after {state.sent:,} posts. Run it again, and it goes on there."


@contextmanager
def _bar(file: PostFile) -> Iterator[Watch]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    began = time.monotonic()
    pauses: list[float] = []
    with Progress(*columns, console=problems, transient=True, disable=not problems.is_terminal) as bar:
        task = bar.add_task(file.base, total=file.size)

        def read(position: int, posts: int) -> None:
            rate = posts / max(time.monotonic() - began, 1e-3)
            bar.update(task, completed=position, description=f"{file.base} {posts:,} posts, {rate:,.0f}/s")

        def pause(seconds: float) -> None:
            bar.update(task, description=f"{file.base} waits {seconds:,.0f} s")
            if not pauses:
                _say(
                    f"{file.base} goes slowly, first after a pause of {seconds:,.0f} s: it has posts of more than "
                    f"{MAX_DATES} days, and Firehose sends those of more than 500 at a time to errors/"
                )
            pauses.append(seconds)

        yield Watch(on_read=read, on_pause=pause)


def _show_ledger(accounts: Sequence[Account]) -> None:
    for account in accounts:
        for line in account.shown:
            problems.print(f"{account.file}:{line.line}: {line.message}", style="yellow", markup=False, highlight=False)
        if account.malformed:
            rest = (
                f"; {account.malformed - len(account.shown):,} more" if account.malformed > len(account.shown) else ""
            )
            _say(f"{account.file}: all malformed entries are in {account.malformed_key}{rest}", "yellow")
    rows = [_row(account) for account in accounts]
    if len(rows) > 1:
        rows.append(("all", *(sum(amounts) for amounts in itertools.islice(zip(*rows, strict=True), 1, None))))
    if rows:
        show_table("", LEDGER, rows, "read = sent + malformed + notices; the views count repeated posts once")


def _row(account: Account) -> tuple[str | int, ...]:
    return (
        account.file,
        account.read,
        account.sent,
        account.repeated,
        account.malformed,
        account.notices,
        account.before,
    )


def _say(line: str, style: str = "") -> None:
    problems.print(line, style=style, markup=False, highlight=False)
