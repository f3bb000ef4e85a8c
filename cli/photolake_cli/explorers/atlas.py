"""Writes images as a Parquet file for Embedding Atlas: one row for each, with its bytes or its URL.

https://apple.github.io/embedding-atlas/data-formats.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any

from photolake_cli.explorers.image import Kind, LakeImage

if TYPE_CHECKING:
    import pyarrow as pa

    from photolake_cli.explorers.stored import ImageFile

GROUP_ROWS = 5000
GROUP_BYTES = 32 << 20
_AUTHOR = ("author", "author_name")
_NAMED = (Kind.LABEL, Kind.CUSTOM_LABEL)


class AtlasWriter:
    """Writes rows in groups, so that only one group is in memory; use it as a context manager."""

    def __init__(self, out: IO[bytes], show_authors: bool, has_bytes: bool) -> None:
        """The column `image` has the file, or without `has_bytes` the URL of the photo at its platform."""
        import pyarrow.parquet as pq

        self._has_bytes = has_bytes
        self._schema = build_schema(show_authors, has_bytes)
        self._writer = pq.ParquetWriter(out, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self._bytes = 0

    def __enter__(self) -> AtlasWriter:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Write what is left, and the end of the file."""
        if kind is None:
            self._write_group()
        self._writer.close()

    def add(self, image: LakeImage, file: ImageFile | None) -> None:
        """Write an image."""
        row = build_row(image)
        if not self._has_bytes:
            row["image"] = row["media_url"]
        elif file:
            row.update(image={"bytes": file.data, "path": file.name}, width=file.width, height=file.height)
            self._bytes += len(file.data)
        self._rows.append(row)
        self._bytes += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(self._rows) == GROUP_ROWS or self._bytes >= GROUP_BYTES:
            self._write_group()

    def _write_group(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows, self._bytes = [], 0


def build_schema(show_authors: bool, has_bytes: bool) -> pa.Schema:
    """Build the columns in the order of Embedding Atlas's charts; `image` is a row of bytes and path, or a URL."""
    import pyarrow as pa

    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())]) if has_bytes else pa.string()
    words, moment = pa.list_(pa.string()), pa.timestamp("ms", tz="UTC")
    columns: list[tuple[str, Any]] = [
        ("image", image),
        ("labels", words),
        ("top_label", pa.string()),
        ("text_in_image", pa.string()),
        ("faces", pa.int32()),
        ("emotion", pa.string()),
        ("celebrities", words),
        ("suspect", pa.bool_()),
        ("moderation", words),
        ("color", pa.string()),
        ("posts", pa.int64()),
        ("authors", pa.int64()),
        ("text", pa.string()),
        ("hashtags", words),
        ("language", pa.string()),
        ("sentiment", pa.string()),
        ("platform", pa.string()),
        ("query", pa.string()),
        ("posted_at", moment),
        ("last_posted_at", moment),
        ("likes", pa.int64()),
        ("reposts", pa.int64()),
        ("post_url", pa.string()),
        ("media_url", pa.string()),
        ("alt_text", pa.string()),
        *((name, pa.string()) for name in _AUTHOR if show_authors),
        ("file_name", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("perceptual_hash", pa.string()),
        ("day", pa.string()),
        ("image_id", pa.string()),
        ("description", pa.string()),
    ]
    return pa.schema(columns)


def build_row(image: LakeImage) -> dict[str, Any]:
    """Build the values of an image by column; those of its first post are null for a dropped photo."""
    post = image.post
    labels = image.list_names(*_NAMED)
    lines = _read_lines(image)
    return {
        "image_id": image.image_id,
        "description": _describe(post.text if post else "", labels, lines),
        "labels": labels,
        "top_label": labels[0] if labels else None,
        "text_in_image": "\n".join(lines) or None,
        "faces": len(image.list_findings(Kind.FACE)),
        "emotion": _find_emotion(image),
        "celebrities": image.list_names(Kind.CELEBRITY),
        "suspect": image.is_suspect if image.is_judged else None,
        "moderation": image.list_names(Kind.MODERATION) if image.is_judged else None,
        "color": image.dominant_color,
        "posts": image.posts,
        "authors": image.authors,
        "text": post and post.text,
        "hashtags": list(post.hashtags) if post else [],
        "language": post and post.language,
        "sentiment": post and post.sentiment,
        "platform": post and post.platform,
        "query": post and post.query,
        "posted_at": post and post.posted_at,
        "last_posted_at": image.last_posted_at,
        "likes": post and post.likes,
        "reposts": post and post.reposts,
        "post_url": post and post.url,
        "media_url": post and post.media_url,
        "alt_text": post and post.alt_text,
        "author": post and post.screen_name,
        "author_name": post and post.author_name,
        "file_name": image.file_name,
        "width": image.width,
        "height": image.height,
        "perceptual_hash": image.perceptual_hash,
        "day": image.day,
    }


def _read_lines(image: LakeImage) -> list[str]:
    return [finding.attributes["text"] for finding in image.list_findings(Kind.TEXT) if finding.attributes["text"]]


def _describe(text: str, labels: Sequence[str], lines: Sequence[str]) -> str:
    """What an embedding of text can work with, also for an image without a post."""
    return "\n".join(part for part in (text, ", ".join(labels), " / ".join(lines)) if part)


def _find_emotion(image: LakeImage) -> str | None:
    """The emotion of the largest face."""
    faces = [face for face in image.list_findings(Kind.FACE) if face.attributes.get("emotion")]
    largest = max(faces, key=lambda face: sum(box.width * box.height for box in face.boxes), default=None)
    return largest.attributes["emotion"] if largest else None
