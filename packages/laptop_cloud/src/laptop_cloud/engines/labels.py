"""Labels derived from faces and text, and labels of several engines in one list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from laptop_cloud.engines.results import Face, Instance, Label, TextLine

if TYPE_CHECKING:
    from laptop_cloud.engines.decoded_image import DecodedImage
    from laptop_cloud.engines.engine import ImageEngine

PEOPLE = "Person Description"
TEXT = "Text and Documents"


class DerivedLabels:
    """Labels a picture Person, Head and Face where it has faces, and Text where it has lines of text.

    The boxes of faces stand at Face. Rekognition puts boxes at Person, but those hold whole bodies, which no engine
    here finds.
    """

    def __init__(self, faces: ImageEngine[tuple[Face, ...]], text: ImageEngine[tuple[TextLine, ...]]) -> None:
        self._faces = faces
        self._text = text

    @property
    def version(self) -> str:
        return f"{self._faces.version} + {self._text.version}"

    def __call__(self, picture: DecodedImage) -> tuple[Label, ...]:
        return (*derive_people_labels(self._faces(picture)), *derive_text_labels(self._text(picture)))


class MergedLabels:
    """The labels of several engines, surest first; of a label that two engines give the surer one."""

    def __init__(self, engines: Sequence[ImageEngine[tuple[Label, ...]]]) -> None:
        self._engines = engines

    @property
    def version(self) -> str:
        return " + ".join(engine.version for engine in self._engines)

    def __call__(self, picture: DecodedImage) -> tuple[Label, ...]:
        return merge_labels(label for engine in self._engines for label in engine(picture))


def merge_labels(labels: Iterable[Label]) -> tuple[Label, ...]:
    """Each name once, surest first."""
    merged: dict[str, Label] = {}
    for label in sorted(labels, key=lambda label: label.confidence, reverse=True):
        merged.setdefault(label.name, label)
    return tuple(merged.values())


def derive_people_labels(faces: tuple[Face, ...]) -> tuple[Label, ...]:
    """Person, Head and Face, as confident as the surest face."""
    if not faces:
        return ()
    confidence = max(face.confidence for face in faces)
    boxes = tuple(Instance(face.box, face.confidence) for face in faces)
    return (
        Label("Person", confidence, PEOPLE, aliases=("Human",)),
        Label("Head", confidence, PEOPLE, parents=("Person",)),
        Label("Face", confidence, PEOPLE, parents=("Head", "Person"), instances=boxes),
    )


def derive_text_labels(lines: tuple[TextLine, ...]) -> tuple[Label, ...]:
    """Text, as confident as the surest line."""
    return (Label("Text", max(line.confidence for line in lines), TEXT),) if lines else ()
