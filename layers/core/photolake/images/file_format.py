"""What a file is, by its first bytes: a photo that can become an image, or something else that has a name.

Names and content types may be wrong, so neither is asked. Only the beginning is compared with constants: these bytes
come from anybody, and a parser of other formats would be one more thing to attack.
"""

from __future__ import annotations

from photolake.errors import PermanentError

HEAD_BYTES = 1024
"""As many bytes of a file as are needed to know its format."""

_STATUS = "unsupported_format"
_AVIF_BRANDS = (b"avif", b"avis")
# Brands of ISO media files: https://mp4ra.org/registered-types/brands.
_ISO_BRANDS = {
    b"heic": "a HEIC photo",
    b"heix": "a HEIC photo",
    b"hevc": "a HEIC photo",
    b"heim": "a HEIC photo",
    b"mif1": "a HEIF photo",
    b"msf1": "a HEIF photo",
    b"crx ": "a Canon raw photo",
    b"qt  ": "a QuickTime video",
    b"M4A ": "an audio file",
}
_RIFF_KINDS = {b"AVI ": "an AVI video", b"WAVE": "an audio file"}
# https://www.garykessler.net/library/file_sigs.html, and the formats' own specifications.
_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"\x00\x00\x01\xba", "an MPEG video"),
    (b"FLV\x01", "a Flash video"),
    (b"OggS", "an Ogg file"),
    (b"ID3", "an audio file"),
    (b"II*\x00", "a TIFF or raw photo"),
    (b"MM\x00*", "a TIFF or raw photo"),
    (b"BM", "a BMP image"),
    (b"8BPS", "a Photoshop document"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"\xff\x0a", "a JPEG XL photo"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL photo"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 photo"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_MARKUP = ((b"<!doctype html", "an HTML page"), (b"<html", "an HTML page"), (b"<svg", "an SVG drawing"))
_XML = b"<?xml"
_TEXT_CONTROLS = frozenset(b"\t\n\r\f")
_FIRST_PRINTABLE = 0x20


def detect_format(head: bytes) -> str:
    """Return JPEG, PNG, WEBP, AVIF or GIF, as Pillow names them; `head` is a file, or its first HEAD_BYTES.

    PermanentError: `broken` for no bytes at all, `unsupported_format` for anything else; the message says what it is.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and _is_avif(head):
        return "AVIF"
    if not head:
        raise PermanentError("broken", "the photo has no bytes")
    raise PermanentError(_STATUS, f"{_describe(head[:HEAD_BYTES])}, not a JPEG, PNG, WebP, AVIF or GIF")


def _is_avif(head: bytes) -> bool:
    brands = head[8 : min(int.from_bytes(head[:4], "big"), 256)]
    return any(brands[at : at + 4] in _AVIF_BRANDS for at in range(0, len(brands), 4))


def _describe(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        return _ISO_BRANDS.get(head[8:12], "an MP4 or other ISO media file")
    if head.startswith(b"RIFF"):
        return _RIFF_KINDS.get(head[8:12], "a RIFF file")
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    return _describe_text(head) or f"something that begins with {head[:8]!r}"


def _describe_text(head: bytes) -> str | None:
    if any(byte < _FIRST_PRINTABLE and byte not in _TEXT_CONTROLS for byte in head):
        return None
    # The end of the head may cut a character in two.
    if not _is_utf8(head):
        return None
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, name in _MARKUP:
        if begin.startswith(mark) or (begin.startswith(_XML) and mark in begin):
            return name
    return "an XML document" if begin.startswith(_XML) else "a text"


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(head) == HEAD_BYTES and error.start > HEAD_BYTES - 4
    return True
