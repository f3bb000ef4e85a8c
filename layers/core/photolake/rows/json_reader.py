"""Reads typed values from one JSON object of a payload, so that every value of a post fits its column."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from photolake.errors import PermanentError
from photolake.rows.json_text import replace_lone_surrogates
from photolake.rows.schema import BIGINT, Path, format_path

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,18})?")
# As a program writes a float that was an id: 5013.0, 2.1201243093042463e+18
_FLOAT = re.compile(r"[0-9]{1,19}(\.[0-9]{1,19})?([eE]\+?[0-9]{1,3})?")
# A float holds every whole number below this one; above, neighbouring ids become one.
_FIRST_ROUNDED = 2**53
_BIGINT_DIGITS = 19
_LEAST, _END = BIGINT.start, BIGINT.stop


def reject_payload(message: str) -> NoReturn:
    """Raise PermanentError with the status `malformed`, for a payload or one post of it."""
    raise PermanentError("malformed", message)


class JsonObject:
    """An object of a payload and the path to it.

    Each method takes the names that a field may have and reads the first one that is present. An absent field is None
    (for `read_objects`, an empty list); a value of another type raises PermanentError with its path. Archives write ""
    for an absent struct, list or number, so "" is read as None there.
    """

    __slots__ = ("_place", "_value")

    def __init__(self, value: Any, path: Path = "") -> None:
        """PermanentError if the value is not an object; `path` is empty for the post itself."""
        # Asking for a dict first is much faster than for Mapping alone.
        if not isinstance(value, (dict, Mapping)):
            reject_payload(f"{format_path(path) or 'post'}: expected an object, got {type(value).__name__}")
        self._place = path
        self._value = value

    @property
    def path(self) -> str:
        """The path to the object, as messages show it."""
        return format_path(self._place)

    @property
    def names(self) -> list[str]:
        """The names of its fields, in their order."""
        return list(self._value)

    def read_text(self, name: str, *others: str) -> str | None:
        """Read a string; a lone surrogate (half an emoji, cut off by a client) has no UTF-8 and becomes U+FFFD."""
        value = self._value.get(name)
        if value is None and others:
            name, value = self._find_first((name, *others))
        if value is None:
            return None
        return value if type(value) is str and value.isascii() else self._convert_text(name, value)

    def select_texts(self, names: Iterable[str]) -> dict[str, str]:
        """Read those of some strings that are present, by their names."""
        found: dict[str, str] = {}
        for name in names:
            value = self._value.get(name)
            if value is not None:
                found[name] = value if type(value) is str and value.isascii() else self._convert_text(name, value)
        return found

    def select_integers(self, names: Iterable[str]) -> dict[str, int]:
        """Read those of some 64-bit integers that are present, by their names."""
        found: dict[str, int] = {}
        for name in names:
            value = self._value.get(name)
            if value is not None and value != "":
                found[name] = self._convert_integer(name, value)
        return found

    def select_flags(self, names: Iterable[str]) -> dict[str, bool]:
        """Read those of some flags that are present, by their names."""
        found: dict[str, bool] = {}
        for name in names:
            value = self._value.get(name)
            if value is not None:
                found[name] = self._convert_flag(name, value)
        return found

    def read_columns_of_integers(self, columns: Mapping[str, tuple[str, ...]]) -> dict[str, int | None]:
        """Read a 64-bit integer for each column, by the names of its field."""
        found: dict[str, int | None] = {}
        for column, names in columns.items():
            value = self._value.get(names[0])
            is_plain = type(value) is int and _LEAST <= value < _END
            found[column] = value if is_plain else self.read_integer(*names)
        return found

    def read_integer(self, name: str, *others: str) -> int | None:
        """Read a 64-bit integer; X has sent the same count as a number and as a string of digits."""
        value = self._value.get(name)
        if value is None and others:
            name, value = self._find_first((name, *others))
        if type(value) is int and _LEAST <= value < _END:
            return value
        return None if value is None or value == "" else self._convert_integer(name, value)

    def read_id(self, *names: str) -> int | None:
        """Read an id: the first of the fields that no program has rounded.

        A float of 2^53 and more is not an id: it stands for hundreds of them. PermanentError says so if every field
        is such a float.
        """
        name, value = self._find_unrounded(names)
        if value is not None:
            return self._convert_id(name, value)
        if name:
            reject_payload(f"{format_path(self._join(name))}: a program has rounded it, so it is the id of no post")
        return None

    def read_reference_id(self, *names: str) -> int | None:
        """Read the id of something else; None also if it is rounded, or 0, which X's first search wrote for nobody."""
        name, value = self._find_unrounded(names)
        return None if value is None else self._convert_id(name, value) or None

    def has_rounded_id(self, *names: str) -> bool:
        """Whether a program has rounded the id in every field that has it."""
        name, value = self._find_unrounded(names)
        return value is None and bool(name)

    def _find_unrounded(self, names: tuple[str, ...]) -> tuple[str, Any]:
        """Find the first id that no program has rounded; if all are rounded, the name of the first and None."""
        rounded = ""
        for name in names:
            value = self._value.get(name)
            if value is None or value == "":
                continue
            if not is_rounded(value):
                return name, value
            rounded = rounded or name
        return rounded, None

    def _convert_id(self, name: str, value: Any) -> int:
        if type(value) is str and len(value) <= _BIGINT_DIGITS and value.isascii() and value.isdigit():
            digits = int(value)
            if digits < _END:
                return digits
        if type(value) is int or (type(value) is str and value.isdigit()):
            return self._convert_integer(name, value)
        number = _parse_integer(float(value) if _is_float(value) else value)
        if number is None or not _LEAST <= number < _END:
            self._reject_value(name, "a 64-bit whole number", value)
        return number

    def read_flag(self, name: str) -> bool | None:
        """Read true or false."""
        value = self._value.get(name)
        return None if value is None else self._convert_flag(name, value)

    def read_object(self, name: str, *others: str) -> JsonObject | None:
        """Read an object."""
        value = self._value.get(name)
        if value is None:
            if not others:
                return None
            name, value = self._find_first(others)
        if not value and (value is None or value in ("", [])):
            return None
        return JsonObject(value, self._join(name))

    def has_value(self, name: str, value: Any) -> bool:
        """Whether the field has this value."""
        return bool(self._value.get(name) == value)

    def has_array(self, name: str) -> bool:
        """Whether the field is an array."""
        return isinstance(self._value.get(name), list)

    def read_objects(self, name: str, *others: str) -> list[JsonObject]:
        """Read an array of objects."""
        items = self._value.get(name)
        if items is None:
            if not others:
                return []
            name, items = self._read_array(others)
        elif type(items) is not list:
            name, items = self._read_array((name,))
        if not items:
            return []
        path = self._join(name)
        return [JsonObject(item, (path, index)) for index, item in enumerate(items)]

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
        numbers = []
        for item in items:
            number = _parse_integer(item)
            if number is None or not _LEAST <= number < _END:
                self._reject_value(name, "an array of whole numbers", items)
            numbers.append(number)
        return numbers

    def read_numbers(self, name: str, depth: int = 1) -> list[Any] | None:
        """Read finite numbers as floats, nested in `depth` levels of arrays; X has sent degrees as strings, too."""
        _, items = self._read_array((name,))
        return None if items is None else self._convert_floats(name, items, depth)

    def _convert_text(self, name: str, value: Any) -> str:
        if not isinstance(value, str):
            self._reject_value(name, "a string", value)
        return replace_lone_surrogates(value)

    def _convert_integer(self, name: str, value: Any) -> int:
        number = _parse_integer(value)
        if number is None or not _LEAST <= number < _END:
            self._reject_value(name, "a 64-bit whole number", value)
        return number

    def _convert_flag(self, name: str, value: Any) -> bool:
        if not isinstance(value, bool):
            self._reject_value(name, "true or false", value)
        return value

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

    def _join(self, name: str) -> Path:
        return (self._place, name) if self._place else name

    def _reject_value(self, name: str, expected: str, value: Any) -> NoReturn:
        # The message goes to logs, which must not contain posts: it has the path and the type, not the value.
        reject_payload(f"{format_path(self._join(name))}: expected {expected}, got {type(value).__name__}")


def is_rounded(value: Any) -> bool:
    """Whether a value was an id until a program made a float of it that holds less: 2.1201243093042463e+18."""
    if type(value) is int or (type(value) is str and value.isdigit()):
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
    if type(value) is int:
        return value
    if type(value) is str:
        return int(value) if _INTEGER.fullmatch(value) else None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and _INTEGER.fullmatch(value) else None
