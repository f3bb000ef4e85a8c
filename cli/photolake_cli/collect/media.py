"""Uploads the media files of an account archive, so that photos whose URL is gone are analysed all the same.

X puts them beside the posts, as `tweets_media/<post id>-<name>`. Only photos that a post names are uploaded.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from photolake.images.ingest import MAX_PHOTO_BYTES
from photolake.photos.provided import build_key
from photolake.post_files.reader import read_entries
from photolake.post_formats.beside import LargeSiblingError
from photolake_cli.aws_errors import explain_error
from photolake_cli.console import error_console, print_note, show_progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_s3 import S3Client

    from photolake.rows.types import PostRow
    from photolake_cli.cloud import Cloud
    from photolake_cli.collect.files import PostFile

# The name in the archive has had another ending than the URL.
PHOTO_ENDINGS = ("jpg", "png", "jpeg", "webp", "gif")
_NAME = re.compile(r"([A-Za-z0-9_-]{1,100})\.([a-z0-9]{2,5})")
_PREVIEWS = frozenset({"video", "animated_gif"})


class MediaFile(NamedTuple):
    """A photo of an archive: the key of its copy in the lake, and its bytes."""

    key: str
    content_type: str
    data: bytes


def upload_media(files: Iterable[PostFile], cloud: Cloud) -> None:
    """Upload the media of those files that are posts of an account archive, and say how many there were."""
    archives = [file for file in files if file.beside.media_folder]
    if not archives:
        return
    s3 = cloud.client("s3")
    with show_progress("Uploading photos of the archive", error_console) as update:
        for file in archives:
            count = 0
            for media in find_media(file):
                _put_if_absent(s3, media, cloud)
                count += 1
                update(f"{count:,} of {file.base}")
            if count:
                print_note(
                    f"{file.name}: {count:,} of its photos are in the archive; those stand in for URLs that are gone"
                )


def find_media(file: PostFile) -> Iterator[MediaFile]:
    """Yield the photos that the posts of a file name and that lie beside it."""
    done: set[str] = set()
    for post in _read_posts(file):
        for url in _list_urls(post):
            key = build_key(url)
            found = None if key in done else _read_media(file, post["id"], url)
            if key and found:
                yield MediaFile(key, *found)
            done.add(key or "")


def _read_posts(file: PostFile) -> Iterator[PostRow]:
    with file.open() as opened:
        for entry in read_entries(opened.file, file.make_context()):
            if isinstance(entry.content, dict):
                yield entry.content


def _list_urls(post: PostRow) -> Iterator[str]:
    """Yield the URLs of the photos of a post; an archive has films, but not their previews."""
    for medium in (post.get("extended_entities") or {}).get("media") or []:
        url = medium.get("media_url_https") or medium.get("media_url")
        if url and medium.get("type") not in _PREVIEWS:
            yield url


def _read_media(file: PostFile, post_id: int, url: str) -> tuple[str, bytes] | None:
    """Read the file of a photo of a post: its type and bytes; None if there is none, or it is too large to analyse."""
    named = _NAME.fullmatch(urlsplit(url).path.rpartition("/")[2])
    if not named:
        return None
    for ending in dict.fromkeys((named[2], *PHOTO_ENDINGS)):
        name = f"{file.beside.media_folder}/{post_id}-{named[1]}.{ending}"
        try:
            data = file.read_sibling(name)
        except LargeSiblingError:
            data = None
        if data and len(data) <= MAX_PHOTO_BYTES:
            return mimetypes.guess_type(name)[0] or "application/octet-stream", data
    return None


def _put_if_absent(s3: S3Client, media: MediaFile, cloud: Cloud) -> None:
    bucket = cloud.values["LakeBucketName"]
    try:
        s3.put_object(Bucket=bucket, Key=media.key, Body=media.data, ContentType=media.content_type, IfNoneMatch="*")
    except ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise explain_error(error, cloud.name) from error
    except BotoCoreError as error:
        raise explain_error(error, cloud.name) from error
