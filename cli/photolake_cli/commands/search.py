"""`photolake search`: images by what they show and what posts say."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import report_errors


class Sort(StrEnum):
    """The order of the images."""

    DATE = "date"
    RELEVANCE = "relevance"


@report_errors
def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help="Words anywhere: labels, text, celebrities, posts, names of dropped photos.", show_default="any"
        ),
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(
            help="Name of a label, its parent, alias or category. Repeatable: all must fit.", show_default="any"
        ),
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option(help='Words of the text in the image; "NDV*" is every word that begins so.', show_default="any"),
    ] = None,
    celebrity: Annotated[
        list[str] | None, typer.Option(help="Words of a celebrity's name.", show_default="any")
    ] = None,
    moderation: Annotated[
        list[str] | None, typer.Option(help="Name of a moderation label, or of its parent.", show_default="any")
    ] = None,
    entity: Annotated[
        list[str] | None, typer.Option(help="Words of an entity in the posts that show the image.", show_default="any")
    ] = None,
    min_confidence: Annotated[float, typer.Option(min=0, max=100, help="Least confidence of every filter.")] = 0,
    sort: Annotated[Sort, typer.Option(help="The newest first, or the most confident first.")] = Sort.DATE,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most this many images.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print the images as JSON.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--out", dir_okay=False, help="Write a contact sheet to this HTML file.", show_default="none"),
    ] = None,
    open_sheet: Annotated[bool, typer.Option("--open", help="Write a contact sheet and open it in a browser.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Find images by what they show, by what posts say, and by the name under which they were dropped.

    An image has to fit everything that is asked for. Case and accents make no difference. Requests to a stack on AWS
    are signed with your credentials; its output SearchPolicyArn is the policy that allows them.

    Examples:

        photolake search car
        photolake search --label Car --text "NDV*" --min-confidence 80
        photolake search beach --entity Lisbon --sort relevance --limit 100 --open
        photolake search sale --stack photolake --region eu-west-1 --json
    """
    # Imported late for start-up time: they need boto3, Pillow and Jinja.
    from photolake_cli.cloud import connect
    from photolake_cli.search.client import SearchClient
    from photolake_cli.search.run import SearchOptions, run_search

    filters = {
        "q": words or [],
        "label": label or [],
        "text": text or [],
        "celebrity": celebrity or [],
        "moderation": moderation or [],
        "entity": entity or [],
    }
    options = SearchOptions(filters, min_confidence, sort.value, limit, as_json, output, open_sheet)
    run_search(SearchClient(connect(stack, region, state)), options)
