"""The columns of the table `analyses` hold every field of today's five Rekognition answers."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import ListShape, StructureShape

from photolake.rows.schema import HiveType, TableSchema
from tests.fakes.rekognition import MODEL

_SCALARS = {
    "string": "string",
    "float": "double",
    "double": "double",
    "integer": "bigint",
    "long": "bigint",
    "boolean": "boolean",
}
# Of a human review workflow, which photolake does not set up; it would go to `unmapped`.
_NO_COLUMN = {"humanloopactivationoutput"}


def hive(shape: Any) -> HiveType:
    """The column type that holds an answer of this shape."""
    if isinstance(shape, StructureShape):
        return HiveType("struct", fields={name.lower(): hive(member) for name, member in shape.members.items()})
    if isinstance(shape, ListShape):
        return HiveType("array", element=hive(shape.member))
    return HiveType(_SCALARS[shape.type_name])


def answer_fields(operation: str) -> dict[str, HiveType]:
    return dict(hive(MODEL.operation_model(operation).output_shape).fields)


@pytest.mark.parametrize(
    "operation", ["DetectLabels", "DetectModerationLabels", "DetectText", "DetectFaces", "DetectCustomLabels"]
)
def test_image_labels_has_every_field_of_the_answer(analyses: TableSchema, operation: str) -> None:
    fields = {name: kind for name, kind in answer_fields(operation).items() if name not in _NO_COLUMN}
    fields.pop("imageproperties", None)

    assert {name: analyses.columns["image_labels"].fields.get(name) for name in fields} == fields


def test_the_celebrities_are_one_struct_of_their_whole_answer(analyses: TableSchema) -> None:
    assert analyses.columns["image_labels"].fields["celebrityrecognition"].fields == answer_fields(
        "RecognizeCelebrities"
    )


def test_image_properties_has_every_field_of_the_answer(analyses: TableSchema) -> None:
    assert analyses.columns["image_properties"] == answer_fields("DetectLabels")["imageproperties"]


def test_image_labels_has_no_field_that_no_answer_has(analyses: TableSchema) -> None:
    operations = ("DetectLabels", "DetectModerationLabels", "DetectText", "DetectFaces", "DetectCustomLabels")
    known = {name for operation in operations for name in answer_fields(operation)}

    assert set(analyses.columns["image_labels"].fields) - known == {"celebrityrecognition", "customlabelsmodel"}
