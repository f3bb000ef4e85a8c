"""`photolake reindex-opensearch`: the search index in OpenSearch, filled from the lake."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import CommandError, report_errors


@report_errors
def reindex_opensearch(
    again: Annotated[bool, typer.Option("--again", help="Begin anew, also with days that are done.")] = False,
    endpoint: Annotated[
        str | None, typer.Option(help="The domain's URL.", show_default="the stack's OpenSearchEndpoint")
    ] = None,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Fill the search index in OpenSearch from the lake.

    It brings in what the lake has and the index lacks: after the index was switched on, after its mapping changed, or
    after documents were rejected. Deleted posts and expired images go. It may run while the pipeline does. Run an
    interrupted command again to resume it. Your own credentials sign the requests: the domain must let you in.

    Examples:

        photolake reindex-opensearch
        photolake reindex-opensearch --stack photolake --region eu-west-1
    """
    # Imported late for start-up time: they need boto3 and PyArrow.
    from photolake.clock import utc_now
    from photolake.opensearch.client import OpenSearchClient
    from photolake.opensearch.index import ImageIndex
    from photolake_cli.cloud import connect
    from photolake_cli.console import error_console, show_progress
    from photolake_cli.lake import Lake
    from photolake_cli.reindex.opensearch import rebuild_index, show_result
    from photolake_cli.reindex.run import RebuiltDays

    cloud = connect(stack, region, state)
    url = endpoint or cloud.values.get("OpenSearchEndpoint")
    if not url:
        raise CommandError(f"{cloud.name} has no search index in OpenSearch. Set one up: docs/opensearch.md")
    client = OpenSearchClient.of_session(url, cloud.session)
    search_index = ImageIndex(client, f"{cloud.values['DatabaseName']}-images")
    done = RebuiltDays.load(state / "opensearch-rebuild.json", f"{cloud.key} {search_index.name}")
    if again:
        done.days.clear()
    kept = timedelta(days=int(cloud.values["RowRetentionDays"]))
    first_day = (utc_now().date() - kept).isoformat()
    lake = Lake(cloud.client("s3"), cloud.values["LakeBucketName"])
    with show_progress(f"Filling {search_index.name}", error_console) as on_progress:
        result = rebuild_index(lake, client, search_index, done, first_day, on_progress)
    show_result(search_index, result)
