"""The sentiment of English text by VADER, a word list with rules made for social media.

https://github.com/cjhutto/vaderSentiment (MIT). It answers shares of positive, negative and neutral wording, and a
`compound` from -1 to 1. Of other languages it knows nothing and would call them neutral.
"""

from __future__ import annotations

import math
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# From this compound on (either sign) VADER's authors call a text positive or negative.
DECISIVE_COMPOUND = 0.05
EXPONENT = math.log(0.5) / math.log(DECISIVE_COMPOUND)


class VaderSentiment:
    """Comprehend's four scores for an English text. Loads the word list once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @cached_property
    def _analyzer(self) -> Any:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        return SentimentIntensityAnalyzer()

    def __call__(self, text: str) -> dict[str, float]:
        with self._lock:
            return compute_scores(self._analyzer.polarity_scores(text))


def compute_scores(polarity: Mapping[str, float]) -> dict[str, float]:
    """Positive, Negative, Neutral and Mixed, which add up to 1, from VADER's `pos`, `neg` and `compound`.

    mixed = smaller / larger of pos and neg. What is left of 1 goes to the side of the compound's sign by
    |compound| ** 0.231, so that polar and neutral weigh the same at VADER's own threshold of 0.05; the rest is neutral.
    """
    smaller, larger = sorted((polarity["pos"], polarity["neg"]))
    mixed = smaller / larger if larger else 0.0
    polar = (1 - mixed) * abs(polarity["compound"]) ** EXPONENT
    positive = polarity["compound"] > 0
    return {
        "Positive": polar if positive else 0.0,
        "Negative": 0.0 if positive else polar,
        "Neutral": 1 - mixed - polar,
        "Mixed": mixed,
    }


def pick_sentiment(scores: Mapping[str, float]) -> str:
    """POSITIVE, NEGATIVE, NEUTRAL or MIXED: the sentiment with the highest score."""
    return max(scores, key=lambda name: scores[name]).upper()
