"""`photolake compact`: counts, forecasts the cost, asks for consent, and compacts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.filesize import decimal

from photolake.aws.athena import QueryRunner
from photolake.lake.compaction import CompactionRules
from photolake.lake.compactor import CompactionTally, Compactor
from photolake.lake.landing_tables import LANDING_TABLES
from photolake.lake.partition_objects import PartitionObjects
from photolake.lake.rewriter import PartitionRewriter
from photolake.pricing import format_usd, price_athena_query
from photolake_cli.aws_errors import explain_error
from photolake_cli.consent import require_consent
from photolake_cli.console import INTERRUPTED, error_console, print_note, show_progress, show_table
from photolake_cli.errors import CommandError
from photolake_cli.json_output import print_json

if TYPE_CHECKING:
    from photolake.lake.compaction import Partition
    from photolake_cli.cloud import Cloud

MIN_OBJECTS = 2
WORKERS = 4


@dataclass(frozen=True)
class CompactRequest:
    """What the command line asks for."""

    dry_run: bool = False
    at_once: bool = False
    yes: bool = False
    as_json: bool = False


def run_compact(request: CompactRequest, cloud: Cloud) -> None:
    """Show what a compaction of this cloud would do, or do it."""
    try:
        compactor = build_compactor(request, cloud)
        with show_progress("Counting objects", error_console):
            found = compactor.find_partitions()
        _show_forecast(found, request, cloud)
        if request.dry_run or not found:
            return
        require_consent(cloud, request.yes, "Nothing has been written.")
        tally = _compact(compactor, len(found))
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, cloud.name) from error
    _show_result(tally, request)
    if tally.failures:
        raise CommandError(f"Not written anew, and as before: {len(tally.failures):,} of {len(found):,} days")


def build_compactor(request: CompactRequest, cloud: Cloud) -> Compactor:
    """The compactor of this lake, for all days that are over."""
    landing = cloud.values["LandingDatabaseName"]
    objects = PartitionObjects(cloud.client("s3"), cloud.values["LakeBucketName"])
    queries = QueryRunner(cloud.client("athena"), cloud.values["WorkgroupName"], landing)
    rules = CompactionRules(
        min_objects=MIN_OBJECTS,
        rest=dt.timedelta(),
        max_age=None,
        grace=None,  # what is replaced is deleted by the stack
        earliest=dt.date.fromisoformat(cloud.values["EarliestDate"]),
    )
    rewriter = PartitionRewriter(queries, cloud.client("glue"), objects, landing, _utc_now)
    return Compactor(objects, rewriter, rules, _utc_now, workers=WORKERS, at_once=request.at_once)


def price_compaction(partitions: Sequence[Partition]) -> Decimal:
    """What Athena charges to read these partitions, each with one statement."""
    return sum((price_athena_query(partition.bytes) for partition in partitions), Decimal())


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _compact(compactor: Compactor, days: int) -> CompactionTally:
    done = 0
    with show_progress("Compacting", error_console) as on_progress:

        def count(partition: Partition) -> None:
            nonlocal done
            done += 1
            on_progress(f"{done:,} of {days:,}, {partition.table}/dt={partition.day}")

        try:
            return compactor.run(lambda: True, count)
        except KeyboardInterrupt as interrupt:
            print_note(f"Stopped after {done:,} of {days:,} days. Run the command again to go on.", "yellow")
            raise typer.Exit(INTERRUPTED) from interrupt


def _show_forecast(found: Sequence[Partition], request: CompactRequest, cloud: Cloud) -> None:
    price = price_compaction(found)
    if request.as_json:
        if request.dry_run or not found:
            print_json({"tables": [_count_table(name, found) for name in LANDING_TABLES], "usd_at_most": str(price)})
        return
    if not found:
        print_note("Every day that is over consists of one object or of none: there is nothing to compact")
        return
    rows = [list(_count_table(name, found).values()) for name in LANDING_TABLES]
    show_table(
        "To be written anew", ("table", "days", "objects", "bytes"), [[*row[:3], decimal(row[3])] for row in rows]
    )
    charged = "nothing is charged on the laptop" if cloud.on_laptop else f"Athena charges about {format_usd(price)}"
    print_note(f"A day becomes one object, or a few if it is large; {charged}")


def _count_table(name: str, found: Sequence[Partition]) -> dict[str, Any]:
    days = [partition for partition in found if partition.table == name]
    return {
        "table": name,
        "days": len(days),
        "objects": sum(partition.objects for partition in days),
        "bytes": sum(partition.bytes for partition in days),
    }


def _show_result(tally: CompactionTally, request: CompactRequest) -> None:
    names = ("objects_before", "objects_after", "bytes_before", "bytes_after", "scanned_bytes")
    counts = {name: tally.count(name) for name in names}
    if request.as_json:
        print_json({"days": len(tally.rewrites), **counts, "failures": tally.failures})
        return
    for partition, reason in tally.failures.items():
        print_note(f"{partition}: {reason}", "red")
    print_note(
        f"Days written anew: {len(tally.rewrites):,}. {counts['objects_before']:,} objects became "
        f"{counts['objects_after']:,}, {decimal(counts['bytes_before'])} became {decimal(counts['bytes_after'])}"
    )
    if not request.at_once:
        print_note("The replaced objects stay for queries that read them; the stack deletes them in an hour or two")
