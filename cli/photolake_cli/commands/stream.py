"""`photolake stream`: X's filtered stream."""

from __future__ import annotations

from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import report_errors


@report_errors
def stream(
    query: Annotated[
        list[str] | None,
        typer.Option("--query", help="A rule of X's filtered stream. Repeatable.", show_default="the stack's queries"),
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option(
            help="Posts to buy per calendar month, 0 for no limit.",
            min=0,
            show_default="the stack's; 10,000 for the laptop cloud",
        ),
    ] = None,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Send X's filtered stream to the lake.

    It ends with Ctrl-C, or when the month's budget is used up. X charges about $0.005 per post.

    The bearer token is read from the environment variable X_BEARER_TOKEN, else from the secret of the stack. The laptop
    cloud has no queries of its own, so it needs --query. Rules that photolake has created are replaced by these
    queries; other rules of the same X app stay as they are.

    Examples:

        photolake stream --query "(#beach OR #surf) has:images" --budget 1000
        photolake stream --stack photolake --region eu-west-1
    """
    # Imported late for start-up time: they need boto3 and X's client.
    from photolake_cli.cloud import connect
    from photolake_cli.stream import read_settings, stream_posts

    cloud = connect(stack, region, state)
    stream_posts(cloud, read_settings(cloud), query or [], budget)
