"""Typed reading of one JSON object of a payload, so that every value of a post fits its column."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from photolake.errors import PermanentError
from photolake.rows.json_text import replace_lone_surrogates

_BIGINT = range(-(2**63), 2**63)
_WHOLE = re.compile(r"-?[0-9]{1,19}")


def malformed(message: str) -> NoReturn:
    """Refuse a payload, or one post of it: PermanentError with the status `malformed`."""
    raise PermanentError("malformed", message)


class JsonObject:
    """An object of a payload and the path to it.

    Each reader takes the names a field may have and reads the first that is there. What is absent is None (an empty
    list for `parts`); a value of another type raises PermanentError naming its path. Archives write "" for an absent
    struct, list or number, so these take it as None.
    """

    def __init__(self, value: Any, path: str = "") -> None:
        """PermanentError if the value is no object; `path` is empty for the post itself."""
        self._path = path
        if not isinstance(value, Mapping):
            malformed(f"{path or 'post'}: expected an object, got {type(value).__name__}")
        self._value = value

    def text(self, *names: str) -> str | None:
        """Read a string; a lone surrogate (half an emoji, cut off by a client) becomes U+FFFD, as it has no UTF-8."""
        name, value = self._first(names)
        if value is not None and not isinstance(value, str):
            self._refuse(name, "a string", value)
        return None if value is None else replace_lone_surrogates(value)

    def whole(self, *names: str) -> int | None:
        """Read a 64-bit number; X has sent the same count as a number and as a string of digits."""
        name, value = self._first(names)
        if value is None or value == "":
            return None
        number = _whole(value)
        if number is None or number not in _BIGINT:
            self._refuse(name, "a 64-bit whole number", value)
        return number

    def flag(self, *names: str) -> bool | None:
        """Read true or false."""
        name, value = self._first(names)
        if value is not None and not isinstance(value, bool):
            self._refuse(name, "true or false", value)
        return value

    def part(self, *names: str) -> JsonObject | None:
        """Read an object."""
        name, value = self._first(names)
        return None if value is None or value == "" else JsonObject(value, self._at(name))

    def parts(self, *names: str) -> list[JsonObject]:
        """Read an array of objects."""
        name, items = self._array(names)
        return [JsonObject(item, f"{self._at(name)}[{index}]") for index, item in enumerate(items or [])]

    def texts(self, *names: str) -> list[str] | None:
        """Read an array of strings."""
        name, items = self._array(names)
        if items is not None and not all(isinstance(item, str) for item in items):
            self._refuse(name, "an array of strings", items)
        return items

    def wholes(self, *names: str) -> list[int] | None:
        """Read an array of 64-bit whole numbers."""
        name, items = self._array(names)
        if items is None:
            return None
        numbers = [_whole(item) for item in items]
        if any(number is None or number not in _BIGINT for number in numbers):
            self._refuse(name, "an array of whole numbers", items)
        return [number for number in numbers if number is not None]

    def numbers(self, name: str, depth: int = 1) -> list[Any] | None:
        """Read finite numbers as floats, nested in `depth` levels of arrays."""
        _, items = self._array((name,))
        return None if items is None else self._floats(name, items, depth)

    def _floats(self, name: str, value: Any, depth: int) -> Any:
        if depth and isinstance(value, list):
            return [self._floats(name, item, depth - 1) for item in value]
        if depth or isinstance(value, bool) or not isinstance(value, int | float):
            self._refuse(name, "nested numbers" if depth else "a number", value)
        if not -1e300 < value < 1e300:
            self._refuse(name, "a finite number", value)
        return float(value)

    def _array(self, names: tuple[str, ...]) -> tuple[str, list[Any] | None]:
        name, value = self._first(names)
        if value is None or value == "":
            return name, None
        if not isinstance(value, list):
            self._refuse(name, "an array", value)
        return name, value

    def _first(self, names: tuple[str, ...]) -> tuple[str, Any]:
        for name in names:
            if self._value.get(name) is not None:
                return name, self._value[name]
        return names[0], None

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _refuse(self, name: str, expected: str, value: Any) -> NoReturn:
        # The message goes to logs, where nothing of a post may be: it names the place and the type, not the value.
        malformed(f"{self._at(name)}: expected {expected}, got {type(value).__name__}")


def present(struct: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a struct that are there."""
    return {name: value for name, value in struct.items() if value is not None}


def struct_or_none(struct: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields of a struct that are there, or None for a struct without any."""
    return present(struct) or None


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else None
