"""The language of a text by py3langid.

https://github.com/adbar/py3langid (BSD-3-Clause)
"""

from __future__ import annotations

import threading
from functools import cached_property
from typing import Any

# py3langid's class for text without a language: numbers, links, emoji.
NO_LANGUAGE = "zxx"
# Below this a language is one guess among ninety.
MIN_PROBABILITY = 0.05


class LanguageIdentifier:
    """Names the likely languages of a text. Loads the model (0.7 s) at the first text."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @cached_property
    def _identifier(self) -> Any:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        # Comprehend uses the two-letter code where a language has one. Its rarer three-letter languages and the
        # Chinese and Norwegian variants would only take weight from the common ones in short texts.
        common = {label for label in identifier.labels if len(label) == 2} - {"nn"}
        identifier.set_languages([*sorted(common), NO_LANGUAGE])
        return identifier

    def __call__(self, text: str) -> list[tuple[str, float]]:
        """Codes and probabilities, most likely first; empty if no language is likely.

        Chinese is `zh` in either script.
        """
        with self._lock:
            ranked = self._identifier.rank(text)
        likely = [(code, float(probability)) for code, probability in ranked if probability >= MIN_PROBABILITY]
        return [] if likely and likely[0][0] == NO_LANGUAGE else [pair for pair in likely if pair[0] != NO_LANGUAGE]
