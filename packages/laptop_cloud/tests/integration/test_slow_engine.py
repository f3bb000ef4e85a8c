"""A client that waits less long than an engine works: its call runs once, however often it sends it."""

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from laptop_cloud.server.attempts import Attempts
from laptop_cloud.server.aws_json import JsonServer, JsonService, ServiceError
from laptop_cloud.services.analysis.process import CallLog

IMAGE: Any = {"S3Object": {"Bucket": "lake", "Name": "a.jpg"}}


class Engine:
    """Answers DetectText as `answer` says, and only once the client has sent the call `attempts` times."""

    def __init__(self) -> None:
        self.calls = CallLog()
        self.attempts = 1
        self.answer: Callable[[], dict[str, Any]] = lambda: {"TextDetections": []}
        self._arrived = threading.Semaphore(0)
        service = self.calls.count_calls(JsonService("rekognition", {"DetectText": self._detect}))
        self.server = JsonServer([service], attempts=Attempts(self._report))

    def _report(self, name: str) -> None:
        self.calls.count_repeated(name)
        self._arrived.release()

    def _detect(self, request: dict[str, Any]) -> dict[str, Any]:
        for _ in range(1, self.attempts):
            self._arrived.acquire(timeout=10)
        return self.answer()


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    engine.server.start()
    yield engine
    engine.server.stop()


def connect(engine: Engine) -> Any:
    # The mode and the number of attempts of a function that analyses images.
    retries = Config(read_timeout=1, retries={"mode": "adaptive", "total_max_attempts": 3})
    return boto3.client(
        "rekognition",
        endpoint_url=engine.server.url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=retries,
    )


def test_a_call_that_is_sent_again_while_the_engine_works_on_it_runs_and_counts_once(engine: Engine):
    engine.attempts = 3

    assert connect(engine).detect_text(Image=IMAGE)["TextDetections"] == []

    assert engine.calls.counts() == {"rekognition.DetectText": 1, "rekognition.DetectText.sent_again": 2}


def test_every_other_call_runs_and_counts_each_time(engine: Engine):
    client = connect(engine)

    for _ in range(3):
        client.detect_text(Image=IMAGE)

    assert engine.calls.counts() == {"rekognition.DetectText": 3}


def test_a_call_that_was_throttled_runs_again_on_the_next_attempt(engine: Engine):
    answers = [ServiceError("ThrottlingException", "slow down"), None]

    def answer():
        if error := answers.pop(0):
            raise error
        return {"TextDetections": []}

    engine.answer = answer

    assert connect(engine).detect_text(Image=IMAGE)["TextDetections"] == []
    assert engine.calls.counts() == {"rekognition.DetectText": 2, "rekognition.DetectText.refused": 1}


def test_an_attempt_that_waits_gets_the_error_of_the_one_that_ran(engine: Engine):
    engine.attempts = 2

    def refuse():
        raise ServiceError("InvalidParameterException", "not an image")

    engine.answer = refuse

    with pytest.raises(ClientError, match="not an image"):
        connect(engine).detect_text(Image=IMAGE)
    assert engine.calls.counts()["rekognition.DetectText"] == 1


def test_an_answer_that_was_lost_on_its_way_is_given_again_as_long_as_it_is_kept():
    attempts, numbers = Attempts(), itertools.count(1)

    def run(invocation: int) -> dict[str, Any]:
        return attempts.run(str(invocation), "Detect", lambda: {"Number": next(numbers)})

    first = run(0)

    assert run(0) == first
    for number in range(1, 300):
        run(number)
    assert run(299) == {"Number": 300}
    assert run(0) == {"Number": 301}
