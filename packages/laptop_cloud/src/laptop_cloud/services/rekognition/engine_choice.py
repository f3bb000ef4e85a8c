"""Which engine answers which operation of Rekognition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from laptop_cloud.engines.age_gender import AgeGenderEngine
from laptop_cloud.engines.engine import CachedEngine, EngineUnavailableError, ImageEngine
from laptop_cloud.engines.engine_set import EngineSet
from laptop_cloud.engines.expressions import ExpressionEngine
from laptop_cloud.engines.face_vectors import DlibFaceVectors
from laptop_cloud.engines.faces import AttributedFaces, CenterFaceEngine
from laptop_cloud.engines.image_properties import PixelStatistics
from laptop_cloud.engines.imagenet_labels import ImageNetLabels
from laptop_cloud.engines.labels import DerivedLabels, MergedLabels
from laptop_cloud.engines.moderation import OpenNsfwEngine
from laptop_cloud.engines.text_lines import RapidOcrEngine

if TYPE_CHECKING:
    from laptop_cloud.engines.engine import FaceAttributeEngine
    from laptop_cloud.engines.results import Face, FaceVector, ImageProperties, Label, TextLine


@dataclass(frozen=True)
class RekognitionEngines:
    """The engine of each operation. Each can be replaced by a richer one; None means not available.

    `moderation` and `celebrities` answer in the API's own shape (`{"ModerationLabels": [...]}`); an engine for faces
    puts what else it knows into `Face.attributes`. `face_vectors` compares faces and fills collections; it finds the
    faces that `faces` finds.
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

    Raises EngineUnavailableError where a package of the full set is not installed.
    """
    is_full = engine_set is EngineSet.FULL
    detected = CachedEngine(CenterFaceEngine())
    attributes: list[FaceAttributeEngine] = [AgeGenderEngine(), *([ExpressionEngine()] if is_full else [])]
    text = CachedEngine(RapidOcrEngine(), at_once=2)  # the slowest: others wait for it at the end
    return RekognitionEngines(
        faces=CachedEngine(AttributedFaces(detected, attributes)),
        text=text,
        labels=MergedLabels([CachedEngine(ImageNetLabels()), DerivedLabels(detected, text)]),
        properties=PixelStatistics(),
        moderation=CachedEngine(OpenNsfwEngine()),
        face_vectors=CachedEngine(DlibFaceVectors(detected)) if is_full else None,
    )


def describe_engines(engines: RekognitionEngines) -> str:
    """The versions of all engines, or why one cannot run; DetectFaces has no place for them in its response."""
    chosen = {field.name: getattr(engines, field.name) for field in fields(engines)}
    return "; ".join(f"{name}: {_describe_engine(engine)}" for name, engine in chosen.items() if engine is not None)


def _describe_engine(engine: ImageEngine[Any]) -> str:
    try:
        return engine.version
    except EngineUnavailableError as error:
        return f"not available, {error}"
