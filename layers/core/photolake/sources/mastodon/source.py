"""Mastodon as a source: free and without a key, but it needs a hashtag to look for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.errors import NotConfiguredError, SettingsError
from photolake.settings import Settings
from photolake.sources.mastodon.timeline import TagTimeline
from photolake.sources.mastodon.timeline_source import MastodonSource

if TYPE_CHECKING:
    from photolake.collect.source import Source, SourceContext

PLATFORM = "mastodon"
PHOTO_HOSTS = ("files.mastodon.social",)
"""Of the instance that is read unless another is named; it keeps copies of the photos of others."""

MAX_LOOKBACK_MINUTES = 30 * 24 * 60
# Plain HTTP is for test servers on this machine only.
_INSTANCE = re.compile(r"(?=.{1,253}\Z)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+|http://127\.0\.0\.1:[0-9]+")
_HASHTAG = re.compile(r"\w{1,100}")


@dataclass(frozen=True)
class MastodonSettings(Settings):
    """What to look for on Mastodon, and where: see the settings of the same names in the template."""

    mastodon_instances: tuple[str, ...]
    mastodon_hashtags: tuple[str, ...]
    mastodon_only_photos: bool
    mastodon_lookback_minutes: int
    allowed_photo_hosts: tuple[str, ...]

    def check(self) -> None:
        """Raise SettingsError for the first invalid value."""
        for instance in self.mastodon_instances:
            if not _INSTANCE.fullmatch(instance):
                raise SettingsError(f"MASTODON_INSTANCES: {instance!r} is not a host, such as mastodon.social")
        for tag in self.hashtags:
            if not _HASHTAG.fullmatch(tag):
                raise SettingsError(f"MASTODON_HASHTAGS: {tag!r} is not a hashtag, such as photography")
        if not 0 < self.mastodon_lookback_minutes <= MAX_LOOKBACK_MINUTES:
            raise SettingsError(f"MASTODON_LOOKBACK_MINUTES is not within 1 and {MAX_LOOKBACK_MINUTES}")

    @property
    def hashtags(self) -> list[str]:
        """The hashtags without their sign."""
        return [tag for tag in (each.lstrip("#") for each in self.mastodon_hashtags) if tag]


def sources(context: SourceContext) -> Iterable[Source]:
    """Make a source for each hashtag of each instance."""
    settings = MastodonSettings.from_env()
    settings.check()
    if not settings.hashtags or not settings.mastodon_instances:
        raise NotConfiguredError(
            "Mastodon is skipped: say what to look for in MASTODON_HASHTAGS, and where in MASTODON_INSTANCES"
        )
    return [
        MastodonSource(
            TagTimeline(_make_url(instance), tag, settings.mastodon_only_photos),
            dt.timedelta(minutes=settings.mastodon_lookback_minutes),
            settings.mastodon_only_photos,
            settings.allowed_photo_hosts,
        )
        for instance in settings.mastodon_instances
        for tag in settings.hashtags
    ]


def _make_url(instance: str) -> str:
    return instance if instance.startswith("http://") else f"https://{instance}"
