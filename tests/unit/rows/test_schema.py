"""Rows against the columns of their table."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.errors import RowError
from photolake.rows.fit import compile_struct
from photolake.rows.schema import HiveType, TableSchema, fit_value

PERSON = "struct<name:string,age:bigint,scores:array<double>,known:boolean>"
TABLE = TableSchema("posts", {"id": HiveType.parse("bigint"), "user": HiveType.parse(PERSON)})


class FakeGlue:
    def get_table(self, *, DatabaseName, Name):  # noqa: N803 (boto3's names)
        assert (DatabaseName, Name) == ("lake", "posts")
        columns = [{"Name": "id", "Type": "bigint"}, {"Name": "user", "Type": PERSON}]
        return {
            "Table": {"StorageDescriptor": {"Columns": columns}, "PartitionKeys": [{"Name": "dt", "Type": "string"}]}
        }


scalars = st.sampled_from(["string", "bigint", "double", "boolean"])
names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
hive_types = st.recursive(
    scalars,
    lambda inner: (
        inner.map("array<{}>".format)
        | st.dictionaries(names, inner, min_size=1, max_size=3).map(
            lambda fields: "struct<" + ",".join(f"{name}:{kind}" for name, kind in fields.items()) + ">"
        )
    ),
    max_leaves=8,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)


def written(kind: HiveType) -> str:
    if kind.element is not None:
        return f"array<{written(kind.element)}>"
    if kind.name == "struct":
        return "struct<" + ",".join(f"{name}:{written(field)}" for name, field in kind.fields.items()) + ">"
    return kind.name


def test_a_table_is_read_from_glue_with_its_name_and_its_partition():
    client: Any = FakeGlue()

    assert TableSchema.from_glue(client, "lake", "posts") == TableSchema(
        "posts", {**TABLE.columns, "dt": HiveType.parse("string")}
    )


@given(hive_types)
def test_a_type_is_read_as_it_is_written(text):
    assert written(HiveType.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "int", "struct<>", "array<string", "array<string>>", "struct<a:string,>", "map<string,string>", "a;b"]
)
def test_what_is_not_a_known_type_is_refused(text):
    with pytest.raises(RowError):
        HiveType.parse(text)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "1"}, "posts.id: expected bigint, got str"),
        ({"id": True}, "posts.id: expected bigint, got bool True"),
        ({"id": 2**63}, "posts.id: expected bigint, got int 9223372036854775808"),
        ({"colour": 1}, "posts.colour: there is no such column"),
        ({"user": "someone"}, "posts.user: expected struct, got str"),
        ({"user": {"scores": 1.5}}, "posts.user.scores: expected array, got float 1.5"),
        ({"user": {"scores": [1, "x"]}}, "posts.user.scores[1]: expected double, got str"),
        ({"user": {"known": 1}}, "posts.user.known: expected boolean, got int 1"),
        ({"user": {"scores": [float("nan")]}}, "posts.user.scores[0]: expected double, got float nan"),
        ({"user": {"scores": [1.0, float("-inf")]}}, "posts.user.scores[1]: expected double, got float -inf"),
    ],
)
def test_a_value_without_a_fitting_column_is_named_with_its_place(row, message):
    with pytest.raises(RowError) as error:
        TABLE.check(row)

    assert str(error.value) == message


def test_null_fits_everywhere_and_a_whole_number_fits_a_double():
    TABLE.check({"id": None, "user": {"name": None, "scores": [1, None, 2.5], "known": False}})


def test_what_has_no_column_is_left_over_in_its_place():
    value = {"name": "a", "age": "old", "scores": [1.0, "x"], "colour": "red"}

    fitted, unmapped = fit_value(value, HiveType.parse(PERSON))

    assert fitted == {"name": "a", "age": None, "scores": [1.0, None]}
    assert unmapped == {"age": "old", "scores": [None, "x"], "colour": "red"}


@given(json_values, hive_types)
def test_whatever_comes_the_fitted_part_always_fits(value, text):
    kind = HiveType.parse(text)

    fitted, _ = fit_value(value, kind)

    kind.check(fitted, "value")


@given(json_values, hive_types)
def test_the_compiled_check_lets_pass_only_what_fits(value, text):
    kind = HiveType.parse(text)

    for candidate in (value, fit_value(value, kind)[0]):
        row = {"column": candidate}
        if compile_struct({"column": kind})(row):
            kind.check(candidate, "column")


@given(json_values, hive_types)
def test_the_compiled_check_lets_pass_what_was_made_to_fit(value, text):
    kind = HiveType.parse(text)
    fitted, _ = fit_value(value, kind)

    assert compile_struct({"column": kind})({"column": fitted})


@given(json_values, hive_types)
def test_nothing_is_lost_between_what_fits_and_what_is_left_over(value, text):
    fitted, unmapped = fit_value(value, HiveType.parse(text))

    assert leaves(value) == leaves(fitted) + leaves(unmapped)


def leaves(value) -> int:
    if isinstance(value, dict):
        return sum(leaves(item) for item in value.values())
    if isinstance(value, list):
        return sum(leaves(item) for item in value)
    return 0 if value is None else 1
