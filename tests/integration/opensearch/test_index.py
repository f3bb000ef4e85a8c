"""The search index: documents merged into it, whoever writes at the same time and whatever fails."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.errors import PhotolakeError, RetryableError
from photolake.opensearch.index import ImageIndex, RejectedDocument, index_definition
from photolake.opensearch.sink import OpenSearchSink, connect_sinks
from photolake.photos.job import PostSummary
from tests.builders.image_documents import CAR_ID, car_document, car_row, photo_document
from tests.fakes.opensearch_server import FakeOpenSearch

NAME = "photolake-images-v1"
NEWER: Any = {**car_document(), "analyzed_at": "2026-12-24T00:00:00.000Z", "colors": ["blue"]}
SHOWN: Any = {"image_id": CAR_ID, "photos": [photo_document()]}


def sink_of(index: ImageIndex, rejected: list[RejectedDocument] | None = None) -> OpenSearchSink:
    """The sink of an index; rejected documents are kept, and no deletion is postponed."""
    kept = [] if rejected is None else rejected
    return OpenSearchSink(index._client, index, kept.append, lambda tweetid, reason: pytest.fail(reason))


def put_rows(index: ImageIndex, *rows: Any) -> list[RejectedDocument]:
    rejected: list[RejectedDocument] = []
    sink = sink_of(index, rejected)
    for row in rows:
        sink.put(row)
    return rejected


def test_an_analysis_becomes_a_document(domain: FakeOpenSearch, index: ImageIndex) -> None:
    assert put_rows(index, car_row()) == []

    assert domain.sources(NAME) == {CAR_ID: car_document()}


def test_the_index_is_created_with_its_mapping_and_alias_when_the_first_document_comes(
    domain: FakeOpenSearch, index: ImageIndex
) -> None:
    put_rows(index, car_row())

    assert domain.indexes == {NAME: {**index_definition(), "aliases": {"photolake-images": {}}}}
    assert [request[:2] for request in domain.requests] == [
        ("POST", f"/{NAME}/_mget"),
        ("HEAD", "/photolake-images"),
        ("PUT", f"/{NAME}"),
        ("POST", f"/{NAME}/_bulk"),
    ]


def test_an_index_of_a_newer_mapping_does_not_take_the_alias(domain: FakeOpenSearch, index: ImageIndex) -> None:
    domain.respond("PUT", "photolake-images-v0", b'{"aliases": {"photolake-images": {}}}')

    put_rows(index, car_row())

    assert domain.aliases == {"photolake-images": "photolake-images-v0"}
    assert domain.sources(NAME) == {CAR_ID: car_document()}


def test_two_workers_may_create_the_index_at_once(domain: FakeOpenSearch, index: ImageIndex) -> None:
    assert index.create()
    assert not index.create()


def test_an_analysis_delivered_again_is_not_written_again(domain: FakeOpenSearch, index: ImageIndex) -> None:
    put_rows(index, car_row())
    domain.requests.clear()

    put_rows(index, car_row(), car_row())

    assert [path for _, path, _ in domain.requests] == [f"/{NAME}/_mget"] * 2


def test_an_older_analysis_that_comes_late_changes_nothing(domain: FakeOpenSearch, index: ImageIndex) -> None:
    index.put([NEWER])
    index.put([car_document()])

    assert domain.sources(NAME) == {CAR_ID: NEWER}


def test_photos_and_analysis_of_an_image_come_in_any_order(domain: FakeOpenSearch, index: ImageIndex) -> None:
    index.put([SHOWN])
    index.put([car_document()])
    assert domain.sources(NAME) == {CAR_ID: {**car_document(), **SHOWN}}

    index.put([{"image_id": CAR_ID, "photos": [photo_document("8:1")]}])
    photos = domain.sources(NAME)[CAR_ID]["photos"]
    assert [photo["source_key"] for photo in photos] == ["8:1", "7:1"]


def test_documents_of_one_image_in_one_batch_are_one_document(domain: FakeOpenSearch, index: ImageIndex) -> None:
    assert index.put([SHOWN, NEWER, car_document()]) == []

    assert domain.sources(NAME) == {CAR_ID: {**NEWER, **SHOWN}}


@pytest.mark.parametrize("before", [[], ["6:1"]])
def test_what_another_worker_writes_in_between_is_kept(
    domain: FakeOpenSearch, index: ImageIndex, before: list[str]
) -> None:
    index.create()
    index.put({"image_id": CAR_ID, "photos": [photo_document(key)]} for key in before)

    def write_in_between() -> None:
        domain.before_write = lambda: None
        write_as_another(domain, {"image_id": CAR_ID, "photos": [photo_document(key) for key in ("7:1", *before)]})

    domain.before_write = write_in_between
    index.put([car_document()])

    stored = domain.sources(NAME)[CAR_ID]
    assert [photo["source_key"] for photo in stored.pop("photos")] == ["7:1", *before]
    assert stored == car_document()


def write_as_another(domain: FakeOpenSearch, document: Any) -> None:
    old = domain.documents[NAME].get(CAR_ID)
    condition = {"if_seq_no": old["_seq_no"], "if_primary_term": 1} if old else {}
    action = {("index" if old else "create"): {"_id": CAR_ID, **condition}}
    body = f"{json.dumps(action)}\n{json.dumps(document)}\n".encode()
    assert not domain.respond("POST", f"{NAME}/_bulk", body)[1]["errors"]


def test_many_documents_are_written_in_requests_that_a_small_domain_takes(
    domain: FakeOpenSearch, index: ImageIndex
) -> None:
    text = "é" * 2_000
    documents: list[Any] = [
        {"image_id": f"{number}", "photos": [photo_document(f"{photo}:1", text=text) for photo in range(40)]}
        for number in range(201)
    ]

    assert index.put(documents) == []

    assert domain.sources(NAME).keys() == {document["image_id"] for document in documents}
    sizes = [int(headers["Content-Length"]) for _, path, headers in domain.requests if path.endswith("_bulk")]
    assert len(sizes) > 2
    assert max(sizes) <= 5 * 1024 * 1024


def test_a_document_that_others_never_stop_writing_is_tried_again_later(
    domain: FakeOpenSearch, index: ImageIndex
) -> None:
    index.create()
    domain.item_troubles.extend([409] * 12)

    with pytest.raises(RetryableError, match=f"others keep writing the documents {CAR_ID}"):
        index.put([car_document()])


def test_a_rejected_document_is_reported_and_the_others_are_stored(domain: FakeOpenSearch, index: ImageIndex) -> None:
    misfit: Any = {"image_id": "misfit", "mood": "warm"}

    rejected = index.put([misfit, car_document()])

    reason = "mapping set to strict, dynamic introduction of [mood] within [_doc] is not allowed"
    assert rejected == [RejectedDocument("misfit", f"strict_dynamic_mapping_exception: {reason}")]
    assert domain.sources(NAME) == {CAR_ID: car_document()}


def test_a_sink_reports_a_rejected_document_and_lets_its_image_go_on(domain: FakeOpenSearch, index: ImageIndex) -> None:
    index.create()
    domain.item_troubles.append(400)

    assert put_rows(index, car_row()) == [RejectedDocument(CAR_ID, "trouble: of its own")]
    assert domain.sources(NAME) == {}


@pytest.mark.parametrize("status", [429, 503])
def test_a_document_that_is_not_taken_now_is_tried_again_later(
    domain: FakeOpenSearch, index: ImageIndex, status: int
) -> None:
    index.create()
    domain.item_troubles.append(status)

    with pytest.raises(RetryableError, match=f"does not store {CAR_ID}"):
        index.put([car_document()])


def test_a_mapping_that_the_domain_refuses_is_an_error_with_its_words(
    domain: FakeOpenSearch, index: ImageIndex
) -> None:
    domain.troubles.extend([404, 400])

    with pytest.raises(PhotolakeError, match=r"does not create photolake-images-v1: .*of its own"):
        index.create()


@settings(max_examples=40)
@given(st.data())
def test_any_troubles_end_in_the_same_documents_once_everything_is_delivered(data: st.DataObject) -> None:
    arrivals: list[Any] = [car_document(), NEWER, SHOWN, {"image_id": "2", "photos": [photo_document("9:2")]}]
    troubles: st.SearchStrategy[list[int | str]] = st.lists(st.sampled_from([429, 503, "cut", 403]), max_size=4)
    with FakeOpenSearch() as domain:
        index = ImageIndex(domain.connect(), "photolake-images")
        for document in data.draw(st.permutations(arrivals)):
            domain.troubles.extend(data.draw(troubles))
            deliver_until_stored(index, document)

        assert domain.sources(NAME) == {CAR_ID: {**NEWER, **SHOWN}, "2": arrivals[3]}


def deliver_until_stored(index: ImageIndex, document: Any) -> None:
    while True:
        try:
            assert index.put([document]) == []
        except RetryableError:
            continue
        return


def test_a_photo_of_a_post_and_a_dropped_one_are_found_by_what_is_known_of_them(
    domain: FakeOpenSearch, index: ImageIndex
) -> None:
    sink = sink_of(index)
    post = PostSummary("7", "Meine neue Straße nach Málaga", [{"text": "Málaga", "type": "LOCATION", "score": 0.9}])
    posted: Any = {
        "origin": "post",
        "source_key": "7:1",
        "source_platform": "x",
        "tweetid": 7,
        "image_id": CAR_ID,
        "dt": "2026-11-20",
        "collected_at": "2026-11-20T11:00:00.000Z",
        "alt_text": "a red roadster",
    }
    dropped: Any = {
        "origin": "dropped",
        "source_key": "s3://lake/images/dropped/holiday/my car.jpg",
        "image_id": CAR_ID,
        "dt": "2026-11-19",
        "collected_at": "2026-11-19T09:00:00.000Z",
    }
    no_image: Any = {**dropped, "image_id": None}

    sink.put_photo(posted, post)
    sink.put_photo(dropped)
    sink.put_photo(no_image)

    nothing: Any = {
        "source_platform": None,
        "tweetid": None,
        "id_str": None,
        "text": None,
        "alt_text": None,
        "entities": [],
    }
    fields = {name: dropped[name] for name in ("source_key", "origin", "dt", "collected_at")}
    assert domain.sources(NAME) == {
        CAR_ID: {
            "image_id": CAR_ID,
            "photos": [photo_document(), {**fields, **nothing, "entities": [], "name": "my car.jpg"}],
        }
    }


def test_a_job_of_before_jobs_had_the_post_gives_its_number(domain: FakeOpenSearch, index: ImageIndex) -> None:
    row: Any = {"origin": "post", "source_key": "7:1", "tweetid": 7, "image_id": CAR_ID, "dt": "2026-11-20"}

    sink_of(index).put_photo(row)

    [photo] = domain.sources(NAME)[CAR_ID]["photos"]
    assert (photo["tweetid"], photo["id_str"], photo["text"], photo["name"]) == ("7", None, None, None)


def test_without_an_endpoint_there_is_no_sink_and_no_need_of_credentials() -> None:
    unused: Any = None

    assert connect_sinks("", "photolake-images", unused, unused, unused) == []


def test_a_sink_logs_and_counts_what_is_rejected_without_saying_what_is_in_it(domain: FakeOpenSearch) -> None:
    logger, metrics = Recorder(), Recorder()
    session = boto3.Session("AKIDEXAMPLE", "secret", region_name="eu-west-1")
    [sink] = connect_sinks(domain.url, "photolake-images", session, logger, metrics)  # type: ignore[arg-type]
    sink.index.create()
    told = "failed to parse field [photos.dt] of type [date] in document with id '1'"
    reason = f"{told}. Preview of field's value: 'secret'"
    domain.item_troubles.append({"type": "mapper_parsing_exception", "reason": reason})

    sink.put(car_row())

    assert metrics.calls == [("SearchDocumentsRejected", "Count", 1)]
    assert logger.calls == [("search document rejected", CAR_ID, f"mapper_parsing_exception: {told}")]


def test_a_deleted_post_is_forgotten_with_the_image_that_only_it_shows(
    domain: FakeOpenSearch, index: ImageIndex
) -> None:
    sink = sink_of(index)
    sink.forget_post(7)  # there is no index yet
    index.put([{"image_id": "shared", "photos": [photo_document("7:1"), photo_document("8:1")]}, SHOWN])

    sink.forget_post(7)

    assert domain.sources(NAME) == {"shared": {"image_id": "shared", "photos": [photo_document("8:1")]}}


def test_a_domain_in_trouble_does_not_hold_up_the_sources_and_the_deletion_is_counted(domain: FakeOpenSearch) -> None:
    logger, metrics = Recorder(), Recorder()
    session = boto3.Session("AKIDEXAMPLE", "secret", region_name="eu-west-1")
    [sink] = connect_sinks(domain.url, "photolake-images", session, logger, metrics)  # type: ignore[arg-type]
    domain.troubles.append(403)

    sink.forget_post(7)

    assert metrics.calls == [("SearchDeletionsPostponed", "Count", 1)]
    assert [call[:2] for call in logger.calls] == [("deleted post is still in the search index", 7)]


class Recorder:
    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def add_metric(self, name: str, unit: Any, value: int) -> None:
        self.calls.append((name, unit.value, value))

    def error(self, message: str, **fields: Any) -> None:
        self.calls.append((message, *fields.values()))
