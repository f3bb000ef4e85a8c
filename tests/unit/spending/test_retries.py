"""A request that botocore repeats without having had a response is paid for again; one that was refused is not."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from photolake.images.rekognition_apis import price_request
from photolake.posts.comprehend import Comprehend, price_unit
from photolake.spending.limits import convert_to_micros
from photolake.spending.retries import pay_retries
from tests.fakes.spending_table import FakeSpendingTable
from tests.unit.spending.test_purse import make_purse

TEXTS = {"TextList": ["short", "x" * 450], "LanguageCode": "en"}
PRICE = (3 + 5) * price_unit()


class Body:
    """What urllib3 gives of a response."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterable[bytes]:
        yield self._body


def make_client(outcomes: list[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client whose attempts end like this, one after another."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    client: Any = boto3.client("comprehend", config=Config(retries={"mode": "standard", "total_max_attempts": 3}))

    def send(request: Any, **_: Any) -> Any:
        outcome = outcomes.pop(0)
        if outcome == "no response":
            raise ReadTimeoutError(endpoint_url=request.url)
        status = {"ok": 200, "throttled": 400, "5xx": 500}[outcome]
        content: Any = {"ResultList": [], "ErrorList": []} if status == 200 else {"__type": "ThrottlingException"}
        return AWSResponse(request.url, status, {}, Body(json.dumps(content).encode()))  # type: ignore[arg-type]

    client.meta.events.register("before-send.comprehend", send)
    return client


@pytest.mark.parametrize(
    ("outcomes", "paid_again"),
    [
        (["ok"], 0),
        (["throttled", "5xx", "ok"], 0),
        (["no response", "throttled", "ok"], 1),
        (["no response", "no response", "ok"], 2),
        (["no response", "no response", "no response"], 2),
    ],
)
def test_each_repetition_after_silence_is_paid(
    outcomes: list[str], paid_again: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = FakeSpendingTable()
    purse, is_lost = make_purse(table, total=10_000), outcomes[-1] == "no response"
    assert purse.take(PRICE)
    client = make_client(outcomes, monkeypatch)
    pay_retries(client, purse, Comprehend(client, purse).price_call)

    if is_lost:
        with pytest.raises(ReadTimeoutError):
            client.batch_detect_sentiment(**TEXTS)
    else:
        client.batch_detect_sentiment(**TEXTS)

    assert (outcomes, table.spent["total"]) == ([], PRICE * (1 + paid_again))


def test_what_cannot_be_paid_again_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = ["no response", "ok"]
    purse = make_purse(FakeSpendingTable(), total=2 * PRICE - 1)
    assert purse.take(PRICE)
    client = make_client(outcomes, monkeypatch)
    pay_retries(client, purse, Comprehend(client, purse).price_call)

    with pytest.raises(ReadTimeoutError):
        client.batch_detect_sentiment(**TEXTS)

    assert outcomes == ["ok"]


@pytest.mark.parametrize(
    ("operation", "parameters", "price"),
    [
        ("DetectText", {}, 1_000),
        ("DetectLabels", {"Features": ["GENERAL_LABELS"]}, 1_000),
        ("DetectLabels", {"Features": ["IMAGE_PROPERTIES"]}, 750),
        ("DetectLabels", {"Features": ["GENERAL_LABELS", "IMAGE_PROPERTIES"]}, 1_750),
        ("DetectCustomLabels", {}, 0),
    ],
)
def test_a_request_to_rekognition_costs_what_its_features_do(
    operation: str, parameters: dict[str, Any], price: int
) -> None:
    assert convert_to_micros(price_request(operation, parameters)) == price
