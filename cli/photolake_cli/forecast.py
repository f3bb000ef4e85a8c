"""What the analysis of posts will cost on AWS, before it is bought.

Comprehend bills a text in units of 100 characters, at least three, at $0.0001 for each of sentiment and entities
(https://aws.amazon.com/comprehend/pricing/); Rekognition $0.001 for a photo and API, of image properties $0.00075
(https://aws.amazon.com/rekognition/pricing/). These are the first tiers in us-east-1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc, utc_now
from photolake.errors import RowError
from photolake.post_files.reader import START, Entry, entries
from photolake.posts.documents import clip
from photolake.posts.photo_jobs import photo_jobs
from photolake_cli.distinct import Distinct

if TYPE_CHECKING:
    from photolake_cli.journal import Progress
    from photolake_cli.post_files import PostFile

CHARACTERS_OF_A_UNIT = 100
LEAST_UNITS = 3
USD_PER_UNIT = 2 * Decimal("0.0001")
USD_PER_PHOTO = Decimal("0.001")
USD_PER_PROPERTIES = Decimal("0.00075")

Check = Callable[[dict[str, Any], int], object]


@dataclass
class Volume:
    """What there is to analyse: posts, their distinct texts in units, and their distinct photos; and what else."""

    posts: int = 0
    malformed: int = 0
    notices: int = 0
    texts: Distinct = field(default_factory=Distinct)
    photos: Distinct = field(default_factory=Distinct)

    def add(self, post: Mapping[str, Any]) -> None:
        """Count a post that fits the table."""
        self.posts += 1
        text = clip(post.get("text") or "")
        if text.strip():
            units = max(LEAST_UNITS, -(-len(text) // CHARACTERS_OF_A_UNIT))
            self.texts.add(f"{post.get('lang')} {text}", units)
        for job in photo_jobs({"source_platform": None, "collected_at": None, **post}, ""):
            self.photos.add(f"{job['source_platform']} {job['mediaid']}")


@dataclass(frozen=True)
class Forecast:
    """Amounts and prices; `is_whole` if everything was counted, else they are those of a sample, scaled up."""

    posts: int
    text_units: int
    photos: int
    apis: int
    text_usd: Decimal
    photo_usd: Decimal
    is_whole: bool

    @property
    def usd(self) -> Decimal:
        """The price of all."""
        return self.text_usd + self.photo_usd


@dataclass(frozen=True)
class Sample:
    """The posts that were looked at, and how many times as much there is."""

    volume: Volume
    factor: Decimal

    def forecast(self, image_apis: Sequence[str], share: Decimal) -> Forecast:
        """What it will cost; `share` of the posts are analysed at all."""
        units = round(self.volume.texts.amount * self.factor)
        photos = round(self.volume.photos.count * self.factor)
        per_photo = sum(
            (USD_PER_PROPERTIES if api == "properties" else USD_PER_PHOTO for api in image_apis), Decimal(0)
        )
        return Forecast(
            posts=round(self.volume.posts * self.factor),
            text_units=units,
            photos=photos,
            apis=len(image_apis),
            text_usd=units * USD_PER_UNIT * share,
            photo_usd=photos * per_photo * share,
            is_whole=self.factor == 1,
        )


def sample(files: Iterable[tuple[PostFile, Progress]], check: Check, limit: int | None = None) -> Sample:
    """Read up to `limit` posts of the files, or all, from where they stand; the bytes left say how many there are.

    `check` raises RowError for a post that will be set aside; it takes the post and the bytes of its document.
    """
    volume, stretches, unread = Volume(), [], 0
    for file, progress in files:
        if limit and volume.posts >= limit:
            unread += file.size
        else:
            stretches.append(_read(file, progress, volume, check, limit))
    unread += sum(stretch.left for stretch in stretches)
    if not unread or not volume.posts:
        return Sample(volume, Decimal(1))
    size, posts = sum(stretch.size for stretch in stretches), sum(stretch.posts for stretch in stretches)
    return Sample(volume, (1 + Decimal(unread) / size) * posts / volume.posts)


@dataclass(frozen=True)
class _Stretch:
    """So many bytes of a file hold so many posts, and so many bytes are left."""

    size: int
    posts: int
    left: int


def _read(file: PostFile, progress: Progress, volume: Volume, check: Check, limit: int | None) -> _Stretch:
    """Read a file until there are `limit` posts, or to its end."""
    before = volume.posts
    with file.opened() as opened:
        began = position = 0
        whole = _Stretch(0, 0, 0)
        found = entries(opened.file, source=file.name, collected_at=format_utc(utc_now()), after=progress.place)
        for number, entry in enumerate(found):
            if number == 0 and progress.place != START:
                began = position = opened.position
            if opened.position > position:
                # Only now all posts of the bytes before have been seen.
                whole = _Stretch(position - began, volume.posts - before, file.size - position)
                position = opened.position
            _count(entry, volume, check)
            if limit and volume.posts >= limit:
                return whole if whole.size else _Stretch(position - began, volume.posts - before, file.size - position)
    return _Stretch(file.size - began, volume.posts - before, 0)


def _count(entry: Entry, volume: Volume, check: Check) -> None:
    if entry.found is None:
        volume.notices += 1
        return
    if isinstance(entry.found, dict):
        try:
            check(entry.found, entry.size)
        except RowError:
            volume.malformed += 1
        else:
            volume.add(entry.found)
    else:
        volume.malformed += 1
