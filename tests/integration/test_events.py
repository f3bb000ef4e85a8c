"""`events/`: one recorded event per function and trigger, for tests and `sam local invoke`."""

import json

import pytest

from photolake.athena_schema.custom_resource import build_response
from photolake.aws.s3 import parse_created_objects
from photolake.photos.job import PhotoJob
from tests.resolved_template import ROOT, transformed

EVENTS = {path.stem: json.loads(path.read_text()) for path in sorted((ROOT / "events").glob("*.json"))}
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_has_an_event(function):
    assert [name for name in EVENTS if name.startswith(function)]


@pytest.mark.parametrize("name", [name for name in EVENTS if name.endswith(("_sqs", "_sqs_test_event"))])
def test_a_queue_event_comes_from_a_queue_of_the_template(name):
    queues = {item for item, value in transformed().document["Resources"].items() if value["Type"] == "AWS::SQS::Queue"}

    for record in EVENTS[name]["Records"]:
        assert record["eventSourceARN"].rpartition("photolake-")[2] in queues


def test_the_bodies_are_what_the_functions_read():
    (tweets,) = parse_created_objects(EVENTS["tweet_analyzer_sqs"]["Records"][0]["body"])
    (image,) = parse_created_objects(EVENTS["image_analyzer_sqs"]["Records"][0]["body"])

    assert tweets.key.startswith("tweets/dt=")
    assert image.key.startswith("images/")
    assert list(parse_created_objects(EVENTS["tweet_analyzer_sqs_test_event"]["Records"][0]["body"])) == []
    assert PhotoJob.parse(EVENTS["photo_fetcher_sqs"]["Records"][0]["body"]).kind == "photo"
    assert build_response(EVENTS["athena_schema_create"], "athena-schema", None)["Status"] == "SUCCESS"
