"""The files of the pictures: drawn from the lake's bucket in two sizes, or taken from an earlier build."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from photolake.errors import PermanentError
from photolake.images.rendition import draw_small
from photolake_cli.stored_images import NOT_AN_IMAGE_ID, ImageBucket, MissingFileError, is_image_id, load_in_order

DRAWING_VERSION = 1
"""Files of another version are drawn again."""
SIDES: Mapping[str, int] = {"pictures": 1024, "thumbnails": 320}
"""Folders, and the longest side in pixels."""
_DRAWN_AT_ONCE = max(1, min(4, os.cpu_count() or 1))
"""A PNG of 50 megapixels takes 150 MB while it is drawn."""
_QUALITY = 80
_EFFORT = 2
"""Of 0 to 6: each step takes longer, and saves a few percent."""
_COLOURS = 5
_PALETTE_SIDE = 32
_REASONS = {
    "too_large": "the image is too large",
    "too_small": "the image is too small",
    "broken": "it is not an image that can be read",
    "unsupported_format": "it is not an image that can be read",
}


@dataclass(frozen=True)
class PictureFile:
    """What became of a picture's files: the palette of those that are there, or why there are none."""

    missing: str | None = None
    palette: list[str] = field(default_factory=list)
    width: int = 0
    height: int = 0


class PictureStore:
    """Puts the files of pictures into a folder; `earlier` is the folder of an earlier build."""

    def __init__(self, bucket: ImageBucket, folder: Path, earlier: Path | None) -> None:
        self._bucket = bucket
        self._folder = folder
        self._earlier = earlier
        self._drawing = threading.Semaphore(_DRAWN_AT_ONCE)
        self._counting = threading.Lock()
        self.drawn = 0
        self.reused = 0

    def put_all(self, pictures: Iterable[tuple[str, str | None]]) -> Iterator[tuple[str, PictureFile]]:
        """Put the files of all these images (image_id, s3_key), several at a time, in their order."""
        for (image_id, _), file in load_in_order(pictures, lambda picture: self.put(*picture)):
            yield image_id, file

    def put(self, image_id: str, s3_key: str | None) -> PictureFile:
        """Put the files of one image; CommandError if the bucket refuses."""
        if not is_image_id(image_id):
            return PictureFile(NOT_AN_IMAGE_ID)
        paths = {name: self._folder / name / image_id[:2] / f"{image_id}.webp" for name in SIDES}
        found = self._reuse(paths)
        if found is not None:
            with self._counting:
                self.reused += 1
            return found
        try:
            image = self._draw(self._bucket.read(image_id, s3_key))
        except MissingFileError as error:
            return PictureFile(str(error))
        except PermanentError as error:
            return PictureFile(_REASONS.get(error.status, error.message))
        for name, path in paths.items():
            image.thumbnail((SIDES[name], SIDES[name]))
            _write(image, path)
        with self._counting:
            self.drawn += 1
        return PictureFile(None, _read_palette(paths["thumbnails"]), *image.size)

    def remove_others(self, image_ids: set[str]) -> None:
        """Remove the files of images that are not among these, which an interrupted build has left."""
        for name in SIDES:
            for path in (self._folder / name).glob("*/*"):
                if path.suffix != ".webp" or path.stem not in image_ids:
                    path.unlink()

    def _reuse(self, paths: Mapping[str, Path]) -> PictureFile | None:
        """The files of an interrupted or an earlier build, if they can be read."""
        try:
            for path in paths.values():
                if not path.exists():
                    if self._earlier is None:
                        return None
                    _link(self._earlier / path.relative_to(self._folder), path)
            with Image.open(paths["thumbnails"], formats=["WEBP"]) as image:
                size = image.size
            return PictureFile(None, _read_palette(paths["thumbnails"]), *size)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return None

    def _draw(self, data: bytes) -> Image.Image:
        with self._drawing:
            return draw_small(data, max(SIDES.values()))


def find_palette(image: Image.Image) -> list[str]:
    """Find up to five colours, the most frequent first, as `#rrggbb`: by median cut, then the nearest means."""
    # The other ways of resizing mix colours at edges.
    small = image.convert("RGB").resize((_PALETTE_SIDE, _PALETTE_SIDE), Image.Resampling.NEAREST)
    reduced = small.quantize(_COLOURS, Image.Quantize.MEDIANCUT, kmeans=1)
    palette = reduced.getpalette() or []
    counted: list[Any] = sorted(reduced.getcolors() or [], reverse=True)
    colours = (palette[3 * number : 3 * number + 3] for _, number in counted)
    return list(dict.fromkeys("#" + bytes(colour).hex() for colour in colours))


def _read_palette(path: Path) -> list[str]:
    """The palette of a file as it is stored, so that every build finds the same."""
    with Image.open(path, formats=["WEBP"]) as image:
        return find_palette(image)


def _write(image: Image.Image, path: Path) -> None:
    """Write the file at once, without the metadata of the photo."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    image.save(unfinished, "WEBP", quality=_QUALITY, method=_EFFORT, icc_profile=None, exif=b"", xmp=b"")
    unfinished.replace(path)


def _link(source: Path, path: Path) -> None:
    """Take a file without copying it where the file system can; OSError if there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        path.hardlink_to(source)
        return
    unfinished = path.with_suffix(".part")
    shutil.copyfile(source, unfinished)
    unfinished.replace(path)
