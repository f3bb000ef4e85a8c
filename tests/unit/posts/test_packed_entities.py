"""Entities of several texts in one document: each text has those, at those offsets, that it has alone."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laptop_cloud.engines.entities import find_entities
from photolake.errors import RetryableError
from photolake.posts.comprehend import BATCH_SIZE, MAX_BYTES, Comprehend, Detection, NoResult, clip_text
from photolake.posts.packed_entities import (
    MAX_DOCUMENT_CHARACTERS,
    MAX_PACKED_CHARACTERS,
    SEPARATOR,
    count_packed_units,
    detect_packed,
    pack_texts,
)
from photolake.pricing import count_comprehend_units
from tests.fakes.client_error import client_error
from tests.fakes.comprehend import FakeComprehend, make_entities

WORDS = st.sampled_from(
    ["Ada", "met", "Grace", "😀", "👩‍🔬", "Été", "ßÄ", "\n\n", "\n", " ", "#Paris", "東京", "x" * 120]
)
TEXTS = st.lists(
    st.lists(WORDS, min_size=1, max_size=12).map(" ".join).filter(str.strip).map(clip_text), unique=True, max_size=60
)
POST_WORDS = st.sampled_from(
    [
        "@ada",
        "#Kyoto",
        "https://t.co/abc",
        "Grace Hopper",
        "5 photos",
        "on March 3",
        "$20",
        "in 2026",
        "😀",
        "東京",
        "50 %",
    ]
)
POSTS = st.lists(st.lists(POST_WORDS, min_size=1, max_size=6).map(" ".join), unique=True, min_size=2, max_size=20)


def detect(fake: Any, *documents: list[str]) -> Detection:
    return detect_packed(Comprehend(fake), documents, "en")


def names(detection: Detection) -> list[Any]:
    """The words of the entities of each text, or its status."""
    return [
        result.status if isinstance(result, NoResult) else [entity["Text"] for entity in result["Entities"]]
        for result in detection.results
    ]


class JoinedNames(FakeComprehend):
    """Takes "Ada" at the end of a text and "Lovelace" at the beginning of the next for one name."""

    def batch_detect_entities(self, **request):
        response = super().batch_detect_entities(**request)
        name = f"Ada{SEPARATOR}Lovelace"
        for result in response["ResultList"]:
            text = request["TextList"][result["Index"]]
            if name in text:
                begin = text.index(name)
                joined = {"Type": "PERSON", "Text": name, "BeginOffset": begin, "EndOffset": begin + len(name)}
                others = [entity for entity in result["Entities"] if entity["Text"] not in ("Ada", "Lovelace")]
                result["Entities"] = [*others, joined]
        return response


class WideOffsets(FakeComprehend):
    """Counts UTF-16 code units."""

    def batch_detect_entities(self, **request):
        response = super().batch_detect_entities(**request)
        for result in response["ResultList"]:
            text = request["TextList"][result["Index"]]
            for entity in result["Entities"]:
                for name in ("BeginOffset", "EndOffset"):
                    entity[name] = len(text[: entity[name]].encode("utf-16-le")) // 2
        return response


@given(TEXTS)
def test_the_entities_of_each_text_are_those_that_it_has_alone_at_the_same_offsets(texts: list[str]) -> None:
    documents = list(pack_texts(texts))[:BATCH_SIZE]
    fake = FakeComprehend()
    detection = detect(fake, *documents)

    assert detection.results == [
        {"Index": index, "Entities": make_entities(document[0])} if len(document) == 1 else {"Entities": entities}
        for index, document in enumerate(documents)
        for entities in map(make_entities, document)
    ]
    assert max(fake.answered.values(), default=1) == 1
    assert detection.units == sum(count_comprehend_units(SEPARATOR.join(document)) for document in documents)


@given(POSTS)
def test_the_laptops_engine_finds_the_same_in_a_document_as_in_its_texts(texts: list[str]) -> None:
    class Engine(FakeComprehend):
        def batch_detect_entities(self, **request):
            return self._batch("BatchDetectEntities", request, lambda text: {"Entities": find(text)})

    def find(text: str) -> list[dict[str, Any]]:
        return [
            {"Type": entity.type, "Text": entity.text, "BeginOffset": entity.begin, "EndOffset": entity.end}
            for entity in find_entities(text, "en")
        ]

    documents = list(pack_texts(texts))
    found = detect(Engine(), *documents).results
    by_text = dict(zip([text for document in documents for text in document], found, strict=True))
    assert {text: result["Entities"] for text, result in by_text.items() if not isinstance(result, NoResult)} == {
        text: find(text) for text in texts
    }


@given(TEXTS)
def test_each_text_is_in_one_document_and_no_document_is_longer_than_comprehend_takes(texts: list[str]) -> None:
    documents = list(pack_texts(texts))

    assert Counter(text for document in documents for text in document) == Counter(texts)
    for document in documents:
        joined = SEPARATOR.join(document)
        assert len(joined.encode()) <= MAX_BYTES
        assert len(document) == 1 or len(joined) <= MAX_DOCUMENT_CHARACTERS
        assert len(document) == 1 or max(map(len, document)) <= MAX_PACKED_CHARACTERS


@given(TEXTS)
def test_a_packed_text_never_costs_more_units_than_one_alone(texts: list[str]) -> None:
    assert count_packed_units(texts) <= sum(map(count_comprehend_units, texts))


def test_texts_of_emoji_are_packed_by_their_bytes_too() -> None:
    documents = list(pack_texts(f"{number} " + "😀" * 290 for number in range(8)))

    assert [len(document) for document in documents] == [3, 3, 2]
    assert max(len(SEPARATOR.join(document).encode()) for document in documents) <= MAX_BYTES


def test_texts_that_an_entity_joins_are_sent_alone_and_the_others_keep_their_result() -> None:
    fake = JoinedNames()
    detection = detect(fake, ["Grace", "I met Ada", "Lovelace died", "Mary"])

    assert names(detection) == [["Grace"], ["Ada"], ["Lovelace"], ["Mary"]]
    assert fake.calls == [("BatchDetectEntities", 1), ("BatchDetectEntities", 2)]
    assert (detection.packed, detection.calls, detection.units) == (frozenset({0, 3}), 2, 3 + 2 * 3)


def test_texts_whose_offsets_do_not_lead_to_the_words_are_sent_alone() -> None:
    detection = detect(WideOffsets(), ["😀 Ada", "Grace"], ["Mary", "Emmy"])

    assert names(detection) == [["Ada"], ["Grace"], ["Mary"], ["Emmy"]]
    assert detection.packed == {2, 3}


def test_of_a_document_that_is_refused_only_the_text_at_fault_has_no_result() -> None:
    fake = FakeComprehend(
        document_errors={f"Ada{SEPARATOR}odd{SEPARATOR}Grace": ["SomethingWrong"], "odd": ["SomethingWrong"]}
    )
    detection = detect(fake, ["Mary", "Emmy"], ["Ada", "odd", "Grace"])

    assert names(detection) == [["Mary"], ["Emmy"], ["Ada"], "SomethingWrong", ["Grace"]]
    assert detection.packed == {0, 1}


def test_the_texts_of_a_document_that_fails_twice_can_be_retried_later() -> None:
    fake = FakeComprehend(document_errors={f"Ada{SEPARATOR}Grace": ["InternalServerException"] * 2})

    assert detect(fake, ["Ada", "Grace"]).results == [NoResult("InternalServerException", is_retryable=True)] * 2


def test_a_language_without_entities_is_not_asked_for_again() -> None:
    fake = FakeComprehend(supported={"de"})

    assert names(detect(fake, ["Ada", "Grace"])) == ["unsupported_language"] * 2
    assert len(fake.calls) == 1


@pytest.mark.parametrize("answered", [0, 1])
def test_what_was_found_before_a_call_fails_is_kept(answered: int) -> None:
    fake = JoinedNames(call_errors=[*[None] * answered, client_error("ThrottlingException")])
    detection = detect(fake, ["Grace", "I met Ada", "Lovelace died"])

    assert isinstance(detection.error, RetryableError)
    assert [isinstance(result, NoResult) and result.is_retryable for result in detection.results] == [
        not answered,
        True,
        True,
    ]
