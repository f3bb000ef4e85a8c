"""`photolake inspect`: one photo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from laptop_cloud.engines.engine_set import EngineSet
from photolake_cli.commands.options import DEFAULT_STATE, PROJECT, Engine, Region, Stack, State
from photolake_cli.errors import report_errors


@report_errors
def inspect(
    photo: Annotated[str, typer.Argument(help="A file, s3://BUCKET/KEY, or a URL.")],
    apis: Annotated[
        str, typer.Option("--apis", help="The APIs to call, separated by commas.", show_default="all, or the stack's")
    ] = "",
    annotate: Annotated[
        Path | None,
        typer.Option("--annotate", help="Write the photo with boxes and names to this file.", show_default="none"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a row of the table analyses as JSON.")] = False,
    model: Annotated[
        str, typer.Option("--model", help="A model of Custom Labels.", metavar="ARN", show_default="the stack's")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for consent to the cost on AWS.")] = False,
    engine: Engine = EngineSet.BASIC,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Analyse one photo now, and show all that is seen in it.

    The photo goes through the same rules as in the pipeline, and is not stored. Text, faces and celebrities are
    looked for if the labels suggest them, or if --apis names them.

    Without --stack or --region, the laptop cloud analyses it; if none runs, its engines are started for this photo.
    A URL may be of any public host, never of a private address.

    Examples:

        photolake inspect beach.jpg
        photolake inspect beach.jpg --apis labels,faces --annotate faces.png
        photolake inspect https://example.org/beach.jpg --json
        photolake inspect s3://bucket/beach.jpg --region eu-west-1 --yes
    """
    # Imported late for start-up time: they need boto3.
    from photolake_cli.inspect.engine import open_engine
    from photolake_cli.inspect.run import InspectRequest, inspect_photo

    request = InspectRequest(photo, apis.split(","), model, annotate, as_json, yes)
    with open_engine(stack, region, state, engine) as opened:
        inspect_photo(request, opened, PROJECT / "template.yaml")
