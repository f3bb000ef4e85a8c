"""The contents of the synthetic lake, as pure functions of the number of a post or image: no row depends on another.

Posts are numbered in the order of their time, images in the order they are first seen in; both are spread over the
days.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from photolake.images.registry import UnavailablePhoto

Kind = Literal["plain", "retweet", "quote", "reply"]
MediumKind = Literal["photo", "video", "animated_gif"]
FAILURES = (
    UnavailablePhoto("gone", "pbs.twimg.com answered 404"),
    UnavailablePhoto("blocked_host", "photos.example.org is not one of the allowed photo hosts"),
    UnavailablePhoto("too_small", "40x32 pixels; Rekognition needs 80 on each side"),
    UnavailablePhoto("unsupported_format", "begins with b'GIF87a??': not a JPEG, PNG, WebP, AVIF or GIF"),
    UnavailablePhoto("no_url", "the post gives no URL for this photo"),
)
_SNOWFLAKE_EPOCH_MS = 1288834974657
_MAX_MEDIA = 4
# By the last digit of a post's number, to the base of 16.
_KINDS: dict[int, MediumKind] = {8: "video", 9: "animated_gif"}
# Posts by the hour of the day (UTC), in thousandths.
_HOURS = (18, 12, 9, 8, 9, 14, 24, 36, 46, 50, 52, 54, 58, 56, 52, 50, 52, 56, 64, 70, 72, 62, 46, 30)


@dataclass(frozen=True)
class Medium:
    """A photo of a post: its image, or the reason why it did not become one."""

    mediaid: str
    image: int | None
    failure: UnavailablePhoto | None = None
    kind: MediumKind = "photo"


@dataclass(frozen=True)
class Plan:
    """The size of the lake; `first_day` is also the stack's EarliestDate."""

    posts: int
    images: int
    first_day: dt.date
    days: int
    seed: int

    def draw(self, what: int, number: int) -> random.Random:
        """Return the random numbers for one property (`what`) of one post or image."""
        return random.Random(self.seed << 56 | what << 48 | number)

    def day(self, post: int) -> str:
        """The partition of a post."""
        return (self.first_day + dt.timedelta(days=post * self.days // self.posts)).isoformat()

    def posts_of(self, day: int) -> range:
        """The posts of the day with this number."""
        return range(-(-day * self.posts // self.days), -(-(day + 1) * self.posts // self.days))

    def is_old(self, post: int) -> bool:
        """Whether a post was written before the first day, and is therefore filed under it."""
        return post % 11 == 3 and post in self.posts_of(0)

    def milliseconds(self, post: int) -> int:
        """When a post was written: ascending, more in the evening than at night."""
        return _compute_milliseconds(self, post)

    @cached_property
    def hour_ends(self) -> tuple[int, ...]:
        """Posts of a day until the end of each hour, in thousandths."""
        return tuple(sum(_HOURS[: hour + 1]) for hour in range(24))

    def platform(self, post: int) -> str:
        """Where a post comes from."""
        return "bluesky" if post % 5 == 2 else "x"

    def post_id(self, post: int) -> int:
        """X's snowflake of the post's own millisecond; for Bluesky a 63-bit hash of the URI."""
        if self.platform(post) == "x":
            return self.milliseconds(post) - _SNOWFLAKE_EPOCH_MS << 22 | post % 4096
        return int.from_bytes(hashlib.sha256(self.uri(post).encode()).digest()[:8]) >> 1

    def uri(self, post: int) -> str:
        """A Bluesky post's URI; its record key is the time in microseconds, in the alphabet of TIDs."""
        number, key = self.milliseconds(post) * 1000 << 10 | post % 1024, ""
        while number:
            number, digit = divmod(number, 32)
            key = "234567abcdefghijklmnopqrstuvwxyz"[digit] + key
        return f"at://did:plc:{hashlib.md5(b'%d' % (post % 97)).hexdigest()[:24]}/app.bsky.feed.post/{key:2>13}"

    def kind(self, post: int) -> Kind:
        """Return the kind of a post; a post that is the first to show an image is plain."""
        return _draw_role(self, post)[0]

    def source(self, post: int) -> int | None:
        """Return the post that a retweet or quote names: an older post of X that was the first to show an image."""
        return _draw_role(self, post)[1]

    def first_post(self, image: int) -> int:
        """Return the post at whose time an image is first seen; it shows the image unless the image is dropped."""
        return image * self.posts // self.images

    def is_dropped(self, image: int) -> bool:
        """Whether somebody dropped the image."""
        return image % 23 == 7

    def is_one_off(self, image: int) -> bool:
        """Whether only one photo ever shows the image."""
        return image % 5 == 3

    def is_analyzed(self, image: int) -> bool:
        """Whether the image has an analysis; some wait for another day's budget."""
        return image % 41 != 40

    def image_id(self, image: int) -> str:
        """Return 64 hex digits in place of the SHA-256 of the bytes."""
        return hashlib.sha256(b"image %d of %d" % (image, self.seed)).hexdigest()

    def image_day(self, image: int) -> str:
        """The partition of an image: when it was first seen."""
        return self.day(self.first_post(image))

    def new_images(self, post: int) -> list[int]:
        """The images that a post is the first to show."""
        first, end = (-(-number * self.images // self.posts) for number in (post, post + 1))
        return [image for image in range(first, end) if not self.is_dropped(image)]

    def media(self, post: int) -> list[Medium]:
        """A post's own photos, those of a retweet being those of the post it repeats."""
        kind = self.kind(post)
        if kind == "retweet":
            return self.media(self.source(post) or 0)
        draw = self.draw(3, post)
        images: list[int | None] = [*self.new_images(post)]
        if kind == "plain" and not images and draw.random() < 0.3:
            images = [self.pick_popular_image(post, draw) for _ in range(draw.choice((1, 1, 1, 2, 3)))]
        own: list[int | UnavailablePhoto] = [image for image in dict.fromkeys(images) if image is not None]
        failed: list[int | UnavailablePhoto] = [FAILURES[post // 19 % len(FAILURES)]] if post % 19 == 5 else []
        return [self._medium(post, slot, image) for slot, image in enumerate((own + failed)[:_MAX_MEDIA])]

    def _medium(self, post: int, slot: int, shown: int | UnavailablePhoto) -> Medium:
        number = f"{(self.post_id(post) >> 3) + slot}"
        mediaid = number if self.platform(post) == "x" else f"bafkrei{hashlib.sha256(number.encode()).hexdigest()[:52]}"
        if isinstance(shown, UnavailablePhoto):
            return Medium(mediaid, None, shown, "video" if shown.status == "no_url" else "photo")
        return Medium(mediaid, shown, kind=_KINDS.get(post % 16, "photo"))

    def pick_popular_image(self, post: int, draw: random.Random) -> int | None:
        """Pick an image seen before: often one of the last day, otherwise one that was popular from the beginning."""
        known = -(-post * self.images // self.posts)
        if draw.random() < 0.6:
            image = known - 1 - int(draw.expovariate(self.days / self.images))
        else:
            image = int(known * draw.random() ** 3)
        while image >= 0 and self.is_one_off(image):
            image -= 1
        return image if image >= 0 else None


@lru_cache(maxsize=4096)
def _compute_milliseconds(plan: Plan, post: int) -> int:
    day = post * plan.days // plan.posts
    members = plan.posts_of(day)
    share = (post - members.start) / len(members) * plan.hour_ends[-1]
    hour = next(hour for hour, end in enumerate(plan.hour_ends) if share < end)
    within = 1 - (plan.hour_ends[hour] - share) / _HOURS[hour]
    midnight = dt.datetime.combine(plan.first_day, dt.time(), dt.UTC) + dt.timedelta(days=day)
    early = 40 * 86_400_000 if plan.is_old(post) else 0
    return int(midnight.timestamp() * 1000) + int((hour + within) * 3_600_000) - early


@lru_cache(maxsize=4096)
def _draw_role(plan: Plan, post: int) -> tuple[Kind, int | None]:
    draw = plan.draw(1, post)
    chance = draw.random()
    if chance < 0.4 and plan.platform(post) == "x" and not plan.new_images(post):
        source = _find_source(plan, post, draw)
        if source is not None:
            return ("retweet" if chance < 0.25 else "quote"), source
    return ("reply" if chance > 0.92 else "plain"), None


def _find_source(plan: Plan, post: int, draw: random.Random) -> int | None:
    image = plan.pick_popular_image(post, draw)
    for older in range(-1 if image is None else image, -1, -1):
        first = plan.first_post(older)
        if plan.platform(first) == "x" and not (plan.is_dropped(older) or plan.is_one_off(older)):
            return first
    return None
