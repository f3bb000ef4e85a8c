"""Which engine answers which operation of Rekognition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from laptop_cloud.engines.engine import CachedEngine, ImageEngine
from laptop_cloud.engines.engine_set import EngineSet
from laptop_cloud.engines.expressions import ExpressionEngine
from laptop_cloud.engines.face_vectors import DlibFaceVectors
from laptop_cloud.engines.faces import AttributedFaces, CenterFaceEngine
from laptop_cloud.engines.image_properties import PixelStatistics
from laptop_cloud.engines.labels import DerivedLabels
from laptop_cloud.engines.text_lines import RapidOcrEngine

if TYPE_CHECKING:
    from laptop_cloud.engines.results import Face, FaceVector, ImageProperties, Label, TextLine


@dataclass(frozen=True)
class RekognitionEngines:
    """The engine of each operation. Each can be replaced by a richer one; None means not available.

    `moderation` and `celebrities` answer in the API's own shape (`{"ModerationLabels": [...]}`); an engine for faces
    puts what else it knows into `Face.attributes`. `face_vectors` compares faces and fills collections.
    """

    faces: ImageEngine[tuple[Face, ...]]
    text: ImageEngine[tuple[TextLine, ...]]
    labels: ImageEngine[tuple[Label, ...]]
    properties: ImageEngine[ImageProperties]
    moderation: ImageEngine[Mapping[str, Any]] | None = None
    celebrities: ImageEngine[Mapping[str, Any]] | None = None
    face_vectors: ImageEngine[tuple[FaceVector, ...]] | None = None


def build_engines(engine_set: EngineSet) -> RekognitionEngines:
    """The engines of a set; their models load when they are first needed.

    Raises EngineUnavailableError where a package of the set is not installed.
    """
    is_full = engine_set is EngineSet.FULL
    faces = CachedEngine(AttributedFaces(CenterFaceEngine(), [ExpressionEngine()] if is_full else []))
    text = CachedEngine(RapidOcrEngine())
    labels, vectors = DerivedLabels(faces, text), CachedEngine(DlibFaceVectors(faces)) if is_full else None
    return RekognitionEngines(faces, text, labels, PixelStatistics(), face_vectors=vectors)
