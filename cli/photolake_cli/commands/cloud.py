"""The commands that start, stop and watch the laptop cloud."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from photolake_cli.console import console, dead_letters, pipeline_line, problems, show_status, work
from photolake_cli.errors import CommandError, told
from photolake_cli.laptop import Laptop, LaptopOptions, run, start

ROOT = Path(__file__).resolve().parents[3]
State = Annotated[Path, typer.Option("--state", help="Folder of the laptop cloud's state.", show_default=True)]
STATE = Path(".photolake")


@told
def up(
    background: Annotated[bool, typer.Option("--background", help="Return when it is ready; stop it by down.")] = False,
    photos: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Answer media URLs with files of this folder."),
    ] = None,
    param: Annotated[list[str] | None, typer.Option(help="A parameter of template.yaml, NAME=VALUE.")] = None,
    state: State = STATE,
) -> None:
    """Start the stack of template.yaml on this machine.

    Examples:

        photolake up --background

        photolake up --photos ~/Pictures --param ImageApis=labels,text --param SampleRate=0.5
    """
    options = LaptopOptions(ROOT, state, photos, param or [])
    refuse_empty(photos)
    if not background:
        raise typer.Exit(run(options))
    with work("Starting the laptop cloud") as tell:
        laptop = start(options, tell)
    console.print(f"Up, at {laptop.state.endpoint_url}. For any AWS client: eval $(photolake env)")
    console.print(f"Firehose's delivery intervals are shortened by a factor of {1 / laptop.state.scale:,.0f}.")


@told
def down(state: State = STATE) -> None:
    """Stop the laptop cloud: finish what runs, deliver what is buffered, forget the rest.

    Example:

        photolake down
    """
    laptop = Laptop.connect(state)
    with work("Stopping"):
        laptop.stop()
    console.print("Stopped.")


@told
def env(state: State = STATE) -> None:
    """Print the environment variables that point any AWS client at the laptop cloud.

    Version 1 of the AWS CLI leaves out SQS in us-east-1: give it --endpoint-url $AWS_ENDPOINT_URL there.

    Example:

        eval $(photolake env) && aws s3 ls
    """
    laptop = Laptop.connect(state)
    # Where PyAthena looks for the workgroup.
    variables = {**laptop.state.environment, "AWS_ATHENA_WORK_GROUP": laptop.output("WorkgroupName")}
    for name, value in sorted(variables.items()):
        typer.echo(f"export {name}={value}")


@told
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole document as JSON.")] = False,
    state: State = STATE,
) -> None:
    """Show what waits in queues and buffers, what the functions did, and what lies in the lake.

    Examples:

        photolake status

        photolake status --json | jq .queues
    """
    laptop = Laptop.connect(state)
    document = {**laptop.status(), "objects": laptop.objects()}
    if as_json:
        typer.echo(json.dumps(document, indent=2))
        return
    show_status(document)
    console.print("Everything has drained." if document["drained"] else f"On the way: {pipeline_line(document)}")
    if letters := dead_letters(document):
        problems.print(f"Dead letters: {letters}. The reasons are in {state}/logs.", style="red")


@told
def wait(
    timeout: Annotated[float, typer.Option(help="Seconds after which to give up, with exit status 1.", min=1)] = 300,
    state: State = STATE,
) -> None:
    """Wait until nothing is queued, buffered or running; exit status 1 if messages ended as dead letters.

    Example:

        photolake collect --from posts.jsonl && photolake wait --timeout 120
    """
    laptop = Laptop.connect(state)
    with work("Waiting") as tell:
        laptop.wait(timeout, lambda document: tell(pipeline_line(document)))
    console.print("Everything has drained.")
    if letters := dead_letters(laptop.status()):
        raise CommandError(f"But there are dead letters: {letters}. The reasons are in {state}/logs.")


def refuse_empty(photos: Path | None) -> None:
    """CommandError for a folder of photos without any."""
    if photos is not None and not any(path.is_file() for path in photos.iterdir()):
        raise CommandError(f"{photos} holds no file: every photo would be gone. Name a folder with photos in it.")
