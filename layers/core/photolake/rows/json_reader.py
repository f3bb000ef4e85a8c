"""Reads typed values from one JSON object of a payload, so that every value of a post fits its column."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from photolake.errors import PermanentError
from photolake.rows.json_text import replace_lone_surrogates
from photolake.rows.schema import BIGINT

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,18})?")
# As a program writes a float that was an id: 5013.0, 2.1201243093042463e+18
_FLOAT = re.compile(r"[0-9]{1,19}(\.[0-9]{1,19})?([eE]\+?[0-9]{1,3})?")
# A float holds every whole number below this one; above, neighbouring ids become one.
_FIRST_ROUNDED = 2**53


def reject_payload(message: str) -> NoReturn:
    """Raise PermanentError with the status `malformed`, for a payload or one post of it."""
    raise PermanentError("malformed", message)


class JsonObject:
    """An object of a payload and the path to it.

    Each method takes the names that a field may have and reads the first one that is present. An absent field is None
    (for `read_objects`, an empty list); a value of another type raises PermanentError with its path. Archives write ""
    for an absent struct, list or number, so "" is read as None there.
    """

    def __init__(self, value: Any, path: str = "") -> None:
        """PermanentError if the value is not an object; `path` is empty for the post itself."""
        self.path = path
        if not isinstance(value, Mapping):
            reject_payload(f"{path or 'post'}: expected an object, got {type(value).__name__}")
        self._value = value

    @property
    def names(self) -> list[str]:
        """The names of its fields, in their order."""
        return list(self._value)

    def read_text(self, *names: str) -> str | None:
        """Read a string; a lone surrogate (half an emoji, cut off by a client) has no UTF-8 and becomes U+FFFD."""
        name, value = self._find_first(names)
        if value is not None and not isinstance(value, str):
            self._reject_value(name, "a string", value)
        return None if value is None else replace_lone_surrogates(value)

    def read_integer(self, *names: str) -> int | None:
        """Read a 64-bit integer; X has sent the same count as a number and as a string of digits."""
        name, value = self._find_first(names)
        if value is None or value == "":
            return None
        number = _parse_integer(value)
        if number is None or number not in BIGINT:
            self._reject_value(name, "a 64-bit whole number", value)
        return number

    def read_id(self, *names: str) -> int | None:
        """Read an id: the first of the fields that no program has rounded.

        A float of 2^53 and more is not an id: it stands for hundreds of them. PermanentError says so if every field
        is such a float.
        """
        present = [(name, self._value[name]) for name in names if self._value.get(name) not in (None, "")]
        for name, value in present:
            if not is_rounded(value):
                number = _parse_integer(float(value) if _is_float(value) else value)
                if number is None or number not in BIGINT:
                    self._reject_value(name, "a 64-bit whole number", value)
                return number
        if present:
            reject_payload(f"{self._join_path(present[0][0])}: a program has rounded it, so it is the id of no post")
        return None

    def read_reference_id(self, *names: str) -> int | None:
        """Read the id of something else; None also if it is rounded, or 0, which X's first search wrote for nobody."""
        return None if self.has_rounded_id(*names) else self.read_id(*names) or None

    def has_rounded_id(self, *names: str) -> bool:
        """Whether a program has rounded the id in every field that has it."""
        found = False
        for name in names:
            value = self._value.get(name)
            if value is not None and value != "":
                if not is_rounded(value):
                    return False
                found = True
        return found

    def read_flag(self, *names: str) -> bool | None:
        """Read true or false."""
        name, value = self._find_first(names)
        if value is not None and not isinstance(value, bool):
            self._reject_value(name, "true or false", value)
        return value

    def read_object(self, *names: str) -> JsonObject | None:
        """Read an object."""
        name, value = self._find_first(names)
        return None if value is None or value in ("", []) else JsonObject(value, self._join_path(name))

    def has_value(self, name: str, value: Any) -> bool:
        """Whether the field has this value."""
        return bool(self._value.get(name) == value)

    def has_array(self, name: str) -> bool:
        """Whether the field is an array."""
        return isinstance(self._value.get(name), list)

    def read_objects(self, *names: str) -> list[JsonObject]:
        """Read an array of objects."""
        name, items = self._read_array(names)
        return [JsonObject(item, f"{self._join_path(name)}[{index}]") for index, item in enumerate(items or [])]

    def read_raw(self, name: str) -> Any:
        """Read a value of any type, as it is."""
        return self._value.get(name)

    def read_values(self, *names: str) -> list[Any] | None:
        """Read an array of anything."""
        return self._read_array(names)[1]

    def read_texts(self, *names: str) -> list[str] | None:
        """Read an array of strings."""
        name, items = self._read_array(names)
        if items is not None and not all(isinstance(item, str) for item in items):
            self._reject_value(name, "an array of strings", items)
        return items

    def read_integers(self, *names: str) -> list[int] | None:
        """Read an array of 64-bit whole numbers."""
        name, items = self._read_array(names)
        if items is None:
            return None
        numbers = [_parse_integer(item) for item in items]
        if any(number is None or number not in BIGINT for number in numbers):
            self._reject_value(name, "an array of whole numbers", items)
        return [number for number in numbers if number is not None]

    def read_numbers(self, name: str, depth: int = 1) -> list[Any] | None:
        """Read finite numbers as floats, nested in `depth` levels of arrays; X has sent degrees as strings, too."""
        _, items = self._read_array((name,))
        return None if items is None else self._convert_floats(name, items, depth)

    def _convert_floats(self, name: str, value: Any, depth: int) -> Any:
        if depth and isinstance(value, list):
            return [self._convert_floats(name, item, depth - 1) for item in value]
        if not depth and isinstance(value, str) and _DEGREES.fullmatch(value):
            return float(value)
        if depth or isinstance(value, bool) or not isinstance(value, int | float):
            self._reject_value(name, "nested numbers" if depth else "a number", value)
        if not -1e300 < value < 1e300:
            self._reject_value(name, "a finite number", value)
        return float(value)

    def _read_array(self, names: tuple[str, ...]) -> tuple[str, list[Any] | None]:
        name, value = self._find_first(names)
        if value is None or value == "":
            return name, None
        if not isinstance(value, list):
            self._reject_value(name, "an array", value)
        return name, value

    def _find_first(self, names: tuple[str, ...]) -> tuple[str, Any]:
        for name in names:
            if (value := self._value.get(name)) is not None:
                return name, value
        return names[0], None

    def _join_path(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _reject_value(self, name: str, expected: str, value: Any) -> NoReturn:
        # The message goes to logs, which must not contain posts: it has the path and the type, not the value.
        reject_payload(f"{self._join_path(name)}: expected {expected}, got {type(value).__name__}")


def is_rounded(value: Any) -> bool:
    """Whether a value was an id until a program made a float of it that holds less: 2.1201243093042463e+18."""
    if type(value) is int:
        return False
    return _is_float(value) and math.isfinite(float(value)) and float(value) >= _FIRST_ROUNDED


def _is_float(value: Any) -> bool:
    if isinstance(value, str):
        return not value.isdigit() and _FLOAT.fullmatch(value) is not None
    return isinstance(value, float)


def drop_nulls(struct: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a struct that are not None."""
    return {name: value for name, value in struct.items() if value is not None}


def drop_nulls_or_none(struct: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the fields of a struct that are not None, or None if there are none."""
    return drop_nulls(struct) or None


def _parse_integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and _INTEGER.fullmatch(value) else None
