"""The keys of the search index and what its items hold.

One table, key `pk` and `sk`:

| pk | sk | what |
|---|---|---|
| `<kind>#<words>` | `<date>#<image_id>` | a posting: the image has the term, with `confidence` |
| `image#<image_id>` | `image` | what a list shows of the image, and by which `version` of its analysis |
| | `analysis` | its analysis: the row and the terms |
| | `photo#<source_key>` | a photo that became the image: its post, and the terms |
| `post#<post id>` | `<source_key>#<image_id>` | where the photos of a post are |
| | `forgotten` | the post is deleted, and stays out |

The date is the day on which the image was first seen, so that a posting has the same key whoever writes it. All items
but `forgotten` expire (`expiration`).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, SupportsBytes, cast

IMAGE, ANALYSIS, PHOTO, FORGOTTEN = "image", "analysis", "photo#", "forgotten"
# A sort key may have 1,024 bytes (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
_MAX_SOURCE_KEY_BYTES = 800

Key = Mapping[str, str]
Item = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """An image's place in every list: by the day it was first seen, then by its id."""

    date: str
    image_id: str

    @property
    def sort_key(self) -> str:
        """The sort key of its postings."""
        return f"{self.date}#{self.image_id}"

    @property
    def partition(self) -> str:
        """The partition of what is known about it."""
        return f"image#{self.image_id}"

    def compute_expiration(self, days: int) -> int:
        """When its items expire, seconds since 1970: with the row of its analysis, `days` after it was first seen."""
        return int((datetime.fromisoformat(self.date).replace(tzinfo=UTC) + timedelta(days=days)).timestamp())

    def key(self, part: str) -> Key:
        """The key of one of its items: IMAGE, ANALYSIS or a photo's."""
        return {"pk": self.partition, "sk": part}


def photo_part(source_key: str) -> str:
    """Return the sort key of a photo's item; the key of a photo without an id is its URL, which may be too long."""
    is_short = len(source_key.encode()) <= _MAX_SOURCE_KEY_BYTES
    return PHOTO + (source_key if is_short else sha256(source_key.encode()).hexdigest())


def posting_key(term: str, place: Place) -> Key:
    """Return the key of a posting."""
    return {"pk": term, "sk": place.sort_key}


def post_partition(post_id: int) -> str:
    """Return the partition that says where the photos of a post are."""
    return f"post#{post_id}"


def to_number(confidence: float) -> Decimal:
    """Return a confidence as DynamoDB takes it."""
    return Decimal(str(confidence))


def pack(document: Any) -> bytes:
    """Return a document as compressed JSON, the same bytes for the same document."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    # A lone surrogate (half an emoji) becomes "?", as in the lake.
    return gzip.compress(text.encode("utf-8", "replace"), mtime=0)


def unpack(packed: Any) -> Any:
    """Return the document of an item's attribute, as boto3 gives it."""
    return json.loads(gzip.decompress(bytes(cast("SupportsBytes", packed))))


def drop_nulls(value: Any) -> Any:
    """Return a row without nulls and empty structs, which come and go on the way through a table."""
    if isinstance(value, Mapping):
        fields = {name: drop_nulls(item) for name, item in value.items()}
        return {name: item for name, item in fields.items() if item is not None and item != {}}
    if isinstance(value, list):
        return [drop_nulls(item) for item in value]
    return value
