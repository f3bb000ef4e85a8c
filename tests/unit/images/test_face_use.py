"""What is kept of faces and celebrities by the parameter FacesAndCelebrities."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.errors import SettingsError
from photolake.images.analyze import AnalysisResult
from photolake.images.face_use import FaceUse, read_face_use, reduce_response
from photolake.images.rekognition_apis import APIS, digest_requests, find_missing_apis, select_apis
from photolake.opensearch.document import image_document
from photolake.search.terms import list_analysis_terms
from tests.fakes.image_analysis import CrashError, Steps, World
from tests.fakes.rekognition import CAT, DEFAULT_APIS, PERSON, TEXT, FakeRekognition, full_response

if TYPE_CHECKING:
    from photolake.rows.schema import TableSchema

# Numbers and words that stand nowhere else, so that a search for them finds what came from a face.
MARKS = {"BoundingBox": 0.73011, "Landmarks": 0.73012, "Pose": -73.013, "Quality": 73.014, "AgeRange": 7317317}
NAMES = ("Ada Markworth", "www.markworth.example", "markworth-id")
TRACES = [*(str(mark).lstrip("-") for mark in MARKS.values()), *NAMES, "73015", "Landmarks", "Pose", "KnownGender"]
CONFIDENCE = 73.015


def face(low: int = 31, high: int = 31, gender: str = "Female", emotion: str = "HAPPY") -> dict[str, Any]:
    """A face as DetectFaces returns it, as far as the marks go."""
    box = dict.fromkeys(("Width", "Height", "Left", "Top"), MARKS["BoundingBox"])
    return {
        "BoundingBox": box,
        "AgeRange": {"Low": low, "High": high},
        "Gender": {"Value": gender, "Confidence": CONFIDENCE},
        "Emotions": [{"Type": "SAD", "Confidence": 1.5}, {"Type": emotion, "Confidence": CONFIDENCE}],
        "Landmarks": [{"Type": "nose", "X": MARKS["Landmarks"], "Y": MARKS["Landmarks"]}],
        "Pose": dict.fromkeys(("Roll", "Yaw", "Pitch"), MARKS["Pose"]),
        "Quality": {"Brightness": MARKS["Quality"], "Sharpness": MARKS["Quality"]},
        "EyeDirection": {"Yaw": MARKS["Pose"], "Pitch": MARKS["Pose"], "Confidence": CONFIDENCE},
        "Smile": {"Value": True, "Confidence": CONFIDENCE},
        "Confidence": CONFIDENCE,
    }


class Photograph(FakeRekognition):
    """A photo of two people, one of them famous, and a cat."""

    def _respond(self, method: str, request: Mapping[str, Any]) -> dict[str, Any]:
        box = {"BoundingBox": face()["BoundingBox"], "Confidence": CONFIDENCE}
        if method == "detect_labels":
            cat = {"BoundingBox": dict.fromkeys(("Width", "Height", "Left", "Top"), 0.25), "Confidence": 90.5}
            return {"Labels": [{**PERSON, "Instances": [box, box]}, {**CAT, "Instances": [cat]}, TEXT]}
        if method == "detect_faces":
            return {"FaceDetails": [face(), face(MARKS["AgeRange"], MARKS["AgeRange"], "Male", "CALM")]}  # type: ignore[arg-type]
        if method == "recognize_celebrities":
            name, url, number = NAMES
            famous = {"Name": name, "Urls": [url], "Id": number, "Face": face(), "KnownGender": {"Type": "Female"}}
            return {"CelebrityFaces": [{**famous, "MatchConfidence": CONFIDENCE}], "UnrecognizedFaces": [face()]}
        return full_response(method)


def photograph(analyses: TableSchema, face_use: FaceUse) -> World:
    world = World(analyses, Photograph(), Steps())
    world.face_use = face_use
    return world


def read_everything(world: World) -> str:
    """Every byte that was stored, as text: rows, kept responses, partial results, the search's rows and documents."""
    rows = [*world.rows, *world.sink.rows]
    searched: list[Any] = [[list_analysis_terms(row), image_document(row)] for row in rows]  # type: ignore[arg-type]
    return "\n".join(
        [json.dumps([rows, searched]), *map(repr, unpack(world.s3.objects)), *map(repr, unpack(world.cache.items))]
    )


