"""Writes image files that Pillow does not write: PNG of any depth with any chunks, profiles, colours of AVIF, MPF."""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
# x and y of white, red, green and blue: https://www.itu.int/rec/T-REC-H.273, table 2.
SRGB = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
DISPLAY_P3 = (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
D50 = (0.9642, 1.0, 0.8249)
REC_2020 = (0.3127, 0.329, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046)

Chunk = tuple[bytes, bytes]
Matrix = Sequence[Sequence[float]]


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Encode the image with Pillow."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, body: bytes = b"", crc: int | None = None) -> bytes:
    """A chunk of a PNG; `crc` instead of the right one."""
    right = zlib.crc32(name + body) if crc is None else crc
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", right)


def png(
    size: tuple[int, int],
    samples: Sequence[int],
    depth: int = 8,
    colour: int = 2,
    before: Iterable[Chunk] = (),
    interlaced: bool = False,
) -> bytes:
    """A PNG of these samples, row by row; `before` are the chunks before its pixels."""
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, int(interlaced))
    chunks = [(b"IHDR", header), *before, (b"IDAT", zlib.compress(_pack(size, samples, depth, colour, interlaced)))]
    return SIGNATURE + b"".join(chunk(name, body) for name, body in [*chunks, (b"IEND", b"")])


def png_of(image: Image.Image, before: Iterable[Chunk] = (), interlaced: bool = False) -> bytes:
    """A PNG of 8 bits of an image of mode L, LA, RGB or RGBA."""
    colour = {"L": 0, "LA": 4, "RGB": 2, "RGBA": 6}[image.mode]
    return png(image.size, image.tobytes(), 8, colour, before, interlaced)


def compress(body: bytes) -> bytes:
    """The body as a stream of zlib."""
    return zlib.compress(body)


def unpack_pixels(pixels: bytes) -> bytes:
    """The rows of a PNG with their filters."""
    return zlib.decompress(pixels)


def png_with_pixels(size: tuple[int, int], rows: bytes) -> bytes:
    """An interlaced PNG in colour with these rows, which may be too few."""
    header = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 1)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND")


def _pack(size: tuple[int, int], samples: Sequence[int], depth: int, colour: int, interlaced: bool) -> bytes:
    width, height = size
    channels = CHANNELS[colour]
    lines = []
    for left, top, across, down in ADAM7 if interlaced else ((0, 0, 1, 1),):
        for y in range(top, height, down):
            row: list[int] = []
            for x in range(left, width, across):
                at = (y * width + x) * channels
                row += samples[at : at + channels]
            if row:
                lines.append(b"\0" + _pack_row(row, depth))
    return b"".join(lines)


def _pack_row(row: Sequence[int], depth: int) -> bytes:
    if depth == 16:
        return struct.pack(f">{len(row)}H", *row)
    if depth == 8:
        return bytes(row)
    bits = "".join(format(sample, f"0{depth}b") for sample in row)
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


def split_png(data: bytes) -> list[Chunk]:
    """The chunks of a whole PNG."""
    chunks, at = [], len(SIGNATURE)
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += length + 12
    return chunks


def colour_chunk(primaries: int, transfer: int) -> Chunk:
    """A cICP chunk of RGB in the full range."""
    return b"cICP", bytes((primaries, transfer, 0, 1))


def profile_chunk(profile: bytes, method: int = 0) -> Chunk:
    """An iCCP chunk."""
    return b"iCCP", b"profile\0" + bytes((method,)) + zlib.compress(profile)


def chromaticity_chunk(primaries: Sequence[float]) -> Chunk:
    """A cHRM chunk."""
    return b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in primaries))


def gamma_chunk(gamma: float) -> Chunk:
    """A gAMA chunk."""
    return b"gAMA", struct.pack(">I", round(gamma * 100_000))


def set_colours(avif: bytes, primaries: int, transfer: int, matrix: int | None = None) -> bytes:
    """The AVIF with other numbers in its `colr` box; its pixels stay."""
    at = avif.index(b"colrnclx") + 8
    kept = int.from_bytes(avif[at + 4 : at + 6], "big")
    numbers = struct.pack(">HHH", primaries, transfer, kept if matrix is None else matrix)
    return avif[:at] + numbers + avif[at + 6 :]


