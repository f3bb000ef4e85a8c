"""Photo jobs: the SQS messages that ask photo_fetcher for the photos of a post."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any, Self, cast, get_args, get_type_hints

from photolake.errors import PhotolakeError

if TYPE_CHECKING:
    from photolake.rows.types import Media, PhotoRow, PostRow, TextEntity

_KINDS: Mapping[str, str] = {"video": "video_preview", "animated_gif": "gif_preview"}
_SHOWN = ("retweeted", "quoted")  # a reply does not show the photos of the post that it replies to
# So that ten jobs fit one call of SQS, 1 MiB, whatever the characters (12 bytes each at worst).
_MAX_TEXT, _MAX_ENTITIES, _MAX_ENTITY = 2000, 25, 100


@dataclass(frozen=True)
class PostSummary:
    """What a search index takes of a post: its text, cut to 2,000 characters, and at most 25 entities of 100."""

    id_str: str | None
    text: str | None
    entities: list[TextEntity]

    @classmethod
    def of_post(cls, post: PostRow) -> Self:
        """Summarise a posts row."""
        text = post.get("text")
        found = [each for each in post.get("text_entities") or [] if each.get("text")]
        entities: list[TextEntity] = [
            {"text": (each["text"] or "")[:_MAX_ENTITY], "type": each.get("type"), "score": each.get("score")}
            for each in found[:_MAX_ENTITIES]
        ]
        return cls(post.get("id_str"), text and text[:_MAX_TEXT], entities)

    @classmethod
    def parse(cls, value: Any) -> Self | None:
        """Read the part of a message; None for a job that was sent before jobs had it."""
        if value is None:
            return None
        if not (
            isinstance(value, dict)
            and isinstance(value.get("id_str"), str | None)
            and isinstance(value.get("text"), str | None)
            and isinstance(value.get("entities"), list)
            and all(_is_entity(each) for each in value["entities"])
        ):
            raise PhotolakeError("photo job: post is not an object with id_str, text and a list of entities")
        return cls(value.get("id_str"), value.get("text"), value["entities"])

    def to_message(self) -> dict[str, Any]:
        """Return the part of the message that `parse` reads."""
        return asdict(self)


@dataclass(frozen=True)
class PhotoJob:
    """One photo of one post; each field but `post` is a column of the photos row. X gives some previews no URL."""

    origin: str
    source_platform: str
    tweetid: int
    dt: str
    mediaid: str
    media_url: str | None
    alt_text: str | None
    kind: str
    collected_at: str | None
    post: PostSummary | None = None

    @classmethod
    def parse(cls, body: str) -> Self:
        """Read the body of a message; PhotolakeError names the field that is missing or of another type."""
        try:
            job = json.loads(body)
        except ValueError as error:
            raise PhotolakeError(f"a photo job is JSON: {error}") from error
        if not isinstance(job, dict):
            raise PhotolakeError(f"a photo job is a JSON object, not {type(job).__name__}")
        for name, types in _FIELD_TYPES.items():
            if type(job.get(name)) not in types:
                raise PhotolakeError(f"photo job: {name} is missing or of type {type(job.get(name)).__name__}")
        _check_date(job["dt"])
        values: dict[str, Any] = {name: job.get(name) for name in _FIELD_TYPES}
        return cls(**values, post=PostSummary.parse(job.get("post")))

    def to_message(self) -> dict[str, Any]:
        """Return the message that `parse` reads."""
        return asdict(self)

    @property
    def source_key(self) -> str:
        """The row's key: a photo of a post has the same key however often it is delivered."""
        return f"{self.tweetid}:{self.mediaid}"

    @property
    def media_key(self) -> str:
        """What the photo is known by: posts that show the same one have the same key."""
        return f"{self.source_platform}#{self.mediaid}"

    def columns(self) -> PhotoRow:
        """Return the columns that are known before the photo is fetched."""
        columns = {name: getattr(self, name) for name in _FIELD_TYPES}
        return cast("PhotoRow", {**columns, "source_key": self.source_key})


_FIELD_TYPES: Mapping[str, tuple[type, ...]] = {
    name: get_args(hint) or (hint,) for name, hint in get_type_hints(PhotoJob).items() if name != "post"
}


def list_photo_jobs(post: PostRow, dt: str) -> list[PhotoJob]:
    """Make a job for each distinct photo that a post shows: its own, and those of the posts it retweets or quotes.

    `dt` is the post's partition. Media are the same if their ids are, or without ids their URLs. A medium without a
    URL (X leaves out the preview of some videos) gets a job as well, so that it has a photos row like every other.
    """
    summary = PostSummary.of_post(post)
    return [
        PhotoJob(
            origin="post",
            source_platform=post["source_platform"],
            tweetid=post["id"],
            dt=dt,
            mediaid=media_id,
            media_url=_url(media),
            alt_text=media.get("ext_alt_text"),
            kind=_read_kind(media),
            collected_at=post["collected_at"],
            post=summary,
        )
        for media_id, media in _find_distinct_media(post).items()
    ]


def count_photos_without_url(post: PostRow) -> int:
    """Count the distinct photos of a post that have no URL, and so will get the status `no_url`."""
    return sum(_url(media) is None and _read_kind(media) == "photo" for media in _find_distinct_media(post).values())


def _find_distinct_media(post: PostRow) -> dict[str, Media]:
    distinct: dict[str, Media] = {}
    for media in _iterate_media(post):
        media_id = media.get("id") or (media.get("media_key") or "").rpartition("_")[2] or _url(media) or "unknown"
        distinct.setdefault(media_id, media)
    return distinct


def _iterate_media(post: PostRow) -> Iterator[Media]:
    referenced = [each for each in post.get("referenced_tweets") or [] if each and each.get("type") in _SHOWN]
    lists = [(post.get("extended_entities") or {}).get("media"), *(each.get("media") for each in referenced)]
    return (media for media in chain.from_iterable(each or [] for each in lists) if media)


def _is_entity(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("text"), str)
        and isinstance(value.get("type"), str | None)
        and isinstance(value.get("score"), int | float | None)
    )


def _read_kind(media: Media) -> str:
    return _KINDS.get(media.get("type") or "", "photo")


def _url(media: Media) -> str | None:
    return media.get("media_url_https") or media.get("media_url") or None


def _check_date(text: str) -> None:
    try:
        parsed = date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise PhotolakeError(f"photo job: dt {text[:20]!r} is not a date") from error
    if parsed != text:
        raise PhotolakeError(f"photo job: dt {text[:20]!r} is not of the form YYYY-MM-DD")
