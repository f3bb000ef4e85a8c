"""All bytes that a stack keeps, readable: objects decompressed, Parquet as rows, base64 decoded, items and messages."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
from moto.backends import get_backend

from tests.faults.stack import ACCOUNT, REGION

if TYPE_CHECKING:
    from tests.faults.stack import Stack

_RAW_DATA = re.compile(r'"rawData": ?"([A-Za-z0-9+/=]+)"')


def find_markers(stack: Stack, markers: Collection[str], but: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Where which of these markers is found; `but` are beginnings of keys of S3 that are left out."""
    return sorted(
        (place, marker)
        for place, text in read_everything(stack)
        if not place.startswith(tuple(f"s3 {prefix}" for prefix in but))
        for marker in markers
        if marker in text
    )


def read_everything(stack: Stack) -> Iterator[tuple[str, str]]:
    """Each place, and what can be read there."""
    for key, body in read_objects(stack).items():
        yield f"s3 {key}", key + _read_body(body)
    for name in get_backend("dynamodb")[ACCOUNT][REGION].tables:
        for item in stack.read_items(name.partition("-")[2]):
            yield f"dynamodb {name}", "".join(_read_values(item))
    for name, queue in get_backend("sqs")[ACCOUNT][REGION].queues.items():
        for message in queue._messages:
            yield f"sqs {name}", message.body


def read_objects(stack: Stack) -> dict[str, bytes]:
    """Every object of the lake."""
    pages = stack.s3.get_paginator("list_objects_v2").paginate(Bucket=stack.bucket)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return {key: stack.s3.get_object(Bucket=stack.bucket, Key=key)["Body"].read() for key in keys}


def _read_body(body: bytes) -> str:
    if body[:4] == b"PAR1":
        with pq.ParquetFile(io.BytesIO(body)) as file:
            # What statistics and dictionaries hold counts as well, if it is not compressed.
            return body.decode("latin-1") + json.dumps(file.read().to_pylist(), ensure_ascii=False, default=str)
    if body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    text = body.decode("utf-8", "replace")
    return text + "".join(_read_body(base64.b64decode(raw)) for raw in _RAW_DATA.findall(text))


def _read_values(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield f"{name} "
            yield from _read_values(each)
    elif isinstance(value, list | set | tuple):
        for each in value:
            yield from _read_values(each)
    elif isinstance(value, str):
        yield f"{value} "
    elif hasattr(value, "value") or isinstance(value, bytes):
        yield _read_body(bytes(getattr(value, "value", value)))
    else:
        yield f"{value} "
