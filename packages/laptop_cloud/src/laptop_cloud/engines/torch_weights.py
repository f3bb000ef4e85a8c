"""Reads the weights that PyTorch saved before version 1.6, without PyTorch.

Such a file holds five pickles (magic number, protocol, machine, tensors, keys of the storages), then for each key the
number of elements and the elements. The tensors are views into the storages.
https://github.com/pytorch/pytorch/blob/v1.5.0/torch/serialization.py
"""

from __future__ import annotations

import collections
import pickle
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_DTYPES: dict[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class _Tensor(NamedTuple):
    storage: tuple[str, str]
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


def read_state_dict(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a model by their names."""
    with path.open("rb") as file:
        for _header in ("magic number", "protocol", "machine"):
            _Unpickler(file).load()
        tensors: dict[str, _Tensor] = _Unpickler(file).load()
        types = dict(tensor.storage for tensor in tensors.values())
        storages = {key: _read_storage(file, _DTYPES[types[key]]) for key in _Unpickler(file).load()}
    return {name: _view(storages[tensor.storage[0]], tensor) for name, tensor in tensors.items()}


class _Unpickler(pickle.Unpickler):
    """Builds nothing but dictionaries and descriptions of tensors: a pickle could otherwise run any code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, size, stride, *_: _Tensor(storage, offset, size, stride)
        if module == "torch" and name in _DTYPES:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of weights")

    def persistent_load(self, pid: Any) -> Any:
        _, storage_type, key, *_ = pid
        return key, storage_type


def _read_storage(file: IO[bytes], dtype: np.dtype[Any]) -> NDArray[Any]:
    count = int.from_bytes(file.read(8), "little")
    return np.frombuffer(file.read(count * dtype.itemsize), dtype)


def _view(storage: NDArray[Any], tensor: _Tensor) -> NDArray[Any]:
    strides = [step * storage.itemsize for step in tensor.stride]
    return np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.size, strides, writeable=False)
