"""What the command tells its user instead of a traceback."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from photolake.errors import PhotolakeError
from photolake_cli.console import problems


class CommandError(Exception):
    """The command cannot go on; the message says what to do next."""


def told(command: Callable[..., None]) -> Callable[..., None]:
    """Show an expected failure as one message on standard error, with exit status 1, instead of a traceback."""

    @wraps(command)
    def wrapper(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except (CommandError, PhotolakeError, ClientError, BotoCoreError) as error:
            message = str(error)
        except OSError as error:
            message = f"The laptop cloud does not answer ({error}). See photolake status, or start it again."
        else:
            return
        problems.print(message, style="red", markup=False, highlight=False)
        raise typer.Exit(1)

    return wrapper
