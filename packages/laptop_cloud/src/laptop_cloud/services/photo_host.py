"""Replaces the hosts of photos: every URL returns one of the photos in a folder."""

from __future__ import annotations

import hashlib
import json
import mimetypes
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from laptop_cloud.errors import PhotoFolderError
from laptop_cloud.server.loopback import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


URLS_FILE = "urls.json"
# Not every platform's table of types has these.
_TYPES = {".webp": "image/webp", ".avif": "image/avif", ".heic": "image/heic"}


class PhotoFolder:
    """Chooses a file for a URL: the one urls.json names, else one by a hash of the URL, the same in every run.

    urls.json maps a URL to a file's name, or to an HTTP status such as 404. Without a folder every URL is 404.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._names = _list_photo_names(folder) if folder else []
        urls = folder / URLS_FILE if folder else None
        self._chosen: Mapping[str, str | int] = _read_urls_file(urls) if urls and urls.is_file() else {}

    def find(self, url: str) -> Path | int:
        """A photo, or the status to refuse with."""
        chosen = self._chosen.get(url)
        if isinstance(chosen, int):
            return chosen
        if self._folder is None or not (chosen or self._names):
            return 404
        path = self._folder / (chosen or self._names[_hash_url(url) % len(self._names)])
        return path if path.is_file() else 404


class PhotoHost:
    """Serves a PhotoFolder; requests come in absolute form (`GET https://host/path HTTP/1.1`), as to a proxy."""

    def __init__(self, photos: PhotoFolder) -> None:
        self._photos = photos
        self._server = LoopbackServer(Request.application(self._handle_request), "photo-host")

    @property
    def url(self) -> str:
        """The value of the template's PhotoEndpoint."""
        return self._server.url

    def stop(self) -> None:
        """Stop answering."""
        self._server.stop()

    def _handle_request(self, request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return Response(status=405)
        found = self._photos.find(request.environ["REQUEST_URI"])
        if isinstance(found, int):
            return Response(status=found)
        return Response(found.read_bytes(), content_type=guess_content_type(found.name))


def guess_content_type(name: str) -> str:
    """The media type by the file's name."""
    suffix = name[name.rfind(".") :].lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def _list_photo_names(folder: Path) -> list[str]:
    return sorted(
        path.name
        for path in folder.iterdir()
        if path.is_file() and path.name != URLS_FILE and not path.name.startswith(".")
    )


def _read_urls_file(urls: Path) -> Mapping[str, str | int]:
    try:
        chosen: dict[str, str | int] = json.loads(urls.read_text("utf-8"))
    except ValueError as error:
        raise PhotoFolderError(f"{urls} is not a JSON object of URLs and files: {error}") from error
    return chosen


def _hash_url(url: str) -> int:
    return int.from_bytes(hashlib.sha256(url.encode()).digest()[:8], "big")
