"""The document of an image, and the mapping that has to take it."""

from __future__ import annotations

import types
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from photolake.opensearch.document import ImageDocument, image_document
from photolake.opensearch.index import index_definition
from tests.builders.image_documents import car_document, car_row

FILLED_BY_THE_MAPPING = {"label", "text", "celebrity", "moderation_label", "entity", "post_text", "words"}
SCALARS = {
    str: {"keyword", "text", "date"},
    int: {"integer"},
    float: {"float"},
}


def test_the_whole_document_of_a_car() -> None:
    assert image_document(car_row()) == car_document()


def row(**columns: Any) -> Any:
    return {**car_row(), **columns}


def test_the_row_is_not_changed() -> None:
    unchanged = car_row()

    image_document(unchanged)

    assert unchanged == car_row()


def test_an_image_about_which_nothing_is_known_has_an_empty_document() -> None:
    document = image_document(row(image_labels=None, image_properties=None, errors=[]))

    empty: Any = {"failed_apis": [], "colors": [], "labels": [], "text_lines": [], "celebrities": [], "moderation": []}
    assert document == {**car_document(), **empty, "faces": None}


def test_faces_that_were_looked_for_and_not_found_are_counted_as_none() -> None:
    faces = image_document(row(image_labels={"facedetails": []}))["faces"]

    assert faces == {"count": 0, "ages": [], "genders": [], "emotions": []}


def test_nulls_within_a_response_do_not_stop_it() -> None:
    labels = {"labels": [None, {"name": "Cat"}], "facedetails": [{"agerange": None, "gender": None, "emotions": None}]}

    document = image_document(row(image_labels=labels))

    assert [label["name"] for label in document["labels"]] == ["Cat"]
    assert document["faces"] == {"count": 1, "ages": [], "genders": [], "emotions": []}


def test_every_field_of_the_mapping_is_a_key_of_the_document_and_the_other_way_round() -> None:
    properties = dict(index_definition()["mappings"]["properties"])
    for name in FILLED_BY_THE_MAPPING:
        del properties[name]

    assert differences(ImageDocument, properties) == []


def test_every_field_that_the_mapping_fills_is_filled_from_another() -> None:
    assert copied_to(index_definition()["mappings"]) == FILLED_BY_THE_MAPPING


def differences(document: Any, properties: dict[str, Any], place: str = "") -> list[str]:
    """Where the types of a document and a mapping disagree."""
    hints = get_type_hints(document)
    found = [f"{place}{name}" for name in hints.keys() ^ properties.keys()]
    for name in hints.keys() & properties.keys():
        kind = element_type(hints[name])
        field = properties[name]
        if is_typeddict(kind) and "properties" in field:
            found += differences(kind, field["properties"], f"{place}{name}.")
        elif field["type"] not in SCALARS.get(kind, {"integer_range"}):
            found.append(f"{place}{name} is {field['type']}")
    return found


def element_type(hint: Any) -> Any:
    """The type without `| None`, `list[]` and `Required[]`."""
    if get_origin(hint) in {Union, types.UnionType}:
        [hint] = [each for each in get_args(hint) if each is not type(None)]
    return element_type(get_args(hint)[0]) if get_args(hint) else hint


def copied_to(field: dict[str, Any]) -> set[str]:
    targets = set(field.get("copy_to", []))
    return targets.union(*(copied_to(inner) for inner in field.get("properties", {}).values()))
