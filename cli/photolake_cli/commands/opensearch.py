"""`photolake rebuild-opensearch`: the search index, filled from the lake."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import report_errors


@report_errors
def rebuild_opensearch(
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Read the days from this one on.", show_default="all days"),
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option(help="The domain's URL.", show_default="the stack's OpenSearchEndpoint")
    ] = None,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Fill the search index in OpenSearch from the lake.

    It brings in what the lake has and the index lacks: after the index was switched on, after its mapping changed, or
    after documents were rejected. Deleted posts go. Nothing newer is overwritten, so it may run at any time and again.
    Athena charges for four queries. Your own credentials sign the requests: the domain must let you in.

    Examples:

        photolake rebuild-opensearch --stack photolake --region eu-west-1
        photolake rebuild-opensearch --since 2026-11-01
    """
    # Imported late for start-up time: they need boto3, PyAthena and pyarrow.
    from photolake_cli.cloud import connect
    from photolake_cli.opensearch.rebuild import run_rebuild

    run_rebuild(connect(stack, region, state), since.date().isoformat() if since else None, endpoint)
