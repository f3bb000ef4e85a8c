"""Bluesky as a source: it is free and needs no key, but it needs a keyword, hashtag or author to look for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.errors import NotConfiguredError, SettingsError
from photolake.settings import Settings
from photolake.sources.bluesky.collected_posts import CollectedPosts
from photolake.sources.bluesky.filter import PostFilter
from photolake.sources.bluesky.identifiers import is_did
from photolake.sources.bluesky.jetstream import Jetstream
from photolake.sources.bluesky.jetstream_source import BlueskySource

if TYPE_CHECKING:
    from photolake.collect.source import Source, SourceContext

PLATFORM = "bluesky"
PHOTO_HOSTS = ("cdn.bsky.app", "video.bsky.app")

MAX_LOOKBACK_MINUTES = 36 * 60
_A_DID = (
    "a DID, such as did:plc:z72i7hdynmk6r22z27h6tvur. That of a handle: "
    "https://public.api.bsky.app/xrpc/com.atproto.identity.resolveHandle?handle=bsky.app"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
# Plain WebSocket is for test servers on this machine only.
_HOST = re.compile(r"wss://[A-Za-z0-9.-]+(:[0-9]+)?/subscribe|ws://127\.0\.0\.1:[0-9]+/subscribe")


@dataclass(frozen=True)
class BlueskySettings(Settings):
    """What to look for on Bluesky, and where: see the parameters of the same names in the template."""

    bluesky_keywords: tuple[str, ...]
    bluesky_hashtags: tuple[str, ...]
    bluesky_authors: tuple[str, ...]
    bluesky_languages: tuple[str, ...]
    bluesky_only_photos: bool
    bluesky_lookback_minutes: int
    bluesky_hosts: tuple[str, ...]
    checkpoint_table: str

    def check(self) -> None:
        """Raise SettingsError for the first invalid value."""
        _check_values(self.bluesky_authors, is_did, "BLUESKY_AUTHORS", _A_DID)
        _check_values(
            self.bluesky_languages, _LANGUAGE.fullmatch, "BLUESKY_LANGUAGES", "a language code, such as en or pt-BR"
        )
        _check_values(self.bluesky_hosts, _HOST.fullmatch, "BLUESKY_HOSTS", "of the form wss://host/subscribe")
        if not self.bluesky_hosts:
            raise SettingsError("BLUESKY_HOSTS is empty: name a Jetstream, such as wss://host/subscribe")
        if not 0 < self.bluesky_lookback_minutes <= MAX_LOOKBACK_MINUTES:
            raise SettingsError(f"BLUESKY_LOOKBACK_MINUTES is not within 1 and {MAX_LOOKBACK_MINUTES}")

    def make_filter(self) -> PostFilter:
        """Make the filter; NotConfiguredError if it would let every post through."""
        wanted = PostFilter(
            self.bluesky_keywords,
            tuple(tag for tag in self.bluesky_hashtags if tag.strip("#")),
            self.bluesky_authors,
            self.bluesky_languages,
            self.bluesky_only_photos,
        )
        if wanted.is_open:
            raise NotConfiguredError(
                "Bluesky is skipped: say what to look for in BLUESKY_KEYWORDS, BLUESKY_HASHTAGS or BLUESKY_AUTHORS; "
                "without any of them every post of the network would be collected"
            )
        return wanted


def sources(context: SourceContext) -> Iterable[Source]:
    """Make the one source that the settings ask for."""
    settings = BlueskySettings.from_env()
    settings.check()
    return [
        BlueskySource(
            Jetstream(settings.bluesky_hosts),
            settings.make_filter(),
            CollectedPosts(context.get_table(settings.checkpoint_table)),
            dt.timedelta(minutes=settings.bluesky_lookback_minutes),
        )
    ]


def _check_values(values: Iterable[str], is_valid: Callable[[str], object], name: str, expected: str) -> None:
    for value in values:
        if not is_valid(value):
            raise SettingsError(f"{name}: {value!r} is not {expected}")
