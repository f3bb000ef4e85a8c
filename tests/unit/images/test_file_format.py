"""What a file is that is not a photo."""

import gzip
import io
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from photolake.errors import PermanentError
from photolake.images.file_format import HEAD_BYTES, detect_format


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("photo.jpg"), b"not here")
    return buffer.getvalue()


def encoded(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, kind)
    return buffer.getvalue()


def brand(name: bytes) -> bytes:
    return b"\x00\x00\x00\x18ftyp" + name + b"\x00\x00\x00\x00" + name + b"mif1" + bytes(40)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_a_photo_is_known_by_its_head(kind):
    assert detect_format(encoded(kind)[:HEAD_BYTES]) == kind


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (zipped(), "a ZIP archive or an Office document"),
        (gzip.compress(b"x", mtime=0), "a gzip archive"),
        (brand(b"heic"), "a HEIC photo"),
        (brand(b"qt  "), "a QuickTime video"),
        (brand(b"isom"), "an MP4 or other ISO media file"),
        (b"\x1aE\xdf\xa3\x01", "a Matroska or WebM video"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "an AVI video"),
        (encoded("TIFF"), "a TIFF or raw photo"),
        (encoded("BMP"), "a BMP image"),
        (encoded("ICO"), "an icon"),
        (encoded("JPEG2000"), "a JPEG 2000 photo"),
        (b"<!DOCTYPE html>\n<title>Not found</title>", "an HTML page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", "an SVG drawing"),
        (b"<?xml version='1.0'?><rss/>", "an XML document"),
        ("Größe,Ort\n".encode(), "a text"),
        (("é" * HEAD_BYTES).encode()[1 : HEAD_BYTES + 1], "something that begins with"),
        (("x" + "é" * HEAD_BYTES).encode()[:HEAD_BYTES], "a text"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07\x08", "something that begins with"),
    ],
)
def test_what_is_not_a_photo_is_named(head, name):
    with pytest.raises(PermanentError, match=name) as refused:
        detect_format(head)
    assert refused.value.status == "unsupported_format"


def test_a_file_without_bytes_is_broken():
    with pytest.raises(PermanentError, match="no bytes") as refused:
        detect_format(b"")
    assert refused.value.status == "broken"


@given(st.binary(max_size=64))
@example(b"\x00\x00\x00\x08ftyp")
@example(b"RIFF")
def test_any_bytes_are_a_photo_or_have_a_name(head):
    try:
        found = detect_format(head)
    except PermanentError as refused:
        found = refused.status
    assert found in ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "unsupported_format", "broken")
