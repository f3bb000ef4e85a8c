"""Names on the AT Protocol: accounts (DIDs), posts (`at://` URIs), and record keys that hold a time (TIDs)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from photolake.rows.ids import hash_to_bigint

COLLECTION = "app.bsky.feed.post"

# https://atproto.com/specs/did: these two methods, and no other, are accounts of the network.
_DID = re.compile(r"did:(?:plc:[a-z2-7]{24}|web:[A-Za-z0-9.%-]{1,250}(?::[0-9]{1,5})?)")
# https://atproto.com/specs/tid: 13 digits of base 32, the first bit zero.
_TID = re.compile(r"[2-7a-j][2-7a-z]{12}")
_URI = re.compile(rf"at://(?P<did>did:[a-z]+:[^/\s]+)/{re.escape(COLLECTION)}/(?P<rkey>[^/?#\s]+)")
_TID_TO_BASE_32 = str.maketrans("234567abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuv")


@dataclass(frozen=True, order=True)
class PostKey:
    """The permanent key of a post: its author's DID and its record key, a TID."""

    did: str
    rkey: str

    @classmethod
    def parse(cls, uri: str | None) -> Self | None:
        """Parse the `at://` URI of a post; None for any other URI."""
        found = _URI.fullmatch(uri or "")
        if not found or not is_did(found["did"]) or not is_tid(found["rkey"]):
            return None
        return cls(found["did"], found["rkey"])

    @property
    def uri(self) -> str:
        """The post's `id_str`."""
        return f"at://{self.did}/{COLLECTION}/{self.rkey}"

    @property
    def id(self) -> int:
        """The post's `id`."""
        return hash_to_bigint(self.uri)

    @property
    def time_us(self) -> int:
        """The microseconds since 1970 that its author's client put into the record key, at most those of 2255."""
        return int(self.rkey.translate(_TID_TO_BASE_32), 32) >> 10


def is_did(text: str) -> bool:
    """Whether this is the DID of an account."""
    return _DID.fullmatch(text) is not None


def is_tid(text: str) -> bool:
    """Whether this is a record key as posts have it."""
    return _TID.fullmatch(text) is not None
