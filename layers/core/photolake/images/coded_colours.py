"""Colours by their numbers in ITU-T H.273 (AVIF, cICP) or by chromaticities and a gamma (PNG), turned into sRGB.

HDR is tone-mapped as browsers show it on a screen without HDR. https://www.itu.int/rec/T-REC-H.273
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from PIL import Image, ImageFilter

D65 = (0.3127, 0.329)
REC_709 = (*D65, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
REC_2020 = (*D65, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046)
# White, red, green and blue, x and y each, by the number of H.273, table 2.
_PRIMARIES: dict[int, Sequence[float]] = {
    1: REC_709,
    4: (0.31, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*D65, 0.64, 0.33, 0.29, 0.6, 0.15, 0.06),
    6: (*D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    7: (*D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    9: REC_2020,
    11: (0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
    12: (*D65, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
    22: (*D65, 0.63, 0.34, 0.295, 0.605, 0.155, 0.077),
}
_PQ, _HLG = 16, 18
_HDR_NAMES = {_PQ: "PQ", _HLG: "HLG"}
# The curves of cameras for SDR (BT.709, 601, 2020) are shown as sRGB, as browsers do; so are numbers not listed.
_GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0}
# cd/m2: what a white page has in HDR (BT.2408), and the screen that HLG is defined for (BT.2100).
_WHITE, _PEAK = 203.0, 1000.0
# More points cost seconds, fewer show where bright colours change fast.
_HDR_GRID, _GRID = 49, 33
_LEVELS, _FINE = 256, 1 << 14
# About what 8 bits can tell.
_SAME_PRIMARIES, _SAME_GAMMA = 0.01, 0.03
_SRGB_GAMMA = 2.2
# Between the screens of before and what any file means: https://www.w3.org/TR/png-3/#11gAMA.
_MIN_GAMMA, _MAX_GAMMA = 0.1, 10.0


@dataclass(frozen=True)
class CodedColours:
    """A colour space: x and y of white, red, green and blue; the number of its curve, or a gamma (None for sRGB)."""

    primaries: tuple[float, ...] = REC_709
    transfer: int | None = None
    gamma: float | None = None

    @property
    def hdr(self) -> str | None:
        """PQ or HLG; None for a space without HDR."""
        return _HDR_NAMES.get(self.transfer or 0)

    @property
    def is_srgb(self) -> bool:
        """Whether the numbers mean about what they mean in sRGB."""
        return not self.hdr and self.gamma is None and _is_near(self.primaries, REC_709)

    def convert(self, image: Image.Image) -> Image.Image:
        """Return an RGB image in sRGB; without HDR, channels pass their curve before they are mixed."""
        if self.hdr:
            return image.filter(_build_table(self))
        if self.gamma is not None:
            image = image.point([round(255 * encode_srgb((v / 255) ** self.gamma)) for v in range(_LEVELS)] * 3)
        return image if _is_near(self.primaries, REC_709) else image.filter(_build_table(CodedColours(self.primaries)))


def read_codes(primaries: int, transfer: int) -> CodedColours:
    """The colour space with these numbers."""
    gamma = _GAMMAS.get(transfer)
    return CodedColours(tuple(_PRIMARIES.get(primaries, REC_709)), transfer if transfer in _HDR_NAMES else None, gamma)


def read_gamma(encoding_gamma: float | None, chromaticities: Sequence[float] | None) -> CodedColours:
    """The colour space of a PNG's gAMA and cHRM; without a gamma that means something it is sRGB, as in browsers."""
    if not encoding_gamma or not _MIN_GAMMA <= 1 / encoding_gamma <= _MAX_GAMMA:
        return CodedColours()
    gamma = None if abs(1 / encoding_gamma / _SRGB_GAMMA - 1) < _SAME_GAMMA else 1 / encoding_gamma
    primaries = tuple(chromaticities or REC_709)
    return CodedColours(primaries if _is_possible(primaries) else REC_709, gamma=gamma)


def encode_srgb(light: float) -> float:
    """Linear light to sRGB, 0 to 1 each; what is outside is cut."""
    light = min(max(light, 0.0), 1.0)
    return float(12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055)


def decode_srgb(value: float) -> float:
    """The reverse of `encode_srgb`."""
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)


def decode_pq(value: float) -> float:
    """PQ to light, in reference whites (SMPTE ST 2084)."""
    powered = value ** (32 / 2523)
    return float(10_000 / _WHITE * (max(powered - 107 / 128, 0) / (2413 / 128 - 2392 / 128 * powered)) ** (8192 / 1305))


