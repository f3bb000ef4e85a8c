"""What the command tells its user instead of a traceback."""

from __future__ import annotations


class CommandError(Exception):
    """The command cannot go on; the message says what to do next."""
