"""Age and gender of faces, on photos that packages carry."""

import io

import numpy as np
import pytest
from PIL import Image

from laptop_cloud.engines.age_gender import AgeGenderEngine, derive_age_range, derive_gender
from laptop_cloud.engines.decoded_image import decode_image
from laptop_cloud.engines.face_chip import cut_face_chip
from laptop_cloud.engines.faces import AttributedFaces, CenterFaceEngine
from laptop_cloud_testing.photos import encode_image, find_photo


@pytest.fixture(scope="module")
def find_faces():
    return AttributedFaces(CenterFaceEngine(), [AgeGenderEngine()])


def scaled_astronaut(factor):
    image = Image.open(io.BytesIO(find_photo("astronaut.png")))
    return decode_image(encode_image(image.resize((round(512 * factor),) * 2, Image.Resampling.BOX)))


def test_the_astronaut_is_a_woman_of_42(find_faces):
    (face,) = find_faces(scaled_astronaut(1))
    ages = face.attributes["AgeRange"]

    assert ages["Low"] <= 42 <= ages["High"]
    assert ages["High"] - ages["Low"] <= 45
    assert face.attributes["Gender"]["Value"] == "Female"
    assert 75 <= face.attributes["Gender"]["Confidence"] <= 100


def test_a_face_below_50_pixels_has_neither_age_nor_gender(find_faces):
    (face,) = find_faces(scaled_astronaut(0.5))

    assert face.box.width * 256 < 50
    assert face.attributes == {}


def test_mirroring_the_photo_changes_neither_age_nor_gender_much(find_faces):
    image = Image.open(io.BytesIO(find_photo("astronaut.png")))
    (face,) = find_faces(scaled_astronaut(1))
    (mirrored,) = find_faces(decode_image(encode_image(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT))))

    assert mirrored.attributes["Gender"]["Value"] == face.attributes["Gender"]["Value"]
    assert mirrored.attributes["AgeRange"]["Low"] == pytest.approx(face.attributes["AgeRange"]["Low"], abs=8)


def test_a_face_is_cut_out_upright_however_the_photo_is_turned():
    image = Image.open(io.BytesIO(find_photo("astronaut.png")))
    chips = []
    for angle in (0, 20):
        picture = decode_image(encode_image(image.rotate(angle, Image.Resampling.BICUBIC)))
        (face,) = CenterFaceEngine()(picture)
        chips.append(cut_face_chip(picture, face, 64, 0.2).astype(float))

    assert chips[0].shape == (64, 64, 3)
    assert np.corrcoef(chips[0].ravel(), chips[1].ravel())[0, 1] > 0.9


def ages(**shares):
    found = np.zeros(81)
    for name, share in shares.items():
        found[int(name[1:])] = share
    return found


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        (ages(a40=1.0), {"AgeRange": {"Low": 32, "High": 48}}),
        (ages(a30=0.5, a60=0.5), {"AgeRange": {"Low": 30, "High": 60}}),
        (ages(a2=1.0), {"AgeRange": {"Low": 0, "High": 10}}),
        (ages(a80=1.0), {"AgeRange": {"Low": 72, "High": 88}}),
        (ages(a10=0.5, a70=0.5), {}),
    ],
    ids=["sure", "torn", "small child", "old", "knows nothing"],
)
def test_the_range_of_ages_holds_what_the_network_thinks_possible(shares, expected):
    assert derive_age_range(shares) == expected


@pytest.mark.parametrize(
    ("female", "expected"),
    [
        (0.9, {"Gender": {"Value": "Female", "Confidence": 90.0}}),
        (0.1, {"Gender": {"Value": "Male", "Confidence": 90.0}}),
        (0.6, {}),
    ],
)
def test_an_undecided_gender_is_left_out(female, expected):
    found = derive_gender(female, 1 - female)

    assert found == {key: {**value, "Confidence": pytest.approx(90)} for key, value in expected.items()}
