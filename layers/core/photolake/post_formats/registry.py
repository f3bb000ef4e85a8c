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
def list_formats() -> tuple[PostFormat, ...]:
    """List the formats: `FORMAT` of each module of `photolake.post_formats` that has one."""
    names = sorted(module.name for module in pkgutil.iter_modules(photolake.post_formats.__path__))
    modules = [import_module(f"photolake.post_formats.{name}") for name in names]
    return tuple(module.FORMAT for module in modules if hasattr(module, "FORMAT"))


def find_format(value: Any) -> PostFormat | None:
    """Find the format of a value; None if none recognises it."""
    return next((known for known in list_formats() if known.recognize(value)), None)
