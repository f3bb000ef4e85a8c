"""Settings: each field of a function's settings class is the environment variable of the same name, in upper case."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self, get_type_hints

from photolake.errors import SettingsError

_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True)
class Settings:
    """Base of the functions' settings; subclasses only declare fields of str, int, float, bool, or tuple[str, ...]."""

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read every field from the environment.

        A tuple is a comma-delimited list, as CloudFormation writes it, a bool is true or false.
        """
        hints = get_type_hints(cls)
        return cls(
            **{field.name: _read_variable(environment, field.name.upper(), hints[field.name]) for field in fields(cls)}
        )


def _read_variable(environment: Mapping[str, str], name: str, kind: Any) -> Any:
    text = environment.get(name)
    if text is None:
        raise SettingsError(f"the environment variable {name} is not set")
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if kind is bool:
        if text not in _BOOLEANS:
            raise SettingsError(f"{name}: {text!r} is not true or false")
        return _BOOLEANS[text]
    try:
        return kind(text)
    except ValueError as error:
        raise SettingsError(f"{name}={text!r} is not of type {kind.__name__}") from error
