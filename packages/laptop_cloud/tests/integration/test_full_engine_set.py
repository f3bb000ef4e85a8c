"""The full engine set with its real models, as boto3 sees it, on photos that installed packages carry."""

import io
from importlib.metadata import distribution
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from PIL import Image, ImageEnhance, ImageOps

from laptop_cloud.engines.engine_set import EngineSet
from laptop_cloud.engines.npm_weights import FOLDER, PACKAGE
from laptop_cloud.server.aws_json import JsonServer
from laptop_cloud.services.rekognition.engine_choice import build_engines
from laptop_cloud.services.rekognition.service import build_rekognition_service
from laptop_cloud_testing.response_shapes import checked

# Three women stand on either photo. One of them is on both: at the right of the first, in the middle of the other.
PARTY, BAR = (FOLDER / "node_modules" / PACKAGE / f"demo/sample{number}.jpg" for number in (1, 3))
ASTRONAUT, COFFEE = (
    Path(str(distribution("scikit-image").locate_file(f"skimage/data/{name}.png"))) for name in ("astronaut", "coffee")
)
OFFICER = Path(str(distribution("matplotlib").locate_file("matplotlib/mpl-data/sample_data/grace_hopper.jpg")))


@pytest.fixture(scope="module")
def rekognition():
    service = build_rekognition_service(read_nothing, build_engines(EngineSet.FULL))
    server = JsonServer([checked(service)])
    server.start()
    yield boto3.client("rekognition", endpoint_url=server.url, region_name="us-east-1")
    server.stop()


def read_nothing(bucket, key):
    raise FileNotFoundError(key)


def picture(path):
    return {"Bytes": path.read_bytes()}


def altered(path):
    """The photo mirrored, darkened, smaller and compressed."""
    image = ImageEnhance.Brightness(ImageOps.mirror(Image.open(path).convert("RGB"))).enhance(0.7)
    buffer = io.BytesIO()
    image.resize((image.width * 2 // 3, image.height * 2 // 3)).save(buffer, "JPEG", quality=70)
    return {"Bytes": buffer.getvalue()}


def left_edges(faces):
    return sorted(round(face["BoundingBox"]["Left"], 1) for face in faces)


def test_one_person_is_recognised_on_two_photos_and_two_strangers_are_not(rekognition):
    answer = rekognition.compare_faces(SourceImage=picture(PARTY), TargetImage=picture(BAR))

    assert answer["SourceImageFace"]["BoundingBox"]["Left"] == pytest.approx(0.77, abs=0.02)
    (match,) = answer["FaceMatches"]
    assert 80 < match["Similarity"] < 99
    assert left_edges([match["Face"]]) == [0.6]
    assert left_edges(answer["UnmatchedFaces"]) == [0.3, 0.8]


@pytest.mark.parametrize("path", [ASTRONAUT, OFFICER], ids=["astronaut", "officer"])
def test_a_face_is_recognised_on_an_altered_copy(rekognition, path):
    answer = rekognition.compare_faces(SourceImage=picture(path), TargetImage=altered(path))

    assert answer["FaceMatches"][0]["Similarity"] > 95


def test_a_collection_finds_every_picture_of_a_person_and_no_other(rekognition):
    rekognition.create_collection(CollectionId="album")
    for path in (PARTY, BAR, ASTRONAUT, OFFICER, COFFEE):
        rekognition.index_faces(CollectionId="album", Image=picture(path), ExternalImageId=path.name)

    def search(image):
        answer = rekognition.search_faces_by_image(CollectionId="album", Image=image, MaxFaces=10)
        return [match["Face"]["ExternalImageId"] for match in answer["FaceMatches"]]

    assert rekognition.describe_collection(CollectionId="album")["FaceCount"] == 8
    assert search(picture(PARTY)) == ["sample1.jpg", "sample3.jpg"]
    assert search(altered(ASTRONAUT)) == ["astronaut.png"]
    assert search(altered(OFFICER)) == ["grace_hopper.jpg"]
    with pytest.raises(ClientError, match="no faces in the image"):
        search(picture(COFFEE))


def test_faces_have_emotions_that_fit_what_they_look_like(rekognition):
    faces = [
        rekognition.detect_faces(Image=picture(path), Attributes=["EMOTIONS"])["FaceDetails"][0]
        for path in (ASTRONAUT, OFFICER)
    ]

    assert [face["Emotions"][0]["Type"] for face in faces] == ["HAPPY", "CALM"]
    for face in faces:
        assert sum(emotion["Confidence"] for emotion in face["Emotions"]) == pytest.approx(100)
        assert len({emotion["Type"] for emotion in face["Emotions"]}) == 7


def test_emotions_are_left_out_of_the_default_attributes(rekognition):
    (face,) = rekognition.detect_faces(Image=picture(ASTRONAUT))["FaceDetails"]

    assert "Emotions" not in face


def test_the_models_are_named_as_local_with_their_version(rekognition):
    made = rekognition.create_collection(CollectionId="named")

    assert made["FaceModelVersion"] == "local-1 (dlib ResNet of @vladmandic/face-api 1.7.15)"
