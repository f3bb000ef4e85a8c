"""Forecasts what the analysis of posts will cost on AWS: list prices, by a sample of the posts or by all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from photolake.errors import RowError
from photolake.images.rekognition_apis import price_per_image
from photolake.photos.job import list_photo_jobs
from photolake.post_files.reader import START, Entry, read_entries
from photolake.post_formats.format import Deletion, Notice
from photolake.posts.comprehend import clip_text
from photolake.posts.packed_entities import count_packed_characters, estimate_packed_units
from photolake.price_list import DEFAULT_REGION, read_prices
from photolake.pricing import COMPREHEND_MIN_UNITS, count_comprehend_units
from photolake_cli.collect.distinct import DistinctCounter

if TYPE_CHECKING:
    from photolake.rows.types import PostRow
    from photolake_cli.collect.files import PostFile
    from photolake_cli.collect.journal import Checkpoint

Check = Callable[["PostRow", int], object]


@dataclass
class Volume:
    """What is to be analysed: posts, their distinct texts and photos; and what is not.

    `texts` are counted in units, `packed_texts` in characters, as they are billed if entities are packed.
    """

    posts: int = 0
    rejected: int = 0
    notices: Counter[str] = field(default_factory=Counter)
    deletions: int = 0
    texts: DistinctCounter = field(default_factory=DistinctCounter)
    packed_texts: DistinctCounter = field(default_factory=DistinctCounter)
    photos: DistinctCounter = field(default_factory=DistinctCounter)

    def add(self, post: PostRow) -> None:
        """Count a post that fits the table."""
        self.posts += 1
        text = clip_text(post.get("text") or "")
        if text.strip():
            key = f"{post.get('lang')} {text}"
            self.texts.add(key, count_comprehend_units(text))
            self.packed_texts.add(key, count_packed_characters(text))
        for job in list_photo_jobs(cast("PostRow", {"source_platform": None, "collected_at": None, **post}), ""):
            self.photos.add(f"{job.source_platform} {job.mediaid}")


@dataclass(frozen=True)
class Forecast:
    """Amounts and prices; `is_whole` if all posts were counted, else they are scaled up from a sample.

    `text_units` are those of sentiment; those of entities are fewer if they are packed.
    """

    posts: int
    text_units: int
    photos: int
    apis: int
    text_usd: Decimal
    photo_usd: Decimal
    is_whole: bool

    @property
    def usd(self) -> Decimal:
        """The price of text and photos."""
        return self.text_usd + self.photo_usd


@dataclass(frozen=True)
class Sample:
    """The posts that were read, and the factor from them to all posts."""

    volume: Volume
    factor: Decimal

    def forecast(
        self, image_apis: Sequence[str], share: Decimal, *, packs_entities: bool = False, region: str = DEFAULT_REGION
    ) -> Forecast:
        """The cost if `share` of the posts are analysed."""
        units = entity_units = round(self.volume.texts.amount * self.factor)
        if packs_entities:
            characters = round(self.volume.packed_texts.amount * self.factor)
            entity_units = min(units, max(COMPREHEND_MIN_UNITS, estimate_packed_units(characters)))
        prices = read_prices(region)
        photos = round(self.volume.photos.count * self.factor)
        return Forecast(
            posts=round(self.volume.posts * self.factor),
            text_units=units,
            photos=photos,
            apis=len(image_apis),
            text_usd=(units * prices["comprehend_sentiment"].usd + entity_units * prices["comprehend_entities"].usd)
            * share,
            photo_usd=photos * price_per_image(image_apis, region) * share,
            is_whole=self.factor == 1,
        )


def sample_posts(files: Iterable[tuple[PostFile, Checkpoint]], check: Check, limit: int | None = None) -> Sample:
    """Read up to `limit` posts of the files, or all, from their checkpoints on, and scale up by the bytes left.

    `check` raises RowError for a post that will be rejected; it takes the post and the bytes of its document.
    """
    volume, stretches, unread = Volume(), [], 0
    for file, checkpoint in files:
        if limit and volume.posts >= limit:
            unread += file.size
        else:
            stretches.append(_read_stretch(file, checkpoint, volume, check, limit))
    unread += sum(stretch.left for stretch in stretches)
    if not unread or not volume.posts:
        return Sample(volume, Decimal(1))
    size, posts = sum(stretch.size for stretch in stretches), sum(stretch.posts for stretch in stretches)
    return Sample(volume, (1 + Decimal(unread) / size) * posts / volume.posts)


@dataclass(frozen=True)
class _Stretch:
    """A stretch of a file: its bytes, the posts in it, and the bytes of the file after it."""

    size: int
    posts: int
    left: int


def _read_stretch(file: PostFile, checkpoint: Checkpoint, volume: Volume, check: Check, limit: int | None) -> _Stretch:
    """Read a file until there are `limit` posts, or to its end."""
    before = volume.posts
    with file.open() as opened:
        began = position = 0
        whole = _Stretch(0, 0, 0)
        found = read_entries(opened.file, file.make_context(), checkpoint.place)
        for number, entry in enumerate(found):
            if number == 0 and checkpoint.place != START:
                began = position = opened.position
            if opened.position > position:
                # The file is read in blocks: all posts before this block have been counted.
                whole = _Stretch(position - began, volume.posts - before, file.size - position)
                position = opened.position
            _count_entry(entry, volume, check)
            if limit and volume.posts >= limit:
                return whole if whole.size else _Stretch(position - began, volume.posts - before, file.size - position)
    return _Stretch(file.size - began, volume.posts - before, 0)


def _count_entry(entry: Entry, volume: Volume, check: Check) -> None:
    if isinstance(entry.content, Notice):
        volume.notices[entry.content.kind] += 1
        return
    if isinstance(entry.content, Deletion):
        volume.deletions += 1
        return
    if isinstance(entry.content, dict):
        try:
            check(entry.content, entry.size)
        except RowError:
            volume.rejected += 1
        else:
            volume.add(entry.content)
    else:
        volume.rejected += 1
