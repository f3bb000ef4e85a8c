"""The text of a synthetic post, and its analysis by Comprehend."""

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


def build_text_columns(plan: Plan, number: int) -> dict[str, Any]:
    """Build the text, lang and entities of a post, and the columns of its analysis under `analysis`."""
    draw = plan.draw(6, number)
    language = draw.choices(_LANGUAGES, _WEIGHTS)[0]
    sentiment, template = draw.choice(TEXTS[language])
    if number % 25 == 4:
        language, (sentiment, template) = "en", CAMPAIGN
        draw = plan.draw(6, number // 250)
    if number % 59 == 9:
        template = ""
    text, mentions, tags = _fill_template(template, draw)
    links = _draw_links(plan, number, len(text))
    hashtags = [{"text": tag, "indices": [start, start + len(tag) + 1]} for tag, start in tags]
    entities = {"hashtags": hashtags, "urls": links, "user_mentions": [], "symbols": []}
    return {
        "text": text,
        "lang": language,
        "entities": entities if hashtags or links or number % 2 else None,
        "analysis": _build_text_analysis(number, text, language, sentiment, mentions, draw),
    }


def _fill_template(template: str, draw: random.Random) -> tuple[str, list[tuple[str, str, int]], list[tuple[str, int]]]:
    """Return the text, the entities in it (text, type, offset) and the hashtags (without #, offset)."""
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


def _draw_links(plan: Plan, number: int, end: int) -> list[dict[str, Any]]:
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


def _build_text_analysis(
    number: int, text: str, language: str, sentiment: str, mentions: list[tuple[str, str, int]], draw: random.Random
) -> dict[str, Any]:
    status = "empty" if not text else "unsupported_language" if language == "tl" else "ok"
    if number % 61 == 20 and status == "ok":
        status = "InternalServerException"
    found = status == "ok"
    scores = _draw_scores(sentiment, draw) if found else [None] * 4
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


def _draw_scores(sentiment: str, draw: random.Random) -> list[float | None]:
    rest = [draw.random() for _ in range(4)]
    rest[("POSITIVE", "NEGATIVE", "NEUTRAL", "MIXED").index(sentiment)] += 3
    # Unlike sum, whose last digit differs between versions of Python.
    total = math.fsum(rest)
    return [round(score / total, 16) for score in rest]
