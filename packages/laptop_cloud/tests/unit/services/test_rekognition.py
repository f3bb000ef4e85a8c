"""The local Rekognition as boto3 sees it, with engines of known answers."""

import io
from dataclasses import replace

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from PIL import Image

from laptop_cloud.engines.engine import EngineUnavailableError
from laptop_cloud.engines.engine_set import EngineSet
from laptop_cloud.engines.results import (
    Box,
    DominantColor,
    Face,
    ImageProperties,
    Instance,
    Label,
    Point,
    TextLine,
    Word,
)
from laptop_cloud.server.aws_json import JsonServer, ServiceError
from laptop_cloud.services.rekognition.engine_choice import RekognitionEngines, build_engines, describe_engines
from laptop_cloud.services.rekognition.service import build_rekognition_service
from laptop_cloud_testing.photos import find_photo
from laptop_cloud_testing.response_shapes import misfits


class Answering:
    """An engine that finds the same in every picture."""

    version = "local-test"

    def __init__(self, answer):
        self._answer = answer

    def __call__(self, picture):
        return self._answer


def png(width=100, height=100):
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, "PNG")
    return buffer.getvalue()


FACE_BOX = Box(0.1, 0.2, 0.3, 0.4)
FACE = Face(
    FACE_BOX,
    90.5,
    {"eyeLeft": Point(0.2, 0.3)},
    roll=-3.5,
    brightness=60.0,
    sharpness=70.0,
    attributes={"AgeRange": {"Low": 20, "High": 30}, "Smile": {"Value": True, "Confidence": 88.0}},
)
WIDE, NARROW = (
    tuple(Point(left + x, y) for x, y in ((0, 0.1), (width, 0.1), (width, 0.2), (0, 0.2)))
    for left, width in ((0.0, 0.4), (0.5, 0.1))
)
LINE = TextLine(
    "OPEN at",
    95.0,
    (Point(0, 0.1), Point(0.6, 0.1), Point(0.6, 0.2), Point(0, 0.2)),
    (Word("OPEN", WIDE), Word("at", NARROW)),
)
PERSON = Label("Person", 90.5, "Person Description", aliases=("Human",))
FACE_LABEL = Label("Face", 90.5, "Person Description", ("Head", "Person"), instances=(Instance(FACE_BOX, 90.5),))
TEXT = Label("Text", 60.0, "Text and Documents")
COLORS = (DominantColor(255, 0, 0, "red", "red", 60.0), DominantColor(0, 0, 255, "blue", "blue", 40.0))
ENGINES = RekognitionEngines(
    faces=Answering((FACE,)),
    text=Answering((LINE,)),
    labels=Answering((PERSON, FACE_LABEL, TEXT)),
    properties=Answering(ImageProperties(50.0, 60.0, 70.0, COLORS)),
)
OBJECTS = {("lake", "images/a.png"): png(), ("lake", "images/huge.png"): bytes(15 * 1024 * 1024 + 1)}
PHOTO = {"S3Object": {"Bucket": "lake", "Name": "images/a.png"}}


def read_object(bucket, key):
    if (bucket, key) not in OBJECTS:
        raise FileNotFoundError(key)
    return OBJECTS[bucket, key]


@pytest.fixture(scope="module")
def rekognition():
    server = JsonServer([build_rekognition_service(read_object, ENGINES)])
    server.start()
    yield boto3.client(
        "rekognition", endpoint_url=server.url, region_name="us-east-1", config=Config(retries={"mode": "adaptive"})
    )
    server.stop()


def refusal(call, **parameters):
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return refused.value


def code(call, **parameters):
    return refusal(call, **parameters).response["Error"]["Code"]


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("DetectLabels", {"Features": ["GENERAL_LABELS", "IMAGE_PROPERTIES"]}),
        ("DetectText", {}),
        ("DetectFaces", {"Attributes": ["ALL"]}),
    ],
)
def test_answers_have_the_shape_that_sdks_expect(operation, parameters):
    answer = build_rekognition_service(read_object, ENGINES).operations[operation]({"Image": PHOTO, **parameters})

    assert misfits("rekognition", operation, answer) == []


