"""The response of a CloudFormation custom resource, sent by HTTPS PUT to a presigned URL.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html (at most 4,096 bytes)
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError

from photolake.errors import RetryableError

MAX_REASON_CHARACTERS = 1500


def build_response(event: Mapping[str, Any], physical_id: str, failure: str | None) -> dict[str, Any]:
    """The response document: SUCCESS, or FAILED with the reason.

    The physical id must stay the same: CloudFormation deletes a resource whose id changes.
    """
    return {
        "Status": "FAILED" if failure else "SUCCESS",
        "Reason": (failure or "")[:MAX_REASON_CHARACTERS],
        "PhysicalResourceId": physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }


def send_response(url: str, document: Mapping[str, Any], request: Callable[..., Any] = urllib3.request) -> None:
    """Deliver the response; RetryableError if CloudFormation did not accept it, which then waits for an hour."""
    # Its retries and errors quote the URL, with which anybody can respond.
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
    # S3 signs the URL without a content type: any other is refused.
    options: Any = {"headers": {"Content-Type": ""}, "timeout": 10, "retries": 3}
    try:
        reply = request("PUT", url, body=json.dumps(document).encode(), **options)
    except HTTPError as error:
        raise RetryableError(f"CloudFormation's response URL does not answer: {type(error).__name__}") from None
    if reply.status != 200:
        raise RetryableError(f"CloudFormation's response URL answered {reply.status}")
