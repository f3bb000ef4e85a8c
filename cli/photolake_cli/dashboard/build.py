"""Builds the data of a dashboard: rows out of the views and the lake's bucket into pages of columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from photolake_cli.dashboard.analyses import AnalysisReader, read_analysis
from photolake_cli.dashboard.cleaning import clean_count, clean_text
from photolake_cli.dashboard.names import NameList, TextNames
from photolake_cli.dashboard.pages import PageWriter
from photolake_cli.dashboard.posts import Authors, PhotoReader, PostReader

if TYPE_CHECKING:
    from photolake_cli.dashboard.folder import DashboardFolder
    from photolake_cli.dashboard.lake_rows import RowReader
    from photolake_cli.dashboard.pictures import PictureFile, PictureStore
    from photolake_cli.dashboard.rows import Names
    from photolake_cli.lake import Lake

Row = Mapping[str, Any]
_STEP = 500


@dataclass
class DataBuilder:
    """Writes all rows, kind by kind; `names` and the counts are complete when they are written."""

    folder: DashboardFolder
    rows: RowReader
    lake: Lake
    store: PictureStore
    authors: Authors
    on_progress: Callable[[str], None]
    counts: dict[str, int] = field(default_factory=dict)
    missing: Counter[str] = field(default_factory=Counter)
    """Pictures without files, by the reason."""
    days: set[str] = field(default_factory=set)
    """The days of posts and of dropped photos."""

    def __post_init__(self) -> None:
        self._posts = PostReader(self.authors)
        self._photos = PhotoReader(self._posts, self.authors)
        self._analyses = AnalysisReader()
        self._origins = TextNames()
        self._groups: NameList[str] = NameList()

    def write(self) -> None:
        """Write the pages of every kind."""
        self._write_posts()
        self._photos.add(self.rows.read("photos"))
        images = self._read_images()
        files = self._put_pictures(images)
        row_of_picture = self._write_pictures(images, files)
        self._write_photos(row_of_picture)

    def list_names(self) -> Names:
        """The names that the rows' numbers stand for."""
        posts, photos, found = self._posts, self._photos, self._analyses
        return {
            "platforms": posts.platforms.items,
            "languages": posts.languages.items,
            "sentiments": posts.sentiments.items,
            "queries": posts.queries.items,
            "hashtags": posts.hashtags.items,
            "entities": posts.entities.items,
            "labels": found.labels.items,
            "moderationLabels": found.moderation_labels.items,
            "celebrities": found.celebrities.items,
            "genders": found.genders.items,
            "emotions": found.emotions.items,
            "photoStatuses": photos.statuses.items,
            "photoKinds": photos.kinds.items,
            "origins": self._origins.items,
        }

    def _write_posts(self) -> None:
        self._posts.add_hashtags(self.rows.read("hashtags"))
        self._posts.add_entities(self.rows.read("entities"))
        posts, texts = self._open("posts"), self._open("texts")
        for post, text, day in self._posts.read_posts(self.rows.read("posts")):
            posts.add(post)
            texts.add(text)
            self.days.add(day)
            self._show(posts, "posts")
        self.counts |= {"posts": posts.close(), "texts": texts.close()}

    def _read_images(self) -> dict[str, Row]:
        """The images by their ids, in the order of their days."""
        images: dict[str, Row] = {row["image_id"]: row for row in self.rows.read("images")}
        self.days |= {row["dropped_on"] for row in images.values() if row["dropped_on"]}
        return images

    def _put_pictures(self, images: Mapping[str, Row]) -> dict[str, PictureFile]:
        files = {}
        keys = ((image_id, row["s3_key"]) for image_id, row in images.items())
        for number, (image_id, file) in enumerate(self.store.put_all(keys), 1):
            files[image_id] = file
            if file.missing is not None:
                self.missing[file.missing] += 1
            self.on_progress(f"{number:,} of {len(images):,} pictures")
        self.store.remove_others({image_id for image_id, file in files.items() if file.missing is None})
        return files

    def _write_pictures(self, images: Mapping[str, Row], files: Mapping[str, PictureFile]) -> dict[str, int]:
        """Write pictures and their analyses, and return the row of each."""
        pictures, analyses = self._open("pictures"), self._open("analyses")
        row_of_picture = {}
        for image_id, analysis in self._read_analyses(images):
            row = self._build_picture(image_id, images[image_id], files[image_id])
            row_of_picture[image_id] = pictures.add({**row, **self._analyses.read_findings(analysis)})
            analyses.add(read_analysis(analysis))
            self._show(pictures, "analyses")
        self.counts |= {"pictures": pictures.close(), "analyses": analyses.close()}
        return row_of_picture

    def _read_analyses(self, images: Mapping[str, Row]) -> Iterator[tuple[str, Row]]:
        """Each image with its analysis, day by day; nothing in it if its object has expired meanwhile."""
        for day, waiting in _group_by_day(images):
            for analysis in self.lake.read_analyses(day):
                if analysis["image_id"] in waiting:
                    waiting.remove(analysis["image_id"])
                    yield analysis["image_id"], analysis
            yield from ((image_id, {}) for image_id in images if image_id in waiting)

    def _build_picture(self, image_id: str, image: Row, file: PictureFile) -> dict[str, Any]:
        description = self._photos.description_of.get(image_id) or clean_text(image["file_name"])
        return {
            "id": clean_text(image_id) or "",
            "origin": self._origins.require(clean_text(image["origin"])),
            "width": clean_count(image["width"]) or file.width,
            "height": clean_count(image["height"]) or file.height,
            "missing": file.missing,
            "alt": description,
            "group": self._groups.number(image["image_group"], ""),
            "palette": file.palette,
        }

    def _write_photos(self, row_of_picture: Mapping[str, int]) -> None:
        photos = self._open("photos")
        for photo in self._photos.read_photos(row_of_picture):
            photos.add(photo)
        self.counts["photos"] = photos.close()

    def _open(self, kind: str) -> PageWriter:
        return PageWriter(self.folder.data, kind)

    def _show(self, writer: PageWriter, what: str) -> None:
        if writer.rows % _STEP == 0:
            self.on_progress(f"{writer.rows:,} {what}")


def _group_by_day(images: Mapping[str, Row]) -> Iterable[tuple[str, set[str]]]:
    days: dict[str, set[str]] = {}
    for image_id, row in images.items():
        days.setdefault(row["dt"], set()).add(image_id)
    return sorted(days.items())
