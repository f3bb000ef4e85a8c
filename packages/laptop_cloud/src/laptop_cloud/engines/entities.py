"""Entities that can be recognised by their form alone: links, accounts, tags, dates, quantities and titled names.

There is no engine here for names in general. A place, a brand or a person without a title or a company form beside
the name is not found rather than guessed, nor is a bare number, which may be a year, a model or an amount. There is no
probability behind a rule, so there are no scores.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = r"\d+(?:[.,]\d+)*"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_NAME = r"[A-Z][\w'\u2019-]+"
_UNIT = (
    r"(?:percent|dollars?|euros?|pounds?|cents?|miles?|feet|foot|inch(?:es)?|kilometers?|km|meters?|cm|mm|kg|grams?|lbs?"
    r"|liters?|hours?|hrs?|minutes?|mins?|seconds?|days?|weeks?|months?|years?|times|people|stars?|GB|MB|TB|megapixels?)"
)


# Also the Chinese and Japanese comma, full stop and closing brackets, which end a link without a blank.
_NOT_IN_URL = r"\s<>\"'\uff0c\u3002\u3001\uff09\u300d"


@dataclass(frozen=True)
class Entity:
    """A stretch of text; the offsets count characters (Unicode code points), the end is exclusive."""

    type: str
    text: str
    begin: int
    end: int


def _compile_rules(*rules: tuple[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((type_, re.compile(pattern)) for type_, pattern in rules)


# Earlier rules win where two overlap. The group `entity`, where there is one, is what is found, else the whole match.
ANY_LANGUAGE = _compile_rules(
    ("OTHER", rf"https?://[^{_NOT_IN_URL}]*[^{_NOT_IN_URL}.,;:!?)\]…]"),
    ("OTHER", r"[\w.+-]+@\w[\w-]*(?:\.\w[\w-]*)+"),
    # An account may be a person, a company or a bot.
    ("OTHER", r"(?<![\w@])@\w(?:[\w.-]*\w)?"),
    ("OTHER", r"(?<![\w#&])#\w*[^\W\d_]\w*"),
    ("DATE", r"(?<!\w)\d{4}-\d{2}-\d{2}(?!\w)"),
    ("DATE", r"(?<![\w.,/])\d{1,2}([./])\d{1,2}\1(?:\d{4}|\d{2})(?![\w/])"),
    ("DATE", r"\d{1,4}\s?[年년](?:\s?\d{1,2}\s?[月월](?:\s?\d{1,2}\s?[日일])?)?|\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]"),
    ("DATE", r"(?<![\w:])\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\b\.?)?(?![\w:])"),
    ("QUANTITY", rf"[$€£¥₹₩]\s?{_NUMBER}(?:[kKMB]\b)?"),
    ("QUANTITY", rf"(?<![\w.,]){_NUMBER}\s?(?:%|[€£¥₹₩$]|(?:USD|EUR|GBP|JPY)\b)"),
)
ENGLISH = _compile_rules(
    ("DATE", rf"\b(?:{_MONTH} {_DAY}(?:,? \d{{4}})?|{_DAY} (?:of )?{_MONTH}(?:,? \d{{4}})?|{_MONTH},? \d{{4}})(?!\w)"),
    ("DATE", r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"),
    ("DATE", r"\b(?i:today|tomorrow|yesterday|tonight|(?:last|next|this) (?:week|weekend|month|year|night))\b"),
    ("DATE", r"\b(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y) (?P<entity>(?:19|20)\d{2})(?![\w%.,]\d|\w)"),
    ("DATE", r"(?<![\w.,:])\d{1,2}\s?[ap]m\b"),
    ("PERSON", rf"\b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Sir|Dame|President|Senator)\b\.? (?P<entity>{_NAME}(?: {_NAME}){{0,2}})"),
    ("ORGANIZATION", rf"\b(?!The\b)(?:{_NAME} (?:& )?){{1,4}}(?:Inc|Ltd|LLC|Corp|PLC|GmbH)\b\.?"),
    ("QUANTITY", rf"(?<![\w.,]){_NUMBER}[ -]?{_UNIT}\b"),
)  # fmt: skip


def find_entities(text: str, language: str) -> list[Entity]:
    """The entities of a text in order of place: by rules for any language, and more rules for English."""
    rules = (*ANY_LANGUAGE, *(ENGLISH if language == "en" else ()))
    found: list[Entity] = []
    for type_, pattern in rules:
        for match in pattern.finditer(text):
            begin, end = match.span("entity" if "entity" in pattern.groupindex else 0)
            if all(end <= other.begin or begin >= other.end for other in found):
                found.append(Entity(type_, text[begin:end], begin, end))
    return sorted(found, key=lambda entity: entity.begin)
