"""`photolake comply`: counts the ids, shows how far the check is, or goes on with it until it is done."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from photolake.clock import utc_now
from photolake.collect.checkpoints import CheckpointStore
from photolake.compliance.runner import IDS_PER_JOB
from photolake.compliance.service import ComplianceSettings, make_held_posts, make_runner
from photolake.compliance.state import StateStore, Step
from photolake.errors import CheckpointConflictError, RateLimitedError, RetryableError
from photolake.sources.x.compliance_api import JobType
from photolake_cli.aws_errors import explain_error
from photolake_cli.console import INTERRUPTED, error_console, print_note, show_progress, show_table
from photolake_cli.errors import CommandError
from photolake_cli.json_output import print_json
from photolake_cli.stream import DEFAULTS, URL_VARIABLE, read_token

if TYPE_CHECKING:
    from photolake.compliance.state import ComplianceState
    from photolake_cli.cloud import Cloud

_STEPS = {
    Step.IDLE: "done",
    Step.NEXT_JOB: "the next ids are to be sent",
    Step.UPLOAD: "ids are being sent",
    Step.RESULT: "X works on a job",
}


@dataclass(frozen=True)
class ComplyRequest:
    """What the command line asks for."""

    dry_run: bool = False
    status: bool = False
    as_json: bool = False


def run_comply(request: ComplyRequest, cloud: Cloud) -> None:
    """Check a lake, or show how far its check is."""
    settings = _read_settings(cloud)
    try:
        if request.status:
            _show_state(StateStore(CheckpointStore(cloud.table(settings.checkpoint_table))).load(), request)
        elif request.dry_run:
            _show_counts(settings, request, cloud)
        else:
            _show_state(_check_lake(settings, cloud), request)
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, cloud.name) from error


def _read_settings(cloud: Cloud) -> ComplianceSettings:
    return ComplianceSettings(
        lake_bucket=cloud.values["LakeBucketName"],
        landing_database=cloud.values["LandingDatabaseName"],
        workgroup=cloud.values["WorkgroupName"],
        checkpoint_table=cloud.find_physical_id("CheckpointTable"),
        x_api_url=os.environ.get(URL_VARIABLE) or DEFAULTS[URL_VARIABLE],
        x_token_secret=cloud.find_physical_id("XTokenSecret"),
        sample_rate=float(cloud.sample_rate),
    )


def _check_lake(settings: ComplianceSettings, cloud: Cloud) -> ComplianceState:
    token = read_token(cloud, settings.x_token_secret)
    with show_progress("Checking", error_console) as on_line:
        runner = make_runner(settings, token, cloud.client, cloud.table, on_line)
        try:
            return runner.run(dt.timedelta(), lambda: True)
        except KeyboardInterrupt as interrupt:
            print_note("Interrupted. Run the same command to go on; the stack does so by itself.", "yellow")
            raise typer.Exit(INTERRUPTED) from interrupt
        except CheckpointConflictError as error:
            raise CommandError(
                "Another run has gone on with the check. How far it is: photolake comply --status"
            ) from error
        except RetryableError as error:
            until = _describe_wait(error)
            raise CommandError(f"{error}. Run the same command {until}to go on where it stopped") from error


def _describe_wait(error: RetryableError) -> str:
    if not isinstance(error, RateLimitedError) or error.reset_time is None:
        return "later "
    minutes = max(error.reset_time - int(utc_now().timestamp()), 0) // 60 + 1
    return f"in {minutes} min "


def _show_counts(settings: ComplianceSettings, request: ComplyRequest, cloud: Cloud) -> None:
    with show_progress("Counting", error_console):
        counts = make_held_posts(settings, cloud.client).count()
    jobs = {kind: -(-count // IDS_PER_JOB) for kind, count in counts.items()}
    if request.as_json:
        print_json(
            {
                "posts": counts[JobType.POSTS],
                "authors": counts[JobType.USERS],
                "jobs": sum(jobs.values()),
            }
        )
        return
    rows = [
        ("authors", counts[JobType.USERS], jobs[JobType.USERS]),
        ("posts", counts[JobType.POSTS], jobs[JobType.POSTS]),
    ]
    show_table(f"Ids of X in {cloud.name}", ["ids of", "ids", "jobs"], rows)
    print_note("Nothing was sent. X takes one job at a time, and works on one for minutes to hours.")


def _show_state(state: ComplianceState, request: ComplyRequest) -> None:
    if request.as_json:
        print_json(_build_state(state))
        return
    if not state.started_at:
        print_note("No check has begun. To begin one: photolake comply")
        return
    what = "authors" if state.kind == JobType.USERS else "posts"
    rows = [
        ("state", _STEPS[state.step] + ("" if state.step == Step.IDLE else f" ({what})")),
        ("begun", state.started_at),
        ("finished", state.finished_at),
        ("ids checked", state.checked),
        ("posts deleted", state.deleted),
        ("X's job", state.job_id),
        ("last saved", state.updated_at),
    ]
    show_table("Check of the posts of X", ["", ""], [(name, str(value)) for name, value in rows if value != ""])


def _build_state(state: ComplianceState) -> dict[str, Any]:
    return {
        "state": str(state.step),
        "kind": str(state.kind),
        "started_at": state.started_at or None,
        "finished_at": state.finished_at or None,
        "saved_at": state.updated_at or None,
        "checked": state.checked,
        "deleted": state.deleted,
        "job": state.job_id or None,
    }
