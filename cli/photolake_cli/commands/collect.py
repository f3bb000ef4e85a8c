"""`photolake collect`: files of posts."""

from __future__ import annotations

from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, PROJECT, Region, Stack, State
from photolake_cli.errors import report_errors


@report_errors
def collect(
    files: Annotated[
        list[str], typer.Argument(help="Files of posts, folders of them, or s3:// URIs of either.", metavar="FILES")
    ],
    again: Annotated[bool, typer.Option("--again", help="Also send files that were sent before.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Send nothing: count, and forecast the cost. It needs no lake.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for consent to the cost on AWS.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Send files of posts through the pipeline.

    Formats: JSON lines, or one JSON document, of the X API v2 (pages, stream lines and posts, also flattened by twarc2)
    or v1.1 (posts, timelines and searches); tweets.js of an X account archive; our own archive under tweets/.
    Compression: none, gzip or Zstandard.

    Rejected records are stored in the lake under errors/malformed/ with file and line; a file that holds nothing else
    is an error. Run an interrupted command again to resume it: up to 1,000 posts may be sent twice, which the views
    count once.

    Examples:

        photolake collect posts.jsonl
        photolake collect january.jsonl.gz february.jsonl.zst --dry-run
        photolake collect s3://bucket/tweets/ --stack photolake --region eu-west-1
    """
    # Imported late for start-up time: they need boto3.
    from laptop_cloud import state as cloud_state
    from photolake_cli.cloud import connect
    from photolake_cli.collect.destination import describe_lake, describe_template
    from photolake_cli.collect.run import CollectRequest, collect_files, forecast_files
    from photolake_cli.collect.sender import open_sender

    request, checkpoints = CollectRequest(files, again, yes, as_json), state / "collected"
    if dry_run and not stack and not cloud_state.read(state):
        forecast_files(request, describe_template(PROJECT / "template.yaml"), checkpoints)
        return
    cloud = connect(stack, region, state)
    sender = open_sender(cloud)
    destination = describe_lake(cloud, sender.check)
    if dry_run:
        forecast_files(request, destination, checkpoints)
    else:
        collect_files(request, destination, sender, checkpoints)
