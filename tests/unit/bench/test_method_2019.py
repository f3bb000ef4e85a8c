"""The method of 2019, by the calls that are known of it: one after another, and again for every photo."""

import importlib
import json
from collections import Counter

import pytest

POST = {
    "id": 1,
    "text": "Ada in Lisbon",
    "extended_entities": {"media": [{"id": "7", "media_url": "http://pbs.twimg.com/media/7.jpg"}]},
}


class Client:
    """Answers every operation with what a test says, and counts."""

    def __init__(self, calls, **answers):
        self._calls, self._answers = calls, answers

    def __getattr__(self, operation):
        def call(**parameters):
            self._calls.append((operation, parameters))
            return dict(self._answers.get(operation, {"ResponseMetadata": {}}))

        return call


@pytest.fixture
def method(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return importlib.import_module("bench.pipeline.method_2019")


def analyze(method, monkeypatch, labels, stored):
    calls: list[tuple[str, dict]] = []
    sentiment = {"Sentiment": "POSITIVE", "SentimentScore": {"Positive": 0.9}}
    entities = {"Entities": [{"Text": text, "Type": "PERSON"} for text in ("Ada", "Lisbon")]}
    monkeypatch.setattr(method, "comprehend", Client(calls, detect_sentiment=sentiment, detect_entities=entities))
    found = {"Labels": [{"Name": name} for name in labels], "ResponseMetadata": {}}
    rekognition = Client(calls, detect_labels=found, recognize_celebrities={"CelebrityFaces": []})
    monkeypatch.setattr(method, "rekognition", rekognition)
    monkeypatch.setattr(method, "s3", Client(calls, list_objects_v2={"KeyCount": int(stored)}))
    monkeypatch.setattr(method, "firehose", Client(calls))
    method.analyze_post(POST, "lake")
    return calls


def test_every_finding_of_a_text_is_a_call_and_a_record_of_its_own(method, monkeypatch):
    calls = analyze(method, monkeypatch, [], stored=True)
    records = [json.loads(each["Record"]["Data"]) for operation, each in calls if operation == "put_record"]

    assert [operation for operation, _ in calls[:5]] == [
        "detect_sentiment",
        "put_record",
        "detect_entities",
        "put_record",
        "put_record",
    ]
    assert [record.get("entity") for record in records] == [None, "Ada", "Lisbon", None]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([], ["detect_labels", "detect_moderation_labels"]),
        (["Text"], ["detect_labels", "detect_text", "detect_moderation_labels"]),
        (["Person"], ["detect_labels", "recognize_celebrities", "detect_faces", "detect_moderation_labels"]),
    ],
)
def test_a_photo_that_is_stored_is_analysed_again_with_what_its_labels_suggest(method, monkeypatch, labels, expected):
    operations = [operation for operation, _ in analyze(method, monkeypatch, labels, stored=True)]

    assert operations[5:-1] == ["list_objects_v2", *expected]
    assert Counter(operations)["put_object"] == 0
