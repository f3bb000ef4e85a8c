"""What `photolake backfill` shows: the forecast, and how far jobs are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from photolake.backfill.listing import ANNOUNCED, ObjectKind
from photolake.images.rekognition_apis import APIS
from photolake.pricing import format_usd
from photolake_cli.console import print_note, show_table

if TYPE_CHECKING:
    from photolake.backfill.jobs import BackfillJob
    from photolake_cli.backfill.forecast import Forecast
    from photolake_cli.cloud import Cloud

MEANINGS = {
    ObjectKind.NEW: "not analysed yet",
    ObjectKind.OUTDATED: "analysed, but not with all of today's APIs, which alone are bought, or with more of faces",
    ObjectKind.UNREADABLE: "empty, over 15 MiB, or archived: a row says so",
    ObjectKind.WAITING: "known, waits for the daily budget",
    ObjectKind.KNOWN: "analysed, skipped",
    ObjectKind.REFUSED: "read before and no photo, skipped",
    ObjectKind.FOLDER: "folder markers, skipped",
}
_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def show_forecast(uri: str, forecast: Forecast, cloud: Cloud) -> None:
    """Print counts, prices and days."""
    rows = [(str(kind), forecast.counts[kind], MEANINGS[kind]) for kind in ObjectKind if forecast.counts[kind]]
    show_table(f"{uri}: {forecast.objects:,} objects", ["objects", "count", ""], rows)
    if not forecast.images:
        print_note("Nothing has to be bought.")
        return
    new, added, apis = forecast.counts[ObjectKind.NEW], forecast.counts[ObjectKind.OUTDATED], cloud.image_apis
    if new:
        size = format_bytes(forecast.new_bytes)
        print_note(f"{new:,} new ({size}) for {len(apis)} APIs: {format_usd(forecast.new_usd(apis))}")
    if added:
        names = [name for name in APIS if any(name in missing for missing in forecast.added)]
        print_note(f"{added:,} known for {', '.join(names) or 'less of faces'}: {format_usd(forecast.added_usd)}")
    print_note(describe_price(forecast, cloud))
    budget = int(cloud.values["DailyImageBudget"])
    if days := forecast.days(budget):
        unit = "day" if days == 1 else "days"
        print_note(f"DailyImageBudget is {budget:,} images: it takes {days:,} {unit}, if nothing else uses the budget")


def describe_price(forecast: Forecast, cloud: Cloud) -> str:
    """The most that a backfill costs, as a sentence."""
    where = "On AWS that would cost" if cloud.on_laptop else f"In {cloud.name} that costs"
    usd = format_usd(forecast.added_usd + forecast.new_usd(cloud.image_apis))
    return (
        f"{where} {usd}, or less: what the labels do not call for, what is not a photo, and copies of the same photo "
        "cost nothing"
    )


def build_forecast(uri: str, forecast: Forecast, cloud: Cloud) -> dict[str, Any]:
    """The forecast as JSON."""
    return {
        "backfill": uri,
        "objects": {str(kind): forecast.counts[kind] for kind in ObjectKind},
        "images": forecast.images,
        "usd_at_most": str(forecast.added_usd + forecast.new_usd(cloud.image_apis)),
        "days": forecast.days(int(cloud.values["DailyImageBudget"])) or None,
    }


def build_job(job: BackfillJob) -> dict[str, Any]:
    """A job as JSON."""
    return {
        "backfill": job.uri,
        "state": str(job.state),
        "objects": {str(kind): job.counts.get(kind, 0) for kind in ObjectKind},
        "announced": count_announced(job),
        "up_to": job.position or None,
        "started_at": job.started_at,
        "saved_at": job.updated_at,
        "note": job.note or None,
    }


def show_jobs(jobs: Sequence[BackfillJob]) -> None:
    """Print a row for each job."""
    columns = ["backfill", "state", "objects", "announced", "skipped", "up to", "last saved"]
    rows = [
        (
            job.uri,
            str(job.state),
            total := sum(job.counts.values()),
            announced := count_announced(job),
            total - announced,
            job.position,
            job.updated_at[:19],
        )
        for job in jobs
    ]
    show_table("", columns, rows)
    for job in jobs:
        if job.note:
            print_note(f"{job.uri} {job.state}: {job.note}", "yellow")


def show_job(job: BackfillJob) -> None:
    """Print one job: its state, and its objects by kind."""
    rows = [(str(kind), job.counts[kind], MEANINGS[kind]) for kind in ObjectKind if job.counts.get(kind)]
    show_table(f"{job.uri}: {job.state}, started {job.started_at[:19]}", ["objects", "count", ""], rows)
    if job.note:
        print_note(job.note, "yellow")
    if job.position:
        print_note(f"Up to {job.position}, saved {job.updated_at[:19]}")


def count_announced(job: BackfillJob) -> int:
    """The objects that the job has announced to image_analyzer."""
    return sum(count for kind, count in job.counts.items() if kind in ANNOUNCED)


def format_bytes(size: int) -> str:
    """`1.5 GB`."""
    amount, unit = float(size), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:,.1f} {_UNITS[unit]}" if unit else f"{size:,} bytes"
