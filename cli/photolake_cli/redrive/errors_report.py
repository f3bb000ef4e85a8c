"""What `photolake redrive --errors` shows: what became of the records by kind, and why some are rejected again."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from photolake_cli.console import console, make_printable, print_note, show_table

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.redrive.sending import Tallies, Tally

MAX_REASONS = 20
MAX_REASON = 300
COLUMNS = ("kind", "objects", "records", "repeated", "redriven before", "accepted", "rejected again")
# Ids and the like make equal reasons different.
_NUMBER = re.compile(r"\d{5,}")


def show_tallies(tallies: Tallies) -> None:
    """Print a row for each kind, then the reasons of what is rejected again."""
    rows = [
        (tally.kind, tally.objects, tally.records, tally.repeated, tally.before, tally.accepted, tally.rejected)
        for tally in sort_tallies(tallies)
    ]
    show_table("Under errors/", COLUMNS, rows, "records = repeated + redriven before + accepted + rejected again")
    for tally in sort_tallies(tallies):
        _show_reasons(tally)


def _show_reasons(tally: Tally) -> None:
    grouped = group_reasons(tally)
    if not grouped:
        return
    lines = [f"{tally.kind}, rejected again:"]
    for reason, count, place in grouped[:MAX_REASONS]:
        lines.append(f"  {count:,} × {make_printable(reason)}; for example {make_printable(place)}")  # noqa: RUF001
    if len(grouped) > MAX_REASONS:
        lines.append(f"  ... and {len(grouped) - MAX_REASONS:,} more reasons: --json")
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def show_delivered(tallies: Tallies, cloud: Cloud) -> None:
    """Print how many rows were delivered, and how to see what becomes of them."""
    rows = {tally.kind: tally.rows for tally in sort_tallies(tallies) if tally.rows}
    if not rows:
        print_note("Nothing was sent: nothing passes that was not redriven before.")
        return
    print_note(f"Sent: {', '.join(f'{count:,} rows of {kind}' for kind, count in rows.items())}")
    if cloud.on_laptop:
        print_note("To wait until they are processed: photolake wait")


def group_reasons(tally: Tally) -> list[tuple[str, int, str]]:
    """The reasons with how many records have each and one place, the most frequent first."""
    counts: Counter[str] = Counter()
    places: dict[str, str] = {}
    for reason, count in tally.reasons.items():
        general = _NUMBER.sub("…", reason)[:MAX_REASON]
        counts[general] += count
        places.setdefault(general, tally.examples[reason])
    return [(reason, count, places[reason]) for reason, count in counts.most_common()]


def build_document(tallies: Tallies, is_sent: bool, usd: Decimal) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "kinds": [_build_kind(tally, is_sent) for tally in sort_tallies(tallies)],
        "usd_at_most": str(usd),
    }


def _build_kind(tally: Tally, is_sent: bool) -> dict[str, Any]:
    reasons = [{"reason": reason, "records": count, "example": place} for reason, count, place in group_reasons(tally)]
    return {
        "kind": tally.kind,
        "objects": tally.objects,
        "records": tally.records,
        "repeated": tally.repeated,
        "redriven_before": tally.before,
        "accepted": tally.accepted,
        "rejected": tally.rejected,
        "rows_sent": tally.rows if is_sent else 0,
        "reasons": reasons,
    }


def sort_tallies(tallies: Tallies) -> list[Tally]:
    """The tallies by kind."""
    return [tallies[kind] for kind in sorted(tallies)]
