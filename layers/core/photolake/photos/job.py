"""Photo jobs, one per photo of a post, and the photos row that says what became of one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from photolake.clock import format_utc
from photolake.errors import PhotolakeError

if TYPE_CHECKING:
    from photolake.images.ingest import Intake
    from photolake.images.registry import Verdict

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

    def columns(self) -> dict[str, Any]:
        """The columns that are known before the photo is fetched."""
        return {**asdict(self), "source_key": self.source_key}


def photo_row(source: Mapping[str, Any], outcome: Intake | Verdict, processed_at: datetime) -> dict[str, Any]:
    """The photos row: `source` holds at least dt, origin and source_key; a photo that is no image has no image_id."""
    image = {name: getattr(outcome, name, None) for name in ("image_id", "image_dt", "width", "height")}
    return {
        **source,
        **image,
        "status": outcome.status,
        "status_message": getattr(outcome, "message", None),
        "processed_at": format_utc(processed_at),
    }


def _check_date(text: str) -> None:
    try:
        parsed = date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise PhotolakeError(f"photo job: dt {text[:20]!r} is not a date") from error
    if parsed != text:
        raise PhotolakeError(f"photo job: dt {text[:20]!r} is not of the form YYYY-MM-DD")
