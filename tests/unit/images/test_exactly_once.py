"""Whatever fails, and however often: one analysis per image, no response bought twice, nothing lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.images.analyze import AnalysisResult
from photolake.images.rekognition_apis import APIS, select_apis
from photolake.images.responses import KeptResponses
from tests.fakes.image_analysis import IMAGE_ID, MAX_DELIVERIES, STORED, Steps, World, deliver_until_done
from tests.fakes.rekognition import DEFAULT_APIS, PERSON, TEXT, FakeRekognition, service_error

if TYPE_CHECKING:
    from photolake.rows.schema import TableSchema

METHODS = {api.method for api in select_apis(DEFAULT_APIS)}


def distinct(rows: list[Mapping[str, Any]]) -> set[tuple[str, str]]:
    return {(row["dt"], row["image_id"]) for row in rows}


passing = st.sampled_from(["ThrottlingException", "InternalServerError", "AccessDeniedException"])
faults = st.dictionaries(st.sampled_from(sorted(METHODS)), st.lists(passing, min_size=1, max_size=4))
moments = st.frozensets(st.integers(min_value=1, max_value=20), max_size=8)


@settings(max_examples=150, deadline=None)
@given(failing=faults, refused=st.frozensets(st.sampled_from(sorted(METHODS))), before=moments, after=moments)
def test_any_errors_and_crashes_end_in_one_analysis_and_nothing_is_bought_twice(
    analyses: TableSchema,
    failing: dict[str, list[str]],
    refused: frozenset[str],
    before: frozenset[int],
    after: frozenset[int],
) -> None:
    rekognition = FakeRekognition(
        [PERSON, TEXT],
        faults={
            method: [
                *(service_error(code, method) for code in failing.get(method, [])),
                *([service_error("ImageTooLargeException", method)] * MAX_DELIVERIES if method in refused else []),
            ]
            for method in METHODS
        },
    )
    world = World(analyses, rekognition, Steps(before, after))

    deliver_until_done(world)

    assert distinct(world.rows) == distinct(world.sink.rows) == {("2026-11-19", IMAGE_ID)}
    assert rekognition.billed == dict.fromkeys(METHODS - refused, 1)
    assert world.image.state == "done"
    for row in world.rows:
        assert len(row["errors"]) == len(refused)
        assert row["unmapped"] is None or "humanloop" in row["unmapped"]


@pytest.mark.parametrize("step", range(1, 7))
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_at_any_single_step_costs_nothing_but_a_retry(analyses: TableSchema, step: int, moment: str) -> None:
    rekognition = FakeRekognition([PERSON, TEXT])
    world = World(analyses, rekognition, Steps(**{moment: frozenset({step})}))

    deliver_until_done(world)

    assert distinct(world.rows) == distinct(world.sink.rows) == {("2026-11-19", IMAGE_ID)}
    assert set(rekognition.billed.values()) == {1}


def test_a_finished_image_is_not_analysed_again_by_a_repeated_message(analyses: TableSchema) -> None:
    world = World(analyses, FakeRekognition([PERSON, TEXT]), Steps())

    assert [world.deliver(), world.deliver()] == [AnalysisResult.ANALYZED, AnalysisResult.SAVED]
    assert len(world.rows) == 1
    assert len(world.rekognition.requests) == 5


def test_an_image_over_the_budget_waits_and_costs_nothing(analyses: TableSchema) -> None:
    world = World(analyses, FakeRekognition(), Steps(), budget=0)

    assert world.deliver() is AnalysisResult.WAITING
    assert world.image.state == "waiting"
    assert (world.rows, world.rekognition.requests) == ([], [])


def test_a_retry_takes_no_second_unit_of_the_budget(analyses: TableSchema) -> None:
    rekognition = FakeRekognition([PERSON, TEXT], faults={"detect_faces": [service_error("ThrottlingException")] * 3})
    world = World(analyses, rekognition, Steps(), budget=1)

    deliver_until_done(world)

    assert world.units == 1


def test_an_image_done_with_other_requests_buys_only_what_is_new(analyses: TableSchema) -> None:
    world = World(analyses, FakeRekognition([PERSON, TEXT]), Steps())
    world.image = replace(STORED, state="done", request_digest="others")
    KeptResponses(world.s3, "lake").store(IMAGE_ID, [(APIS["faces"], {"FaceDetails": []})], {})  # type: ignore[arg-type]

    assert world.deliver() is AnalysisResult.ANALYZED
    assert world.rekognition.billed.keys() == METHODS - {"detect_faces"}
    assert world.rows[0]["image_labels"]["facedetails"] == []


def test_the_row_has_the_error_of_one_api_and_the_responses_of_the_others(analyses: TableSchema) -> None:
    error = service_error("InvalidImageFormatException", "detect_text")
    world = World(analyses, FakeRekognition([PERSON, TEXT], faults={"detect_text": [error]}), Steps())

    world.deliver()

    (row,) = world.rows
    assert row["errors"] == [
        {
            "api": "text",
            "code": "InvalidImageFormatException",
            "message": "refused with InvalidImageFormatException",
        }
    ]
    assert "facedetails" in row["image_labels"]
    assert "textdetections" not in row["image_labels"]
