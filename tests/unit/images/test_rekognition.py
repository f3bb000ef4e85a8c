"""Requests about one image: which are sent, how often, and what an error of one means for the others."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from photolake.errors import RetryableError
from photolake.images.cache import PartialResults
from photolake.images.rekognition import ImageRequests, ImageResponses
from photolake.images.rekognition_apis import APIS, digest_requests, select_apis
from tests.fakes.dynamodb_table import FakeTable
from tests.fakes.rekognition import (
    CAT,
    CUSTOM_MODEL,
    DEFAULT_APIS,
    PERSON,
    TEXT,
    FakeRekognition,
    full_response,
    service_error,
)

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
IMAGE_ID = "ab" * 32


class Requester:
    """Sends the requests about one image, with a cache that outlives each run."""

    def __init__(self, rekognition: Any, names: Sequence[str] = DEFAULT_APIS, table: FakeTable | None = None) -> None:
        self.billed: list[str] = []
        self.table = table or FakeTable()
        cache: Any = self.table
        self.partial_results = PartialResults(cache, clock=lambda: NOW)
        self._requests = ImageRequests(
            rekognition, "lake", select_apis(names, CUSTOM_MODEL), self.partial_results, self.billed.append
        )

    def send(self) -> ImageResponses:
        """Send what has not been stored, and store the responses, as the analyzer does."""
        result = self._requests.send(IMAGE_ID, f"images/ab/{IMAGE_ID}.jpg", self.partial_results.load(IMAGE_ID))
        self.partial_results.store(IMAGE_ID, {api.digest: response for api, response in result.responses})
        return result


def responding(result: ImageResponses) -> list[str]:
    return [api.name for api, _ in result.responses]


def test_for_an_image_of_a_person_with_text_every_request_is_sent_once() -> None:
    rekognition = FakeRekognition([PERSON, TEXT])
    requester = Requester(rekognition)

    assert responding(requester.send()) == list(DEFAULT_APIS)
    assert set(rekognition.billed.values()) == {1}
    assert sorted(requester.billed) == sorted(DEFAULT_APIS)


def test_a_response_comes_without_its_http_metadata() -> None:
    ((_, response),) = Requester(FakeRekognition(), ["moderation"]).send().responses

    assert "ResponseMetadata" not in response


def test_for_an_image_of_a_cat_only_labels_and_moderation_are_requested() -> None:
    rekognition = FakeRekognition([CAT])

    assert responding(Requester(rekognition).send()) == ["labels", "moderation"]
    assert rekognition.billed == {"detect_labels": 1, "detect_moderation_labels": 1}


def test_without_labels_the_other_requests_are_sent_unconditionally() -> None:
    rekognition = FakeRekognition([CAT])

    assert responding(Requester(rekognition, ["text", "faces"]).send()) == ["text", "faces"]


def test_no_request_is_sent_if_no_api_is_selected() -> None:
    assert Requester(FakeRekognition(), []).send() == ImageResponses([], [], digest_requests([]))


def test_labels_and_moderation_are_requested_at_once_then_the_others() -> None:
    pairs = threading.Barrier(2)
    triples = threading.Barrier(3)

    class Meeting(FakeRekognition):
        def _call(self, method: str, request: dict[str, Any]) -> dict[str, Any]:
            (pairs if method in ("detect_labels", "detect_moderation_labels") else triples).wait(timeout=5)
            return super()._call(method, request)

    assert responding(Requester(Meeting()).send()) == list(DEFAULT_APIS)


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
def test_after_a_temporary_error_only_the_request_that_failed_is_sent_again(fault: Exception) -> None:
    rekognition = FakeRekognition(faults={"detect_faces": [fault]})
    requester = Requester(rekognition)

    with pytest.raises(RetryableError, match="faces: "):
        requester.send()
    assert sorted(requester.billed) == ["celebrities", "labels", "moderation", "text"]

    assert responding(requester.send()) == list(DEFAULT_APIS)
    assert set(rekognition.billed.values()) == {1}


def test_before_the_labels_are_known_no_gated_request_is_sent() -> None:
    rekognition = FakeRekognition([CAT], faults={"detect_labels": [service_error("ThrottlingException")]})
    requester = Requester(rekognition)

    with pytest.raises(RetryableError, match="labels: ThrottlingException"):
        requester.send()

    assert requester.billed == ["moderation"]
    assert responding(requester.send()) == ["labels", "moderation"]


def test_a_permanent_error_of_one_request_leaves_the_other_responses() -> None:
    rekognition = FakeRekognition(faults={"detect_faces": [service_error("ImageTooLargeException")]})

    result = Requester(rekognition).send()

    assert responding(result) == ["labels", "moderation", "text", "celebrities"]
    assert result.errors == [
        {"api": "faces", "code": "ImageTooLargeException", "message": "refused with ImageTooLargeException"}
    ]


def test_if_the_labels_fail_for_good_the_other_requests_are_still_sent() -> None:
    rekognition = FakeRekognition([CAT], faults={"detect_labels": [service_error("InvalidParameterException")]})

    result = Requester(rekognition).send()

    assert responding(result) == ["moderation", "text", "faces", "celebrities"]
    assert [error["api"] for error in result.errors] == ["labels"]


def test_a_response_to_another_request_of_an_api_is_not_reused() -> None:
    rekognition = FakeRekognition()
    requester = Requester(rekognition, ["labels"])
    requester.send()
    item = requester.table.items[f"partial#{IMAGE_ID}"]
    item["of an older version"] = item.pop(APIS["labels"].digest)

    assert responding(requester.send()) == ["labels"]
    assert rekognition.billed == {"detect_labels": 2}


def test_properties_are_all_that_is_bought_for_an_image_whose_labels_are_known() -> None:
    rekognition = FakeRekognition()
    first = Requester(rekognition, DEFAULT_APIS)
    first.send()

    result = Requester(rekognition, [*DEFAULT_APIS, "properties"], first.table).send()

    assert set(responding(result)) == {*DEFAULT_APIS, "properties"}
    assert rekognition.requests[-1][1]["Features"] == ["IMAGE_PROPERTIES"]
    assert rekognition.bought == dict.fromkeys([*DEFAULT_APIS, "properties"], 1)


def test_a_joint_request_is_kept_and_refused_as_its_apis() -> None:
    rekognition = FakeRekognition()
    joint = Requester(rekognition, ["labels", "properties"])
    joint.send()

    assert joint.billed == ["labels", "properties"]
    assert responding(Requester(rekognition, ["properties"], joint.table).send()) == ["properties"]
    assert responding(Requester(rekognition, ["labels"], joint.table).send()) == ["labels"]
    assert rekognition.bought == {"labels": 1, "properties": 1}
    refusing = FakeRekognition(faults={"detect_labels": [service_error("ImageTooLargeException")]})
    errors = Requester(refusing, ["labels", "properties"]).send().errors
    assert [(error["api"], error["code"]) for error in errors] == [
        ("labels", "ImageTooLargeException"),
        ("properties", "ImageTooLargeException"),
    ]


def test_partial_results_are_gzipped_in_one_item_that_expires_after_two_weeks() -> None:
    requester = Requester(FakeRekognition())
    requester.send()

    (item,) = requester.table.items.values()
    assert item.pop("id") == f"partial#{IMAGE_ID}"
    assert item.pop("expiration") == int((NOW + dt.timedelta(days=14)).timestamp())
    assert item.keys() == {APIS[name].digest for name in DEFAULT_APIS}
    assert all(body[:2] == b"\x1f\x8b" for body in item.values())


def test_a_response_with_a_hundred_faces_fits_an_item() -> None:
    requester = Requester(CrowdedRekognition(faces=100))
    requester.send()

    assert len(requester.table.items[f"partial#{IMAGE_ID}"][APIS["faces"].digest]) < 150_000


def test_a_response_too_large_for_an_item_is_still_returned() -> None:
    requester = Requester(CrowdedRekognition(faces=1000))

    assert "faces" in responding(requester.send())
    item = requester.table.items[f"partial#{IMAGE_ID}"]
    assert item.keys() - {"id", "expiration"} == {APIS[name].digest for name in DEFAULT_APIS if name != "faces"}


class WatchedTable(FakeTable):
    """Notes which responses each write has."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[set[str]] = []
        self.written = threading.Event()

    def update_item(self, **request: Any) -> None:
        names = {api.digest: name for name, api in APIS.items()}
        self.writes.append({names[digest] for digest in request["ExpressionAttributeNames"].values()})
        super().update_item(**request)
        self.written.set()


