"""The words of a label: since label model 3.0 a synonym is an alias of a label, not a label of its own.

https://docs.aws.amazon.com/rekognition/latest/dg/labels.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PERSON_WORDS = frozenset({"Person", "Face", "Person Description"})
TEXT_WORDS = frozenset({"Text", "Text and Documents"})
_WORD_GROUPS = ("Parents", "Aliases", "Categories")


def list_words(label: Mapping[str, Any]) -> set[str]:
    """Return the name, parents, aliases and categories of a label of DetectLabels."""
    return {label["Name"]}.union(*({item["Name"] for item in label.get(group) or []} for group in _WORD_GROUPS))
