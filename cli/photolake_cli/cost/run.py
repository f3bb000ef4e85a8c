"""`photolake cost`: counts what was bought and spared, what is to come, and shows it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from photolake.clock import utc_now
from photolake_cli.aws_errors import explain_error
from photolake_cli.console import error_console, print_note, show_progress
from photolake_cli.cost.coming import list_coming
from photolake_cli.cost.counted import read_counted
from photolake_cli.cost.lake import LakeCounter
from photolake_cli.cost.report import CostReport, build_report, show_report
from photolake_cli.export.days import list_days, parse_day
from photolake_cli.json_output import print_json
from photolake_cli.query.client import QueryClient
from photolake_cli.query.run import describe_costs
from photolake_cli.spending import read_spending

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud


@dataclass(frozen=True)
class CostRequest:
    """What the command line asks for: days such as 2026-11-01, and `by` what the table is."""

    since: str | None = None
    until: str | None = None
    by: str = "api"
    as_json: bool = False


def run_cost(request: CostRequest, cloud: Cloud) -> None:
    """Count and show the cost of these days."""
    now = utc_now()
    since = parse_day(request.since or cloud.values["EarliestDate"], "--since")
    until = parse_day(request.until, "--until") if request.until else now.date()
    list_days(since, until)
    report, counter = _count(cloud, since, until, now)
    if request.as_json:
        print_json(build_report(report))
    else:
        show_report(report, request.by)
    print_note(f"To count this: {describe_costs(counter.results, cloud.on_laptop)}", "italic")


def _count(cloud: Cloud, since: dt.date, until: dt.date, now: dt.datetime) -> tuple[CostReport, LakeCounter]:
    with show_progress("Counting", error_console) as on_state:
        counter = LakeCounter(QueryClient(cloud), since.isoformat(), until.isoformat(), on_state)
        amounts = counter.count(cloud.image_apis)
        on_state("queues and counters")
        try:
            counted, coming = read_counted(cloud, since, until), list_coming(cloud)
        except (BotoCoreError, ClientError) as error:
            raise explain_error(error, cloud.name) from error
        spending = read_spending(cloud, now)
    report = CostReport(
        since.isoformat(), until.isoformat(), cloud.region, cloud.on_laptop, amounts, counted, coming, spending
    )
    return report, counter
