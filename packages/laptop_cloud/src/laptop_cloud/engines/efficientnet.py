"""EfficientNet-Lite0, built as an ONNX model from its weights in PyTorch's naming.

Architecture: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite (Apache-2.0). Each batch
normalization is folded into the convolution before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnx import NodeProto

SIDE = 224
CLASSES = 1000
# The blocks that halve the sides.
_HALVING_BLOCKS = {1, 3, 5, 11}
_BLOCKS = 16
_EPSILON = 1e-3
_OPSET = 17
_IR_VERSION = 8


def build_efficientnet(weights: Mapping[str, NDArray[Any]]) -> bytes:
    """The serialized model: `image` (n, 3, 224, 224), from -1 to 1, becomes `probabilities` (n, 1000)."""
    return _GraphBuilder(weights).build()


class _GraphBuilder:
    def __init__(self, weights: Mapping[str, NDArray[Any]]) -> None:
        self._weights = weights
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, NDArray[Any]] = {"zero": np.array(0, np.float32), "six": np.array(6, np.float32)}

    def build(self) -> bytes:
        tensor = self._add_convolution("image", "_conv_stem", "_bn0", stride=2)
        for number in range(_BLOCKS):
            tensor = self._add_block(tensor, f"_blocks.{number}.", 2 if number in _HALVING_BLOCKS else 1)
        tensor = self._add_convolution(tensor, "_conv_head", "_bn1")
        self._add_classifier(tensor)
        graph = helper.make_graph(
            self._nodes,
            "efficientnet-lite0",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
            [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", CLASSES])],
            [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in self._constants.items()],
        )
        opsets = [helper.make_opsetid("", _OPSET)]
        serialized: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION).SerializeToString()
        return serialized

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
        return self._add_node("Add", [tensor, projected], f"{prefix}sum")

    def _keeps_channels(self, prefix: str) -> bool:
        first = self._weights.get(f"{prefix}_expand_conv.weight", self._weights[f"{prefix}_depthwise_conv.weight"])
        entering = first.shape[1] if f"{prefix}_expand_conv.weight" in self._weights else first.shape[0]
        leaving: int = self._weights[f"{prefix}_project_conv.weight"].shape[0]
        return leaving == int(entering)

    def _add_convolution(
        self, tensor: str, name: str, norm: str, *, stride: int = 1, groups: int = 1, activated: bool = True
    ) -> str:
        scale = self._weights[f"{norm}.weight"] / np.sqrt(self._weights[f"{norm}.running_var"] + _EPSILON)
        self._constants[f"{name}.weight"] = self._weights[f"{name}.weight"] * scale[:, None, None, None]
        self._constants[f"{name}.bias"] = self._weights[f"{norm}.bias"] - self._weights[f"{norm}.running_mean"] * scale
        inputs = [tensor, f"{name}.weight", f"{name}.bias"]
        # TensorFlow's padding, with which the model was trained.
        convolved = self._add_node("Conv", inputs, name, auto_pad="SAME_UPPER", strides=[stride] * 2, group=groups)
        return self._add_node("Clip", [convolved, "zero", "six"], f"{name}.relu6") if activated else convolved

    def _add_classifier(self, tensor: str) -> None:
        pooled = self._add_node("GlobalAveragePool", [tensor], "pooled")
        vector = self._add_node("Flatten", [pooled], "vector")
        self._constants |= {"_fc.weight": self._weights["_fc.weight"], "_fc.bias": self._weights["_fc.bias"]}
        logits = self._add_node("Gemm", [vector, "_fc.weight", "_fc.bias"], "logits", transB=1)
        self._add_node("Softmax", [logits], "probabilities")

    def _add_node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self._nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output
