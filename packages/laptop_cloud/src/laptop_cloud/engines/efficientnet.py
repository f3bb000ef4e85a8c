"""EfficientNet-Lite0, built as an ONNX model from its weights in PyTorch's naming.

Architecture: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite (Apache-2.0). Each batch
normalization is folded into the convolution before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from laptop_cloud.engines.onnx_graph import GraphBuilder

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 224
# The blocks that halve the sides.
_HALVING_BLOCKS = {1, 3, 5, 11}
_BLOCKS = 16
_EPSILON = 1e-3


def build_efficientnet(weights: Mapping[str, NDArray[Any]]) -> bytes:
    """The serialized model: `image` (n, 3, 224, 224), from -1 to 1, becomes `probabilities` (n, 1000)."""
    return _EfficientNet(weights).build()


class _EfficientNet:
    def __init__(self, weights: Mapping[str, NDArray[Any]]) -> None:
        self._weights = weights
        self._graph = GraphBuilder()
        self._graph.add_constant("zero", np.array(0, np.float32))
        self._graph.add_constant("six", np.array(6, np.float32))

    def build(self) -> bytes:
        tensor = self._add_convolution("image", "_conv_stem", "_bn0", stride=2)
        for number in range(_BLOCKS):
            tensor = self._add_block(tensor, f"_blocks.{number}.", 2 if number in _HALVING_BLOCKS else 1)
        tensor = self._add_convolution(tensor, "_conv_head", "_bn1")
        self._add_classifier(tensor)
        return self._graph.build("image", ["n", 3, SIDE, SIDE], "probabilities")

    def _add_block(self, tensor: str, prefix: str, stride: int) -> str:
        """Expand, filter each channel, project; added to the input where the shapes are the same."""
        expanded = tensor
        if f"{prefix}_expand_conv.weight" in self._weights:
            expanded = self._add_convolution(tensor, f"{prefix}_expand_conv", f"{prefix}_bn0")
        channels = self._weights[f"{prefix}_depthwise_conv.weight"].shape[0]
        name = f"{prefix}_depthwise_conv"
        filtered = self._add_convolution(expanded, name, f"{prefix}_bn1", stride=stride, groups=channels)
        projected = self._add_convolution(filtered, f"{prefix}_project_conv", f"{prefix}_bn2", activated=False)
        if stride > 1 or not self._keeps_channels(prefix):
            return projected
        return self._graph.add_node("Add", [tensor, projected], f"{prefix}sum")

    def _keeps_channels(self, prefix: str) -> bool:
        first = self._weights.get(f"{prefix}_expand_conv.weight", self._weights[f"{prefix}_depthwise_conv.weight"])
        entering = first.shape[1] if f"{prefix}_expand_conv.weight" in self._weights else first.shape[0]
        leaving: int = self._weights[f"{prefix}_project_conv.weight"].shape[0]
        return leaving == int(entering)

    def _add_convolution(
        self, tensor: str, name: str, norm: str, *, stride: int = 1, groups: int = 1, activated: bool = True
    ) -> str:
        scale = self._weights[f"{norm}.weight"] / np.sqrt(self._weights[f"{norm}.running_var"] + _EPSILON)
        filters = self._weights[f"{name}.weight"] * scale[:, None, None, None]
        bias = self._weights[f"{norm}.bias"] - self._weights[f"{norm}.running_mean"] * scale
        constants = {f"{name}.weight": filters, f"{name}.bias": bias}
        inputs = [tensor, *(self._graph.add_constant(key, values) for key, values in constants.items())]
        # TensorFlow's padding, with which the model was trained.
        convolved = self._graph.add_node(
            "Conv", inputs, name, auto_pad="SAME_UPPER", strides=[stride] * 2, group=groups
        )
        return self._graph.add_node("Clip", [convolved, "zero", "six"], f"{name}.relu6") if activated else convolved

    def _add_classifier(self, tensor: str) -> None:
        pooled = self._graph.add_node("GlobalAveragePool", [tensor], "pooled")
        vector = self._graph.add_node("Flatten", [pooled], "vector")
        constants = [self._graph.add_constant(name, self._weights[name]) for name in ("_fc.weight", "_fc.bias")]
        logits = self._graph.add_node("Gemm", [vector, *constants], "logits", transB=1)
        self._graph.add_node("Softmax", [logits], "probabilities")