@pytest.mark.parametrize(
    ("operation", "photo", "parameters", "member"),
    [
        ("DetectLabels", "coffee.png", {}, "Labels"),
        ("DetectLabels", "coffee.png", {"Features": ["IMAGE_PROPERTIES"]}, "ImageProperties"),
        ("DetectText", "page.png", {}, "TextDetections"),
        ("DetectFaces", "astronaut.png", {"Attributes": ["ALL"]}, "FaceDetails"),
        ("DetectModerationLabels", "retina.jpg", {"MinConfidence": 0}, "ModerationLabels"),
    ],
)
def test_answers_of_the_real_engines_have_that_shape_too(real_service, operation, photo, parameters, member):
    image = {"Bytes": find_photo(photo)}
    answer = real_service.operations[operation]({"Image": image, **parameters})

    assert misfits("rekognition", operation, answer) == []
    assert answer[member]
    assert all(answer[name].startswith("local-") for name in answer if name.endswith("ModelVersion"))


@pytest.fixture(scope="module")
def real_service():
    return build_rekognition_service(read_object, build_engines(EngineSet.BASIC))


def test_a_label_outside_of_the_taxonomy_has_no_category():
    engines = replace(ENGINES, labels=Answering((Label("Trilobite", 70.0, ""),)))
    answer = build_rekognition_service(read_object, engines).operations["DetectLabels"]({"Image": PHOTO})

    assert [label["Categories"] for label in answer["Labels"]] == [[]]
    assert misfits("rekognition", "DetectLabels", answer) == []


@pytest.mark.parametrize("image", [PHOTO, {"Bytes": png()}], ids=["S3 object", "bytes"])
def test_an_image_is_taken_from_the_request_or_from_s3(rekognition, image):
    assert len(rekognition.detect_faces(Image=image)["FaceDetails"]) == 1


def test_labels_carry_parents_aliases_categories_boxes_and_the_local_version(rekognition):
    answer = rekognition.detect_labels(Image=PHOTO)

    box = {"Left": 0.1, "Top": 0.2, "Width": 0.3, "Height": 0.4}
    assert answer["LabelModelVersion"] == "local-test"
    assert answer["Labels"][:2] == [
        {
            "Name": "Person",
            "Confidence": 90.5,
            "Instances": [],
            "Parents": [],
            "Aliases": [{"Name": "Human"}],
            "Categories": [{"Name": "Person Description"}],
        },
        {
            "Name": "Face",
            "Confidence": 90.5,
            "Instances": [{"BoundingBox": box, "Confidence": 90.5}],
            "Parents": [{"Name": "Head"}, {"Name": "Person"}],
            "Aliases": [],
            "Categories": [{"Name": "Person Description"}],
        },
    ]


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({}, ["Person", "Face", "Text"]),
        ({"MinConfidence": 90}, ["Person", "Face"]),
        ({"MaxLabels": 1}, ["Person"]),
        ({"Settings": {"GeneralLabels": {"LabelInclusionFilters": ["Face"]}}}, ["Face"]),
        ({"Settings": {"GeneralLabels": {"LabelExclusionFilters": ["Face"]}}}, ["Person", "Text"]),
        ({"Settings": {"GeneralLabels": {"LabelCategoryInclusionFilters": ["Text and Documents"]}}}, ["Text"]),
        (
            {"Settings": {"GeneralLabels": {"LabelCategoryExclusionFilters": ["Text and Documents"]}}},
            ["Person", "Face"],
        ),
    ],
)
def test_labels_are_limited_as_the_request_asks(rekognition, parameters, names):
    answer = rekognition.detect_labels(Image=PHOTO, **parameters)

    assert [label["Name"] for label in answer["Labels"]] == names


