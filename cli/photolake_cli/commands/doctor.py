"""`photolake doctor`: what is wrong, and what to do."""

from __future__ import annotations

from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, PROJECT, Region, Stack, State
from photolake_cli.errors import CommandError, report_errors


@report_errors
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print all checks as JSON.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Say what should exist, be readable and flow, and what to do if it does not.

    Each line is ok, a warning or failed; the exit status is 1 if one failed. It changes nothing, runs one statement in
    Athena that reads nothing, and never reads a secret. A permission that you lack is named.

    Without --stack it looks at this machine and the laptop cloud.

    Examples:

        photolake doctor
        photolake doctor --stack photolake --region eu-west-1
        photolake doctor --json | jq .failed
    """
    if region and not stack:
        raise CommandError("--region goes with --stack NAME: the laptop cloud has one Region")
    # Imported late for start-up time: it needs boto3 and PyAthena.
    from photolake_cli.doctor.run import run_doctor

    run_doctor(stack, region, state, PROJECT, as_json)
