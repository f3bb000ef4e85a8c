"""Analysed images as rows of the page: what is filtered by, and the whole answer of Rekognition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake_cli.dashboard.cleaning import clean_count, clean_json, clean_number, clean_text
from photolake_cli.dashboard.names import NameList, TextNames

if TYPE_CHECKING:
    from photolake_cli.dashboard.rows import AnalysisRow, ApiError, Face, LabelName, ModerationName, Scored

_CONFIDENCE_DIGITS = 2

Json = Mapping[str, Any]


class AnalysisReader:
    """Turns rows of the table `analyses` into parts of the page's rows, and numbers the names in them."""

    def __init__(self) -> None:
        self.labels: NameList[LabelName] = NameList()
        self.moderation_labels: NameList[ModerationName] = NameList()
        self.celebrities, self.genders, self.emotions = TextNames(), TextNames(), TextNames()

    def read_findings(self, row: Json) -> dict[str, Any]:
        """The part of a picture's row that its analysis gives; empty lists for what was not asked."""
        found = row.get("image_labels") or {}
        return {
            "labels": list(self._read_labels(_list(found.get("labels")))),
            "moderationLabels": list(self._read_moderation(_list(found.get("moderationlabels")))),
            "lines": [
                text
                for line in _list(found.get("textdetections"))
                if line.get("type") == "LINE" and (text := clean_text(line.get("detectedtext")))
            ],
            "faces": [self._read_face(face) for face in _list(found.get("facedetails"))],
            "celebrities": list(self._read_celebrities(found.get("celebrityrecognition") or {})),
        }

    def _read_labels(self, labels: Iterable[Json]) -> Iterator[Scored]:
        for label in labels:
            if name := clean_text(label.get("name")):
                yield self.labels.number(name, _build_label(name, label)), _score(label)

    def _read_moderation(self, labels: Iterable[Json]) -> Iterator[Scored]:
        for label in labels:
            if name := clean_text(label.get("name")):
                parent = clean_text(label.get("parentname")) or ""
                yield self.moderation_labels.number(name, {"name": name, "parent": parent}), _score(label)

    def _read_celebrities(self, recognition: Json) -> Iterator[Scored]:
        for face in _list(recognition.get("celebrityfaces")):
            number = self.celebrities.find(clean_text(face.get("name")))
            if number is not None:
                yield number, _score(face, "matchconfidence")

    def _read_face(self, face: Json) -> Face:
        ages, gender, smile = (face.get(name) or {} for name in ("agerange", "gender", "smile"))
        emotions = [each for each in _list(face.get("emotions")) if clean_number(each.get("confidence"), 2) is not None]
        strongest: Json = max(emotions, key=lambda each: each["confidence"], default={})
        smiles = smile.get("value")
        return (
            clean_count(ages.get("low")),
            clean_count(ages.get("high")),
            self.genders.find(clean_text(gender.get("value"))),
            self.emotions.find(clean_text(strongest.get("type"))),
            None if smiles is None else int(smiles),
        )


def read_analysis(row: Json) -> AnalysisRow:
    """The whole answer; nothing if the analysis could not be read."""
    return {
        "analyzedAt": clean_text(row.get("analyzed_at")),
        "imageLabels": clean_json(row.get("image_labels")),
        "imageProperties": clean_json(row.get("image_properties")),
        "errors": [_build_error(error) for error in _list(row.get("errors"))],
    }


def _build_label(name: str, label: Json) -> LabelName:
    return {"name": name, "parents": _names(label.get("parents")), "categories": _names(label.get("categories"))}


def _build_error(error: Json) -> ApiError:
    api, code, message = (clean_text(error.get(name)) or "" for name in ("api", "code", "message"))
    return {"api": api, "code": code, "message": message}


def _names(values: Any) -> list[str]:
    return [name for each in _list(values) if (name := clean_text(each.get("name")))]


def _list(values: Any) -> list[Json]:
    """The structs of an array that may be null, and may hold nulls."""
    return [each for each in values or [] if each is not None]


def _score(found: Json, name: str = "confidence") -> float:
    return clean_number(found.get(name), _CONFIDENCE_DIGITS) or 0.0
