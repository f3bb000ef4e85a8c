"""Erases deleted posts from what lies under `errors/`: rejected records, and what Firehose could not deliver.

A record is in base64 in `rawData`, and may have several lines.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake.errors import PermanentError
from photolake.forget.images import delete_objects
from photolake.forget.record_ids import find_post_ids

if TYPE_CHECKING:
    import datetime as dt

    from photolake.forget.line_objects import LineObjects
    from photolake.forget.texts import Text, TextEraser

PREFIX, MARKS = "errors/", "redriven/"
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class ErrorEraser:
    """Erases records from the objects under `errors/`, and the marks of an object that has none left."""

    objects: LineObjects
    texts: TextEraser
    check_time: Callable[[], None]

    def erase(
        self, since: dt.datetime, deleted: Collection[int], images: Collection[str], counts: Counter[str]
    ) -> None:
        """Erase what is of deleted posts or erased images in the objects that were written since then."""
        s3, bucket = self.objects.s3, self.objects.bucket
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=PREFIX)
        for item in [item for page in pages for item in page.get("Contents", []) if item["LastModified"] >= since]:
            self.check_time()
            found: list[Text] = []
            editor = _RecordEditor(deleted, images, found)
            try:
                result = self.objects.rewrite(item["Key"], editor.edit)
            except PermanentError as error:
                if error.status != "gone":
                    raise
                continue
            self.texts.erase(found)
            counts["error records"] += editor.erased
            if result.erased and not result.kept:
                delete_objects(s3, bucket, [f"{MARKS}{item['Key'].removeprefix(PREFIX)}.json"])


@dataclass
class _RecordEditor:
    """Leaves the records of deleted posts out of lines; gathers their texts, of which results may be cached."""

    deleted: Collection[int]
    images: Collection[str]
    texts: list[Text]
    erased: int = 0

    def edit(self, line: bytes) -> bytes | None:
        """Return what stays of a line, and the line itself if that is all of it."""
        try:
            documents = list(_split_documents(line.decode()))
        except (ValueError, RecursionError):
            return None if self._is_deleted(line, "") else line
        kept = [edited for document in documents if (edited := self._edit_document(document)) is not None]
        if kept == documents:
            return line
        return b"".join(json.dumps(document).encode() + b"\n" for document in kept) or None

    def _edit_document(self, document: Any) -> Any:
        """Return the record without the lines of deleted posts; None if nothing is left."""
        try:
            raw = base64.b64decode(document["rawData"], validate=True)
        except (KeyError, TypeError, ValueError, binascii.Error):
            encoded = json.dumps(document).encode()
            return None if self._is_deleted(encoded, "") else document
        message = str(document.get("message") or "")
        lines = raw.splitlines(keepends=True) if b"\n" in raw.rstrip(b"\n") else [raw]
        kept = [line for line in lines if not self._is_deleted(line, message if len(lines) == 1 else "")]
        if len(kept) == len(lines):
            return document
        return {**document, "rawData": base64.b64encode(b"".join(kept)).decode("ascii")} if kept else None

    def _is_deleted(self, raw: bytes, message: str) -> bool:
        row = _read_row(raw)
        if find_post_ids(raw, message).isdisjoint(self.deleted) and row.get("image_id") not in self.images:
            return False
        self.erased += 1
        if isinstance(text := row.get("text"), str):
            self.texts.append((text, row.get("lang") if isinstance(row.get("lang"), str) else None))
        return True


def _read_row(raw: bytes) -> dict[str, Any]:
    try:
        row = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def _split_documents(text: str) -> Iterator[Any]:
    """Yield the documents of a line; Firehose may write several without a line break between them."""
    text = text.strip()
    while text:
        value, end = _DECODER.raw_decode(text)
        yield value
        text = text[end:].lstrip()
