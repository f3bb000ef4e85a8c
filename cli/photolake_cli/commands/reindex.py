"""`photolake reindex`: the search index, made again from the lake."""

from __future__ import annotations

from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import report_errors


@report_errors
def reindex(
    again: Annotated[bool, typer.Option("--again", help="Begin anew, also with days that are done.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing: count, and forecast the cost.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for consent to the cost on AWS.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Write the search index again from the lake.

    Needed once for a lake that is older than its index, and after a change of what is indexed. It reads the objects of
    analyses/, photos/, posts/ and deletions/, the newest day first, and may run while the pipeline does. Run an
    interrupted command again to resume it.

    Examples:

        photolake reindex
        photolake reindex --stack photolake --region eu-west-1 --dry-run
    """
    # Imported late for start-up time: they need boto3 and PyArrow.
    from botocore.config import Config

    from photolake.search.index import SearchIndex
    from photolake_cli.cloud import connect
    from photolake_cli.lake import Lake
    from photolake_cli.reindex.run import WORKERS, RebuiltDays, rebuild_index

    cloud = connect(stack, region, state)
    config = Config(retries={"mode": "adaptive", "total_max_attempts": 10}, max_pool_connections=WORKERS)
    dynamodb = cloud.session.resource("dynamodb", endpoint_url=cloud.endpoint("dynamodb"), config=config)
    table = dynamodb.Table(cloud.find_physical_id("SearchIndexTable"))
    search_index = SearchIndex(table, int(cloud.values["RowRetentionDays"]))
    done = RebuiltDays.load(state / "reindexed.json", cloud.key)
    if again:
        done.days.clear()
    lake = Lake(cloud.client("s3"), cloud.values["LakeBucketName"])
    rebuild_index(cloud, lake, search_index, done, dry_run=dry_run, yes=yes)
