"""Emotions of faces by the expression network of the npm package `@vladmandic/face-api` (MIT). It is weak."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from laptop_cloud.engines.face_vectors import run_face_network
from laptop_cloud.engines.npm_weights import read_version, read_weights
from laptop_cloud.engines.weights import open_session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from laptop_cloud.engines.decoded_image import DecodedImage
    from laptop_cloud.engines.results import Face

# In the network's order. CONFUSED, which Rekognition has, is never found.
EMOTIONS = ("CALM", "HAPPY", "SAD", "ANGRY", "FEAR", "DISGUSTED", "SURPRISED")
# Of six margins tried on 50 faces, this one called all 26 smiles HAPPY and 21 of 24 unsmiling faces CALM.
PADDING = 0.3


class ExpressionEngine:
    """Gives the `Emotions` of a face, likeliest first; a neutral expression is called CALM.

    Their confidences sum to 100. They say what a face looks like, not what somebody feels.
    """

    def __init__(self) -> None:
        """Raises EngineUnavailableError where the npm package is not installed."""
        self.version = f"local-1 (expressions of {read_version()})"

    @cached_property
    def _session(self) -> Any:
        # Imported late for start-up time.
        from laptop_cloud.engines.face_networks import build_expression_network

        return open_session(build_expression_network(read_weights("face_expression_model")), threads=1)

    def __call__(self, picture: DecodedImage, face: Face) -> Mapping[str, Any]:
        shares = run_face_network(self._session, picture, face, PADDING)
        found = sorted(zip(EMOTIONS, shares.tolist(), strict=True), key=lambda pair: pair[1], reverse=True)
        return {"Emotions": [{"Type": name, "Confidence": 100 * share} for name, share in found]}
