"""Builds small neural networks as ONNX models, from weights that packages carry in other formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnx import NodeProto

_OPSET = 17
_IR_VERSION = 8


class GraphBuilder:
    """Nodes and constants of a network; a tensor is known by its name."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, NDArray[Any]] = {}

    def add_constant(self, name: str, values: NDArray[Any]) -> str:
        """Add numbers that the nodes use, and return their name."""
        self._constants[name] = values
        return name

    def add_node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add an operation, and return the name of what it gives."""
        self._nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def build(self, source: str, shape: list[int | str], result: str) -> bytes:
        """The serialized model, from the tensor `source` with its shape to the tensor `result`."""
        graph = helper.make_graph(
            self._nodes,
            result,
            [helper.make_tensor_value_info(source, TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(result, TensorProto.FLOAT, None)],
            [numpy_helper.from_array(np.ascontiguousarray(values), name) for name, values in self._constants.items()],
        )
        opsets = [helper.make_opsetid("", _OPSET)]
        serialized: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION).SerializeToString()
        return serialized
