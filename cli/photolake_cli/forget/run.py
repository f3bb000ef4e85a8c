"""`photolake forget`: stores the deletions, lets the function erase, and follows it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from photolake.clock import format_utc, utc_now
from photolake.collect.deletions import DeletionStore
from photolake.forget.log import ForgetLog
from photolake.forget.state import ForgetStateStore
from photolake.pricing import price_athena_query
from photolake_cli.aws_errors import explain_error
from photolake_cli.console import INTERRUPTED, console, error_console, print_note, show_progress
from photolake_cli.copies import CopyList
from photolake_cli.errors import CommandError
from photolake_cli.forget.lake import ForgetLake
from photolake_cli.forget.names import PostName, parse_name, read_file
from photolake_cli.forget.report import is_outdated, print_rest, show_copies, show_counts, show_log, show_plan
from photolake_cli.json_output import print_json

if TYPE_CHECKING:
    from photolake.forget.state import ForgetState
    from photolake_cli.cloud import Cloud

START_SECONDS = 60.0
"""Within which the function has begun."""
POLL_SECONDS = {True: 0.3, False: 5.0}
"""How often the state is read, on the laptop and on AWS."""


@dataclass(frozen=True)
class ForgetRequest:
    """What the command line asks for."""

    posts: Sequence[str]
    file: Path | None = None
    column: str = "id"
    authors: Sequence[str] = ()
    reason: str = ""
    dry_run: bool = False
    log: bool = False
    copies: bool = False
    yes: bool = False
    as_json: bool = False


def run_forget(request: ForgetRequest, cloud: Cloud) -> None:
    """Forget posts, or show what would go or what went."""
    try:
        if request.log:
            _show_log(request, cloud)
        elif request.copies:
            _show_copies(request, cloud)
        else:
            _forget(request, cloud)
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, cloud.name) from error


def _show_log(request: ForgetRequest, cloud: Cloud) -> None:
    entries = ForgetLog(cloud.client("s3"), cloud.values["LakeBucketName"]).read()
    if request.as_json:
        print_json({"passes": [asdict(entry) for entry in entries]})
    else:
        show_log(entries)


def _show_copies(request: ForgetRequest, cloud: Cloud) -> None:
    copies = _connect_copies(cloud).read()
    entries = ForgetLog(cloud.client("s3"), cloud.values["LakeBucketName"]).read()
    if request.as_json:
        print_json({"copies": [{**asdict(copy), "is_outdated": is_outdated(copy, entries)} for copy in copies]})
    else:
        show_copies(copies, entries)


def _connect_copies(cloud: Cloud) -> CopyList:
    return CopyList(cloud.client("s3"), cloud.values["LakeBucketName"])


def _forget(request: ForgetRequest, cloud: Cloud) -> None:
    if "ForgetterFunction" not in cloud.list_resources():
        raise CommandError(f"{cloud.name} is of a version without forget. Deploy it again: sam build && sam deploy")
    lake = ForgetLake(cloud)
    names = _read_names(request, lake)
    with show_progress("Counting", error_console):
        counts, archive = lake.count(names), lake.measure_archive()
    usd = price_athena_query(archive) + lake.usd
    if not request.as_json:
        show_plan(counts, names, usd, cloud)
    if request.dry_run:
        if request.as_json:
            print_json(_build_plan(counts, names, archive, usd))
        return
    _require_consent(request, names, cloud)
    deleted = lake.find_deleted(names)
    _store([name for name in names if name.id not in deleted], request.reason, cloud)
    state = _Follower(cloud).follow()
    copies = _connect_copies(cloud).read()
    if request.as_json:
        print_json(
            {
                "deletions": len(names),
                "counts": dict(state.counts),
                "began_at": state.began_at,
                "copies": [asdict(copy) for copy in copies],
            }
        )
    else:
        show_counts(state.counts)
        print_rest(copies)


def _read_names(request: ForgetRequest, lake: ForgetLake) -> list[PostName]:
    names = {parse_name(text) for text in request.posts}
    if request.file:
        names |= set(read_file(request.file, request.column))
    if request.authors:
        found = lake.find_by_authors(request.authors)
        if not found:
            raise CommandError(
                f"The lake has no posts of {', '.join(request.authors)}. An account's id is user.id_str in tweets"
            )
        for platform in sorted(set(found.values())):
            print_note(f"{sum(each == platform for each in found.values()):,} posts of these accounts on {platform}")
        names |= found.keys()
    if not names:
        raise CommandError(
            "Name the posts: photolake forget POST_ID..., --file FILE or --author ID; or --log, --copies"
        )
    return sorted(names)


def _build_plan(counts: Any, names: Sequence[PostName], archive: int, usd: Decimal) -> dict[str, Any]:
    found = {name: counts[name] for name in ("posts", "photos", "images")}
    return {"deletions": len(names), **found, "archive_bytes": archive, "usd_at_most": str(usd)}


def _require_consent(request: ForgetRequest, names: Sequence[PostName], cloud: Cloud) -> None:
    """Ask on the laptop too: nothing brings a post back."""
    if request.yes:
        return
    undone = "Nothing has been erased."
    if not console.is_terminal:
        raise CommandError(f"{undone} To forget {len(names):,} posts in {cloud.name}, for good: --yes")
    if not typer.confirm("Forget them for good?", err=True):
        raise CommandError(undone)


def _store(names: Sequence[PostName], reason: str, cloud: Cloud) -> None:
    """Write the deletions: from now on no view has these posts."""
    now = format_utc(utc_now())
    rows = [
        {"id": name.id, "id_str": name.id_str or str(name.id), "reason": reason, "deleted_at": now} for name in names
    ]
    DeletionStore(cloud.client("s3"), cloud.values["LakeBucketName"]).put(rows)
    if names:
        print_note(f"{len(names):,} posts are out of every view. Erasing what the lake has of them ...")


class _Follower:
    """Lets the function run a whole pass, and shows how far it is."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._function = cloud.find_physical_id("ForgetterFunction")
        self._states = ForgetStateStore(cloud.table(cloud.find_physical_id("CheckpointTable")))
        self._lambda = cloud.client("lambda")

    def follow(self) -> ForgetState:
        """Return the state once a pass that began now has come to its end."""
        wanted = self._states.load().started + 1
        try:
            with show_progress("Erasing", error_console) as on_line:
                while (state := self._invoke(wanted, on_line)).finished < wanted:
                    pass
        except KeyboardInterrupt as interrupt:
            print_note("Stopped following. It goes on in the cloud; the same command follows it again.", "yellow")
            raise typer.Exit(INTERRUPTED) from interrupt
        return state

    def _invoke(self, wanted: int, on_line: Callable[[str], None]) -> ForgetState:
        """Let the function begin or go on; return the state when it is not at work any more.

        CommandError: it has come no further.
        """
        before = self._states.load()
        payload = json.dumps({"pass": wanted}).encode()
        self._lambda.invoke(FunctionName=self._function, InvocationType="Event", Payload=payload)
        deadline = time.monotonic() + START_SECONDS
        while (state := self._states.load()).version == before.version or state.busy_until > time.time():
            on_line(f"{state.step or 'waiting'}, {sum(state.counts.values()):,} so far")
            if state.version == before.version and state.busy_until < time.time() and time.monotonic() > deadline:
                break
            time.sleep(POLL_SECONDS[self._cloud.on_laptop])
        if state == replace(before, version=state.version):
            raise CommandError(
                f"The function forgetter of {self._cloud.name} gets no further than the step "
                f"{state.step or 'before the first'}. Its log says why; the same command goes on"
            )
        return state
