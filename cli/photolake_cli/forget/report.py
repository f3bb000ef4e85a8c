"""What `photolake forget` shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from photolake.pricing import format_usd
from photolake_cli.console import print_note, show_table

if TYPE_CHECKING:
    from photolake.forget.log import ForgetEntry
    from photolake_cli.cloud import Cloud
    from photolake_cli.forget.names import PostName


def show_plan(counts: Mapping[str, int], names: Sequence[PostName], usd: Decimal, cloud: Cloud) -> None:
    """Show what the lake has of these posts, and what it costs to find it."""
    rows = [("posts named", f"{len(names):,}")]
    rows += [(f"{name} that go", f"{counts[name]:,}") for name in ("posts", "photos", "images")]
    show_table("To forget", ["what", "count"], rows)
    price = "nothing here" if cloud.on_laptop else f"at most {format_usd(usd)}"
    print_note(f"Images that other posts show stay. Athena reads the archive to find the posts, for {price}.")


def show_counts(counts: Mapping[str, int]) -> None:
    """Show what a pass has erased."""
    rows = [(place, f"{count:,}") for place, count in counts.items() if count]
    show_table("Erased", ["where", "count"], rows or [("nothing", "0")])


def show_log(entries: Sequence[ForgetEntry]) -> None:
    """Show the log."""
    rows = [
        (entry.began_at, entry.ended_at, ", ".join(f"{name} {count:,}" for name, count in entry.counts.items()))
        for entry in entries
    ]
    show_table("Erased", ["began", "ended", "what"], rows)


def print_repeated() -> None:
    """Say what copies the command does not reach."""
    print_note(
        "What Firehose was still writing goes with the next pass, within a day. Copies outside of the lake stay until "
        "you make them again: photolake export, photolake dashboard. What else stays for how long: docs/forget.md"
    )
