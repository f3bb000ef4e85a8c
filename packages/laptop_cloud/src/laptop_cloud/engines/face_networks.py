"""The networks of the npm package `@vladmandic/face-api` that look at aligned faces, built as ONNX models.

Both take `face`, RGB pixels from 0 to 255 (1, 3, side, side). The filters are stored as rows, columns, channels in,
channels out. Architectures: https://github.com/vladmandic/face-api/tree/master/src (MIT)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from laptop_cloud.engines.onnx_graph import GraphBuilder

if TYPE_CHECKING:
    from laptop_cloud.engines.npm_weights import Weights

_CHANNEL_MEANS = np.array([122.782, 117.001, 104.298], dtype=np.float32)[:, np.newaxis, np.newaxis]
_VECTOR_SIDE, _EXPRESSION_SIDE = 150, 112
_BLOCKS = (
    "conv32_1", "conv32_2", "conv32_3", "conv64_down", "conv64_1", "conv64_2", "conv64_3",
    "conv128_down", "conv128_1", "conv128_2", "conv256_down", "conv256_1", "conv256_2", "conv256_down_out",
)  # fmt: skip


def build_vector_network(weights: Weights) -> bytes:
    """dlib's ResNet of 29 convolutions: `face` of 150 pixels becomes `vector` (1, 128)."""
    return _ResNet(weights).build()


def build_expression_network(weights: Weights) -> bytes:
    """Four blocks of separable convolutions: `face` of 112 pixels becomes `shares` (1, 7), whose sum is 1."""
    return _ExpressionNet(weights).build()


def _add_scaling(graph: GraphBuilder, divisor: int) -> str:
    centred = graph.add_node("Sub", ["face", graph.add_constant("means", _CHANNEL_MEANS)], "centred")
    return graph.add_node("Div", [centred, graph.add_constant("divisor", np.array(divisor, np.float32))], "scaled")


class _ResNet:
    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._graph = GraphBuilder()

    def build(self) -> bytes:
        graph = self._graph
        scaled = _add_scaling(graph, 256)
        tensor = graph.add_node("Relu", [self._add_layer(scaled, "conv32_down", stride=2)], "stem")
        tensor = graph.add_node("MaxPool", [tensor], "pooled", kernel_shape=[3, 3], strides=[2, 2])
        rows = ((_VECTOR_SIDE - 7) // 2 + 1 - 3) // 2 + 1
        for block in _BLOCKS:
            tensor, rows = self._add_block(tensor, block, rows)
        mean = graph.add_node("Flatten", [graph.add_node("GlobalAveragePool", [tensor], "mean")], "flat")
        graph.add_node("MatMul", [mean, graph.add_constant("fc", self._weights["fc"])], "vector")
        return graph.build("face", [1, 3, _VECTOR_SIDE, _VECTOR_SIDE], "vector")

    def _add_block(self, tensor: str, block: str, rows: int) -> tuple[str, int]:
        """Two convolutions, added to what enters; where the sides are halved, both are brought to the same shape."""
        graph, halves = self._graph, "_down" in block
        inner = self._add_layer(tensor, f"{block}/conv1", stride=2 if halves else 1, margin=0 if halves else 1)
        inner = self._add_layer(graph.add_node("Relu", [inner], f"{block}/relu1"), f"{block}/conv2", margin=1)
        if halves:
            convolved, rows = (rows - 3) // 2 + 1, rows // 2
            tensor = graph.add_node("AveragePool", [tensor], f"{block}/pool", kernel_shape=[2, 2], strides=[2, 2])
            inner = self._pad(inner, f"{block}/inner", after=rows - convolved)
            entering, leaving = self._weights[f"{block}/conv1/conv/filters"].shape[2:]
            tensor = self._pad(tensor, f"{block}/entering", channels=leaving - entering)
        return graph.add_node("Relu", [graph.add_node("Add", [tensor, inner], f"{block}/sum")], block), rows

    def _add_layer(self, tensor: str, layer: str, stride: int = 1, margin: int = 0) -> str:
        """A convolution and the scaling after it, as one convolution."""
        graph, weights = self._graph, self._weights
        scale = weights[f"{layer}/scale/weights"]
        filters = (weights[f"{layer}/conv/filters"] * scale).transpose(3, 2, 0, 1)
        bias = weights[f"{layer}/conv/bias"] * scale + weights[f"{layer}/scale/biases"]
        inputs = [tensor, graph.add_constant(f"{layer}/w", filters), graph.add_constant(f"{layer}/b", bias)]
        return graph.add_node("Conv", inputs, layer, strides=[stride] * 2, pads=[margin] * 4)

    def _pad(self, tensor: str, name: str, after: int = 0, channels: int = 0) -> str:
        """Zeros below and to the right, or as further channels."""
        sizes = np.array([0, 0, 0, 0, 0, channels, after, after], dtype=np.int64)
        return self._graph.add_node("Pad", [tensor, self._graph.add_constant(f"{name}/sizes", sizes)], name)


class _ExpressionNet:
    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._graph = GraphBuilder()

    def build(self) -> bytes:
        graph = self._graph
        tensor = _add_scaling(graph, 255)
        for block in range(4):
            tensor = self._add_block(tensor, f"dense{block}")
        mean = graph.add_node("Flatten", [graph.add_node("GlobalAveragePool", [tensor], "mean")], "flat")
        constants = [graph.add_constant(name, self._weights[name]) for name in ("fc/weights", "fc/bias")]
        graph.add_node("Softmax", [graph.add_node("Gemm", [mean, *constants], "scores")], "shares")
        return graph.build("face", [1, 3, _EXPRESSION_SIDE, _EXPRESSION_SIDE], "shares")

    def _add_block(self, tensor: str, block: str) -> str:
        """Four layers; each gets the sum of what all before it in the block gave."""
        graph = self._graph
        total = graph.add_node("Relu", [self._add_layer(tensor, f"{block}/conv0", stride=2)], f"{block}/relu0")
        tensor = total
        for layer in (f"{block}/conv1", f"{block}/conv2", f"{block}/conv3"):
            total = graph.add_node("Add", [total, self._add_layer(tensor, layer)], f"{layer}/sum")
            tensor = graph.add_node("Relu", [total], f"{layer}/relu")
        return tensor

    def _add_layer(self, tensor: str, layer: str, stride: int = 1) -> str:
        """A convolution, or one for each channel and one across them."""
        bias = self._graph.add_constant(f"{layer}/b", self._weights[f"{layer}/bias"])
        if f"{layer}/filters" in self._weights:
            return self._convolve(tensor, f"{layer}/filters", (3, 2, 0, 1), stride, 1, [bias])
        groups = self._weights[f"{layer}/depthwise_filter"].shape[2]
        tensor = self._convolve(tensor, f"{layer}/depthwise_filter", (2, 3, 0, 1), stride, groups, [])
        return self._convolve(tensor, f"{layer}/pointwise_filter", (3, 2, 0, 1), 1, 1, [bias])

    def _convolve(
        self, tensor: str, name: str, order: tuple[int, ...], stride: int, groups: int, bias: list[str]
    ) -> str:
        filters = self._graph.add_constant(name, self._weights[name].transpose(order))
        # TensorFlow's padding, with which the network was trained.
        return self._graph.add_node(
            "Conv", [tensor, filters, *bias], f"{name}/out", auto_pad="SAME_UPPER", strides=[stride] * 2, group=groups
        )
