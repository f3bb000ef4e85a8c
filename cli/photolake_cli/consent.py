"""Consent to what a command will cost on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from photolake_cli.console import console
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud


def require_consent(cloud: Cloud, yes: bool, undone: str = "Nothing has been sent.") -> None:
    """Ask, unless nothing is paid for here or `yes` was given; CommandError if refused, with `undone` at its front."""
    if cloud.on_laptop or yes:
        return
    if not console.is_terminal:
        raise CommandError(f"{undone} To spend that in {cloud.name}: --yes")
    if not typer.confirm("Continue?"):
        raise CommandError(undone)
