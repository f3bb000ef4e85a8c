"""Writes images for FiftyOne and LightlyStudio: boxes in the JSON of COCO, and beside it what has no box.

`labels.json` has the boxes (https://cocodataset.org/#format-data), `captions.json` the texts of the posts as COCO's
captions; `classifications.json` and `moderation.json` have labels of the whole image in FiftyOne's format
(https://docs.voxel51.com/user_guide/import_datasets.html), because COCO has no place for them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any

from photolake_cli.explorers.image import Finding, Kind, LakeImage

if TYPE_CHECKING:
    from photolake_cli.explorers.folder import ExportFolder
    from photolake_cli.explorers.stored import ImageFile

DOCUMENTS = ("labels.json", "captions.json", "classifications.json", "moderation.json")
_BOXED = (Kind.LABEL, Kind.CUSTOM_LABEL, Kind.CELEBRITY, Kind.FACE, Kind.TEXT)
_CLASSIFIED = (Kind.LABEL, Kind.CUSTOM_LABEL, Kind.CELEBRITY)


class Categories:
    """Numbers the categories of boxes; each name is there once, as FiftyOne tells classes apart by their names."""

    def __init__(self) -> None:
        """None yet."""
        self._ids: dict[tuple[Kind, str], int] = {}
        self._names: set[str] = set()
        self.listed: list[dict[str, Any]] = []

    def find_id(self, finding: Finding) -> int:
        """The number of a finding's category, from 1."""
        key = (finding.kind, finding.name)
        if key not in self._ids:
            self._ids[key] = len(self.listed) + 1
            name = finding.name
            while name in self._names:
                name = f"{name} ({finding.kind})"
            self._names.add(name)
            self.listed.append({"id": self._ids[key], "name": name, "supercategory": finding.group or finding.kind})
        return self._ids[key]


class Section:
    """A part of a JSON document, of which there may be more than fits into memory: it is collected in a file."""

    def __init__(self, file: IO[str]) -> None:
        """The file is temporary."""
        self._file = file
        self.count = 0

    def add(self, item: Any, key: str | None = None) -> None:
        """Add an item of an array, or with `key` of an object."""
        prefix = f"{json.dumps(key)}: " if key is not None else ""
        self._file.write(f"{',' if self.count else ''}\n{prefix}{json.dumps(item, ensure_ascii=False)}")
        self.count += 1

    def read(self) -> Iterator[str]:
        """Read all items as they stand in the document."""
        self._file.seek(0)
        while part := self._file.read(1 << 20):
            yield part


class CocoWriter:
    """Collects images and writes the documents at the end; use it as a context manager."""

    def __init__(self, show_authors: bool) -> None:
        """Opens its temporary files."""
        self._show_authors = show_authors
        self._categories = Categories()
        self._classes: dict[str, set[str]] = {"classifications": set(), "moderation": set()}
        self._files = ExitStack()
        names = ("images", "annotations", "captions", *self._classes)
        self._sections = {name: Section(self._open_temporary()) for name in names}

    def __enter__(self) -> CocoWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    @property
    def boxes(self) -> int:
        """How many boxes there are."""
        return self._sections["annotations"].count

    def add(self, image: LakeImage, file: ImageFile) -> None:
        """Add an image, whose file is in the folder."""
        number = self._sections["images"].count + 1
        self._sections["images"].add(self._describe_image(image, file, number))
        for finding in image.list_findings(*_BOXED):
            self._add_boxes(finding, file, number)
        for text in (
            dict.fromkeys(text for text in (image.post.text, image.post.alt_text) if text) if image.post else ()
        ):
            section = self._sections["captions"]
            section.add({"id": section.count + 1, "image_id": number, "caption": text})
        self._classify("classifications", image, image.list_findings(*_CLASSIFIED))
        if image.is_judged:
            self._classify("moderation", image, image.list_findings(Kind.MODERATION))

    def write(self, folder: ExportFolder, created: str, description: str) -> None:
        """Write the documents into the folder; `created` is the time of the export in ISO-8601."""
        info = {"description": description, "version": "1", "date_created": created}
        categories = self._categories.listed
        shared = [("info", _dump(info)), ("licenses", _dump([])), ("images", self._dump_section("images", "[]"))]
        boxes = [("categories", _dump(categories)), ("annotations", self._dump_section("annotations", "[]"))]
        _write_document(folder, "labels.json", [*shared, *boxes])
        _write_document(folder, "captions.json", [*shared, ("annotations", self._dump_section("captions", "[]"))])
        for name, classes in self._classes.items():
            parts = [("classes", _dump(sorted(classes))), ("labels", self._dump_section(name, "{}"))]
            _write_document(folder, f"{name}.json", parts)

    def _describe_image(self, image: LakeImage, file: ImageFile, number: int) -> dict[str, Any]:
        described: dict[str, Any] = {
            "id": number,
            "file_name": file.name,
            "width": file.width,
            "height": file.height,
            "image_id": image.image_id,
            "posts": image.posts,
            "suspect": image.is_suspect if image.is_judged else None,
        }
        if image.post:
            described["date_captured"] = image.post.posted_at and image.post.posted_at.isoformat(" ", "seconds")
            described["post_url"] = image.post.url
            if self._show_authors:
                described["author"] = image.post.screen_name
        return described

    def _add_boxes(self, finding: Finding, file: ImageFile, number: int) -> None:
        section = self._sections["annotations"]
        for box in finding.boxes:
            pixels = box.to_pixels(file.width, file.height)
            if pixels:
                section.add(
                    {
                        "id": section.count + 1,
                        "image_id": number,
                        "category_id": self._categories.find_id(finding),
                        "bbox": pixels,
                        "area": round(pixels[2] * pixels[3], 2),
                        "iscrowd": 0,
                        "score": round(finding.confidence / 100, 4),
                        # FiftyOne and CVAT read further values there.
                        "attributes": {"kind": finding.kind, **finding.attributes},
                    }
                )

    def _classify(self, name: str, image: LakeImage, findings: list[Finding]) -> None:
        surest = {finding.name: finding.confidence for finding in sorted(findings, key=lambda each: each.confidence)}
        self._classes[name].update(surest)
        labels = [{"label": label, "confidence": round(confidence / 100, 4)} for label, confidence in surest.items()]
        self._sections[name].add(labels[::-1], key=image.image_id)

    def _dump_section(self, name: str, brackets: str) -> Callable[[], Iterator[str]]:
        def read() -> Iterator[str]:
            yield brackets[0]
            yield from self._sections[name].read()
            yield brackets[1]

        return read

    def _open_temporary(self) -> IO[str]:
        return self._files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline=""))


def _dump(value: Any) -> Callable[[], Iterator[str]]:
    return lambda: iter([json.dumps(value, ensure_ascii=False)])


def _write_document(folder: ExportFolder, name: str, parts: list[tuple[str, Callable[[], Iterator[str]]]]) -> None:
    with folder.open_text(name) as out:
        for number, (key, read) in enumerate(parts):
            out.write(f"{',' if number else '{'}\n{json.dumps(key)}: ")
            out.writelines(read())
        out.write("\n}\n")
