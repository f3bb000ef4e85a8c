"""`photolake up`, `down`, `env`, `status`, `wait`: the laptop cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from laptop_cloud.engines.engine_set import EngineSet
from photolake_cli.commands.options import DEFAULT_STATE, PROJECT, Engine, Region, Stack, State
from photolake_cli.errors import CommandError, report_errors
from photolake_cli.json_output import print_json


@report_errors
def up(
    background: Annotated[
        bool, typer.Option("--background", help="Return when the cloud is ready. Stop it with: photolake down")
    ] = False,
    photos: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="A folder of photos to answer the posts' media URLs with.",
            show_default="none: every photo is unavailable",
        ),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(
            help="A parameter of template.yaml as NAME=VALUE. Repeatable.", show_default="those of the template"
        ),
    ] = None,
    engine: Engine = EngineSet.BASIC,
    day_seconds: Annotated[
        float | None,
        typer.Option(
            min=1, max=86400, help="How many seconds a day of the lake's retention takes.", show_default="a real day"
        ),
    ] = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Start the laptop cloud.

    It runs the stack of template.yaml on this machine with its data in memory, until Ctrl-C or, with --background,
    until `photolake down`.

    Examples:

        photolake up --background
        photolake up --photos ~/Pictures --param ImageApis=labels,text --param SampleRate=0.5
        photolake up --day-seconds 1 --param FacesAndCelebrities=aggregate
    """
    # Imported late for start-up time.
    from photolake_cli.console import console, show_progress
    from photolake_cli.laptop import LaptopOptions, check_photos, run_laptop, start_laptop

    options = LaptopOptions(PROJECT, state, photos, param or [], engine, day_seconds)
    check_photos(photos)
    if not background:
        raise typer.Exit(run_laptop(options))
    with show_progress("Starting the laptop cloud") as on_line:
        laptop = start_laptop(options, on_line)
    console.print(f"The laptop cloud is up at {laptop.state.endpoint_url}. For any AWS client: eval $(photolake env)")
    console.print(f"Firehose's buffering intervals are shortened by a factor of {1 / laptop.state.scale:,.0f}.")
    if day_seconds:
        console.print(
            f"A day of the retention in S3 takes {day_seconds:g} seconds; items of DynamoDB expire in real time."
        )


@report_errors
def down(state: State = DEFAULT_STATE) -> None:
    """Stop the laptop cloud.

    Running invocations finish and buffered records are delivered, then all data is deleted.

    Example:

        photolake down
    """
    # Imported late for start-up time.
    from photolake_cli.console import console, show_progress
    from photolake_cli.laptop import Laptop

    laptop = Laptop.connect(state)
    with show_progress("Stopping"):
        laptop.stop()
    console.print("Stopped.")


@report_errors
def env(
    as_json: Annotated[bool, typer.Option("--json", help="Print the variables as JSON.")] = False,
    state: State = DEFAULT_STATE,
) -> None:
    """Print variables for any AWS client.

    They are the environment variables that point AWS clients at the laptop cloud.

    Version 1 of the AWS CLI ignores them for SQS in us-east-1: add --endpoint-url $AWS_ENDPOINT_URL there.

    Example:

        eval $(photolake env) && aws s3 ls
    """
    # Imported late for start-up time.
    from photolake_cli.laptop import Laptop

    laptop = Laptop.connect(state)
    # PyAthena reads this variable.
    variables = {**laptop.state.environment, "AWS_ATHENA_WORK_GROUP": laptop.output("WorkgroupName")}
    if as_json:
        print_json(dict(sorted(variables.items())))
        return
    for name, value in sorted(variables.items()):
        typer.echo(f"export {name}={value}")


@report_errors
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole status as JSON.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Show queues, buffers, functions, objects, and what the month's budget has left.

    Of a stack on AWS: queues now, runs and deliveries of the last day by CloudWatch, the budget, and alarms. Whether
    all is well says `photolake doctor`.

    Examples:

        photolake status
        photolake status --json | jq .queues
        photolake status --stack photolake --region eu-west-1
    """
    # Imported late for start-up time.
    import datetime as dt

    from photolake_cli.budget_status import read_budget, show_budget
    from photolake_cli.cloud import connect_laptop
    from photolake_cli.console import console, error_console
    from photolake_cli.laptop import Laptop
    from photolake_cli.status import describe_backlog, describe_dead_letters, show_status

    if stack or region:
        _show_stack_status(stack, region, state, as_json)
        return
    laptop = Laptop.connect(state)
    budget = read_budget(connect_laptop(laptop), dt.datetime.now(dt.UTC))
    document = {**laptop.status(), "objects": laptop.count_objects(), **budget}
    if as_json:
        print_json(document)
        return
    show_status(document)
    show_budget(document)
    console.print("Everything is processed." if document["drained"] else f"Waiting: {describe_backlog(document)}")
    if letters := describe_dead_letters(document):
        error_console.print(f"Dead letters: {letters}. Why: photolake redrive --dry-run", style="red")


def _show_stack_status(stack: str | None, region: str | None, state: Path, as_json: bool) -> None:
    # Imported late for start-up time: they need boto3.
    import datetime as dt

    from photolake_cli import stack_status
    from photolake_cli.cloud import connect
    from photolake_cli.console import error_console, show_progress

    cloud = connect(stack, region, state)
    with show_progress("Reading the status", error_console):
        document = stack_status.read_status(cloud, dt.datetime.now(dt.UTC))
    if as_json:
        print_json(document)
    else:
        stack_status.show_status(document)


@report_errors
def wait(
    timeout: Annotated[float, typer.Option(help="Seconds until the command gives up with exit status 1.", min=1)] = 300,
    state: State = DEFAULT_STATE,
) -> None:
    """Wait until everything is processed.

    The exit status is 1 if messages ended in a dead-letter queue.

    Example:

        photolake collect posts.jsonl && photolake wait --timeout 120
    """
    # Imported late for start-up time.
    from photolake_cli.console import console, show_progress
    from photolake_cli.laptop import Laptop
    from photolake_cli.status import describe_backlog, describe_dead_letters

    laptop = Laptop.connect(state)
    with show_progress("Waiting") as on_line:
        laptop.wait(timeout, lambda document: on_line(describe_backlog(document)))
    console.print("Everything is processed.")
    if letters := describe_dead_letters(laptop.status()):
        raise CommandError(f"But there are dead letters: {letters}. Why: photolake redrive --dry-run")
