"""Finds the format of a value by what the value holds."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import photolake.post_formats

if TYPE_CHECKING:
    from photolake.post_formats.format import PostFormat


@cache
def list_modules() -> dict[str, PostFormat]:
    """List the formats by module: `FORMAT` of each module of `photolake.post_formats` that has one."""
    names = sorted(module.name for module in pkgutil.iter_modules(photolake.post_formats.__path__))
    modules = {name: import_module(f"photolake.post_formats.{name}") for name in names}
    return {name: module.FORMAT for name, module in modules.items() if hasattr(module, "FORMAT")}


@cache
def list_formats() -> tuple[PostFormat, ...]:
    """List the formats."""
    return tuple(list_modules().values())


def find_format(value: Any) -> PostFormat | None:
    """Find the format of a value; None if none recognises it. At most one does, so their order does not matter."""
    return next((known for known in list_formats() if known.recognize(value)), None)


class FormatFinder:
    """Finds the formats of the values of a file: the last one found is asked first, as most files have one format."""

    def __init__(self) -> None:
        self._last: PostFormat | None = None

    def find(self, value: Any) -> PostFormat | None:
        """Find the format of the next value, as `find_format` does."""
        if self._last is None or not self._last.recognize(value):
            found = find_format(value)
            if found is None:
                return None
            self._last = found
        return self._last
