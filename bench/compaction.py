"""The lake of hourly objects compacted by the compactor itself on the laptop's Athena, and what that costs on AWS.

It is run at noon of the last day, so that this day is left as it came. What Athena's own writer would make of the
UNLOAD was not tried: the laptop's writes one object for a million rows.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from bench.layouts import COMPACTED, TABLES, Stored, Written
from photolake.aws.athena import QueryRunner
from photolake.lake.compaction import CompactionRules
from photolake.lake.compactor import Compactor
from photolake.lake.partition_objects import PartitionObjects
from photolake.lake.rewriter import PartitionRewriter
from photolake.pricing import S3_READ_USD, price_athena_query

if TYPE_CHECKING:
    from bench.scans import Scan
    from photolake.lake.rewriter import Rewrite
    from tests.conformance import lakes
    from tests.synthetic_lake.plan import Plan

# A footer and the columns, which lie side by side and are all read; the result, its note, manifest and metadata; the
# lists, deletions being free; five seconds in 256 MB while Athena works.
_READS_AN_OBJECT, _WRITES_A_REWRITE, _LISTS_A_REWRITE = 3, 4, 4
_S3_WRITE_USD = Decimal("0.005") / 1000
_LAMBDA_USD_A_REWRITE = 5 * Decimal("0.0000133334") / 4


def compact(services: lakes.Services, lake: lakes.Lake, plan: Plan) -> list[Rewrite]:
    """Run the compactor until nothing is left; what is replaced is deleted at once, as an hour later."""
    noon = dt.datetime.combine(plan.first_day + dt.timedelta(days=plan.days - 1), dt.time(12), dt.UTC)
    athena = services.client("athena")
    objects = PartitionObjects(services.client("s3"), lake.bucket)
    queries = QueryRunner(athena, lake.names["Workgroup"], lake.database, lambda _: time.sleep(0.02))
    rewriter = PartitionRewriter(queries, services.client("glue"), objects, lake.landing, lambda: noon)
    rules = CompactionRules(4, dt.timedelta(hours=3), None, dt.timedelta(), plan.first_day)
    compactor = Compactor(objects, rewriter, rules, lambda: noon)
    tally = compactor.run(lambda: True)
    if tally.failures:
        raise SystemExit(f"bench: not compacted: {tally.failures}")
    for table in TABLES:
        for item in list(objects.list_objects(f"{table}/")):
            if item.is_replaced_list:
                rewriter.delete_replaced(item)
    return tally.rewrites


def measure_again(services: lakes.Services, written: Written) -> Written:
    """What the tables take after the compaction."""
    objects = PartitionObjects(services.client("s3"), written.lakes[COMPACTED.name].bucket)
    sizes = {
        (COMPACTED.name, table): [item.size for item in objects.list_objects(f"{table}/") if item.is_data]
        for table in TABLES
    }
    stored = {key: Stored(len(found), sum(found)) for key, found in sizes.items()}
    return replace(written, stored={**written.stored, **stored})


def describe_costs(rewrites: Sequence[Rewrite], before: Iterable[Scan], after: Iterable[Scan]) -> str:
    """What the job costs a day, against what a round of all saved queries over the last week costs before and after."""
    days = len({rewrite.dt for rewrite in rewrites})
    job = sum((_compute_rewrite_usd(rewrite) for rewrite in rewrites), Decimal()) / days
    read = sum(rewrite.scanned_bytes for rewrite in rewrites) / days
    earlier, later = list(before), list(after)
    saved = _sum_usd(earlier) - _sum_usd(later)
    saved_bytes = sum(scan.bytes for scan in earlier) - sum(scan.bytes for scan in later)
    return "\n".join(
        (
            f"Compacting a day: {read / 1e6:.2f} MB read, ${job:.6f} (Athena's 10 MB a query at least, S3, Lambda).",
            f"All {len(earlier)} saved queries over the last week, once: {saved_bytes / 1e6:,.1f} MB and "
            f"{sum(scan.requests for scan in earlier) - sum(scan.requests for scan in later):,} requests less, "
            f"${saved:.6f} of ${_sum_usd(earlier):.6f}.",
            f"The job reads {read / saved_bytes:.1%} of the bytes that one such round a day saves, and costs "
            f"{job / saved:.1%} of the dollars.",
        )
    )


def _compute_rewrite_usd(rewrite: Rewrite) -> Decimal:
    reads = rewrite.objects_before * _READS_AN_OBJECT * S3_READ_USD
    writes = (rewrite.objects_after + _WRITES_A_REWRITE + _LISTS_A_REWRITE) * _S3_WRITE_USD
    return price_athena_query(rewrite.scanned_bytes) + reads + writes + _LAMBDA_USD_A_REWRITE


def _sum_usd(scans: Iterable[Scan]) -> Decimal:
    return sum((price_athena_query(scan.bytes) + scan.requests * S3_READ_USD for scan in scans), Decimal())