def decode_hlg(value: float) -> float:
    """HLG to the light of the scene, 0 to 1 (BT.2100)."""
    return value * value / 3 if value <= 0.5 else (math.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12


def map_tone(light: float) -> float:
    """HDR to SDR, both in reference whites: half the light up to white, then a shoulder up to 1,000 cd/m2.

    The shoulder is a Bezier curve that begins without a kink; measured on what Chromium 156 shows.
    """
    if light <= 1:
        return light / 2
    begin, end, middle = 1.0, _PEAK / _WHITE, 1.635
    if light >= end:
        return 1.0
    a, b, c = begin - 2 * middle + end, 2 * (middle - begin), begin - light
    at = (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a)
    return 0.5 * (1 - at) ** 2 + 2 * at * (1 - at) * middle / 2 + at * at


def _is_near(primaries: Sequence[float], others: Sequence[float]) -> bool:
    return all(abs(one - other) < _SAME_PRIMARIES for one, other in zip(primaries, others, strict=True))


def _is_possible(primaries: tuple[float, ...]) -> bool:
    """Whether these are eight chromaticities that span a space."""
    if len(primaries) != 8 or not all(0 <= value <= 1 for value in primaries):
        return False
    if min(primaries[1::2]) < 0.001:
        return False
    (rx, ry), (gx, gy), (bx, by) = (primaries[at : at + 2] for at in (2, 4, 6))
    return abs((gx - rx) * (by - ry) - (bx - rx) * (gy - ry)) > 0.001


@lru_cache(maxsize=8)
def _build_table(space: CodedColours) -> ImageFilter.Color3DLUT:
    """A table from the space's numbers to sRGB; without HDR, its curve is sRGB's already."""
    grid = _HDR_GRID if space.hdr else _GRID
    curve = {_PQ: decode_pq, _HLG: decode_hlg}.get(space.transfer or 0, decode_srgb)
    lights = [curve(at / (grid - 1)) for at in range(grid)]
    mix = _mix_to_srgb(space.primaries)
    share_of = _choose_share(space, lights)
    # There are a hundred thousand colours, so what depends on one channel is calculated before, and looked up.
    parts = [[tuple(row[channel] * light for row in mix) for light in lights] for channel in range(3)]
    encoded = [encode_srgb(at / _FINE) for at in range(_FINE + 1)]
    table: list[float] = []
    for blue, green, red in product(range(grid), repeat=3):
        share = share_of(red, green, blue) * _FINE
        for one, two, three in zip(parts[0][red], parts[1][green], parts[2][blue], strict=True):
            light = int((one + two + three) * share)
            table.append(encoded[light] if 0 <= light <= _FINE else float(light > 0))
    return ImageFilter.Color3DLUT(grid, table)


def _choose_share(space: CodedColours, lights: Sequence[float]) -> Callable[[int, int, int], float]:
    """Return how much of its light a colour keeps, by the places of its channels in `lights`, which rise.

    All channels keep as much as the strongest, so that the hue stays.
    """
    if space.transfer == _PQ:
        shares = [map_tone(light) / light if light else 0.0 for light in lights]
        return lambda red, green, blue: shares[max(red, green, blue)]
    if space.transfer == _HLG:
        weights = _rgb_to_xyz(space.primaries)[1]
        reds, greens, blues = ([weight * light for light in lights] for weight in weights)

        def share_hlg(red: int, green: int, blue: int) -> float:
            strongest = lights[max(red, green, blue)]
            # What is on a screen of 1,000 cd/m2 is brighter by a power of its luminance (BT.2100).
            gain = _PEAK / _WHITE * (reds[red] + greens[green] + blues[blue]) ** 0.2
            return map_tone(strongest * gain) / strongest if strongest else 0.0

        return share_hlg
    return lambda red, green, blue: 1.0


def _mix_to_srgb(primaries: Sequence[float]) -> list[list[float]]:
    """The matrix from linear RGB with these primaries to that of sRGB, white to white (Bradford)."""
    adapted = _multiply(_adapt_white(primaries[:2], D65), _rgb_to_xyz(primaries))
    return _multiply(_invert(_rgb_to_xyz(REC_709)), adapted)


def _rgb_to_xyz(primaries: Sequence[float]) -> list[list[float]]:
    columns = [_to_xyz(primaries[at], primaries[at + 1]) for at in (2, 4, 6)]
    rows = [[column[row] for column in columns] for row in range(3)]
    white = _to_xyz(*primaries[:2])
    shares = [sum(a * b for a, b in zip(row, white, strict=True)) for row in _invert(rows)]
    return [[value * share for value, share in zip(row, shares, strict=True)] for row in rows]


def _adapt_white(source: Sequence[float], target: Sequence[float]) -> list[list[float]]:
    bradford = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    before, after = (
        [sum(a * b for a, b in zip(row, _to_xyz(*xy), strict=True)) for row in bradford] for xy in (source, target)
    )
    scaled = [[value * after[at] / before[at] for value in row] for at, row in enumerate(bradford)]
    return _multiply(_invert(bradford), scaled)


def _to_xyz(x: float, y: float) -> list[float]:
    return [x / y, 1.0, (1 - x - y) / y]


def _multiply(one: Sequence[Sequence[float]], other: Sequence[Sequence[float]]) -> list[list[float]]:
    return [[sum(row[at] * other[at][column] for at in range(3)) for column in range(3)] for row in one]


def _invert(m: Sequence[Sequence[float]]) -> list[list[float]]:
    """The inverse of a 3x3 matrix, by its cofactors."""

    def minor(row: int, column: int) -> float:
        (a, b), (c, d) = ([m[y][x] for x in range(3) if x != column] for y in range(3) if y != row)
        return (a * d - b * c) * (-1 if (row + column) % 2 else 1)

    whole = sum(m[0][column] * minor(0, column) for column in range(3))
    return [[minor(column, row) / whole for column in range(3)] for row in range(3)]
