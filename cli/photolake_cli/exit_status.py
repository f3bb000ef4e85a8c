"""The exit statuses of the command: what a script can tell by them. docs/cli.md lists them."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """How a command ended."""

    DONE = 0
    """All that was asked for is done."""
    FAILED = 1
    """Something was not done, or `doctor` found something that is broken; the message says what to do."""
    USAGE = 2
    """The command line is not one that the command takes; nothing was done."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C; the same command goes on, or starts again, as it says."""