def send_watched(rekognition: Any, table: FakeTable) -> ImageResponses:
    cache: Any = table
    requests = ImageRequests(rekognition, "lake", select_apis(DEFAULT_APIS), PartialResults(cache), lambda api: None)
    return requests.send(IMAGE_ID, "key")


def test_the_first_round_is_stored_while_the_second_is_under_way() -> None:
    table = WatchedTable()

    class Waiting(FakeRekognition):
        def _call(self, method: str, request: dict[str, Any]) -> dict[str, Any]:
            assert method in ("detect_labels", "detect_moderation_labels") or table.written.wait(5)
            return super()._call(method, request)

    send_watched(Waiting(), table)

    assert table.writes == [{"labels", "moderation"}]


def test_nothing_is_stored_for_an_image_of_one_round() -> None:
    table = WatchedTable()
    send_watched(FakeRekognition([CAT]), table)

    assert table.writes == []


def test_what_is_there_is_stored_while_another_response_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photolake.images.rekognition.LATE_SECONDS", 0.2)
    table = WatchedTable()

    class Late(FakeRekognition):
        def _call(self, method: str, request: dict[str, Any]) -> dict[str, Any]:
            assert method != "detect_moderation_labels" or table.written.wait(5)
            return super()._call(method, request)

    assert responding(send_watched(Late(), table)) == list(DEFAULT_APIS)
    assert table.writes == [{"labels"}, {"moderation"}]


