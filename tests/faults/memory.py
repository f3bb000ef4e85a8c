"""Where responses that were paid for are remembered: read from the requests that write and read those places.

Texts: items `text#...` of the cache. Images: items `partial#<image_id>#<api>`, or one `partial#<image_id>` whose
attributes are named by the digest of their request; and the objects under `responses/`.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake.images.rekognition_apis import APIS
from tests.faults.refusals import read_body

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

TEXT_APIS = frozenset({"language", "sentiment", "entities"})
IMAGE_APIS = frozenset(APIS)
_BY_DIGEST = {api.digest: api.name for api in APIS.values()}
_OBJECTS = "/responses/"


@dataclass(frozen=True)
class Remembered:
    """What a place holds, or is to hold, about a subject: a text's id or an image_id.

    `apis` are those whose responses are there, `possible` those whose responses might be.
    """

    place: str
    subject: str
    apis: frozenset[str]
    possible: frozenset[str]


def list_written(
    service: str, operation: str, request: AWSPreparedRequest, response: AWSResponse | None = None
) -> Iterator[Remembered]:
    """Yield what a request is to write; with its response, what it has written."""
    if service == "s3" and operation == "PutObject" and _OBJECTS in request.url:
        yield _read_object(request.url, getattr(request.body, "_raw").getvalue())  # noqa: B009 (botocore's chunks)
    elif service == "dynamodb":
        sent = read_body(request)
        if operation == "PutItem":
            yield from _read_items([sent["Item"]])
        elif operation == "UpdateItem":
            named = dict.fromkeys(sent.get("ExpressionAttributeNames", {}).values())
            yield from _read_items([{**named, **sent["Key"]}])
        elif operation == "BatchWriteItem":
            left = (json.loads(response.content).get("UnprocessedItems") or {}) if response else {}
            refused = [write for writes in left.values() for write in writes]
            writes = [write for writes in sent["RequestItems"].values() for write in writes if write not in refused]
            yield from _read_items(write["PutRequest"]["Item"] for write in writes if "PutRequest" in write)


def list_read(service: str, operation: str, request: AWSPreparedRequest, response: AWSResponse) -> Iterator[Remembered]:
    """Yield what a request has found, also where there was nothing."""
    if service == "s3" and operation == "GetObject" and _OBJECTS in request.url:
        yield _read_object(request.url, response.raw.getvalue() if response.status_code == 200 else b"")
    elif service == "dynamodb" and response.status_code == 200 and operation == "UpdateItem":
        yield from _read_lease(json.loads(response.content).get("Attributes", {}))
    elif service == "dynamodb" and response.status_code == 200 and operation in ("GetItem", "BatchGetItem"):
        sent, received = read_body(request), json.loads(response.content)
        if operation == "GetItem":
            keys, found = [sent["Key"]], [received["Item"]] if "Item" in received else []
        else:
            keys = [key for asked in sent["RequestItems"].values() for key in asked["Keys"]]
            found = [item for items in received["Responses"].values() for item in items]
        by_id = {item["id"]["S"]: item for item in found if "id" in item}
        yield from _read_items(by_id.get(key["id"]["S"], key) for key in keys if "id" in key)


@dataclass(frozen=True)
class StateChange:
    """A request that gives an image another state."""

    image_id: str
    state: str


def read_change(request: AWSPreparedRequest) -> StateChange | None:
    """Read it from an UpdateItem of the images table."""
    sent = read_body(request)
    place = sent["Key"].get("id", {}).get("S", "")
    names = [name for name, value in sent.get("ExpressionAttributeNames", {}).items() if value == "state"]
    found = re.search(rf"{names[0]} = (:\w+)", sent["UpdateExpression"]) if names else None
    if not found or not place.startswith("image#"):
        return None
    return StateChange(place.removeprefix("image#"), sent["ExpressionAttributeValues"][found[1]]["S"])


def _read_items(items: Iterable[Mapping[str, Any]]) -> Iterator[Remembered]:
    for item in items:
        place: str = item.get("id", {}).get("S", "")
        kind, _, rest = place.partition("#")
        image, _, api = rest.partition("#")
        if kind == "text":
            found = frozenset(json.loads(item["body"]["S"]) if "body" in item else ())
            yield Remembered(place, place, found, TEXT_APIS)
        elif kind == "partial" and api:
            if "body" in item:
                json.loads(gzip.decompress(base64.b64decode(item["body"]["B"])))
            yield Remembered(place, image, frozenset({api} if "body" in item else ()), frozenset({api}))
        elif kind == "partial":
            yield Remembered(place, image, _name_apis(item), IMAGE_APIS)


def _read_lease(before: Mapping[str, Any]) -> Iterator[Remembered]:
    """Who takes the lease on an image whose analysis was never begun knows that nothing was bought."""
    place: str = before.get("id", {}).get("S", "")
    if before.get("state", {}).get("S") in ("stored", "waiting") and "is_begun" not in before:
        yield Remembered(place, place.removeprefix("image#"), frozenset(), IMAGE_APIS)


def _read_object(url: str, body: bytes) -> Remembered:
    key = url.partition(_OBJECTS)[2].partition("?")[0]
    entries = json.loads(gzip.decompress(body)) if body else []
    image = key.rpartition("/")[2].partition(".")[0]
    return Remembered(f"responses/{key}", image, _name_apis(entry["request"] for entry in entries), IMAGE_APIS)


def _name_apis(digests: Iterable[str]) -> frozenset[str]:
    return frozenset(_BY_DIGEST[digest] for digest in digests if digest in _BY_DIGEST)
