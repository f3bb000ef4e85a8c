"""Whatever is interrupted or throttled, and in whatever order: no photo is skipped, no response is bought twice."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.errors import RetryableError
from photolake.people.strategy import Strategy
from tests.builders.face_photos import PEOPLE, PaintedFace, draw_photo
from tests.fakes.face_rekognition import RefusedError
from tests.fakes.person_search import SearchWorld, name_matches

RIC = draw_photo(PaintedFace("ric"))
MAX_RUNS = 60

FACES = st.builds(PaintedFace, st.sampled_from(PEOPLE), st.just(0), st.just(0), st.just(30), st.integers(0, 9))


def name_colors(faces):
    return tuple(face.color for face in faces)


ALBUMS = st.lists(st.lists(FACES, max_size=3, unique_by=lambda one: one.color), max_size=7, unique_by=name_colors).map(
    lambda photos: {f"{number}.png": paint(faces) for number, faces in enumerate(photos)}
)
REFUSALS = ("ProvisionedThroughputExceededException", "ThrottlingException", "InternalServerError")
FAULTS = st.lists(st.sampled_from(["none", "none", "crash", "interrupt", *REFUSALS]), max_size=25)


class CrashError(Exception):
    """The process dies."""


def paint(faces):
    placed = (PaintedFace(face.person, 40 * at, 5, face.side, face.look) for at, face in enumerate(faces))
    return draw_photo(*placed, size=(130, 90))


class Faults:
    """Raises the next fault before each request that is billed."""

    def __init__(self, faults: list[str]) -> None:
        self._faults = iter(faults)
        self.is_interrupted = False

    def take(self, operation: str) -> None:
        fault = "none" if operation in FREE else next(self._faults, "none")
        if fault == "crash":
            raise CrashError
        if fault == "interrupt":
            raise KeyboardInterrupt
        if fault != "none":
            raise RefusedError(fault, 500 if fault == "InternalServerError" else 400)


FREE = ("CreateCollection", "DeleteFaces", "ListFaces")


def search_until_complete(world: SearchWorld, strategy: Strategy) -> Any:
    for _ in range(MAX_RUNS):
        try:
            findings = world.find(RIC, strategy)
        except (CrashError, KeyboardInterrupt, RetryableError):
            continue
        if not findings.busy:
            return findings
    pytest.fail(f"not complete after {MAX_RUNS} runs")


@pytest.mark.parametrize("strategy", list(Strategy))
@settings(max_examples=40)
@given(album=ALBUMS, faults=FAULTS, workers=st.sampled_from([1, 4]))
def test_no_photo_is_skipped_and_no_response_is_bought_twice(strategy, album, faults, workers):
    world = SearchWorld(album)
    world.workers = workers
    expected = SearchWorld(album).find(RIC, strategy)
    world.rekognition.before = Faults(faults).take

    findings = search_until_complete(world, strategy)

    assert name_matches(findings) == name_matches(expected)
    assert [photo.name for photo in findings.others] == [photo.name for photo in expected.others]
    assert [photo.name for photo in findings.faceless] == [photo.name for photo in expected.faceless]
    assert set(world.rekognition.bought.values()) == {1}


@settings(max_examples=40)
@given(album=ALBUMS, threshold=st.sampled_from([0, 50, 96, 98.5, 100]))
def test_both_strategies_find_the_same_photos(album, threshold):
    world = SearchWorld(album)
    by_compare, by_collection = (world.find(RIC, strategy, threshold=threshold) for strategy in Strategy)

    assert name_matches(by_compare) == name_matches(by_collection)
    assert [photo.name for photo in by_compare.faceless] == [photo.name for photo in by_collection.faceless]


@pytest.mark.parametrize("strategy", list(Strategy))
def test_a_crash_before_a_response_is_stored_buys_at_most_that_response_again(strategy):
    album = {f"{number}.png": paint([PaintedFace("ric", look=number)]) for number in range(6)}
    for place in itertools.count(1):
        world, calls = SearchWorld(album), itertools.count(1)
        world.workers = 1

        def crash(operation: str, place: int = place, calls: Any = calls) -> None:
            if operation not in FREE and next(calls) == place:
                raise CrashError

        world.rekognition.after = crash
        findings = search_until_complete(world, strategy)
        assert len(findings.matches) == len(album)
        twice = [what for what, count in world.rekognition.bought.items() if count > 1]
        # A collection knows by itself what it holds, so that an IndexFaces is not bought again.
        assert len(twice) <= 1
        assert "IndexFaces" not in [operation for operation, *_ in twice]
        if next(calls) <= place:
            return


def test_a_service_that_stays_busy_leaves_photos_for_the_next_run():
    album = {f"{number}.png": paint([PaintedFace("ric", look=number)]) for number in range(4)}
    world = SearchWorld(album)
    world.search(RIC).read_portrait()
    busy = "ProvisionedThroughputExceededException"

    def refuse(operation: str) -> None:
        if operation == "CompareFaces":
            raise RefusedError(busy)

    world.rekognition.before = refuse
    findings = world.find(RIC, Strategy.COMPARE)
    assert (len(findings.busy), findings.compared) == (4, 0)

    world.rekognition.before = lambda operation: None
    assert len(world.find(RIC, Strategy.COMPARE).matches) == 4
    assert set(world.rekognition.bought.values()) == {1}
