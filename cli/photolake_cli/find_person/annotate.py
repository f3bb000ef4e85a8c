"""Draws the boxes of matching faces on copies of the photos."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from photolake.errors import PermanentError
from photolake.images.rendition import render
from photolake_cli.console import make_printable, print_note
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from photolake.people.findings import Match, MatchingFace

COLOR = (255, 64, 0)
_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)


def write_annotated(matches: Sequence[Match], folder: Path) -> int:
    """Write a JPEG for each photo that shows the person, and return how many; CommandError if that is not possible.

    A photo that was deleted or changed since the search is told and left out.
    """
    written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for match in matches:
            try:
                body = render(match.photo.read()).body
            except PermanentError as error:
                print_note(f"{make_printable(match.photo.name)}: not drawn, {error}", "yellow")
                continue
            (folder / _name_file(match)).write_bytes(draw_faces(body, match.faces))
            written += 1
    except OSError as error:
        raise CommandError(f"{folder} cannot be written: {error.strerror}. Name another folder: --annotate") from error
    return written


def draw_faces(body: bytes, faces: Sequence[MatchingFace]) -> bytes:
    """Draw each face's box, with its similarity below it, on an image, and return it as JPEG."""
    with Image.open(io.BytesIO(body)) as opened:
        image = opened.convert("RGB")
    line = max(2, max(image.size) // 300)
    pen = ImageDraw.Draw(image)
    for face in faces:
        left, top, right, bottom = face.box.scale(*image.size)
        pen.rectangle((left, top, max(left, right), max(top, bottom)), outline=COLOR, width=line)
        pen.text((left, bottom + line), f"{face.similarity:.1f}", fill=COLOR, font_size=max(10, max(image.size) // 50))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _name_file(match: Match) -> str:
    base = _UNSAFE.sub("_", match.photo.name.rpartition("/")[2])[-80:].lstrip(".")
    return f"{match.photo.external_id[:8]}-{base}.jpg"
