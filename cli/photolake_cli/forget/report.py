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
    from photolake_cli.copies import Copy
    from photolake_cli.forget.names import PostName

COPY_COLUMNS = ("made (UTC)", "by", "where", "computer")


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


def print_rest(copies: Sequence[Copy]) -> None:
    """Say what the command does not reach, and which copies have to be made again."""
    print_note(
        "What Firehose was still writing goes with the next pass, within a day. What else stays for how long: "
        "docs/forget.md"
    )
    if copies:
        rows = [_describe_copy(copy) for copy in copies]
        show_table("Copies outside of the lake: make them again, or delete them", COPY_COLUMNS, rows)
    else:
        print_note("No export or dashboard of this lake is on its list of copies: photolake forget --copies")


def show_copies(copies: Sequence[Copy], entries: Sequence[ForgetEntry]) -> None:
    """Show the copies, and whether posts have been erased since each was made."""
    rows = [
        (*_describe_copy(copy), "make it again" if is_outdated(copy, entries) else "as the lake is") for copy in copies
    ]
    show_table("Copies outside of the lake", [*COPY_COLUMNS, "state"], rows)


def is_outdated(copy: Copy, entries: Sequence[ForgetEntry]) -> bool:
    """Tell whether a pass that ended after a copy was begun has erased something."""
    return any(entry.ended_at >= copy.made_at and any(entry.counts.values()) for entry in entries)


def _describe_copy(copy: Copy) -> tuple[str, ...]:
    return copy.made_at[:16].replace("T", " "), f"photolake {copy.command}", copy.place, copy.host
