"""Sources by name: a module of `photolake.sources` is one, and nothing else has to know it."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

import photolake.sources
from photolake.errors import SettingsError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.collect.source import Source


@dataclass(frozen=True)
class Surroundings:
    """What a source may use of where it runs; its settings are environment variables (`Settings.from_env`).

    `secret` reads a secret by name (empty if it has no value yet), `table` gives a DynamoDB table by name.
    """

    secret: Callable[[str], str]
    table: Callable[[str], Table]


class SourceModule(Protocol):
    """What a module of `photolake.sources` has."""

    def sources(self, surroundings: Surroundings) -> Iterable[Source]:
        """Make what the settings ask for; NotSetUpError says what is missing before the source can be asked."""


def available() -> list[str]:
    """The names of all sources."""
    return sorted(module.name for module in pkgutil.iter_modules(photolake.sources.__path__))


def sources_of(name: str, surroundings: Surroundings) -> list[Source]:
    """The sources of a name; SettingsError if there is none of that name, NotSetUpError if it lacks something."""
    known = available()
    if name not in known:
        raise SettingsError(f"SOURCES: there is no source {name!r}; there are: {', '.join(known)}")
    module = cast("SourceModule", import_module(f"photolake.sources.{name}.source"))
    return list(module.sources(surroundings))