def matrix_profile(primaries: Sequence[float], gamma: float = 2.2) -> bytes:
    """An ICC profile of RGB by its primaries and one gamma."""
    columns = _adapt(primaries)
    curve = b"curv" + struct.pack(">IIH", 0, 1, round(gamma * 256))
    tags = [(f"{name}XYZ".encode(), _xyz(column)) for name, column in zip("rgb", columns, strict=True)]
    tags += [(f"{name}TRC".encode(), curve) for name in "rgb"]
    return _profile(b"RGB ", b"XYZ ", [*tags, (b"wtpt", _xyz(D50))])


def grey_profile(gamma: float) -> bytes:
    """An ICC profile of greys."""
    curve = b"curv" + struct.pack(">IIH", 0, 1, round(gamma * 256))
    return _profile(b"GRAY", b"XYZ ", [(b"kTRC", curve), (b"wtpt", _xyz(D50))])


def table_profile(space: bytes, channels: int, lab_of: Callable[[Sequence[float]], Sequence[float]]) -> bytes:
    """An ICC profile with a table: the Lab of each colour, whose channels are 0 to 1."""
    points = 17 if channels == 3 else 5
    steps = [step / (points - 1) for step in range(points)]
    values = (value for colour in itertools.product(steps, repeat=channels) for value in _code_lab(lab_of(colour)))
    ramp = bytes(range(256))
    table = b"mft1" + struct.pack(">IBBBB", 0, channels, 3, points, 0)
    table += struct.pack(">9i", *(65536 if at % 4 == 0 else 0 for at in range(9)))
    table += ramp * channels + bytes(values) + ramp * 3
    return _profile(space, b"Lab ", [(b"A2B0", table), (b"wtpt", _xyz(D50))])


def lab_of_srgb(colour: Sequence[float]) -> list[float]:
    """The Lab (D50) of a colour in sRGB."""
    light = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in colour]
    columns = _adapt(SRGB)
    x, y, z = (sum(columns[at][row] * light[at] for at in range(3)) / D50[row] for row in range(3))
    fx, fy, fz = (value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116 for value in (x, y, z))
    return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)]


def _code_lab(lab: Sequence[float]) -> list[int]:
    coded = (lab[0] * 2.55, lab[1] + 128, lab[2] + 128)
    return [min(max(round(value), 0), 255) for value in coded]


def _profile(space: bytes, connection: bytes, tags: Sequence[tuple[bytes, bytes]]) -> bytes:
    text = b"desc" + struct.pack(">II", 0, 5) + b"test\0" + bytes(78)
    copyright_text = b"text" + bytes(4) + b"none\0"
    listed = [(b"desc", text), (b"cprt", copyright_text), *tags]
    at, table, bodies = 128 + 4 + 12 * len(listed), b"", b""
    for name, body in listed:
        padded = body + bytes(-len(body) % 4)
        table += name + struct.pack(">II", at, len(body))
        at, bodies = at + len(padded), bodies + padded
    kind = b"prtr" if space == b"CMYK" else b"mntr"
    head = struct.pack(">I4sI4s4s4s", at, bytes(4), 0x02400000, kind, space, connection)
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += struct.pack(">3i", *(round(value * 65536) for value in D50))
    return head.ljust(128, b"\0") + struct.pack(">I", len(listed)) + table + bodies


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def _adapt(primaries: Sequence[float]) -> list[list[float]]:
    """The columns of RGB to XYZ, adapted from D65 to D50 by Bradford's matrix (ICC.1, annex E)."""
    bradford = (
        (1.0479298, 0.0229468, -0.0501922),
        (0.0296278, 0.9904344, -0.0170738),
        (-0.0092430, 0.0150552, 0.7518743),
    )
    whole = [_to_xyz(*primaries[at : at + 2]) for at in (2, 4, 6)]
    white = _to_xyz(*primaries[:2])
    shares = _solve([[column[row] for column in whole] for row in range(3)], white)
    scaled = [[value * share for value in column] for column, share in zip(whole, shares, strict=True)]
    return [[sum(row[at] * column[at] for at in range(3)) for row in bradford] for column in scaled]


def _to_xyz(x: float, y: float) -> list[float]:
    return [x / y, 1.0, (1 - x - y) / y]


def _solve(matrix: Matrix, vector: Sequence[float]) -> list[float]:
    """Cramer's rule for three unknowns."""

    def determinant(rows: Matrix) -> float:
        a, b, c = rows
        return (
            a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])
        )

    whole = determinant(matrix)
    return [
        determinant([[vector[y] if x == at else matrix[y][x] for x in range(3)] for y in range(3)]) / whole
        for at in range(3)
    ]