def test_after_an_error_all_that_was_bought_is_stored() -> None:
    table = WatchedTable()
    rekognition = FakeRekognition(faults={"detect_faces": [service_error("ThrottlingException")]})

    with pytest.raises(RetryableError):
        send_watched(rekognition, table)

    assert table.writes == [{"labels", "moderation"}, {"text", "celebrities"}]


def test_responses_that_cannot_be_stored_are_still_returned() -> None:
    class BrokenTable(FakeTable):
        def update_item(self, **item: Any) -> None:
            raise service_error("InternalServerError")

    assert responding(send_watched(FakeRekognition(), BrokenTable())) == list(DEFAULT_APIS)


class CrowdedRekognition(FakeRekognition):
    """Finds many faces, each with the 30 landmarks and the uneven numbers of a real one."""

    def __init__(self, faces: int) -> None:
        super().__init__()
        self._faces = faces

    def _respond(self, method: str, request: Mapping[str, Any]) -> dict[str, Any]:
        response = super()._respond(method, request)
        if method != "detect_faces":
            return response
        (face,) = full_response(method)["FaceDetails"]
        number = random.Random(0).random
        crowd = [
            {**face, "Landmarks": [{"Type": f"point{point}", "X": number(), "Y": number()} for point in range(30)]}
            for _ in range(self._faces)
        ]
        return {**response, "FaceDetails": crowd}


def test_a_model_that_is_not_running_delays_nothing_and_is_asked_again() -> None:
    names = ["labels", "custom_labels"]
    not_running = service_error("ResourceNotReadyException", "detect_custom_labels")
    rekognition = FakeRekognition([CAT], {"detect_custom_labels": [not_running]})
    requester = Requester(rekognition, names)

    early = requester.send()

    assert responding(early) == ["labels"]
    assert [error["code"] for error in early.errors] == ["ResourceNotReadyException"]
    assert early.digest == digest_requests(select_apis(["labels"]))
    later = requester.send()
    assert responding(later) == names
    assert later.digest == digest_requests(select_apis(names, CUSTOM_MODEL))
    assert rekognition.billed == {"detect_labels": 1, "detect_custom_labels": 1}


def test_bytes_are_sent_like_an_object_and_without_a_store() -> None:
    rekognition: Any = FakeRekognition([CAT])
    requests = ImageRequests(rekognition, "", select_apis(["labels", "faces"]), NoStore(), lambda api: None)

    assert responding(requests.send_image(IMAGE_ID, {"Bytes": b"image"})) == ["labels"]
    assert [request["Image"] for _, request in rekognition.requests] == [{"Bytes": b"image"}]


class NoStore:
    """Keeps no response."""

    def store(self, image_id: str, responses: object) -> None:
        pass


def test_an_image_costs_what_the_region_of_the_stack_asks() -> None:
    client: Any = FakeRekognition([PERSON, TEXT])
    store: Any = FakeTable()

    def price(region: str) -> int:
        apis, partial = select_apis(DEFAULT_APIS), PartialResults(store)
        return ImageRequests(client, "lake", apis, partial, lambda api: None, region).price()

    assert (price("us-east-1"), price("ap-northeast-1")) == (5_000, 6_500)
