"""Near-duplicates that `near_hashes` finds, by kind of change, and what asking for them costs.

`python -m bench.near_duplicates [FOLDER]`: each photo of the folder (by default those of the demo) is changed in each
way, and the hash of the changed photo compared with that of the original. A pair of different photos within the same
distance is a false pair. Then the view is asked over made-up hashes, on the local Athena.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps
from rich.console import Console
from rich.table import Table

from photolake.images.perceptual_hash import perceptual_hash
from photolake_cli.demo.photos import REAL, read_packaged
from tests.synthetic_lake.warehouse import open_warehouse

NEAR = 8
LEAST_BITS, MOST_BITS = 9, 55
DAY = dt.date(2026, 3, 1)
HASHES = (30_000, 200_000)
Change = Callable[[Image.Image], Image.Image]


def _scale(part: float) -> Change:
    return lambda image: image.resize((round(image.width * part), round(image.height * part)))


def _crop(part: float) -> Change:
    def change(image: Image.Image) -> Image.Image:
        x, y = round(image.width * part), round(image.height * part)
        return image.crop((x, y, image.width - x, image.height - y))

    return change


def _brighten(factor: float) -> Change:
    return lambda image: ImageEnhance.Brightness(image).enhance(factor)


def _write(image: Image.Image, text: str, at: tuple[float, float], size: float, fill: str) -> Image.Image:
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(max(10, round(image.height * size)))
    place = (image.width * at[0], image.height * at[1])
    draw.text(place, text, fill=fill, font=font, stroke_width=2, stroke_fill="black" if fill == "white" else None)
    return image


def _add_watermark(image: Image.Image) -> Image.Image:
    return _write(image.copy(), "photos.example", (0.62, 0.92), 0.05, "white")


def _add_caption(image: Image.Image) -> Image.Image:
    return _write(
        _write(image.copy(), "ONE DOES NOT", (0.05, 0.02), 0.11, "white"), "SIMPLY BAKE", (0.05, 0.85), 0.11, "white"
    )


def _add_bar(part: float) -> Change:
    def change(image: Image.Image) -> Image.Image:
        bar = round(image.height * part)
        whole = ImageOps.expand(image, (0, bar, 0, 0), "white")
        return _write(whole, "When the bread is fresh again", (0.05, part * 0.2), part * 0.3, "black")

    return change


def _take_screenshot(image: Image.Image) -> Image.Image:
    photo = image.resize((1080, round(image.height * 1080 / image.width)))
    whole = ImageOps.expand(photo, (0, 400, 0, 300), "white")
    return _write(whole, "Ann the baker\n@ann\n\nLook at this photo", (0.05, 0.05), 0.03, "black")


CHANGES: Mapping[str, Sequence[Change]] = {
    "compressed again (JPEG quality 90, 50, 20)": [lambda image: image],
    "half, a quarter of the size": [_scale(0.5), _scale(0.25)],
    "grey": [lambda image: image.convert("L")],
    "a watermark in a corner": [_add_watermark],
    "2 % cropped from each side": [_crop(0.02)],
    "5 % cropped from each side": [_crop(0.05)],
    "10 % cropped from each side": [_crop(0.1)],
    "30 % brighter": [_brighten(1.3)],
    "60 % brighter": [_brighten(1.6)],
    "30 % darker": [_brighten(0.7)],
    "30 % more contrast": [lambda image: ImageEnhance.Contrast(image).enhance(1.3)],
    "two lines of large text on the photo": [_add_caption],
    "a white border of 2 %": [lambda image: ImageOps.expand(image, round(min(image.size) * 0.02), "white")],
    "rotated by 2 degrees": [lambda image: image.rotate(2, Image.Resampling.BICUBIC)],
    "a caption bar of 8 % above": [_add_bar(0.08)],
    "a caption bar of 20 % above": [_add_bar(0.2)],
    "a screenshot of the post": [_take_screenshot],
    "mirrored": [ImageOps.mirror],
}


def measure_changes(photos: Mapping[str, Image.Image]) -> Table:
    """Count the changed photos whose hash is equal, as was asked before, and near."""
    table = Table("change", "equal", f"at most {NEAR} bits", "of")
    originals = {name: _hash(photo) for name, photo in photos.items()}
    for title, changes in CHANGES.items():
        qualities = (90, 50, 20) if "compressed" in title else (90,)
        pairs = [
            (originals[name], _hash(change(photo), quality))
            for name, photo in photos.items()
            for change in changes
            for quality in qualities
        ]
        equal = sum(one == other for one, other in pairs)
        table.add_row(title, str(equal), str(sum(are_near(*pair) for pair in pairs)), str(len(pairs)))
    return table


def find_false_pairs(photos: Mapping[str, Image.Image]) -> list[tuple[str, str]]:
    """Find the pairs of different photos that are near."""
    hashes = {name: _hash(photo) for name, photo in photos.items()}
    return [(one, other) for one, other in combinations(hashes, 2) if are_near(hashes[one], hashes[other])]


def are_near(one: int, other: int) -> bool:
    """Tell as the view `near_hashes` does."""
    telling = all(LEAST_BITS <= bits.bit_count() <= MOST_BITS for bits in (one, other))
    return one == other != 0 or (telling and (one ^ other).bit_count() <= NEAR)


def time_view(hashes: int) -> tuple[float, int]:
    """Ask the view over so many random hashes, a fifth of them 1 to 12 bits from another: seconds, and pairs found."""
    draw = random.Random(1)
    bits = [draw.getrandbits(64) for _ in range(hashes)]
    for number in range(0, hashes - 1, 5):
        bits[number] = bits[number + 1] ^ sum(1 << bit for bit in draw.sample(range(64), draw.randrange(1, 13)))
    moment = f"{DAY}T10:00:00.000Z"
    rows = (
        {
            "image_id": str(number),
            "perceptual_hash": f"{value:016x}",
            "analyzed_at": moment,
            "processed_at": moment,
            "dt": str(DAY),
        }
        for number, value in enumerate(bits)
    )
    now = dt.datetime.combine(DAY, dt.time(12), dt.UTC)
    with tempfile.TemporaryDirectory() as cache, open_warehouse(Path(cache), now) as lake:
        lake.land("analyses", rows)
        lake.create_views()
        started = time.perf_counter()
        [[found]] = lake.ask("select count(*) from near_hashes where distance > 0").rows
        return time.perf_counter() - started, int(found or 0)


def _hash(photo: Image.Image, quality: int = 90) -> int:
    encoded = io.BytesIO()
    photo.convert("RGB").save(encoded, "JPEG", quality=quality)
    return int(perceptual_hash(encoded.getvalue()) or "0", 16)


def _read_photos(folder: Path) -> dict[str, Image.Image]:
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".jpg", ".jpeg", ".png"))
    return {path.name: Image.open(path).convert("RGB") for path in paths}


def main() -> None:
    """Measure, and print two tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.near_duplicates", description="Near-duplicates found.")
    parser.add_argument("folder", nargs="?", type=Path, help="a folder of different photos; default: the demo's")
    given = parser.parse_args()
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as demo:
        if not given.folder:
            for name, (package, file) in REAL.items():
                Path(demo, name).write_bytes(read_packaged(package, file))
        photos = _read_photos(given.folder or Path(demo))
    console.print(measure_changes(photos))
    pairs = len(photos) * (len(photos) - 1) // 2
    console.print(f"{len(find_false_pairs(photos))} of {pairs} pairs of different photos are near")
    for hashes in HASHES:
        seconds, found = time_view(hashes)
        console.print(f"near_hashes over {hashes:,} hashes: {seconds:.1f} s, {found:,} rows beside the equal ones")


if __name__ == "__main__":
    main()
