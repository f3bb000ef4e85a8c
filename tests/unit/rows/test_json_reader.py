"""Values of a payload, read by name and type."""

import pytest

from photolake.errors import PermanentError
from photolake.rows.json_reader import JsonObject


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1, 2.5, "-0.5"], [1.0, 2.5, -0.5]),
        ([-9.9e299, 9.9e299], [-9.9e299, 9.9e299]),
        ([], []),
        (None, None),
        ("", None),
    ],
)
def test_numbers_are_read_as_floats(value, expected):
    assert JsonObject({"at": value}).read_numbers("at") == expected


def test_numbers_are_read_in_as_many_levels_as_are_asked_for():
    assert JsonObject({"at": [[1, 2], [3, 4]]}).read_numbers("at", depth=2) == [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    ("value", "depth", "message"),
    [
        (5, 1, "at: expected an array, got int"),
        ([5], 2, "at: expected nested numbers, got int"),
        ([[5]], 1, "at: expected a number, got list"),
        ([True], 1, "at: expected a number, got bool"),
        (["a"], 1, "at: expected a number, got str"),
        ([float("nan")], 1, "at: expected a finite number, got float"),
        ([1e300], 1, "at: expected a finite number, got float"),
        ([-(10**301)], 1, "at: expected a finite number, got int"),
    ],
)
def test_what_is_not_a_number_is_named_by_its_place_and_type_alone(value, depth, message):
    with pytest.raises(PermanentError, match=message):
        JsonObject({"at": value}).read_numbers("at", depth)