def unpack(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield name
            yield from unpack(inner)
    elif isinstance(value, bytes):
        yield gzip.decompress(value) if value.startswith(b"\x1f\x8b") else value
    else:
        yield value


def find_traces(world: World) -> set[str]:
    stored = read_everything(world).casefold()
    return {trace for trace in TRACES if trace.casefold() in stored}


def test_in_full_every_trace_that_is_searched_for_is_stored(analyses: TableSchema) -> None:
    world = photograph(analyses, FaceUse.FULL)

    assert world.deliver() is AnalysisResult.ANALYZED
    assert find_traces(world) == {trace for trace in TRACES if trace != "73015"}
    assert str(CONFIDENCE) in read_everything(world)


@pytest.mark.parametrize("face_use", [FaceUse.AGGREGATE, FaceUse.OFF])
def test_no_byte_that_is_stored_has_a_box_landmark_age_or_name(analyses: TableSchema, face_use: FaceUse) -> None:
    world = photograph(analyses, face_use)

    assert world.deliver() is AnalysisResult.ANALYZED
    assert find_traces(world) == set()
    assert str(CONFIDENCE) not in read_everything(world)


def test_a_run_that_dies_at_any_step_leaves_no_trace_of_a_face_either(analyses: TableSchema) -> None:
    for step in range(1, 12):
        world = World(analyses, Photograph(), Steps(frozenset({step})))
        world.face_use = FaceUse.AGGREGATE
        for _ in range(3):
            try:
                world.deliver()
            except CrashError:
                continue
        assert find_traces(world) == set()


def test_the_counts_are_all_that_a_row_has_of_the_people(analyses: TableSchema) -> None:
    world = photograph(analyses, FaceUse.AGGREGATE)
    world.deliver()
    (row,) = world.rows

    assert row["face_counts"] == {
        "faces": 2,
        "celebrities": 1,
        "groups": [
            {"age_band": "25-34", "gender": "Female", "emotion": "HAPPY", "faces": 1},
            {"age_band": "65 and over", "gender": "Male", "emotion": "CALM", "faces": 1},
        ],
    }
    labels = row["image_labels"]
    assert (labels["facedetails"], labels["celebrityrecognition"]) == (
        [],
        {"celebrityfaces": [], "unrecognizedfaces": []},
    )
    assert [(label["name"], len(label["instances"])) for label in labels["labels"]] == [
        ("Person", 0),
        ("Cat", 1),
        ("Text", 0),
    ]
    assert world.rekognition.bought == dict.fromkeys(DEFAULT_APIS, 1)


def test_off_buys_neither_faces_nor_celebrities(analyses: TableSchema) -> None:
    world = photograph(analyses, FaceUse.OFF)
    world.deliver()
    (row,) = world.rows

    assert world.rekognition.bought == dict.fromkeys(set(DEFAULT_APIS) - {"faces", "celebrities"}, 1)
    assert row["face_counts"] is None
    assert row["image_labels"].keys().isdisjoint({"facedetails", "celebrityrecognition"})


@pytest.mark.parametrize("face_use", [FaceUse.AGGREGATE, FaceUse.OFF])
def test_an_analysis_in_full_is_reduced_later_without_a_purchase(analyses: TableSchema, face_use: FaceUse) -> None:
    world = photograph(analyses, FaceUse.FULL)
    world.deliver()
    bought = dict(world.rekognition.bought)
    world.face_use = face_use
    old, world.rows = world.rows, []
    world.sink.rows.clear()
    world.cache.items.clear()  # partial results expire after 14 days

    assert world.deliver() is AnalysisResult.ANALYZED
    assert world.rekognition.bought == bought
    assert find_traces(world) == set(), "the kept responses were rewritten, and the new row is reduced"
    assert len(old) == len(world.rows) == 1


def test_back_in_full_only_what_was_reduced_is_bought_again(analyses: TableSchema) -> None:
    world = photograph(analyses, FaceUse.AGGREGATE)
    world.deliver()
    world.face_use = FaceUse.FULL
    world.deliver()

    twice = {"labels": 2, "faces": 2, "celebrities": 2}
    assert world.rekognition.bought == dict.fromkeys(DEFAULT_APIS, 1) | twice


REDUCED = {"labels", "faces", "celebrities"}


@pytest.mark.parametrize(
    ("before", "now", "missing"),
    [
        *((use, use, None) for use in FaceUse),
        (FaceUse.FULL, FaceUse.AGGREGATE, set()),
        (FaceUse.FULL, FaceUse.OFF, set()),
        (FaceUse.AGGREGATE, FaceUse.OFF, set()),  # its counts go, and nothing is bought
        (FaceUse.AGGREGATE, FaceUse.FULL, REDUCED),
        (FaceUse.OFF, FaceUse.AGGREGATE, {"faces", "celebrities"}),
        (FaceUse.OFF, FaceUse.FULL, REDUCED),
    ],
)
def test_backfill_knows_what_a_change_of_the_parameter_costs(
    analyses: TableSchema, before: FaceUse, now: FaceUse, missing: AbstractSet[str] | None
) -> None:
    digest = digest_requests(select_apis(DEFAULT_APIS, "", before))
    found = find_missing_apis(DEFAULT_APIS, digest, "", now)
    assert found == missing

    world = photograph(analyses, before)
    world.deliver()
    bought = world.rekognition.bought.copy()
    world.face_use = now
    world.deliver()
    assert set(world.rekognition.bought - bought) == (missing or set())


def test_an_image_with_an_unknown_digest_lacks_every_api() -> None:
    assert find_missing_apis(["labels", "faces"], "0" * 16, "", FaceUse.OFF) == frozenset({"labels"})


@given(
    st.lists(st.sampled_from([face(), face(5, 9), face(64, 64, "Male"), face(20, 28, "Male", "SAD"), {}]), max_size=6)
)
def test_the_order_of_faces_does_not_matter_and_every_face_is_counted(faces: list[dict[str, Any]]) -> None:
    reduced = reduce_response("faces", {"FaceDetails": faces})
    counts = reduced["face_counts"]

    assert reduced == reduce_response("faces", {"FaceDetails": faces[::-1]})
    assert counts["faces"] == len(faces) == sum(group["faces"] for group in counts["groups"])


def test_the_parameter_is_one_of_three_words() -> None:
    assert [read_face_use(word) for word in ("full", "aggregate", "off")] == list(FaceUse)
    with pytest.raises(SettingsError, match="FacesAndCelebrities='false' is not one of full, aggregate, off"):
        read_face_use("false")


def test_requests_of_reduced_apis_have_digests_of_their_own() -> None:
    digests = {digest_requests(select_apis(APIS.keys() - {"custom_labels"}, "", use)) for use in FaceUse}

    assert len(digests) == len(FaceUse)
