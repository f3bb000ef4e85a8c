"""An image of the lake with what was found in it and the post that showed it first."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class Kind(enum.StrEnum):
    """What something that was found in an image is."""

    LABEL = "label"
    FACE = "face"
    TEXT = "text"
    CUSTOM_LABEL = "custom label"
    CELEBRITY = "celebrity"
    MODERATION = "moderation"


@dataclass(frozen=True)
class Box:
    """A rectangle in shares of the image, which may reach beyond its edges."""

    left: float
    top: float
    width: float
    height: float

    def to_pixels(self, width: int, height: int) -> tuple[float, float, float, float] | None:
        """Left, top, width and height in an image of this size, cut at its edges; None if nothing is left."""
        left, right = (_clip(share * width, width) for share in (self.left, self.left + self.width))
        top, bottom = (_clip(share * height, height) for share in (self.top, self.top + self.height))
        size = round(right - left, 2), round(bottom - top, 2)
        return (left, top, *size) if min(size) > 0 else None


@dataclass(frozen=True)
class Finding:
    """Something found in an image; `confidence` is a percentage, `group` what it belongs to, such as Animal for Dog."""

    kind: Kind
    name: str
    confidence: float
    group: str = ""
    boxes: Sequence[Box] = ()
    ancestors: frozenset[str] = frozenset()
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Post:
    """The first post that showed an image in the days of the export."""

    id: str
    platform: str
    url: str | None
    text: str
    language: str | None
    sentiment: str | None
    posted_at: dt.datetime | None
    media_url: str | None
    alt_text: str | None
    likes: int | None
    reposts: int | None
    query: str | None
    hashtags: Sequence[str]
    screen_name: str | None
    author_name: str | None


@dataclass(frozen=True)
class LakeImage:
    """An image; of its labels the surest are first, of those as sure the most special; `is_judged` says whether
    moderation was asked for."""

    image_id: str
    s3_key: str
    width: int
    height: int
    day: str
    perceptual_hash: str | None
    dominant_color: str | None
    findings: Sequence[Finding]
    is_judged: bool
    post: Post | None
    posts: int
    authors: int
    last_posted_at: dt.datetime | None
    file_name: str | None
    """The name of a dropped photo."""

    def list_findings(self, *kinds: Kind) -> list[Finding]:
        """The findings of these kinds."""
        return [finding for finding in self.findings if finding.kind in kinds]

    def list_names(self, *kinds: Kind) -> list[str]:
        """Their names, each once."""
        return list(dict.fromkeys(finding.name for finding in self.list_findings(*kinds)))

    @property
    def is_suspect(self) -> bool:
        """Whether it has a moderation label."""
        return bool(self.list_findings(Kind.MODERATION))


def _clip(value: float, limit: float) -> float:
    return round(min(max(value, 0.0), float(limit)), 2)
