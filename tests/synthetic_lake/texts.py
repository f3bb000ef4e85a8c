"""The words of a synthetic post, and what Comprehend says of them."""

from __future__ import annotations

import math
import random
import re
from typing import TYPE_CHECKING, Any

from tests.synthetic_lake.words import CAMPAIGN, FIELDS, LANGUAGE_WEIGHTS, LINKS, TEXTS

if TYPE_CHECKING:
    from tests.synthetic_lake.plan import Plan

_FIELD = re.compile(r"\{(\w+)\}")
_LANGUAGES, _WEIGHTS = list(LANGUAGE_WEIGHTS), list(LANGUAGE_WEIGHTS.values())


def words_of(plan: Plan, number: int) -> dict[str, Any]:
    """What a post says: its text, lang and entities, and the columns of its analysis under `analysis`."""
    draw = plan.draw(6, number)
    language = draw.choices(_LANGUAGES, _WEIGHTS)[0]
    sentiment, template = draw.choice(TEXTS[language])
    if number % 25 == 4:
        language, (sentiment, template) = "en", CAMPAIGN
        draw = plan.draw(6, number // 250)
    if number % 59 == 9:
        template = ""
    text, mentions, tags = _written(template, draw)
    links = _links(plan, number, len(text))
    hashtags = [{"text": tag, "indices": [start, start + len(tag) + 1]} for tag, start in tags]
    entities = {"hashtags": hashtags, "urls": links, "user_mentions": [], "symbols": []}
    return {
        "text": text,
        "lang": language,
        "entities": entities if hashtags or links or number % 2 else None,
        "analysis": _analysis(number, text, language, sentiment, mentions, draw),
    }


def _written(template: str, draw: random.Random) -> tuple[str, list[tuple[str, str, int]], list[tuple[str, int]]]:
    """The text, the entities in it (text, type, offset) and the hashtags (without #, offset)."""
    text, mentions, tags = "", [], []
    for part, piece in enumerate(_FIELD.split(template)):
        if part % 2:
            words, kind = FIELDS[piece]
            chosen = draw.choice(words)
            if kind:
                mentions.append((chosen, kind, len(text)))
            else:
                tags.append((chosen[1:], len(text)))
            text += chosen
        else:
            text += piece
    return text, mentions, tags


def _links(plan: Plan, number: int, end: int) -> list[dict[str, Any]]:
    draw = plan.draw(7, number)
    count = draw.choices((0, 1, 2), (55, 38, 7))[0]
    links = []
    for position in range(count):
        address = LINKS[int(len(LINKS) * draw.random() ** 1.3)]
        url = {
            "url": f"https://t.co/{number:06d}{position}",
            "expanded_url": address and address.format(number=draw.randrange(60)),
            "indices": [end + 1 + 24 * position, end + 24 * (position + 1)],
        }
        links.append({name: value for name, value in url.items() if value is not None})
    return links


def _analysis(
    number: int, text: str, language: str, sentiment: str, mentions: list[tuple[str, str, int]], draw: random.Random
) -> dict[str, Any]:
    status = "empty" if not text else "unsupported_language" if language == "tl" else "ok"
    if number % 61 == 20 and status == "ok":
        status = "InternalServerException"
    found = status == "ok"
    scores = _scores(sentiment, draw) if found else [None] * 4
    return {
        "language": "en" if language == "und" and text else language.split("-")[0],
        "sentiment": sentiment if found else None,
        **dict(zip((f"sentiment{name}score" for name in ("pos", "neg", "neu", "mixed")), scores, strict=True)),
        "sentiment_status": status,
        "entities_status": status,
        "text_entities": [
            {
                "text": word,
                "type": kind,
                "score": round(draw.uniform(0.4, 1), 6),
                "begin_offset": at,
                "end_offset": at + len(word),
            }
            for word, kind, at in mentions
        ]
        if found
        else None,
    }


def _scores(sentiment: str, draw: random.Random) -> list[float | None]:
    rest = [draw.random() for _ in range(4)]
    rest[("POSITIVE", "NEGATIVE", "NEUTRAL", "MIXED").index(sentiment)] += 3
    # Unlike sum, whose last digit differs between versions of Python.
    total = math.fsum(rest)
    return [round(score / total, 16) for score in rest]
