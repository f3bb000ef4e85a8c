"""`photolake query`: SQL over the lake."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import report_errors
from photolake_cli.query.formats import Format  # noqa: TC001 (Typer reads the annotation)


@report_errors
def query(
    sql: Annotated[str | None, typer.Argument(help="A statement in Athena's SQL.", show_default=False)] = None,
    saved: Annotated[str | None, typer.Option(metavar="NAME", help="Run this saved query.")] = None,
    list_saved: Annotated[
        bool, typer.Option("--list", help="List the saved queries and their parameters, as without any arguments.")
    ] = False,
    param: Annotated[
        list[str] | None,
        typer.Option(help="NAME=VALUE for a saved query, or the VALUE of the next ? in the statement. Repeatable."),
    ] = None,
    chosen_format: Annotated[
        Format | None, typer.Option("--format", help="The format of the rows.", show_default="table, or by --output")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write the rows to this file.", show_default="standard output")
    ] = None,
    excel: Annotated[
        bool, typer.Option("--excel", help="Write CSV for a spreadsheet, which runs nothing of it as a formula.")
    ] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Run a statement or a saved query.

    A VALUE that looks like a number is a number, anything else is text, days too; --param "'2026'" is text.

    CSV: null is empty, empty text is ""; text is exact, so use --excel for a spreadsheet. JSON: integers over 2^53 are
    strings, NaN is null. Parquet: the columns have their types, but rows, arrays and maps are text as Athena writes
    it. A table shows the first 1,000 rows.

    Examples:

        photolake query "select lang, count(*) as posts from tweets group by lang"
        photolake query --list
        photolake query --list --format json | jq '.[].name'
        photolake query --saved top_labels --param since=2026-11-01 --format csv > labels.csv
        photolake query --saved top_labels --excel --output labels.csv
        photolake query "select * from tweets where id = ?" --param 2030500000000000001 --output post.parquet
        photolake query --stack photolake --region eu-west-1 --saved top_labels
    """
    # Imported late for start-up time: they need boto3 and PyAthena.
    from photolake_cli.cloud import connect
    from photolake_cli.query.client import QueryClient
    from photolake_cli.query.run import QueryRequest, run_query

    request = QueryRequest(sql, saved, param or [], chosen_format, output, list_saved, excel)
    cloud = connect(stack, region, state)
    run_query(QueryClient(cloud), request, cloud.on_laptop)
