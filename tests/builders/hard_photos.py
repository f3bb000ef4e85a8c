"""Photos that are hard to read, one for each kind of fault, canvas, colour space, orientation and depth."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial

from PIL import Image, ImageDraw, ImageOps

from tests.builders import image_files as files
from tests.builders.image_files import encode

SIZE = (160, 120)
PROGRESSIVE = {"progressive": True, "quality": 90}
ORIENTATION = 0x0112
# What a sensor recorded for each orientation of EXIF.
STORED: Mapping[int, Callable[[Image.Image], Image.Image]] = {
    1: lambda image: image,
    2: ImageOps.mirror,
    3: lambda image: image.rotate(180),
    4: ImageOps.flip,
    5: lambda image: ImageOps.mirror(image.rotate(270, expand=True)),
    6: lambda image: image.rotate(90, expand=True),
    7: lambda image: ImageOps.mirror(image.rotate(90, expand=True)),
    8: lambda image: image.rotate(270, expand=True),
}


@cache
def draw_scene(mode: str = "RGB") -> Image.Image:
    """Sky, sun, hill and house: upright only one way, with greys and strong colours."""
    image = Image.new("RGB", SIZE)
    pen = ImageDraw.Draw(image)
    for y in range(SIZE[1]):
        pen.line((0, y, SIZE[0], y), fill=(40 + y, 110 + y // 2, 230 - y // 3))
    pen.ellipse((110, 12, 144, 46), fill=(255, 210, 40))
    pen.polygon([(0, 90), (60, 62), (160, 96), (160, 120), (0, 120)], fill=(60, 140, 50))
    pen.rectangle((30, 60, 70, 100), fill=(200, 40, 30))
    pen.polygon([(25, 60), (50, 38), (75, 60)], fill=(120, 60, 40))
    for step in range(16):
        pen.rectangle((step * 10, 108, step * 10 + 9, 119), fill=(step * 17,) * 3)
    return image.convert(mode)


def draw_with_hole(mode: str = "RGBA") -> Image.Image:
    """The scene, half transparent at the left and wholly at the top right."""
    image = draw_scene().convert("RGBA")
    image.paste(Image.new("RGBA", (40, 60), (200, 40, 30, 128)), (0, 30))
    image.paste((0, 0, 0, 0), (100, 0, 160, 50))
    return image.convert(mode)


def cut(data: bytes, share: float) -> bytes:
    """The first part of a file."""
    return data[: int(len(data) * share)]


def orient(orientation: int, kind: str) -> bytes:
    """The scene, stored as a sensor saw it, with its orientation in EXIF."""
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    return encode(STORED[orientation](draw_scene()), kind, exif=tags)


def orient_by_xmp(kind: str) -> bytes:
    """The scene on its side, with its orientation in XMP."""
    note = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    stored = STORED[6](draw_scene())
    if kind == "PNG":
        text = b"XML:com.adobe.xmp\0\0\0\0\0" + note
        return files.png_of(stored, [(b"iTXt", text)])
    return encode(stored, kind, xmp=note)


def damage_png(change: Callable[[list[files.Chunk]], list[files.Chunk]]) -> bytes:
    """The scene as PNG with its chunks changed."""
    chunks = files.split_png(files.png_of(draw_scene()))
    return files.SIGNATURE + b"".join(files.chunk(*one) for one in change(chunks))


def insert_chunk(name: bytes, body: bytes) -> bytes:
    """The scene as PNG with a chunk after its header."""
    return damage_png(lambda chunks: [chunks[0], (name, body), *chunks[1:]])


def change_crc(name: bytes, data: bytes | None = None) -> bytes:
    """The scene as PNG with a wrong checksum of one chunk."""
    chunks = files.split_png(data or files.png_of(draw_scene()))
    return files.SIGNATURE + b"".join(files.chunk(*one, crc=1 if one[0] == name else None) for one in chunks)


def flip_pixels() -> bytes:
    """The scene as PNG with damaged bytes in the last third of its compressed pixels."""

    def change(chunks: list[files.Chunk]) -> list[files.Chunk]:
        return [(name, _damage(body) if name == b"IDAT" else body) for name, body in chunks]

    return damage_png(change)


def _damage(body: bytes) -> bytes:
    at = len(body) * 2 // 3
    return body[:at] + b"\xff" * 40 + body[at + 40 :]


def gif_frame(size: tuple[int, int], box: tuple[int, int, int, int], transparent: int | None = None) -> bytes:
    """A GIF whose only frame has another box than its canvas; its background colour is red."""
    frame = draw_scene().resize((box[2] - box[0], box[3] - box[1])).quantize(32)
    data = bytearray(encode(frame, "GIF", interlace=0, optimize=False))
    data[6:10] = struct.pack("<HH", *size)
    data[11] = 3
    if transparent is not None:
        at = 13 + 3 * 2 ** ((data[10] & 7) + 1)
        if data[at : at + 2] == b"!\xf9":
            del data[at : at + 8]
        data[at:at] = b"!\xf9\x04\x01\0\0" + bytes((transparent, 0))
    at = data.index(b",", 13 + 3 * 2 ** ((data[10] & 7) + 1))
    data[at + 1 : at + 5] = struct.pack("<HH", *box[:2])
    return bytes(data)


def webp_frame(alpha: bool) -> bytes:
    """An animated WebP whose first frame covers a part of its canvas."""
    frames = [draw_scene("RGB").resize((80, 60)), draw_scene("RGB").resize((80, 60)).rotate(180)]
    chunks = []
    for frame in frames:
        body = encode(frame.convert("RGBA" if alpha else "RGB"), "WEBP", lossless=True)[12:]
        place = _triples(20, 15, frame.width - 1, frame.height - 1, 500)
        chunks.append(_riff(b"ANMF", place + b"\0" + body))
    flags = 0x02 | (0x10 if alpha else 0)
    head = _riff(b"VP8X", bytes((flags, 0, 0, 0)) + _triples(SIZE[0] - 1, SIZE[1] - 1))
    body = b"WEBP" + head + _riff(b"ANIM", b"\x20\x20\xff\xff\0\0") + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _riff(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def _triples(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(3, "little") for number in numbers)


def apng(*, with_default_image: bool) -> bytes:
    """An animated PNG; its default image is a part of the animation or, blue, is not."""
    small = draw_scene().resize((80, 60))
    whole = Image.new("RGB", SIZE, "blue") if with_default_image else draw_scene()
    header, (_, pixels), end = files.split_png(files.png_of(whole))
    frames: list[files.Chunk] = [] if with_default_image else [(b"fcTL", _frame_control(0, (0, 0), SIZE))]
    frames += [(b"IDAT", pixels)]
    number = len(frames) - 1
    for frame in (small, small.rotate(180)):
        frames.append((b"fcTL", _frame_control(number, (40, 30), frame.size)))
        frames.append((b"fdAT", struct.pack(">I", number + 1) + files.split_png(files.png_of(frame))[1][1]))
        number += 2
    count = 2 if with_default_image else 3
    chunks = [header, (b"acTL", struct.pack(">II", count, 0)), *frames, end]
    return files.SIGNATURE + b"".join(files.chunk(*one) for one in chunks)


def _frame_control(number: int, place: tuple[int, int], size: tuple[int, int]) -> bytes:
    return struct.pack(">IIIIIHHBB", number, *size, *place, 500, 1000, 0, 0)


def samples(depth: int, mode: str) -> list[int]:
    """The samples of the scene, of so many bits."""
    image = draw_with_hole(mode) if mode in ("LA", "RGBA") else draw_scene(mode)
    top = 2**depth - 1
    return [level * top // 255 if depth <= 8 else level * 257 for level in image.tobytes()]


def deep_png(depth: int, mode: str, interlaced: bool = False) -> bytes:
    """The scene as PNG, in greys or colours of so many bits."""
    colour = {"L": 0, "RGB": 2, "LA": 4, "RGBA": 6}[mode]
    return files.png(SIZE, samples(depth, mode), depth, colour, interlaced=interlaced)


def keyed_png(depth: int, mode: str) -> bytes:
    """The scene as PNG, one of whose greys or colours is transparent: that of the second field of the row of greys."""
    values = samples(depth, mode)
    channels = len(mode) if mode == "RGB" else 1
    at = (114 * SIZE[0] + 15) * channels
    key = struct.pack(f">{channels}H", *values[at : at + channels])
    return files.png(SIZE, values, depth, 2 if mode == "RGB" else 0, [(b"tRNS", key)])


def palette_png(depth: int, alpha: bytes = b"") -> bytes:
    """The scene as PNG with a palette, some colours of which may be transparent."""
    image = draw_scene().quantize(2**depth, dither=Image.Dither.NONE)
    palette = bytes(image.getpalette() or ())[: 3 * 2**depth]
    before = [(b"PLTE", palette), *([(b"tRNS", alpha)] if alpha else [])]
    return files.png(SIZE, image.tobytes(), depth, 3, before)


def encode_light(curve: Callable[[float], float], peak: float) -> Image.Image:
    """The scene in HDR: its light, `peak` at white, in the numbers of a curve."""

    def level(value: int) -> int:
        light = value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4
        return round(255 * curve(light * peak))

    return draw_scene().point([level(value) for value in range(256)] * 3)


def to_pq(nits: float) -> float:
    """SMPTE ST 2084: cd/m2 to PQ."""
    powered = (nits / 10_000) ** (1305 / 8192)
    return float(((107 / 128 + 2413 / 128 * powered) / (1 + 2392 / 128 * powered)) ** (2523 / 32))


def to_hlg(light: float) -> float:
    """BT.2100: light of the scene to HLG."""
    return math.sqrt(3 * light) if light <= 1 / 12 else 0.17883277 * math.log(12 * light - 0.28466892) + 0.55991073


def swap_profile() -> bytes:
    """An ICC profile with a table in which red and blue are exchanged."""
    return files.table_profile(b"RGB ", 3, lambda colour: files.lab_of_srgb(colour[::-1]))


def ink_profile() -> bytes:
    """An ICC profile of four inks; the black one is brown."""
    return files.table_profile(b"CMYK", 4, _mix_inks)


def _mix_inks(amounts: Sequence[float]) -> list[float]:
    inks = ((0.0, 0.6, 0.9), (0.9, 0.1, 0.5), (1.0, 0.9, 0.1), (0.35, 0.2, 0.1))
    light = [
        math.prod(1 - amount * (1 - ink[at]) for amount, ink in zip(amounts, inks, strict=True)) for at in range(3)
    ]
    return files.lab_of_srgb(light)


def _drop_rows(chunks: list[files.Chunk]) -> list[files.Chunk]:
    """The chunks with a whole stream of too few rows."""
    rows = files.unpack_pixels(chunks[1][1])
    return [chunks[0], (b"IDAT", files.compress(rows[: len(rows) // 2])), chunks[2]]


def _noted(kind: str, profile: bytes, mode: str = "RGB") -> bytes:
    return encode(draw_scene(mode), kind, icc_profile=profile, quality=95)


def _avif(image: Image.Image, primaries: int, transfer: int) -> bytes:
    return files.set_colours(encode(image, "AVIF", quality=90, subsampling="4:4:4"), primaries, transfer)


def _cut_in_first_scan() -> bytes:
    data = encode(draw_scene(), "JPEG", **PROGRESSIVE)
    first = data.index(b"\xff\xda")
    return data[: first + (data.index(b"\xff\xc4", first) - first) * 2 // 3]


def _adobe_rgb_jpeg() -> bytes:
    """A JPEG whose channels are red, green and blue themselves, which Adobe's segment says."""
    return encode(draw_scene(), "JPEG", keep_rgb=True, quality=90)


