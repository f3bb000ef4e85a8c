"""Photos that are bombs, or something else in disguise, through the intake."""

import io
import struct
import time
import warnings
import zipfile
import zlib

import pytest
from PIL import Image

from photolake.errors import PermanentError
from photolake.images.jpeg_file import MAX_SCANS
from photolake.images.limits import MAX_BYTES, MAX_SIDE
from photolake.images.rendition import render
from tests.builders.bombs import (
    apng,
    avif_of_size,
    chunk,
    encode,
    exif,
    gif,
    jpeg_of_size,
    jpeg_with,
    jpeg_with_scans,
    png,
    webp_with,
)

MANY = 20_000
MEGABYTES = zlib.compress(bytes(20_000_000), 9)
IFD_LOOP = struct.pack("<HHII", 0x8769, 4, 1, 8) * 500
BMP = encode("BMP")


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    return out.getvalue()


REFUSED = {
    "PNG of 65,535 pixels a side": (png(65_535, 65_535, idat=MEGABYTES), "too_large"),
    "PNG of 2^31 pixels a side": (png(2**31 - 1, 2**31 - 1, idat=b""), "too_large"),
    "PNG of 2^32 pixels a side": (png(2**32 - 1, 2**32 - 1, idat=b""), "too_large"),
    "PNG of no pixels": (png(0, 0, idat=b""), "*"),
    "PNG a pixel high": (png(50_000, 1), "too_small"),
    "PNG long and narrow": (png(20_000, 80), "too_large"),
    "PNG without pixels": (png(idat=b""), "broken"),
    "JPEG of 65,535 pixels a side": (jpeg_of_size(65_535, 65_535), "too_large"),
    "JPEG of 65,535 x 800 pixels": (jpeg_of_size(65_535, 800), "too_large"),
    "JPEG of no pixels": (jpeg_of_size(0, 0), "*"),
    "JPEG of 1,000 scans": (jpeg_with_scans(1_000), "too_large"),
    "JPEG of 100,000 scans": (jpeg_with_scans(100_000), "too_large"),
    "JPEG of a scan more than allowed": (jpeg_with_scans(MAX_SCANS), "too_large"),
    "GIF of 65,535 pixels a side": (gif(65_535, 65_535), "too_large"),
    "GIF of 65,535 x 800 pixels, 1,000 frames": (gif(65_535, 800, 1_000), "too_large"),
    "AVIF that says 65,535 pixels a side": (avif_of_size(65_535, 65_535), "*"),
    "SVG": (b'<svg><image href="http://169.254.169.254/latest/meta-data/"/></svg>', "unsupported_format"),
    "SVG with a declaration and entities": (
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg>&b;</svg>',
        "unsupported_format",
    ),
    "HTML": (b"<!doctype html><script>alert(1)</script>", "unsupported_format"),
    "PDF": (b"%PDF-1.7\n1 0 obj", "unsupported_format"),
    "PDF before a JPEG": (b"%PDF-1.7\n" + encode("JPEG"), "unsupported_format"),
    "TIFF": (encode("TIFF"), "unsupported_format"),
    "BigTIFF": (b"II+\0\x08\0\0\0" + bytes(100), "unsupported_format"),
    "BMP": (BMP, "unsupported_format"),
    "BMP of 2^31 pixels a side": (BMP[:18] + struct.pack("<ii", 2**31 - 1, 2**31 - 1) + BMP[26:], "unsupported_format"),
    "ICO": (encode("ICO", 64, 64), "unsupported_format"),
    "ICNS": (b"icns" + struct.pack(">I", 2**31), "unsupported_format"),
    "TGA": (encode("TGA"), "unsupported_format"),
    "PPM of 10^9 pixels a side": (b"P6 1000000000 1000000000 255\n", "unsupported_format"),
    "PSD": (b"8BPS\0\x01" + bytes(100), "unsupported_format"),
    "EPS": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\nsystem", "unsupported_format"),
    "JPEG 2000": (b"\0\0\0\x0cjP  \r\n\x87\n", "unsupported_format"),
    "JPEG XL": (b"\0\0\0\x0cJXL \r\n\x87\n", "unsupported_format"),
    "DDS": (b"DDS " + bytes(124), "unsupported_format"),
    "XBM": (b"#define a_width 99999\n#define a_height 99999\n", "unsupported_format"),
    "FLI": (bytes(4) + b"\x12\xaf" + bytes(122), "unsupported_format"),
    "zip": (zipped(), "unsupported_format"),
    "gzip": (b"\x1f\x8b\x08\0" + bytes(20), "unsupported_format"),
    "an executable": (b"\x7fELF" + bytes(60), "unsupported_format"),
    "a script": (b"#!/bin/sh\nrm -rf /\n", "unsupported_format"),
    "MP4": (b"\0\0\0\x18ftypmp42" + bytes(20), "unsupported_format"),
    "nothing": (b"", "broken"),
    "NULs": (bytes(1000), "unsupported_format"),
    "the beginning of a JPEG": (b"\xff\xd8\xff", "broken"),
    "the beginning of a PNG": (b"\x89PNG\r\n\x1a\n", "broken"),
    "the beginning of a GIF": (b"GIF89a", "broken"),
    "the beginning of a WebP": (b"RIFF\xff\xff\xff\xffWEBP", "broken"),
    "the beginning of an AVIF": (b"\0\0\0\x1cftypavif" + bytes(16), "broken"),
    "JPEG markers without an end": (b"\xff\xd8" + b"\xff\xe0\xff\xff" * 100, "broken"),
}  # fmt: skip
# What a photo may carry, and is drawn without; "*" for either: a picture, or a status that says why not.
CARRIED = {
    "PNG with a zTXt of 20 MB": png(before=chunk(b"zTXt", b"a\0\0" + MEGABYTES)),
    "PNG with an iTXt of 20 MB": png(before=chunk(b"iTXt", b"a\0\1\0\0\0" + MEGABYTES)),
    "PNG with an iCCP of 20 MB": png(before=chunk(b"iCCP", b"a\0\0" + MEGABYTES)),
    "PNG with 20,000 texts": png(before=chunk(b"tEXt", b"a\0b") * MANY),
    "PNG with 20,000 unknown chunks": png(before=chunk(b"abCd", b"") * MANY),
    "PNG with 20,000 empty pixel chunks": png(after=chunk(b"IDAT", b"") * MANY),
    "PNG with pixels of 20 MB": png(idat=MEGABYTES),
    "PNG with a chunk of 2^31 bytes": png(before=struct.pack(">I", 2**31 - 1) + b"abCd"),
    "PNG that ends in HTML": png() + b"<script>alert(1)</script>" * 100,
    "APNG of 2^31 frames": apng(2**31 - 1),
    "APNG of 100,000 frames": apng(100_000),
    "JPEG with 20,000 comments": jpeg_with(b"\xff\xfe\x00\x02" * MANY),
    "JPEG with 20,000 APP1": jpeg_with(b"\xff\xe1\x00\x02" * MANY),
    "JPEG with 200 ICC segments": jpeg_with(
        b"".join(b"\xff\xe2\x03\xe8ICC_PROFILE\0" + bytes([1 + at, 200]) + bytes(984) for at in range(200))
    ),
    "JPEG with fill bytes": jpeg_with(b"\xff" * MANY),
    "JPEG with 100,000 restart markers": encode("JPEG")[:-2] + b"\xff\xd0" * 100_000 + b"\xff\xd9",
    "JPEG with an EXIF directory in a loop": jpeg_with(exif(IFD_LOOP)),
    "JPEG with an orientation of 2^16": jpeg_with(exif(struct.pack("<HHII", 0x0112, 3, 1, 65_535))),
    "JPEG with an EXIF value of 4 GB": jpeg_with(exif(struct.pack("<HHII", 0x0112, 2, 2**32 - 1, 8))),
    "JPEG with a dozen scans": jpeg_with_scans(6),
    "JPEG before a zip": encode("JPEG") + zipped(),
    "JPEG before a PDF": encode("JPEG") + b"%PDF-1.7",
    "JPEG before HTML": encode("JPEG") + b"<script>alert(1)</script>",
    "JPEG before a JPEG": encode("JPEG") * 50,
    "JPEG with a script in its comment": jpeg_with(b"\xff\xfe\x00\x1b<script>alert(1)</script>"),
    "GIF of 20,000 frames": gif(frames=MANY),
    "GIF with 20,000 comments": gif(before=b"\x21\xfe\x01a\0" * MANY),
    "GIF with a comment of 20,000 blocks": gif(before=b"\x21\xfe" + b"\x01a" * MANY + b"\0"),
    "GIF that is a script": b"GIF89a=1;alert(1);//" + gif()[20:],
    "WebP with 20,000 chunks": webp_with(b"abcd\0\0\0\0" * MANY),
    "AVIF that says 400 pixels a side": avif_of_size(400, 400),
    "AVIF with 20,000 boxes": encode("AVIF", speed=10) + b"\0\0\0\x08free" * MANY,
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bomb_or_another_format_is_refused_with_a_status(name):
    data, status = REFUSED[name]
    started = time.process_time()
    with pytest.raises(PermanentError) as refused:
        render(data)
    assert refused.value.status == status or (
        status == "*" and refused.value.status in ("broken", "too_small", "too_large")
    )
    assert refused.value.message
    assert time.process_time() - started < 5


@pytest.mark.parametrize("name", CARRIED)
def test_what_a_photo_carries_is_drawn_or_named_in_bounded_time(name):
    started = time.process_time()
    try:
        rendition = render(CARRIED[name])
    except PermanentError as refused:
        assert refused.status in ("broken", "unsupported_format")  # noqa: PT017 (either is right)
    else:
        assert len(rendition.body) <= MAX_BYTES
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(rendition.body)) as image:
            assert image.size == (rendition.width, rendition.height)
            assert image.format in ("JPEG", "PNG")
            assert max(image.size) <= MAX_SIDE
    assert time.process_time() - started < 5
