"""Decodes one JSON value inside a longer text, and tells a value that is cut off from one that is damaged."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from photolake.rows.json_text import parse_json_at, reject_constant

# The longest token that can be cut at the end of a text, besides strings: the escape of a surrogate pair.
_TOKEN_CHARACTERS = len(r"\ud83d\ude00")
_NUL = "\0"
_COLON = re.compile(r"\s*:")
# What follows a number or a word by itself; anything else makes it a part of a text.
_ENDS_SCALAR = re.compile(r"[\s\ufeff\x1e,;\[\]{\x00]|$")
# The beginning of an object, or of one in a string.
_OBJECT = re.compile(r'\{|"\s*[{\[]')
_NEIGHBOUR = re.compile(r'[ \t\r,;\[\]\ufeff\x1e]*(?!"\s*[{\[])[^\s,;\[\]{\ufeff\x1e\x00]')
_LOOK_AHEAD = 256
_WITH_LINE_BREAKS = json.JSONDecoder(parse_constant=reject_constant, strict=False)
# Finds the end of a value that is JSON in form, but holds NaN, or an integer that Python refuses to convert.
_FORM = json.JSONDecoder(parse_int=float, strict=False)


class Value(NamedTuple):
    """A value and the index after it; `problem` says why it must not be used."""

    value: Any
    end: int
    problem: str = ""


class Broken(NamedTuple):
    """Why there is no value, and the index of the error; `is_cut` if more text could complete it."""

    message: str
    at: int
    is_cut: bool = False


def decode_value(text: str, start: int) -> Value | Broken:
    """Decode the value that begins at `start`. Strings may contain raw line breaks and tabs, but not NUL characters."""
    try:
        return Value(*parse_json_at(text, start))
    except json.JSONDecodeError as error:
        if error.msg.startswith("Invalid control character"):
            return _decode_with_line_breaks(text, start, error.pos)
        return _describe(error)
    except ValueError as error:
        return _find_end(text, start, str(error))
    except RecursionError:
        return Broken("nested too deeply", start)


def _decode_with_line_breaks(text: str, start: int, at: int) -> Value | Broken:
    nul = text.find(_NUL, start)
    if nul == at:
        return Broken("NUL bytes inside", at)
    try:
        value, end = _WITH_LINE_BREAKS.raw_decode(text, start)
    except json.JSONDecodeError as error:
        is_cut = nul < 0 and _describe(error).is_cut
        return Broken("a string does not end on its line", at, is_cut)
    except ValueError as error:
        return _find_end(text, start, str(error))
    except RecursionError:
        return Broken("nested too deeply", start)
    return Value(value, end) if not start < nul < end else Broken("NUL bytes inside", nul)


def _find_end(text: str, start: int, problem: str) -> Value | Broken:
    try:
        _, end = _FORM.raw_decode(text, start)
    except json.JSONDecodeError as error:
        return _describe(error)
    except RecursionError:
        return Broken("nested too deeply", start)
    return Value(None, end, problem)


def _describe(error: json.JSONDecodeError) -> Broken:
    is_cut = error.msg.startswith("Unterminated string") or error.pos >= len(error.doc) - _TOKEN_CHARACTERS
    return Broken(error.msg.removesuffix(" starting at").removesuffix(" at"), error.pos, is_cut)


def decode_token(text: str, at: int, is_final: bool) -> Value | Broken:
    """Decode a value that stands by itself: a number or word is not the beginning of a text, nor a string a name."""
    decoded = decode_value(text, at)
    first = text[at]
    if first == "{":
        return decoded
    if first == '"':
        line_end = text.find("\n", at)
        if not isinstance(decoded, Value):
            return decoded._replace(is_cut=decoded.is_cut and line_end < 0)
        if 0 <= line_end < decoded.end:
            return Broken("a string does not end on its line", line_end)
        if _COLON.match(text, decoded.end):
            return Broken("a member without its object", at)
    if not isinstance(decoded, Value):
        return decoded
    if not is_final and len(text) - decoded.end < _LOOK_AHEAD and text.find("\n", decoded.end) < 0:
        return Broken("cut", at, is_cut=True)
    return decoded if first == '"' or _ENDS_SCALAR.match(text, decoded.end) else Broken("Expecting value", at)


def has_neighbour(text: str, at: int, end: int) -> bool:
    """Whether a value that is neither an object nor a string of JSON has another one beside it on its line."""
    return not _OBJECT.match(text, at) and _NEIGHBOUR.match(text, end, end + _LOOK_AHEAD) is not None
