"""Photo jobs, one per photo of a post."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from photolake.errors import PhotolakeError

if TYPE_CHECKING:
    from photolake.rows.types import PhotoRow

_NONE = type(None)
_TYPES: Mapping[str, tuple[type, ...]] = {
    "origin": (str,),
    "source_platform": (str,),
    "tweetid": (int,),
    "dt": (str,),
    "mediaid": (str,),
    "media_url": (str, _NONE),
    "alt_text": (str, _NONE),
    "kind": (str,),
    "collected_at": (str, _NONE),
}


@dataclass(frozen=True)
class PhotoJob:
    """One photo of one post; each field is a column of the photos row. X gives some videos' previews no URL."""

    origin: str
    source_platform: str
    tweetid: int
    dt: str
    mediaid: str
    media_url: str | None
    alt_text: str | None
    kind: str
    collected_at: str | None

    @classmethod
    def parse(cls, body: str) -> Self:
        """Read the body of a queue message; PhotolakeError names the key that is missing or of another type."""
        try:
            job = json.loads(body)
        except ValueError as error:
            raise PhotolakeError(f"a photo job is JSON: {error}") from error
        if not isinstance(job, dict):
            raise PhotolakeError(f"a photo job is a JSON object, not {type(job).__name__}")
        for key, types in _TYPES.items():
            if type(job.get(key)) not in types:
                raise PhotolakeError(f"photo job: {key} is missing or of type {type(job.get(key)).__name__}")
        _check_date(job["dt"])
        values: dict[str, Any] = {key: job.get(key) for key in _TYPES}
        return cls(**values)

    @property
    def source_key(self) -> str:
        """The row's key: the same photo of the same post has the same one, however often it is delivered."""
        return f"{self.tweetid}:{self.mediaid}"

    def columns(self) -> PhotoRow:
        """The columns that are known before the photo is fetched."""
        return {
            "origin": self.origin,
            "source_key": self.source_key,
            "source_platform": self.source_platform,
            "tweetid": self.tweetid,
            "dt": self.dt,
            "mediaid": self.mediaid,
            "media_url": self.media_url,
            "alt_text": self.alt_text,
            "kind": self.kind,
            "collected_at": self.collected_at,
        }


def _check_date(text: str) -> None:
    try:
        parsed = date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise PhotolakeError(f"photo job: dt {text[:20]!r} is not a date") from error
    if parsed != text:
        raise PhotolakeError(f"photo job: dt {text[:20]!r} is not of the form YYYY-MM-DD")
