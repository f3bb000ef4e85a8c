"""Which of the dearer questions an image's labels call for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from photolake.images.rekognition_apis import ImageApi

_NAMED = ("Parents", "Aliases", "Categories")


def called_for(api: ImageApi, labels: Mapping[str, Any] | None) -> bool:
    """Whether the image is worth this request, judged by a DetectLabels answer; with none, nothing is ruled out.

    Since label model 3.0 a synonym is no label of its own but an alias, so every name of a label counts
    (https://docs.aws.amazon.com/rekognition/latest/dg/labels.html).
    """
    if not api.called_for_by or labels is None:
        return True
    return not api.called_for_by.isdisjoint(_words(labels))


def _words(labels: Mapping[str, Any]) -> Iterator[str]:
    for label in labels.get("Labels") or []:
        yield label["Name"]
        for group in _NAMED:
            yield from (item["Name"] for item in label.get(group) or [])
