"""The typed rows and the tables of the template say the same."""

import types
import typing
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from photolake.rows.schema import HiveType
from photolake.rows.types import AnalysisRow, PhotoRow, PostRow
from tests.resolved_template import table_input

SCALARS = {str: "string", int: "bigint", float: "double", bool: "boolean"}


def hive_type(hint: Any) -> Any:
    """The Hive type of an annotation, as nested dicts and lists; Any where a service's response passes through."""
    if get_origin(hint) in (typing.Required, typing.NotRequired):
        return hive_type(get_args(hint)[0])
    if get_origin(hint) in (typing.Union, types.UnionType):
        (inner,) = (part for part in get_args(hint) if part is not type(None))
        return hive_type(inner)
    if get_origin(hint) is list:
        return [hive_type(get_args(hint)[0])]
    if is_typeddict(hint):
        return {name: hive_type(inner) for name, inner in get_type_hints(hint).items()}
    return Any if get_origin(hint) is dict else SCALARS[hint]


def nested(kind: HiveType) -> Any:
    if kind.element is not None:
        return [nested(kind.element)]
    return {name: nested(inner) for name, inner in kind.fields.items()} if kind.name == "struct" else kind.name


@pytest.mark.parametrize(
    ("row", "table"),
    [
        (PostRow, "RawTweetsTable"),
        (PostRow, "PostsTable"),
        (PhotoRow, "PhotosTable"),
        (AnalysisRow, "AnalysesTable"),
    ],
)
def test_a_typed_row_has_the_columns_of_its_table(row, table):
    declared = table_input(table)
    columns = [*declared["StorageDescriptor"]["Columns"], *declared.get("PartitionKeys", [])]
    expected = {column["Name"]: nested(HiveType.parse(column["Type"])) for column in columns}
    for name, hint in get_type_hints(row).items():
        if hive_type(hint) is Any:
            expected[name] = Any

    assert {name: hive_type(hint) for name, hint in get_type_hints(row).items()} == expected
