"""Small copies of images, read by their URLs, to be embedded in a page."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests

from photolake.errors import PermanentError
from photolake.images.ingest import MAX_PHOTO_BYTES
from photolake.images.rendition import draw_small

SIDE = 320
_WORKERS = 8
_TIMEOUT_SECONDS = (5, 30)


@dataclass(frozen=True)
class Thumbnail:
    """An image as a data URI; None with the reason why it cannot be shown."""

    data: str | None
    reason: str = ""


def load_thumbnails(
    urls: Sequence[str | None],
    on_count: Callable[[int], None],
    send: Callable[..., requests.Response] = requests.get,
) -> list[Thumbnail]:
    """Load a thumbnail for each URL, in order; `on_count` gets how many are there."""
    thumbnails = []
    with ThreadPoolExecutor(_WORKERS) as pool:
        for thumbnail in pool.map(lambda url: _load(url, send), urls):
            thumbnails.append(thumbnail)
            on_count(len(thumbnails))
    return thumbnails


def _load(url: str | None, send: Callable[..., requests.Response]) -> Thumbnail:
    if url is None:
        return Thumbnail(None, "not analysed yet")
    try:
        response = send(url, timeout=_TIMEOUT_SECONDS)
        if response.status_code == requests.codes.not_found:
            return Thumbnail(None, "the image is no longer stored")
        response.raise_for_status()
        if len(response.content) > MAX_PHOTO_BYTES:
            return Thumbnail(None, "the image is too large")
        return Thumbnail(_shrink(response.content))
    except requests.RequestException as error:
        return Thumbnail(None, f"it could not be loaded: {type(error).__name__}")
    except PermanentError:
        return Thumbnail(None, "it is not an image that can be read")


def _shrink(data: bytes) -> str:
    out = io.BytesIO()
    draw_small(data, SIDE).save(out, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
