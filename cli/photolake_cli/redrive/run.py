"""`photolake redrive`: shows what is in dead-letter queues and why, the price, and moves it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import typer
from botocore.exceptions import BotoCoreError, ClientError

from photolake.clock import utc_now
from photolake_cli.aws_errors import explain_error
from photolake_cli.consent import require_consent
from photolake_cli.console import INTERRUPTED, error_console, print_note, show_progress
from photolake_cli.errors import CommandError
from photolake_cli.json_output import print_json
from photolake_cli.redrive.flows import choose_flows
from photolake_cli.redrive.forecast import forecast_messages
from photolake_cli.redrive.queues import MoveResult, open_queue
from photolake_cli.redrive.reasons import find_reasons, open_log
from photolake_cli.redrive.report import QueueReport, build_document, show_moved, show_prices, show_queues

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.redrive.flows import Flow

Moved = list[tuple[QueueReport, MoveResult]]


@dataclass(frozen=True)
class RedriveRequest:
    """What the command line asks for; `names` are queues and functions, or prefixes and kinds of error objects."""

    names: Sequence[str] = ()
    dry_run: bool = False
    yes: bool = False
    as_json: bool = False


def redrive_queues(request: RedriveRequest, cloud: Cloud) -> None:
    """Move the messages of dead-letter queues back; CommandError if some could not be moved."""
    flows = choose_flows(request.names)
    moved: Moved = []
    with explain_errors(cloud):
        reports = list(_inspect_queues(flows, cloud))
        if not request.as_json:
            show_queues(reports, utc_now())
        filled = [report for report in reports if report.queue.messages]
        usd = show_prices(filled, cloud)
        if filled and not request.dry_run:
            consent_to(usd, request, cloud)
            _move_back(filled, moved)
    if request.as_json:
        print_json(build_document(reports, moved, usd))
    elif moved:
        show_moved(moved, cloud)
    elif not filled:
        print_note("There is nothing to redrive in dead-letter queues. Rejected records: photolake redrive --errors")
    if any(not result.is_complete for _, result in moved):
        raise CommandError("Not all messages were moved. Run the command again for the rest.")


def consent_to(usd: Decimal, request: RedriveRequest, cloud: Cloud) -> None:
    """Ask for consent to what is bought again, if anything is."""
    if usd:
        require_consent(cloud, request.yes)


@contextmanager
def explain_errors(cloud: Cloud) -> Iterator[None]:
    """Turn an error of AWS into a message."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, cloud.name) from error


def _inspect_queues(flows: Sequence[Flow], cloud: Cloud) -> Iterator[QueueReport]:
    sqs = cloud.client("sqs")
    with show_progress("Looking into the dead-letter queues", error_console) as on_line:
        for flow in flows:
            on_line(flow.dead_letters)
            queue = open_queue(flow, cloud, sqs)
            sample = queue.read_sample()
            findings = find_reasons(open_log(flow, cloud), sample)
            yield QueueReport(queue, sample, findings, forecast_messages(queue, sample, cloud))


def _move_back(reports: Sequence[QueueReport], moved: Moved) -> None:
    for report in reports:
        name = report.queue.flow.dead_letters
        with show_progress(f"Moving {name}", error_console) as on_line:
            try:
                result = report.queue.move_back(partial(_show_count, on_line))
            except KeyboardInterrupt as interrupt:
                print_note(f"SQS goes on moving {name}. Run the command again to follow it.", "yellow")
                raise typer.Exit(INTERRUPTED) from interrupt
        moved.append((report, result))


def _show_count(on_line: Callable[[str], None], count: int) -> None:
    on_line(f"{count:,} messages")
