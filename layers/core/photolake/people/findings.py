"""Which photos show the person: the result of a search, by a threshold of similarity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from photolake.images.registry import UnavailablePhoto

if TYPE_CHECKING:
    from photolake.people.faces import Box, PhotoFaces
    from photolake.people.photo import SearchedPhoto
    from photolake.people.responses import Result


@dataclass(frozen=True)
class MatchingFace:
    """A face that is similar enough; `number` counts the photo's faces from the largest, 1."""

    number: int
    similarity: float
    box: Box


@dataclass(frozen=True)
class Match:
    """A photo that shows the person: its matching faces, the most similar first, of `face_count` faces."""

    photo: SearchedPhoto
    faces: tuple[MatchingFace, ...]
    face_count: int

    @property
    def similarity(self) -> float:
        """That of its most similar face."""
        return self.faces[0].similarity


@dataclass
class Findings:
    """What became of every photo: each is in one of these lists. A photo counts once, however many faces match."""

    matches: list[Match] = field(default_factory=list)
    others: list[SearchedPhoto] = field(default_factory=list)
    """They show faces, but not the person's."""
    faceless: list[SearchedPhoto] = field(default_factory=list)
    unavailable: list[tuple[SearchedPhoto, UnavailablePhoto]] = field(default_factory=list)
    busy: list[SearchedPhoto] = field(default_factory=list)
    """Rekognition was too busy for them; another run asks again."""

    @property
    def compared(self) -> int:
        """How many photos have a result."""
        return len(self.matches) + len(self.others) + len(self.faceless)


def sort_findings(results: Iterable[tuple[SearchedPhoto, Result | None]], threshold: float) -> Findings:
    """Sort photos by what they show; matches begin with the most similar."""
    findings = Findings()
    for photo, result in results:
        if result is None:
            findings.busy.append(photo)
        elif isinstance(result, UnavailablePhoto):
            findings.unavailable.append((photo, result))
        elif not result:
            findings.faceless.append(photo)
        elif faces := find_matching_faces(result, threshold):
            findings.matches.append(Match(photo, tuple(faces), len(result)))
        else:
            findings.others.append(photo)
    findings.matches.sort(key=lambda match: (-match.similarity, match.photo.name))
    return findings


def find_matching_faces(faces: PhotoFaces, threshold: float) -> Sequence[MatchingFace]:
    """Return the faces that reach the threshold, the most similar first."""
    found = [
        MatchingFace(number, face.similarity, face.box)
        for number, face in enumerate(faces, 1)
        if face.similarity is not None and face.similarity >= threshold
    ]
    return sorted(found, key=lambda face: -face.similarity)
