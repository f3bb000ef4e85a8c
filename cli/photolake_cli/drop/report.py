"""What `photolake drop` shows: what is left out, the price, progress, and what became of the photos."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.filesize import decimal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from photolake.pricing import format_usd
from photolake_cli.consent import describe_hourly_cost
from photolake_cli.console import error_console, print_note
from photolake_cli.drop.folder import Presence

if TYPE_CHECKING:
    from decimal import Decimal

    from photolake_cli.cloud import Cloud
    from photolake_cli.drop.files import FoundFiles, PhotoFile

MAX_SHOWN = 20


def count_photos(count: int) -> str:
    """`1 photo`, `2 photos`."""
    return f"{count:,} photo{'' if count == 1 else 's'}"


def show_found(found: FoundFiles) -> None:
    """Print the files that are left out, and why."""
    _show_lines([f"{path}: skipped, {reason}" for path, reason in found.skipped])
    if found.hidden:
        print_note(f"Hidden files and folders, skipped: {found.hidden:,}")


def show_plan(checked: Mapping[PhotoFile, Presence | str], pending: Collection[PhotoFile], cloud: Cloud) -> None:
    """Print how many photos are to be sent, and the price of their analysis."""
    there = sum(presence == Presence.SAME for presence in checked.values())
    if there:
        print_note(f"There already: {count_photos(there)}")
    if not pending:
        return
    price = len(pending) * cloud.image_usd
    size = decimal(sum(photo.size for photo in pending))
    print_note(
        f"To drop: {count_photos(len(pending))} ({size}), for {len(cloud.image_apis)} APIs ({format_usd(price)})"
    )
    where = "On AWS that would cost" if cloud.on_laptop else f"In {cloud.name} that costs"
    print_note(
        f"{where} {format_usd(price)}{describe_hourly_cost(cloud.image_apis)}, or less: photos that the lake has "
        "analysed before, and faces, celebrities and text where the labels suggest none, cost nothing"
    )
    budget = int(cloud.values.get("DailyImageBudget", 0))
    if 0 < budget < len(pending):
        print_note(f"The stack analyses {budget:,} images a day, so the last will be analysed in some days", "yellow")


@contextmanager
def show_photo_progress(title: str, photos: Sequence[PhotoFile]) -> Iterator[Callable[[PhotoFile], None]]:
    """Show a bar over the bytes of the photos while the block runs; it gives a function to call for each done."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=error_console, transient=True, disable=not error_console.is_terminal) as bar:
        task = bar.add_task(title, total=len(photos))
        yield lambda photo: bar.advance(task)


def show_sent(sent: Mapping[PhotoFile, object], refused: Mapping[PhotoFile, object], cloud: Cloud) -> None:
    """Print how many photos were sent, and how to see what becomes of them."""
    state = (
        "" if cloud.on_laptop else f" In {cloud.name} that takes up to the interval of delivery, 15 minutes unless set."
    )
    print_note(f"Sent: {count_photos(sum(photo not in refused for photo in sent))}.{state}")
    where = "" if cloud.on_laptop else " with the same --stack"
    print_note(f"What became of them: photolake query --saved dropped_photos{where}")


def show_refused(refused: Mapping[PhotoFile, Presence | str]) -> None:
    """Print the photos that were not sent, and why."""
    _show_lines([f"{photo.path}: not sent, {reason}" for photo, reason in refused.items()])


def build_document(
    lake: str,
    found: FoundFiles,
    checked: Mapping[PhotoFile, Presence | str],
    pending: Collection[PhotoFile],
    sent: Mapping[PhotoFile, Presence | str],
    refused: Mapping[PhotoFile, Presence | str],
    image_usd: Decimal,
) -> dict[str, Any]:
    """What became of the photos and files as JSON; `lake` is the name of the bucket, `image_usd` an image's price."""
    states = {
        photo: "sent" if photo in sent else "to send" if photo in pending else "there already" for photo in checked
    } | dict.fromkeys(refused, "not sent")
    return {
        "photos": [
            {
                "file": str(photo.path),
                "object": f"s3://{lake}/{photo.key}",
                "state": states[photo],
                "reason": str(refused[photo]) if photo in refused else None,
            }
            for photo in found.photos.values()
        ],
        "skipped": [{"file": str(path), "reason": reason} for path, reason in found.skipped],
        "usd_at_most": str(len(pending) * image_usd),
    }


def _show_lines(lines: Sequence[str]) -> None:
    for line in lines[:MAX_SHOWN]:
        print_note(line, "yellow")
    if len(lines) > MAX_SHOWN:
        print_note(f"... and {len(lines) - MAX_SHOWN:,} more", "yellow")
