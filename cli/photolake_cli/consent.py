"""Consent to what a command will cost on AWS."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import typer

from photolake.images.rekognition_apis import CUSTOM_LABELS
from photolake_cli.console import console
from photolake_cli.errors import CommandError


def describe_hourly_cost(image_apis: Iterable[str]) -> str:
    """What is billed by the hour, as the end of a sentence about the price of images; empty if nothing is."""
    return ", and the hours that the model of custom_labels runs" if CUSTOM_LABELS.name in image_apis else ""


class Place(Protocol):
    """Where a command works: a `Cloud`, or an engine."""

    @property
    def name(self) -> str:
        """How messages name it."""

    @property
    def on_laptop(self) -> bool:
        """Whether nothing is paid for there."""


def require_consent(place: Place, yes: bool, undone: str = "Nothing has been sent.") -> None:
    """Ask, unless nothing is paid for here or `yes` was given; CommandError if refused, with `undone` at its front."""
    if place.on_laptop or yes:
        return
    if not console.is_terminal:
        raise CommandError(f"{undone} To spend that in {place.name}: --yes")
    if not typer.confirm("Continue?", err=True):
        raise CommandError(undone)