def test_image_properties_come_when_asked_for_and_without_labels(rekognition):
    answer = rekognition.detect_labels(
        Image=PHOTO, Features=["IMAGE_PROPERTIES"], Settings={"ImageProperties": {"MaxDominantColors": 1}}
    )

    red = {"Red": 255, "Green": 0, "Blue": 0, "HexCode": "#ff0000", "CSSColor": "red", "SimplifiedColor": "red"}
    assert answer["ImageProperties"] == {
        "Quality": {"Brightness": 50.0, "Sharpness": 60.0, "Contrast": 70.0},
        "DominantColors": [{**red, "PixelPercent": 60.0}],
    }
    assert "Labels" not in answer


def test_text_comes_as_lines_and_then_their_words(rekognition):
    answer = rekognition.detect_text(Image=PHOTO)

    seen = [
        (d["Id"], d["Type"], d["DetectedText"], d.get("ParentId"), d["Confidence"]) for d in answer["TextDetections"]
    ]
    assert seen == [(0, "LINE", "OPEN at", None, 95.0), (1, "WORD", "OPEN", 0, 95.0), (2, "WORD", "at", 0, 95.0)]
    assert answer["TextDetections"][0]["Geometry"] == {
        "BoundingBox": {"Left": 0, "Top": 0.1, "Width": 0.6, "Height": 0.1},
        "Polygon": [{"X": 0, "Y": 0.1}, {"X": 0.6, "Y": 0.1}, {"X": 0.6, "Y": 0.2}, {"X": 0, "Y": 0.2}],
    }
    assert answer["TextModelVersion"] == "local-test"


@pytest.mark.parametrize(
    ("word_filter", "texts"),
    [
        ({"MinConfidence": 90}, ["OPEN at", "OPEN", "at"]),
        ({"MinConfidence": 96}, []),
        ({"MinBoundingBoxWidth": 0.2}, ["OPEN at", "OPEN"]),
        ({"MinBoundingBoxHeight": 0.5}, []),
    ],
)
def test_words_are_filtered_as_the_request_asks(rekognition, word_filter, texts):
    answer = rekognition.detect_text(Image=PHOTO, Filters={"WordFilter": word_filter})

    assert [detection["DetectedText"] for detection in answer["TextDetections"]] == texts


def test_a_face_has_its_default_attributes_and_no_guessed_ones(rekognition):
    (face,) = rekognition.detect_faces(Image=PHOTO)["FaceDetails"]

    assert face == {
        "BoundingBox": {"Left": 0.1, "Top": 0.2, "Width": 0.3, "Height": 0.4},
        "Landmarks": [{"Type": "eyeLeft", "X": 0.2, "Y": 0.3}],
        "Pose": {"Roll": -3.5},
        "Quality": {"Brightness": 60.0, "Sharpness": 70.0},
        "Confidence": 90.5,
    }


@pytest.mark.parametrize(
    ("asked", "more"), [(["ALL"], {"AgeRange", "Smile"}), (["DEFAULT", "AGE_RANGE"], {"AgeRange"}), (["BEARD"], set())]
)
def test_what_a_richer_face_engine_knows_is_given_when_asked_for(rekognition, asked, more):
    (face,) = rekognition.detect_faces(Image=PHOTO, Attributes=asked)["FaceDetails"]

    assert set(face) - {"BoundingBox", "Landmarks", "Pose", "Quality", "Confidence"} == more


@pytest.mark.parametrize("operation", ["detect_moderation_labels", "recognize_celebrities"])
def test_what_has_no_engine_is_an_error_that_is_not_retried(rekognition, operation):
    error = refusal(getattr(rekognition, operation), Image=PHOTO)

    assert error.response["Error"]["Code"] == "InvalidParameterException"
    assert error.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_an_engine_for_moderation_or_celebrities_can_be_plugged_in():
    moderation = Answering(
        {"ModerationLabels": [{"Name": "Alcohol", "ParentName": "", "Confidence": 80.0, "TaxonomyLevel": 1}]}
    )
    celebrities = Answering({"CelebrityFaces": [], "UnrecognizedFaces": []})
    service = build_rekognition_service(read_object, replace(ENGINES, moderation=moderation, celebrities=celebrities))
    labels = service.operations["DetectModerationLabels"]({"Image": PHOTO})
    faces = service.operations["RecognizeCelebrities"]({"Image": PHOTO})

    assert labels["ModerationModelVersion"] == "local-test"
    assert misfits("rekognition", "DetectModerationLabels", labels) == []
    assert misfits("rekognition", "RecognizeCelebrities", faces) == []


