"""JSON read and written by orjson, where that is the same as by `json`."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.rows.json_text import compact_json, encode_finite_json, parse_json, parse_json_fast

# Texts have lone surrogates, and numbers the sizes and fractions at which parsers and writers differ.
texts = st.text(st.characters(), max_size=6) | st.sampled_from(["null", "1e-5", "0.00001", "12345678901234567890"])
whole = st.integers() | st.integers(-(2**65), 2**65) | st.sampled_from([2**63, 2**64 - 1, 2**64, -(2**63) - 1])
floats = st.floats() | st.floats(1e-9, 1e-3) | st.floats(1e14, 1e24)
json_values = st.recursive(
    st.none() | st.booleans() | whole | floats | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
numbers = st.from_regex(r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
fragments = (
    numbers
    | st.from_regex(r'"(\\u[dD][89a-f][0-9a-f]{2}|\\[bfnrt/u"\\]|[a-z0-9]){0,4}"', fullmatch=True)
    | st.sampled_from(["NaN", "Infinity", "-Infinity", "true", "null", "nul", '""', '{"a":1,"a":2}', "[]", "{", "]"])
)
json_texts = st.lists(fragments, max_size=4).map(lambda parts: "[" + ",".join(parts) + "]") | json_values.map(
    json.dumps
)


def write_slowly(value) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text


@given(json_values)
def test_json_is_written_as_the_standard_library_writes_it(value):
    written, expected = compact_json(value), write_slowly(value)

    assert repr(json.loads(written)) == repr(json.loads(expected))
    # Only the form of small floats may differ.
    assert written == expected or "e-" in expected


@given(json_values)
def test_a_row_of_finite_numbers_reads_as_if_the_standard_library_had_written_it(value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

    if b"NaN" not in text and b"Infinity" not in text:
        raw = encode_finite_json(value)
        assert repr(json.loads(raw)) == repr(json.loads(text))
        assert raw == text or b"e-" in text


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_lacks_is_refused_if_that_is_asked_for(number):
    assert compact_json({"a": [number, None]}) == write_slowly({"a": [number, None]})
    with pytest.raises(ValueError, match="Out of range"):
        compact_json({"a": [number, None]}, allow_nan=False)


@given(json_texts)
def test_what_is_parsed_fast_is_what_is_parsed_slowly(text):
    try:
        value = parse_json_fast(text.encode("utf-8", "surrogatepass"))
    except ValueError:
        return

    # Their written forms differ for 1 and 1.0, 0.0 and -0.0.
    assert repr(value) == repr(parse_json(text))


@given(json_values.filter(lambda value: value == value))
def test_a_text_without_what_parsers_differ_in_is_parsed_fast(value):
    text = json.dumps(value)

    if not re.search(r"\\\\ud|NaN|Infinity|[0-9]{19}", text):
        assert repr(parse_json_fast(text.encode())) == repr(value)


@pytest.mark.parametrize(
    "text",
    [
        "[18446744073709551616]",
        "[-9223372036854775809]",
        r'["\ud83d"]',
        r'["\ude00\ud83d"]',
        "[1e999]",
        "[NaN]",
        "[" * 255 + "]" * 255,
        "[" * 1_000 + "]" * 1_000,
        "\ufeff[]",
        "[1] [2]",
        "",
    ],
)
def test_what_parsers_differ_in_is_left_to_the_slow_one(text):
    with pytest.raises(ValueError, match=r"."):
        parse_json_fast(text.encode())


def test_a_wide_value_is_parsed_fast_though_it_has_many_brackets():
    value = [{"a": [1]}] * 1_000

    assert parse_json_fast(json.dumps(value).encode()) == value
