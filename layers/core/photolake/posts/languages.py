"""The language of a post, as Comprehend names it.

https://docs.aws.amazon.com/comprehend/latest/dg/supported-languages.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

UNDETERMINED = "und"
SUPPORTED = frozenset({"en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh", "zh-TW"})

_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")
_RENAMED: Mapping[str, str] = {"in": "id", "iw": "he", "ji": "yi"}  # X still sends the codes ISO 639 withdrew
_TRADITIONAL_CHINESE = frozenset({"hant", "tw", "hk", "mo"})


def comprehend_language(tag: str | None) -> str:
    """The code for a source's language tag; `und` if there is none to go by, and the language must be detected.

    A region is dropped (`en-GB` is `en`) except where it means traditional Chinese. A language that Comprehend does
    not know keeps its own code, as do X's codes for posts without sentences (`zxx` no text, `qme` media links only,
    `qht` hashtags only, `qam` mentions only, `qct` cashtags only, `qst` very short text): none is in SUPPORTED.
    """
    normal = (tag or "").strip().lower().replace("_", "-")
    if not _TAG.fullmatch(normal):
        return UNDETERMINED
    language, *subtags = normal.split("-")
    if language == "zh" and _TRADITIONAL_CHINESE.intersection(subtags):
        return "zh-TW"
    return _RENAMED.get(language, language)
