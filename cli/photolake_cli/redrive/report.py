"""What `photolake redrive` shows of dead-letter queues: what is in them and why, the price, and what was moved."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc
from photolake.pricing import format_usd
from photolake_cli.consent import describe_hourly_cost
from photolake_cli.console import console, make_printable, print_note, show_table
from photolake_cli.redrive.flows import MessageKind
from photolake_cli.spans import format_span

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.redrive.forecast import Price
    from photolake_cli.redrive.queues import DeadLetterQueue, DeadMessage, MoveResult
    from photolake_cli.redrive.reasons import Findings

MAX_REASON = 500
_SOON = dt.timedelta(days=2)


@dataclass(frozen=True)
class QueueReport:
    """What is known of a dead-letter queue before anything is moved."""

    queue: DeadLetterQueue
    sample: Sequence[DeadMessage]
    findings: Findings
    price: Price

    @property
    def oldest(self) -> dt.datetime | None:
        """When the oldest of the messages that were looked at was sent first."""
        return min((message.sent_at for message in self.sample), default=None)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """The reasons of the messages that were looked at, the most frequent first."""
        explained = Counter(self.findings.explain(message.id)[:MAX_REASON] for message in self.sample)
        return explained.most_common()


def show_queues(reports: Sequence[QueueReport], now: dt.datetime) -> None:
    """Print a row for each queue, then for each that holds messages the reasons and one message."""
    rows = [
        (report.queue.flow.dead_letters, report.queue.flow.name, report.queue.messages, _describe_age(report, now))
        for report in reports
    ]
    show_table("Dead letters", ["queue", "function", "messages", "oldest"], rows)
    for report in reports:
        if report.queue.messages:
            _show_reasons(report, now)


def _show_reasons(report: QueueReport, now: dt.datetime) -> None:
    read, messages = len(report.sample), report.queue.messages
    lines = [f"{report.queue.flow.dead_letters}: {read:,} of {messages:,} messages were looked at"]
    lines += [f"  {count:,} × {make_printable(reason)}" for reason, count in report.reasons]  # noqa: RUF001
    lines += [f"  for example {report.sample[0].describe()}"] if report.sample else []
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)
    if report.oldest and (left := report.oldest + report.queue.retention - now) < _SOON:
        print_note(f"  SQS deletes the oldest in {format_span(max(left, dt.timedelta()))}", "red")


def show_prices(reports: Sequence[QueueReport], cloud: Cloud) -> Decimal:
    """Print what the messages may cost, and return it."""
    usd = sum((report.price.usd for report in reports), Decimal(0))
    for report in reports:
        if report.price.description:
            print_note(f"{report.queue.flow.dead_letters}: at most {report.price.description}")
    show_total(usd, cloud)
    return usd


def show_total(usd: Decimal, cloud: Cloud) -> None:
    """Print the most that may be bought; nothing if that is nothing."""
    if usd:
        where = "On AWS that would cost" if cloud.on_laptop else f"In {cloud.name} that costs"
        print_note(
            f"{where} at most {format_usd(usd)}{describe_hourly_cost(cloud.image_apis)}: what the lake has analysed "
            "before costs nothing"
        )


def show_moved(moved: Sequence[tuple[QueueReport, MoveResult]], cloud: Cloud) -> None:
    """Print what was moved, and how to see what becomes of it."""
    rows = [
        (report.queue.flow.dead_letters, result.moved, result.status.lower(), make_printable(result.failure))
        for report, result in moved
    ]
    show_table("Moved back", ["queue", "messages", "", ""], rows)
    follow = "photolake wait" if cloud.on_laptop else "photolake redrive --dry-run with the same --stack, in a while"
    print_note(f"What fails again comes back after five tries. To see it: {follow}")


def build_document(
    reports: Sequence[QueueReport], moved: Sequence[tuple[QueueReport, MoveResult]], usd: Decimal
) -> dict[str, Any]:
    """The same as JSON."""
    results = {report.queue.flow.name: result for report, result in moved}
    return {
        "queues": [_build_queue(report, results.get(report.queue.flow.name)) for report in reports],
        "usd_at_most": str(usd),
    }


def _build_queue(report: QueueReport, result: MoveResult | None) -> dict[str, Any]:
    oldest, queue = report.oldest, report.queue
    return {
        "queue": queue.flow.dead_letters,
        "url": queue.url,
        "function": queue.flow.name,
        "messages": queue.messages,
        "looked_at": len(report.sample),
        "oldest_sent_at": format_utc(oldest) if oldest else None,
        "oldest_deleted_at": format_utc(oldest + queue.retention) if oldest else None,
        "reasons": [{"messages": count, "reason": reason} for reason, count in report.reasons],
        "example": report.sample[0].describe() if report.sample else None,
        "usd_at_most": None if queue.flow.kind is MessageKind.JOB else str(report.price.usd),
        "moved": result.moved if result else 0,
        "status": result.status if result else None,
        "failure": (result.failure or None) if result else None,
    }


def _describe_age(report: QueueReport, now: dt.datetime) -> str:
    return format_span(now - report.oldest) if report.oldest else ""
