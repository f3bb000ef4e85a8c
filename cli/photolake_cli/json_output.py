"""JSON for other programs: one document on standard output, and nothing else there."""

from __future__ import annotations

from typing import Any

import typer


def print_json(document: Any) -> None:
    """Print a document; what a terminal would obey is escaped."""
    # Imported late for start-up time.
    from photolake_cli.console import format_json

    typer.echo(format_json(document, indent=2))
