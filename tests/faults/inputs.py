"""What people post, drop and hold in a seed, and what the views must say of it in the end."""

from __future__ import annotations

import hashlib
import io
from collections import deque
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from PIL import Image

from tests.faults.photo_host import TROUBLES, HostedPhoto

if TYPE_CHECKING:
    from tests.faults.schedule import Schedule

TEXTS = (
    ("en", "What a great day in Paris, I love this picture"),
    ("en", "Terrible service at Heathrow, never again"),
    ("en", "Lunch with Ann"),
    ("de", "Schönes Wetter heute in Berlin"),
    ("qme", "https://t.example/pic"),
    ("und", "The quick brown fox jumps over the lazy dog in the park"),
    ("en", ""),
)
LAST_INPUT_STEP = 16


@dataclass(frozen=True)
class PlannedPost:
    """A post, and how many steps after the start it is made."""

    step: int
    fields: dict[str, Any]
    is_malformed: bool


@dataclass
class Inputs:
    """All that comes into a seed. `outcomes` has what each media id's photo must become: an image_id or a status."""

    posts: list[PlannedPost] = field(default_factory=list)
    media: list[dict[str, Any]] = field(default_factory=list)
    hosted: dict[str, HostedPhoto] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    dropped: dict[str, bytes] = field(default_factory=dict)
    album: dict[str, bytes] = field(default_factory=dict)
    x_troubles: list[Any] = field(default_factory=list)
    page_size: int = 3


def plan_inputs(schedule: Schedule) -> Inputs:
    """Plan a small world: a few posts and photos that share texts, media and bytes, and a few that are broken."""
    inputs = Inputs(page_size=schedule.count(1, 4))
    for number in range(schedule.count(1, 5)):
        _plan_media(schedule, inputs, number)
    for _ in range(schedule.count(1, 6)):
        _plan_post(schedule, inputs)
    for name in range(schedule.count(0, 2)):
        inputs.dropped[f"images/dropped/{name}.png"] = _choose_bytes(schedule)
    for name in range(schedule.choose([0, 0, 1, 3])):
        inputs.album[f"album/{name}.png"] = _choose_bytes(schedule)
    if schedule.happens(0.4):
        troubles = [None, None, 503, "cut", "broken", "html", "html_200", 429]
        inputs.x_troubles = [schedule.choose(troubles) for _ in range(schedule.count(1, 8))]
    return inputs


def _plan_media(schedule: Schedule, inputs: Inputs, number: int) -> None:
    media_id = str(7_000 + number)
    url = f"https://pbs.twimg.com/media/{media_id}.png"
    media = {"media_key": f"3_{media_id}", "type": "photo", "url": url, "width": 96, "height": 96}
    kind = schedule.choose(["photo", "photo", "photo", "photo", "gone", "broken", "no_url"])
    body = _choose_bytes(schedule) if kind == "photo" else b"this is not a photo"
    troubles = deque(schedule.choose(TROUBLES) for _ in range(schedule.choose([0, 0, 1, 2, 7])))
    if kind == "no_url":
        del media["url"]
    else:
        inputs.hosted[url] = HostedPhoto(body, 404 if kind == "gone" else 200, troubles)
    inputs.media.append(media)
    outcome = {"photo": image_id(body), "broken": "unsupported_format"}
    inputs.outcomes[media_id] = outcome.get(kind, kind)


def _plan_post(schedule: Schedule, inputs: Inputs) -> None:
    language, text = schedule.choose(TEXTS)
    shown = [media["media_key"] for media in inputs.media if schedule.happens(0.4)]
    fields: dict[str, Any] = {"text": text, "lang": language, "author_id": "9", "conversation_id": "1"}
    if shown:
        fields["attachments"] = {"media_keys": shown}
    is_malformed = schedule.happens(0.08)
    if is_malformed:
        fields["created_at"] = "some day"
    inputs.posts.append(PlannedPost(schedule.choose([0, 0, 8, LAST_INPUT_STEP]), fields, is_malformed))


def _choose_bytes(schedule: Schedule) -> bytes:
    return photo_bytes(schedule.count(0, 6))


@cache
def photo_bytes(number: int) -> bytes:
    """A small photo; the same number gives the same bytes."""
    buffer = io.BytesIO()
    Image.new("RGB", (96, 96), (number * 40 % 256, 80, 200 - number * 20)).save(buffer, "PNG")
    return buffer.getvalue()


def image_id(body: bytes) -> str:
    """The image_id of a photo's bytes."""
    return hashlib.sha256(body).hexdigest()
