"""Pays once more for a request that a client repeats without having had a response: the service may bill both.

A request that was refused is not billed, so its repetition is paid already. botocore repeats requests by itself
(https://docs.aws.amazon.com/boto3/latest/guide/retries.html), and its events are the only place where that shows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from photolake.spending.purse import Purse

Price = Callable[[str, Mapping[str, Any]], int]
"""The price of an operation with these parameters, in millionths of a dollar."""

_PRICE = "photolake_price"


def pay_retries(client: Any, purse: Purse, price: Price) -> None:
    """Let a client of boto3 repeat a request that had no response only if the purse can pay it again.

    Else the call ends with the error that it would have after its last attempt.
    """

    def remember_price(model: Any, params: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
        context[_PRICE] = price(model.name, json.loads(params["body"]))

    def pay_attempt(
        caught_exception: Exception | None, request_dict: Mapping[str, Any], attempts: int, **_: Any
    ) -> None:
        is_last = attempts >= client.meta.config.retries["total_max_attempts"]
        if caught_exception and not is_last and not purse.take(request_dict["context"][_PRICE]):
            raise caught_exception

    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register(f"before-call.{service}", remember_price)
    client.meta.events.register_first(f"needs-retry.{service}", pay_attempt)