def _interlaced_gif() -> bytes:
    return encode(draw_scene().quantize(64), "GIF", interlace=1)


def _restarting_jpeg() -> bytes:
    return encode(draw_scene(), "JPEG", quality=90, restart_marker_blocks=3)


DAMAGED: Mapping[str, Callable[[], bytes]] = {
    "jpeg-cut": lambda: cut(encode(draw_scene(), "JPEG", quality=90), 0.7),
    "jpeg-without-end": lambda: encode(draw_scene(), "JPEG", quality=90)[:-2],
    "jpeg-cut-at-restart": lambda: cut(_restarting_jpeg(), 0.6),
    "jpeg-progressive-cut": lambda: cut(encode(draw_scene(), "JPEG", **PROGRESSIVE), 0.6),
    "jpeg-progressive-cut-in-first-scan": _cut_in_first_scan,
    "jpeg-grey-cut": lambda: cut(encode(draw_scene("L"), "JPEG", quality=90), 0.7),
    "png-cut": lambda: cut(files.png_of(draw_scene()), 0.6),
    "png-without-end": lambda: files.png_of(draw_scene())[:-12],
    "png-pixels-crc": partial(change_crc, b"IDAT"),
    "png-text-crc": lambda: change_crc(b"tEXt", insert_chunk(b"tEXt", b"Comment\0hello")),
    "png-short-srgb": partial(insert_chunk, b"sRGB", b""),
    "png-short-gamma": partial(insert_chunk, b"gAMA", b"\0\1"),
    "png-odd-text-compression": partial(insert_chunk, b"zTXt", b"Comment\0\7" + zlib.compress(b"hello")),
    "png-odd-profile-compression": lambda: insert_chunk(
        *files.profile_chunk(files.matrix_profile(files.SRGB), method=9)
    ),
    "png-flipped": flip_pixels,
    "png-too-few-rows": lambda: damage_png(_drop_rows),
    "png-interlaced-cut": lambda: cut(files.png_of(draw_scene(), interlaced=True), 0.6),
    "png-palette-cut": lambda: cut(palette_png(8), 0.7),
    "png-deep-cut": lambda: cut(deep_png(16, "RGB"), 0.7),
    "gif-cut": lambda: cut(encode(draw_scene().quantize(64), "GIF", interlace=0), 0.7),
    "gif-interlaced-cut": lambda: cut(_interlaced_gif(), 0.7),
}
CANVASES: Mapping[str, Callable[[], bytes]] = {
    "gif-part": partial(gif_frame, SIZE, (40, 30, 120, 90)),
    "gif-part-transparent": partial(gif_frame, SIZE, (40, 30, 120, 90), 5),
    "gif-larger-than-canvas": partial(gif_frame, (100, 90), (0, 0, 160, 120)),
    "webp-part": partial(webp_frame, alpha=False),
    "webp-part-transparent": partial(webp_frame, alpha=True),
    "webp-transparent": lambda: encode(draw_with_hole(), "WEBP", lossless=True),
    "avif-transparent": lambda: encode(draw_with_hole(), "AVIF", quality=95),
    "apng": partial(apng, with_default_image=False),
    "apng-default-image": partial(apng, with_default_image=True),
}
COLOURS: Mapping[str, Callable[[], bytes]] = {
    "jpeg-p3": lambda: _noted("JPEG", files.matrix_profile(files.DISPLAY_P3)),
    "jpeg-table-profile": lambda: _noted("JPEG", swap_profile()),
    "jpeg-grey-gamma": lambda: _noted("JPEG", files.grey_profile(1.0), "L"),
    "jpeg-cmyk": lambda: encode(draw_scene("CMYK"), "JPEG", quality=95),
    "jpeg-cmyk-profile": lambda: _noted("JPEG", ink_profile(), "CMYK"),
    "jpeg-rgb": _adobe_rgb_jpeg,
    "webp-p3": lambda: encode(draw_scene(), "WEBP", lossless=True, icc_profile=files.matrix_profile(files.DISPLAY_P3)),
    "png-p3-profile": lambda: files.png_of(draw_scene(), [files.profile_chunk(files.matrix_profile(files.DISPLAY_P3))]),
    "png-p3": lambda: files.png_of(draw_scene(), [files.colour_chunk(12, 13)]),
    "png-rec2020": lambda: files.png_of(draw_scene(), [files.colour_chunk(9, 13)]),
    "png-linear": lambda: files.png_of(draw_scene(), [files.gamma_chunk(1.0)]),
    "png-chromaticities": lambda: files.png_of(
        draw_scene(), [files.gamma_chunk(1 / 1.8), files.chromaticity_chunk(files.REC_2020)]
    ),
    "png-pq": lambda: files.png_of(encode_light(to_pq, 600), [files.colour_chunk(9, 16)]),
    "png-hlg": lambda: files.png_of(encode_light(to_hlg, 1), [files.colour_chunk(9, 18)]),
    "avif-p3": lambda: _avif(draw_scene(), 12, 13),
    "avif-rec2020": lambda: _avif(draw_scene(), 9, 1),
    "avif-pq": lambda: _avif(encode_light(to_pq, 600), 9, 16),
    "avif-hlg": lambda: _avif(encode_light(to_hlg, 1), 9, 18),
    "avif-profile": lambda: encode(
        draw_scene(), "AVIF", quality=95, icc_profile=files.matrix_profile(files.DISPLAY_P3, 1.8)
    ),
}
ORIENTATIONS: Mapping[str, Callable[[], bytes]] = {
    "jpeg-mirrored": partial(orient, 5, "JPEG"),
    "jpeg-on-its-side": partial(orient, 6, "JPEG"),
    "jpeg-xmp": partial(orient_by_xmp, "JPEG"),
    "png-on-its-side": partial(orient, 6, "PNG"),
    "png-xmp": partial(orient_by_xmp, "PNG"),
    "webp-upside-down": partial(orient, 3, "WEBP"),
    "avif-on-its-side": partial(orient, 8, "AVIF"),
}
DEPTHS: Mapping[str, Callable[[], bytes]] = {
    "png-1-bit": partial(deep_png, 1, "L"),
    "png-2-bits": partial(deep_png, 2, "L"),
    "png-2-bits-key": partial(keyed_png, 2, "L"),
    "png-grey-key": partial(keyed_png, 8, "L"),
    "png-colour-key": partial(keyed_png, 8, "RGB"),
    "png-16-bits-grey": partial(deep_png, 16, "L"),
    "png-16-bits-grey-key": partial(keyed_png, 16, "L"),
    "png-16-bits-key": partial(keyed_png, 16, "RGB"),
    "png-16-bits-alpha": partial(deep_png, 16, "RGBA"),
    "png-grey-alpha": partial(deep_png, 8, "LA"),
    "png-palette": partial(palette_png, 4),
    "png-palette-alpha": partial(palette_png, 8, bytes(range(0, 255, 5))),
    "png-interlaced": partial(deep_png, 8, "RGB", interlaced=True),
}
KINDS: Mapping[str, Mapping[str, Callable[[], bytes]]] = {
    "damage": DAMAGED,
    "canvas": CANVASES,
    "colours": COLOURS,
    "orientation": ORIENTATIONS,
    "depth": DEPTHS,
}


def build_all() -> Iterator[tuple[str, str, bytes]]:
    """Every hard photo: its kind, its name, and its bytes."""
    for kind, builders in KINDS.items():
        for name, build in builders.items():
            yield kind, name, build()
