"""Reads the images of a lake and the hashtags beside them through its views."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from photolake_cli.explorers.image_row import read_image

if TYPE_CHECKING:
    from photolake_cli.explorers.image import LakeImage
    from photolake_cli.query.client import QueryClient
    from photolake_cli.query.result import QueryResult

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Amount:
    """How many images there are, and how many pixels they have together."""

    images: int
    pixels: float


@dataclass(frozen=True)
class Hashtag:
    """A hashtag as it was written, and how many posts with it show the image."""

    image_id: str
    text: str
    posts: int


class ImageReader:
    """The images that posts of the days from `since` to `until` show, or that were dropped on these days.

    `scanned` has the bytes of each query that was run.
    """

    def __init__(self, client: QueryClient, since: str, until: str, on_state: Callable[[str], None]) -> None:
        """The days are such as 2026-11-01."""
        self._client = client
        self._days = {"since": since, "until": until}
        self._on_state = on_state
        self.scanned: list[int] = []

    @property
    def statement(self) -> str:
        """What selects the images."""
        return self._build("images")

    @property
    def count_statement(self) -> str:
        """What counts them and their pixels."""
        return f"select count(*), sum(cast(width as double) * height)\nfrom (\n{self.statement}) as images"

    @property
    def hashtag_statement(self) -> str:
        """What selects the hashtags of the posts that show them."""
        return self._build("hashtags")

    def count(self) -> Amount:
        """Count the images."""
        result = self._run(self.count_statement)
        [[images, pixels]] = result.typed_rows()
        return Amount(images, pixels or 0.0)

    def read_images(self, min_confidence: float) -> Iterator[LakeImage]:
        """Read the images while their rows arrive, in the order of their days."""
        result = self._run(self.statement)
        names = result.column_names
        for row in result.typed_rows():
            yield read_image(dict(zip(names, row, strict=True)), min_confidence)

    def read_hashtags(self) -> Iterator[Hashtag]:
        """Read the hashtags of the posts that show the images."""
        return (Hashtag(*row) for row in self._run(self.hashtag_statement).typed_rows())

    def _run(self, sql: str) -> QueryResult:
        result = self._client.run_export(sql, self._on_state)
        self.scanned.append(result.scanned_bytes)
        return result

    def _build(self, name: str) -> str:
        return Template((_FOLDER / f"{name}.sql").read_text(encoding="utf-8")).substitute(self._days)
