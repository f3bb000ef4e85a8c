"""`photolake collect`: files of posts."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, PROJECT, Region, Stack, State
from photolake_cli.errors import report_errors


@report_errors
def collect(
    files: Annotated[
        list[str], typer.Argument(help="Files of posts, folders of them, or s3:// URIs of either.", metavar="FILES")
    ],
    table_map: Annotated[
        str | None, typer.Option("--map", help="The columns of a table: id=tweet_id,text=body,created_at=date.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Also send files that were sent before.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Send nothing: count, and forecast the cost. It needs no lake.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for consent to the cost on AWS.")] = False,
    media: Annotated[
        bool, typer.Option("--media/--no-media", help="Upload the photos of an account archive for URLs that are gone.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Send files of posts through the pipeline.

    Formats: JSON, in lines, arrays or one value after another, of the X API v2 (pages, stream lines and posts, also
    flattened by twarc2) or v1.1 (posts, timelines and searches); X account archives of any year; what X's web client,
    snscrape and twitter-web-exporter keep; files of GNIP, 4CAT, Zeeschuimer and twarc-csv; posts of Bluesky and
    Mastodon; our own archive under tweets/. docs/post-files.md lists them all. Files may be
    compressed by gzip, Zstandard, bzip2 or xz, and lie in zip or tar archives; their text is UTF-8, UTF-16, UTF-32 or
    Windows-1252. A damaged place costs its own post, not its neighbours.

    Tables (CSV, TSV) of other tools need --map. Fields: id, text, created_at, lang, author, author_id, author_name,
    media_url, url, query; platform=x, bluesky or mastodon.

    Rejected records are stored in the lake under errors/malformed/ with file, line and byte; a file that holds nothing
    else is an error. Run an interrupted command again to resume it: up to 1,000 posts may be sent twice, which the
    views count once.

    Examples:

        photolake collect posts.jsonl
        photolake collect january.jsonl.gz february.jsonl.zst --dry-run
        photolake collect twitter-2026-11-10.zip
        photolake collect tweets.csv --map id=tweet_id,text=body,created_at=date,media_url=images
        photolake collect s3://bucket/tweets/ --stack photolake --region eu-west-1
    """
    # Imported late for start-up time: they need boto3.
    from laptop_cloud import state as cloud_state
    from photolake_cli.cloud import connect
    from photolake_cli.collect.destination import describe_lake, describe_template
    from photolake_cli.collect.media import upload_media
    from photolake_cli.collect.run import CollectRequest, collect_files, forecast_files
    from photolake_cli.collect.sender import open_sender
    from photolake_cli.collect.table_option import parse_table_map

    request = CollectRequest(files, again, yes, as_json, parse_table_map(table_map))
    checkpoints = state / "collected"
    if dry_run and not stack and not cloud_state.read(state):
        forecast_files(request, describe_template(PROJECT / "template.yaml"), checkpoints)
        return
    cloud = connect(stack, region, state)
    if media:
        request = replace(request, upload=lambda chosen: upload_media(chosen, cloud))
    sender = open_sender(cloud)
    destination = describe_lake(cloud, sender.check)
    if dry_run:
        forecast_files(request, destination, checkpoints)
    else:
        collect_files(request, destination, sender, checkpoints)
