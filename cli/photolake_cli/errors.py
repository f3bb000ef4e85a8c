"""Expected failures of the command, shown as one message instead of a traceback."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import typer

from photolake.errors import PhotolakeError
from photolake_cli.exit_status import ExitStatus


class CommandError(Exception):
    """The command cannot go on; the message says what to do next."""


def report_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Show an expected failure, or Ctrl-C, as one message on standard error, with exit status 1 or 130."""

    @wraps(command)
    def wrapper(*arguments: Any, **options: Any) -> None:
        status = ExitStatus.FAILED
        try:
            command(*arguments, **options)
        except KeyboardInterrupt:
            message, status = "Interrupted. Run the same command to start again.", ExitStatus.INTERRUPTED
        # Called only when something was raised, so that botocore is imported only then.
        except _expected_errors() as error:
            message = str(error)
        except OSError as error:
            message = f"No connection to the laptop cloud ({error}). Check it: photolake status"
        else:
            return
        # Imported late for start-up time.
        from photolake_cli.console import error_console

        error_console.print(message, style="red", highlight=False)
        raise typer.Exit(status)

    return wrapper


def _expected_errors() -> tuple[type[Exception], ...]:
    # Imported late for start-up time.
    from botocore.exceptions import BotoCoreError, ClientError

    return CommandError, PhotolakeError, BotoCoreError, ClientError
