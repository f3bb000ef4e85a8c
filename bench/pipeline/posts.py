"""Made-up posts in the mix of 263 genuine ones from X and Bluesky: 137 retweets, 140 texts, 65 photos.

Two texts are retweeted 62 times each, as a popular post is; the other texts are there once but for one. 207 posts have
no photo, 50 one, the others two, three and four; two photos are there twice. Nothing of the genuine posts is in them.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from PIL import Image

MIX = 263
"""Posts after which the mix begins again, with other texts and photos."""
NAMES = ("Lisbon", "Kyoto", "Brightcup", "Velora", "Northlight", "Ada Lovelace", "Niels Bohr", "Quillmark")
"""What the fake Comprehend takes for entities; a text has none to five of them, 2.5 on average."""
_WORDS = {
    "ja": ("今日は", "写真を", "とても", "美しい", "夕方の", "海で", "見つけた", "新しい", "店の", "珈琲"),
    "ar": ("صورة", "جميلة", "من", "المدينة", "اليوم", "قهوة", "صباح", "جديد"),
    "zh": ("今天", "照片", "很漂亮", "城市", "咖啡", "早上", "新的", "商店"),
}
_LATIN = ("morning", "light", "on", "the", "street", "with", "bread", "and", "coffee", "a", "photo", "of", "rain")
_LETTERS = {"ja": 60, "zh": 60}  # characters of a text; 130 in the other languages
_POPULAR = 62
# Of the 140 texts of a mix: the first two are the popular ones, the third is there twice.
_LANGUAGES = (["ja", "en"] + ["ja"] * 41 + ["en"] * 64 + ["ar"] * 11 + ["und"] * 7 + ["zh"] * 4 + ["tr"] * 3) + [
    "ko",
    "de",
    "es",
    "ru",
    "lt",
    "in",
    "tl",
    "ca",
]
_EPOCH_MS = 1288834974657  # of X's ids
_START = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
_COLLECTED = "2026-03-01T18:00:00.000Z"


@cache
def _plan_mix() -> list[tuple[int, tuple[int, ...]]]:
    """The text and the photos, by their numbers, of each post of a mix; half of the photos are in its first half."""
    draw = random.Random(2026)
    texts = [0] * _POPULAR + [1] * _POPULAR + [2, *range(2, len(_LANGUAGES))]
    counts = [4, 3, *[2] * 4, *[1] * 50, *[0] * 207]
    photos = [*range(63), 0, 1]
    draw.shuffle(texts)
    draw.shuffle(photos)
    posts = list(zip(texts, counts, strict=True))
    halves = posts[::2], posts[1::2]
    for half in halves:
        draw.shuffle(half)
    taken = iter(photos)
    return [(text, tuple(next(taken) for _ in range(count))) for half in halves for text, count in half]


def build_posts(count: int) -> Iterator[dict[str, Any]]:
    """Yield rows of raw_tweets, each with an id of its own, as the collector delivers them."""
    for number in range(count):
        mix, place = divmod(number, MIX)
        text, photos = _plan_mix()[place]
        yield _build_post(number, f"{mix}-{text}", text, [f"{mix + 1}{photo:05d}" for photo in photos])


def list_photos(posts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the id of the photo of each photo job, one after another; some are there twice."""
    return [media["id"] for post in posts for media in post["extended_entities"]["media"]]


def pack_posts(posts: Sequence[Mapping[str, Any]], objects: int) -> list[bytes]:
    """Return so many archive objects with the posts, as Firehose writes them."""
    return [
        gzip.compress("".join(f"{json.dumps(post)}\n" for post in posts[at::objects]).encode()) for at in range(objects)
    ]


@cache
def draw_photo(media_id: str) -> bytes:
    """Draw the photo at a URL: soft colours, 1024 by 768 pixels, some 25 KB of JPEG, other bytes for every id."""
    draw = random.Random(media_id)
    small = Image.frombytes("RGB", (16, 12), draw.randbytes(16 * 12 * 3))
    buffer = io.BytesIO()
    small.resize((1024, 768), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _build_post(number: int, key: str, text: int, photos: Sequence[str]) -> dict[str, Any]:
    moment = _START + dt.timedelta(seconds=number)
    milliseconds = int(moment.timestamp() * 1000)
    post_id = (milliseconds - _EPOCH_MS << 22) + number
    post: dict[str, Any] = {
        "id": post_id,
        "id_str": str(post_id),
        "text": write_text(key, _LANGUAGES[text]),
        "lang": _LANGUAGES[text],
        "created_at": moment.strftime("%a %b %d %H:%M:%S +0000 %Y"),
        "timestamp_ms": milliseconds,
        "source_platform": "x",
        "collected_at": _COLLECTED,
        "is_retweet": text < 2 or number % 9 == 0,
        "user": {"id": 7 + number % 97, "id_str": str(7 + number % 97), "screen_name": f"account_{number % 97}"},
        "extended_entities": {"media": [_build_medium(photo) for photo in photos]},
    }
    return {**post, "source_json": json.dumps(post)}


def _build_medium(photo: str) -> dict[str, Any]:
    url = f"pbs.twimg.com/media/{photo}.jpg"
    return {"id": photo, "type": "photo", "media_url": f"http://{url}", "media_url_https": f"https://{url}"}


def write_text(key: str, language: str) -> str:
    """Write the text with this key: words of the language, and names."""
    draw = random.Random(key)
    words = _WORDS.get(language, _LATIN)
    text = list(draw.choices(words, k=3))
    while sum(map(len, text)) < _LETTERS.get(language, 100):
        text.append(draw.choice(words))
    for name in draw.sample(NAMES, k=draw.randrange(6)):
        text.insert(draw.randrange(len(text)), name)
    return f"{' '.join(text)} {key}"