class MissingEngine:
    """An engine whose package is not installed."""

    version = "local-test"

    def __call__(self, picture):
        raise EngineUnavailableError("the package labels-model is not installed")


def test_an_engine_that_cannot_run_is_an_error_that_says_why():
    service = build_rekognition_service(read_object, replace(ENGINES, labels=MissingEngine()))

    with pytest.raises(ServiceError, match="Not available locally: the package labels-model is") as refused:
        service.operations["DetectLabels"]({"Image": PHOTO})

    assert refused.value.code == "InvalidParameterException"


EXPLICIT = {"Name": "Explicit", "ParentName": "", "Confidence": 60.0, "TaxonomyLevel": 1}


@pytest.mark.parametrize(("parameters", "labels"), [({}, [EXPLICIT]), ({"MinConfidence": 61}, [])])
def test_moderation_labels_are_limited_as_the_request_asks(parameters, labels):
    engines = replace(ENGINES, moderation=Answering({"ModerationLabels": [EXPLICIT, {**EXPLICIT, "Confidence": 40.0}]}))
    moderate = build_rekognition_service(read_object, engines).operations["DetectModerationLabels"]

    assert moderate({"Image": PHOTO, **parameters})["ModerationLabels"] == labels


@pytest.mark.parametrize("member", ["HumanLoopConfig", "ProjectVersion"])
def test_what_moderation_cannot_do_is_refused_rather_than_ignored(member):
    engines = replace(ENGINES, moderation=Answering({"ModerationLabels": []}))
    moderate = build_rekognition_service(read_object, engines).operations["DetectModerationLabels"]

    with pytest.raises(ServiceError, match=f"Not available locally: {member}"):
        moderate({"Image": PHOTO, member: "a"})


def test_the_models_of_all_engines_are_named_even_where_one_cannot_run():
    described = describe_engines(replace(ENGINES, moderation=BrokenEngine()))

    assert described == (
        "faces: local-test; text: local-test; labels: local-test; properties: local-test; "
        "moderation: not available, the package moderation-model is not installed"
    )


class BrokenEngine:
    """An engine that does not even know its version."""

    @property
    def version(self):
        raise EngineUnavailableError("the package moderation-model is not installed")

    def __call__(self, picture):
        raise AssertionError("it cannot be called")


@pytest.mark.parametrize(
    ("image", "refused"),
    [
        ({"Bytes": bytes(5_242_881)}, "ImageTooLargeException"),
        ({"S3Object": {"Bucket": "lake", "Name": "images/huge.png"}}, "ImageTooLargeException"),
        ({"S3Object": {"Bucket": "lake", "Name": "images/none.png"}}, "InvalidS3ObjectException"),
        ({"S3Object": {"Bucket": "lake", "Name": "a", "Version": "1"}}, "InvalidParameterException"),
        ({"Bytes": b"no image"}, "InvalidImageFormatException"),
        ({"Bytes": png(width=79)}, "InvalidParameterException"),
        ({}, "InvalidParameterException"),
    ],
    ids=["5 MB", "15 MB", "no object", "version", "no image", "79 pixels", "nothing"],
)
def test_images_are_refused_as_rekognition_refuses_them(rekognition, image, refused):
    codes = {
        code(call, Image=image)
        for call in (rekognition.detect_labels, rekognition.detect_text, rekognition.detect_faces)
    }

    assert codes == {refused}


def test_regions_of_interest_are_refused_rather_than_ignored(rekognition):
    filters = {"RegionsOfInterest": [{"BoundingBox": {"Left": 0, "Top": 0, "Width": 1, "Height": 1}}]}

    assert code(rekognition.detect_text, Image=PHOTO, Filters=filters) == "InvalidParameterException"
