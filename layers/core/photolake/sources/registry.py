"""Finds sources by platform: each package of `photolake.sources` is one, and nothing else lists them."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

import photolake.sources
from photolake.errors import SettingsError

if TYPE_CHECKING:
    from photolake.collect.source import Source, SourceContext


class SourceModule(Protocol):
    """The module `source` of a package of `photolake.sources`."""

    PLATFORM: str
    """The `source_platform` of its posts, and the name of the package."""
    PHOTO_HOSTS: tuple[str, ...]
    """The hosts of its photos, which `AllowedPhotoHosts` must allow."""

    def sources(self, context: SourceContext) -> Iterable[Source]:
        """Make the sources that the settings ask for; NotConfiguredError says what is missing."""


def list_platforms() -> list[str]:
    """List the platforms that have a source."""
    return sorted(module.name for module in pkgutil.iter_modules(photolake.sources.__path__) if module.ispkg)


def load_source_module(platform: str) -> SourceModule:
    """Import the source module of a platform; SettingsError if there is none."""
    known = list_platforms()
    if platform not in known:
        raise SettingsError(f"SOURCES: there is no source {platform!r}; there are: {', '.join(known)}")
    return cast("SourceModule", import_module(f"photolake.sources.{platform}.source"))


def make_sources(platform: str, context: SourceContext) -> list[Source]:
    """Make the sources of a platform; SettingsError if there is none, NotConfiguredError if it lacks something."""
    return list(load_source_module(platform).sources(context))
