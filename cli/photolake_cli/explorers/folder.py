"""The folder of an export: files beside images, written so that the same command can go on after an interruption."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from PIL import Image, UnidentifiedImageError

from photolake_cli.errors import CommandError
from photolake_cli.explorers.stored import ImageFile, ImageStore, MissingImage
from photolake_cli.query.export import open_output

if TYPE_CHECKING:
    from photolake_cli.explorers.image import LakeImage

MARKER = "photolake.json"
MISSING = "missing.csv"
_OWN_IMAGE = re.compile(r"\.?[0-9a-f]{64}\.(jpg|png)(\.part)?")


class ExportFolder:
    """A folder that exports of one kind write; images that lie in it already are not read again."""

    def __init__(self, path: Path, kind: str, images: str, documents: Sequence[str], lake: str, side: int) -> None:
        """`images` is the folder of the images in it, `documents` has the names of all files that such exports write.

        Images of another lake or another size are replaced.
        """
        self.path = path
        self.images = path / images
        self.removed = 0
        self._documents = {*documents, MISSING}
        self._marker = {"format": kind, "lake": lake, "side": side}
        # Threads add to these.
        self._names: set[str] = set()
        self._kept_names: set[str] = set()
        self._keeps = False

    @property
    def kept(self) -> int:
        """How many images were in the folder already."""
        return len(self._kept_names)

    def check(self) -> None:
        """CommandError if the folder has files that are not of such an export."""
        try:
            found = self._read_marker()
            has_others = found is None and self.path.exists() and any(self.path.iterdir())
        except OSError as error:
            raise self._explain(error) from error
        if has_others:
            raise CommandError(f"{self.path} has other files. Name a new folder, or one of an earlier export: --to")
        if found is not None and found.get("format") != self._marker["format"]:
            raise CommandError(f"{self.path} has an export for {found.get('format')}. Name another folder: --to")
        self._keeps = found == self._marker

    def prepare(self) -> None:
        """Create the folder, and mark it as an export's; CommandError if it cannot be written."""
        try:
            self.images.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._explain(error) from error
        with self.open_text(MARKER) as out:
            json.dump(self._marker, out)

    def load(self, image: LakeImage, store: ImageStore) -> ImageFile | MissingImage:
        """Put the file of an image into the folder unless it is there."""
        kept = self._find(image.image_id) if self._keeps else None
        file = kept or store.load(image)
        if isinstance(file, MissingImage):
            return file
        if kept:
            self._kept_names.add(file.name)
        else:
            with self._open(self.images / file.name, binary=True) as out:
                out.write(file.data)
        self._names.add(file.name)
        return replace(file, data=b"")

    def finish(self, missing: Sequence[MissingImage]) -> None:
        """Write missing.csv, and remove what only an earlier export had, as it may be of posts that were deleted.

        Only files that an export has named are removed.
        """
        if missing:
            with self.open_text(MISSING) as out:
                rows = csv.writer(out, lineterminator="\n")
                rows.writerow(["image_id", "s3_key", "reason"])
                rows.writerows([each.image_id, each.s3_key, each.reason] for each in missing)
        for name in self._documents:
            (self.path / name).unlink(missing_ok=True)
        for path in list(self.images.iterdir()):
            if path.name not in self._names and _OWN_IMAGE.fullmatch(path.name):
                path.unlink(missing_ok=True)
                self.removed += 1

    def open_text(self, name: str) -> Any:
        """Open a file of the folder, which is replaced when the block has ended without an error."""
        self._documents.discard(name)
        return self._open(self.path / name, binary=False)

    def open_binary(self, name: str) -> Any:
        """Open a file of the folder for bytes."""
        self._documents.discard(name)
        return self._open(self.path / name, binary=True)

    @contextmanager
    def _open(self, path: Path, binary: bool) -> Iterator[IO[Any]]:
        with open_output(path, binary=binary, option="--to") as out:
            yield out

    def _explain(self, error: OSError) -> CommandError:
        return CommandError(f"{self.path} cannot be written: {error.strerror}. Name another folder: --to")

    def _read_marker(self) -> dict[str, Any] | None:
        try:
            found = json.loads((self.path / MARKER).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def _find(self, image_id: str) -> ImageFile | None:
        for path in (self.images / f"{image_id}.jpg", self.images / f"{image_id}.png"):
            try:
                with Image.open(path) as image:
                    return ImageFile(path.name, *image.size, path.stat().st_size)
            except (FileNotFoundError, UnidentifiedImageError):
                continue
        return None
