from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from photolake.errors import RetryableError
from photolake.images.partial_results import Partials
from photolake.images.rekognition import Answers, ApiError, ImageQuestions
from photolake.images.rekognition_apis import chosen
from tests.fakes.dynamodb_table import FakeTable
from tests.fakes.rekognition import CAT, PERSON, TEXT, FakeRekognition, answer_of, service_error

FIVE = ("labels", "moderation", "text", "faces", "celebrities")
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
IMAGE_ID = "ab" * 32


class Asked:
    """Questions about one image, over a cache that outlives each run."""

    def __init__(self, rekognition: Any, names: Sequence[str] = FIVE, table: FakeTable | None = None) -> None:
        self.bought: list[str] = []
        self.table = table or FakeTable()
        cache: Any = self.table
        partials = Partials(cache, clock=lambda: NOW)
        self._questions = ImageQuestions(rekognition, "lake", partials, chosen(names), self.bought.append)

    def ask(self) -> Answers:
        return self._questions.ask(IMAGE_ID, f"images/ab/{IMAGE_ID}.jpg")


def answered(answers: Answers) -> list[str]:
    return [api.name for api, _ in answers.given]


def test_an_image_of_a_person_with_text_is_asked_everything_once() -> None:
    rekognition = FakeRekognition([PERSON, TEXT])
    asked = Asked(rekognition)

    assert answered(asked.ask()) == list(FIVE)
    assert set(rekognition.answered.values()) == {1}
    assert sorted(asked.bought) == sorted(FIVE)


def test_an_image_of_a_cat_is_asked_for_labels_and_moderation_only() -> None:
    rekognition = FakeRekognition([CAT])

    assert answered(Asked(rekognition).ask()) == ["labels", "moderation"]
    assert rekognition.answered == {"detect_labels": 1, "detect_moderation_labels": 1}


def test_without_labels_the_other_questions_are_asked_unconditionally() -> None:
    rekognition = FakeRekognition([CAT])

    assert answered(Asked(rekognition, ["text", "faces"]).ask()) == ["text", "faces"]


def test_no_question_is_asked_where_none_is_wanted() -> None:
    assert Asked(FakeRekognition(), []).ask() == Answers([], [])


def test_labels_and_moderation_are_asked_at_once_and_so_are_the_others() -> None:
    pairs = threading.Barrier(2)
    triples = threading.Barrier(3)

    class Meeting(FakeRekognition):
        def _call(self, method: str, request: dict[str, Any]) -> dict[str, Any]:
            (pairs if method in ("detect_labels", "detect_moderation_labels") else triples).wait(timeout=5)
            return super()._call(method, request)

    assert answered(Asked(Meeting()).ask()) == list(FIVE)


@pytest.mark.parametrize(
    "fault",
    [
        service_error("ProvisionedThroughputExceededException"),
        service_error("ThrottlingException"),
        service_error("InternalServerError"),
        service_error("AccessDeniedException"),
        service_error("InvalidS3ObjectException"),
        ReadTimeoutError(endpoint_url="https://rekognition"),
        EndpointConnectionError(endpoint_url="https://rekognition"),
    ],
    ids=str,
)
def test_after_a_passing_fault_only_the_api_that_failed_is_asked_again(fault: Exception) -> None:
    rekognition = FakeRekognition(faults={"detect_faces": [fault]})
    asked = Asked(rekognition)

    with pytest.raises(RetryableError, match="faces: "):
        asked.ask()
    assert sorted(asked.bought) == ["celebrities", "labels", "moderation", "text"]

    assert answered(asked.ask()) == list(FIVE)
    assert set(rekognition.answered.values()) == {1}


def test_while_the_labels_may_still_come_nothing_that_they_might_spare_is_bought() -> None:
    rekognition = FakeRekognition([CAT], faults={"detect_labels": [service_error("ThrottlingException")]})
    asked = Asked(rekognition)

    with pytest.raises(RetryableError, match="labels: ThrottlingException"):
        asked.ask()

    assert asked.bought == ["moderation"]
    assert answered(asked.ask()) == ["labels", "moderation"]


def test_a_permanent_refusal_is_an_error_beside_the_other_answers() -> None:
    rekognition = FakeRekognition(faults={"detect_faces": [service_error("ImageTooLargeException")]})

    answers = Asked(rekognition).ask()

    assert answered(answers) == ["labels", "moderation", "text", "celebrities"]
    assert answers.errors == [ApiError("faces", "ImageTooLargeException", "refused with ImageTooLargeException")]


def test_when_the_labels_are_refused_for_good_the_other_questions_are_asked_all_the_same() -> None:
    rekognition = FakeRekognition([CAT], faults={"detect_labels": [service_error("InvalidParameterException")]})

    answers = Asked(rekognition).ask()

    assert answered(answers) == ["moderation", "text", "faces", "celebrities"]
    assert [error.api for error in answers.errors] == ["labels"]


def test_answers_to_another_request_are_not_reused_but_all_the_others_are() -> None:
    rekognition = FakeRekognition()
    first = Asked(rekognition, FIVE)
    first.ask()

    answers = Asked(rekognition, [*FIVE, "properties"], first.table).ask()

    assert answered(answers) == list(FIVE)
    assert "ImageProperties" in answers.given[0][1]
    assert rekognition.answered == {
        "detect_labels": 2,
        "detect_moderation_labels": 1,
        "detect_text": 1,
        "detect_faces": 1,
        "recognize_celebrities": 1,
    }


def test_a_kept_answer_is_a_small_gzipped_item_that_expires_after_two_weeks() -> None:
    asked = Asked(FakeRekognition())
    asked.ask()

    assert {key: item["expiration"] for key, item in asked.table.items.items()} == {
        f"partial#{IMAGE_ID}#{name}": int((NOW + dt.timedelta(days=14)).timestamp()) for name in FIVE
    }
    assert all(item["body"][:2] == b"\x1f\x8b" for item in asked.table.items.values())


def test_an_answer_with_a_hundred_faces_fits_an_item() -> None:
    asked = Asked(CrowdedRekognition(faces=100))
    asked.ask()

    assert len(asked.table.items[f"partial#{IMAGE_ID}#faces"]["body"]) < 150_000


def test_an_answer_too_large_for_an_item_still_reaches_the_row() -> None:
    asked = Asked(CrowdedRekognition(faces=1000))

    assert "faces" in answered(asked.ask())
    assert f"partial#{IMAGE_ID}#faces" not in asked.table.items


def test_an_answer_that_cannot_be_kept_still_reaches_the_row() -> None:
    class BrokenTable(FakeTable):
        def put_item(self, **item: Any) -> None:
            raise service_error("InternalServerError")

    rekognition = FakeRekognition()

    assert answered(Asked(rekognition, FIVE, BrokenTable()).ask()) == list(FIVE)


class CrowdedRekognition(FakeRekognition):
    """Finds many faces, each with the 30 landmarks and the uneven numbers of a real one."""

    def __init__(self, faces: int) -> None:
        super().__init__()
        self._faces = faces

    def _answer(self, method: str, request: Mapping[str, Any]) -> dict[str, Any]:
        answer = super()._answer(method, request)
        if method != "detect_faces":
            return answer
        (face,) = answer_of(method)["FaceDetails"]
        number = random.Random(0).random
        crowd = [
            {**face, "Landmarks": [{"Type": f"point{point}", "X": number(), "Y": number()} for point in range(30)]}
            for _ in range(self._faces)
        ]
        return {**answer, "FaceDetails": crowd}
