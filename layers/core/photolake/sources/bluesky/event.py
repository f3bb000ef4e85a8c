"""Events of Jetstream's `/subscribe` endpoint (https://github.com/bluesky-social/jetstream)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from photolake.rows.json_reader import JsonObject, reject_payload
from photolake.rows.json_text import parse_json
from photolake.sources.bluesky.identifiers import COLLECTION, PostKey, is_did, is_tid

# `throttled` and `desynchronized` accounts are inactive too, but other apps still show their posts
# (https://atproto.com/specs/account).
_REMOVED_STATUSES = frozenset({"deactivated", "deleted", "takendown", "suspended"})


@dataclass(frozen=True)
class Event:
    """One event: `raw` as it came, `time_us` when Jetstream saw it (microseconds since 1970).

    `operation` is create, update or delete for a post, account for an account, and empty for events we ignore. `post`
    is set for posts whose record key is a TID, `record` for created and updated posts. `gone` is the status of an
    account whose posts may no longer be shown.
    """

    raw: str
    time_us: int
    did: str
    operation: str = ""
    post: PostKey | None = None
    record: Mapping[str, Any] | None = None
    gone: str | None = None

    @classmethod
    def parse(cls, frame: str | bytes) -> Self:
        """Parse a frame; PermanentError `malformed` says what is wrong with it."""
        return cls.read(*_decode_frame(frame))

    @classmethod
    def read(cls, raw: str, body: Any) -> Self:
        """Read an event from the JSON value of a frame; PermanentError as above."""
        event = JsonObject(body)
        time_us, did = event.read_integer("time_us"), event.read_text("did") or ""
        if time_us is None or time_us <= 0:
            reject_payload("time_us: an event needs one, in microseconds since 1970")
        if not is_did(did):
            reject_payload("did: not a DID of the methods plc and web")
        if (commit := event.read_object("commit")) and commit.read_text("collection") == COLLECTION:
            return cls(raw, time_us, did, **_read_commit(did, commit, body["commit"]))
        if account := event.read_object("account"):
            return cls(raw, time_us, did, "account", gone=_read_removal(account))
        return cls(raw, time_us, did)


def _decode_frame(frame: str | bytes) -> tuple[str, Any]:
    try:
        raw = frame.decode() if isinstance(frame, bytes) else frame
        return raw.strip(), parse_json(raw)
    except RecursionError:
        reject_payload("nested too deeply")
    except ValueError as error:
        reject_payload(f"not JSON: {error}")


def _read_commit(did: str, commit: JsonObject, raw: Mapping[str, Any]) -> dict[str, Any]:
    rkey, operation = commit.read_text("rkey") or "", commit.read_text("operation") or ""
    record = raw.get("record")
    if operation in ("create", "update") and not isinstance(record, Mapping):
        reject_payload("commit.record: a created or updated post needs one")
    return {"operation": operation, "post": PostKey(did, rkey) if is_tid(rkey) else None, "record": record}


def _read_removal(account: JsonObject) -> str | None:
    if account.read_flag("active") is not False:
        return None
    status = account.read_text("status") or "deactivated"
    return status if status in _REMOVED_STATUSES else None
