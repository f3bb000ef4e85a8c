"""CompareFaces, collections and searches as boto3 sees them, with an engine that knows the faces of each picture."""

import hashlib
import io
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from laptop_cloud.engines.decoded_image import decode_image
from laptop_cloud.engines.face_vectors import compute_similarity
from laptop_cloud.engines.results import Box, Face, FaceVector, Point
from laptop_cloud.server.aws_json import JsonServer, JsonService
from laptop_cloud.services.rekognition.face_collections import FaceCollection
from laptop_cloud.services.rekognition.face_operations import build_face_operations
from laptop_cloud_testing.response_shapes import checked

VERSION = "local-test"


def png(number):
    buffer = io.BytesIO()
    Image.new("RGB", (200, 100), (number, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


def face(position, width=0.4):
    """A face whose vector is a place on a line: its distance to another is the difference of their positions."""
    found = Face(Box(0.1, 0.1, width, 0.8), 90.0, {"nose": Point(0.3, 0.5)}, 1.5, 60.0, 70.0)
    return FaceVector(found, (position, 0.0))


SMILE = {"Value": True, "Confidence": 88.0}
ANN, ANN_LATER, BOB, ANN_AND_BOB, BOB_AND_TINY_ANN, NOBODY = (png(number) for number in range(6))
# Ann stands at 0 and, some years later, at 0.45; Bob at 0.9. The faces of a picture come largest first.
FACES = {
    ANN: (face(0.0),),
    ANN_LATER: (face(0.45),),
    BOB: (face(0.9),),
    ANN_AND_BOB: (face(0.02), face(0.91, width=0.3)),
    BOB_AND_TINY_ANN: (face(0.9), face(0.01, width=0.05)),
    NOBODY: (),
}
FACES_BY_DIGEST = {hashlib.sha256(content).hexdigest(): faces for content, faces in FACES.items()}
LATER_SIMILARITY = pytest.approx(88.9, abs=0.05)


class KnownFaces:
    version = VERSION

    def __call__(self, picture):
        return FACES_BY_DIGEST[picture.digest]


class SmilingFaces:
    """The same faces, with an attribute that takes another engine to find."""

    version = VERSION

    def __call__(self, picture):
        return tuple(replace(known.face, attributes={"Smile": SMILE}) for known in FACES_BY_DIGEST[picture.digest])


@contextmanager
def serve(engine):
    operations = build_face_operations(engine, SmilingFaces(), lambda request: decode_image(request["Image"]["Bytes"]))
    server = JsonServer([checked(JsonService("rekognition", operations))])
    server.start()
    yield boto3.client("rekognition", endpoint_url=server.url, region_name="us-east-1")
    server.stop()


@pytest.fixture(scope="module")
def client():
    with serve(KnownFaces()) as client:
        yield client


@pytest.fixture
def rekognition(client):
    yield client
    for collection_id in client.list_collections()["CollectionIds"]:
        client.delete_collection(CollectionId=collection_id)


@pytest.fixture
def friends(rekognition):
    """A collection with Ann, Bob, and both."""
    rekognition.create_collection(CollectionId="friends")
    for name, content in {"ann": ANN, "bob": BOB, "both": ANN_AND_BOB}.items():
        rekognition.index_faces(CollectionId="friends", Image={"Bytes": content}, ExternalImageId=name)
    return rekognition


def refusal(call, **parameters):
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return refused.value.response["Error"]["Code"], refused.value.response["Error"]["Message"]


def names(answer):
    return [match["Face"]["ExternalImageId"] for match in answer["FaceMatches"]]


def indexed(rekognition, content, **parameters):
    return rekognition.index_faces(CollectionId="friends", Image={"Bytes": content}, **parameters)


def test_two_pictures_of_one_person_match_with_similarity_and_place(rekognition):
    answer = rekognition.compare_faces(SourceImage={"Bytes": ANN}, TargetImage={"Bytes": ANN_LATER})

    box = {"Left": 0.1, "Top": 0.1, "Width": 0.4, "Height": 0.8}
    del answer["ResponseMetadata"]
    assert answer == {
        "SourceImageFace": {"BoundingBox": box, "Confidence": 90.0},
        "FaceMatches": [
            {
                "Similarity": LATER_SIMILARITY,
                "Face": {
                    "BoundingBox": box,
                    "Confidence": 90.0,
                    "Landmarks": [{"Type": "nose", "X": 0.3, "Y": 0.5}],
                    "Pose": {"Roll": 1.5},
                    "Quality": {"Brightness": 60.0, "Sharpness": 70.0},
                },
            }
        ],
        "UnmatchedFaces": [],
    }


@pytest.mark.parametrize(
    ("threshold", "matched"),
    [({}, [False, True]), ({"SimilarityThreshold": 0}, [True, True]), ({"SimilarityThreshold": 100}, [False, False])],
)
def test_each_face_of_the_target_is_a_match_or_unmatched_by_the_threshold(rekognition, threshold, matched):
    answer = rekognition.compare_faces(SourceImage={"Bytes": BOB}, TargetImage={"Bytes": ANN_AND_BOB}, **threshold)

    widths = [match["Face"]["BoundingBox"]["Width"] for match in answer["FaceMatches"]]
    assert widths == [width for width, is_match in ((0.3, matched[1]), (0.4, matched[0])) if is_match]
    assert len(answer["UnmatchedFaces"]) == matched.count(False)


def test_only_the_largest_face_of_the_source_is_compared(rekognition):
    answer = rekognition.compare_faces(SourceImage={"Bytes": BOB_AND_TINY_ANN}, TargetImage={"Bytes": ANN})

    assert (answer["FaceMatches"], len(answer["UnmatchedFaces"])) == ([], 1)


@pytest.mark.parametrize(("source", "target"), [(NOBODY, ANN), (ANN, NOBODY)], ids=["source", "target"])
def test_pictures_without_faces_cannot_be_compared(rekognition, source, target):
    code, message = refusal(rekognition.compare_faces, SourceImage={"Bytes": source}, TargetImage={"Bytes": target})

    assert code == "InvalidParameterException"
    assert "there are no faces" in message


def test_a_quality_filter_leaves_small_faces_out(rekognition):
    target = {"Bytes": BOB_AND_TINY_ANN}
    unfiltered = rekognition.compare_faces(SourceImage={"Bytes": ANN}, TargetImage=target)
    filtered = rekognition.compare_faces(SourceImage={"Bytes": ANN}, TargetImage=target, QualityFilter="LOW")

    assert (len(unfiltered["FaceMatches"]), len(unfiltered["UnmatchedFaces"])) == (1, 1)
    assert (len(filtered["FaceMatches"]), len(filtered["UnmatchedFaces"])) == (0, 1)


def test_a_collection_is_made_described_listed_and_deleted(rekognition):
    made = rekognition.create_collection(CollectionId="friends")
    described = rekognition.describe_collection(CollectionId="friends")
    listed = rekognition.list_collections()
    deleted = rekognition.delete_collection(CollectionId="friends")

    assert (made["StatusCode"], made["FaceModelVersion"]) == (200, VERSION)
    assert described["CollectionARN"].endswith(":collection/friends")
    assert (described["FaceCount"], described["FaceModelVersion"]) == (0, VERSION)
    assert abs(datetime.now(UTC) - described["CreationTimestamp"]) < timedelta(minutes=1)
    assert (listed["CollectionIds"], listed["FaceModelVersions"]) == (["friends"], [VERSION])
    assert deleted["StatusCode"] == 200
    assert rekognition.list_collections()["CollectionIds"] == []


def test_a_collection_is_made_once(friends):
    code, message = refusal(friends.create_collection, CollectionId="friends")

    assert (code, message) == ("ResourceAlreadyExistsException", "The collection id: friends already exists.")
    assert friends.describe_collection(CollectionId="friends")["FaceCount"] == 4


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("describe_collection", {}),
        ("delete_collection", {}),
        ("list_faces", {}),
        ("delete_faces", {"FaceIds": ["00000000-0000-4000-8000-000000000000"]}),
        ("search_faces", {"FaceId": "00000000-0000-4000-8000-000000000000"}),
        ("search_faces_by_image", {"Image": {"Bytes": ANN}}),
        ("index_faces", {"Image": {"Bytes": ANN}}),
    ],
)
def test_a_collection_that_does_not_exist_is_named_in_the_error(rekognition, operation, parameters):
    code, message = refusal(getattr(rekognition, operation), CollectionId="Friends", **parameters)

    assert (code, message) == ("ResourceNotFoundException", "The collection id: Friends does not exist.")


def test_indexing_returns_a_record_of_each_face(friends):
    answer = indexed(friends, ANN_LATER, ExternalImageId="later", DetectionAttributes=["ALL"])

    (record,) = answer["FaceRecords"]
    (listed,) = [face for face in friends.list_faces(CollectionId="friends")["Faces"] if "later" in str(face)]
    assert record["Face"] == listed
    assert record["Face"] | {"FaceId": "", "ImageId": ""} == {
        "FaceId": "",
        "ImageId": "",
        "ExternalImageId": "later",
        "BoundingBox": {"Left": 0.1, "Top": 0.1, "Width": 0.4, "Height": 0.8},
        "Confidence": 90.0,
    }
    plain = indexed(friends, ANN_LATER, ExternalImageId="later")["FaceRecords"][0]
    assert (record["FaceDetail"]["Smile"], "Smile" in plain["FaceDetail"]) == (SMILE, False)
    assert (answer["UnindexedFaces"], answer["FaceModelVersion"]) == ([], VERSION)


def test_a_picture_without_faces_is_indexed_as_nothing(friends):
    answer = indexed(friends, NOBODY)

    assert (answer["FaceRecords"], answer["UnindexedFaces"]) == ([], [])


def test_the_same_face_of_the_same_image_is_stored_once_for_each_external_id(friends):
    again, other, unnamed = (
        indexed(friends, ANN, **name) for name in ({"ExternalImageId": "ann"}, {"ExternalImageId": "Ann"}, {})
    )

    records = [answer["FaceRecords"][0]["Face"] for answer in (again, other, unnamed)]
    listed = friends.list_faces(CollectionId="friends")["Faces"]
    assert records[0] == listed[0]
    assert [face.get("ExternalImageId") for face in listed] == ["ann", "bob", "both", "both", "Ann", None]
    assert {face["ImageId"] for face in records} == {listed[0]["ImageId"]}


def test_faces_beyond_the_maximum_and_too_small_ones_are_named_as_not_indexed(friends):
    beyond = indexed(friends, ANN_AND_BOB, ExternalImageId="first", MaxFaces=1)
    small = indexed(friends, BOB_AND_TINY_ANN, ExternalImageId="second")
    unfiltered = indexed(friends, BOB_AND_TINY_ANN, ExternalImageId="second", QualityFilter="NONE")

    def reasons(answer):
        return [(face["Reasons"], face["FaceDetail"]["BoundingBox"]["Width"]) for face in answer["UnindexedFaces"]]

    assert (len(beyond["FaceRecords"]), reasons(beyond)) == (1, [(["EXCEEDS_MAX_FACES"], 0.3)])
    assert (len(small["FaceRecords"]), reasons(small)) == (1, [(["SMALL_BOUNDING_BOX"], 0.05)])
    assert (len(unfiltered["FaceRecords"]), reasons(unfiltered)) == (2, [])


def test_a_search_by_image_finds_the_largest_face_most_similar_first(friends):
    answer = friends.search_faces_by_image(CollectionId="friends", Image={"Bytes": ANN_LATER}, FaceMatchThreshold=40)

    assert names(answer) == ["both", "ann", "bob", "both"]
    assert [match["Similarity"] for match in answer["FaceMatches"]] == [
        pytest.approx(value, abs=0.1) for value in (91.3, 88.9, 88.9, 87.4)
    ]
    assert answer["SearchedFaceBoundingBox"] == {"Left": 0.1, "Top": 0.1, "Width": 0.4, "Height": 0.8}
    assert answer["SearchedFaceConfidence"] == 90.0


@pytest.mark.parametrize(
    ("limits", "found"),
    [({}, ["ann", "both"]), ({"MaxFaces": 1}, ["ann"]), ({"FaceMatchThreshold": 100}, ["ann"])],
)
def test_a_search_is_limited_by_threshold_and_number(friends, limits, found):
    answer = friends.search_faces_by_image(CollectionId="friends", Image={"Bytes": ANN}, **limits)

    assert names(answer) == found


def test_a_picture_without_faces_cannot_be_searched_for(friends):
    assert refusal(friends.search_faces_by_image, CollectionId="friends", Image={"Bytes": NOBODY}) == (
        "InvalidParameterException",
        "There are no faces in the image. Should be at least 1.",
    )


def test_a_search_for_a_face_of_the_collection_leaves_that_face_out(friends):
    ann = friends.list_faces(CollectionId="friends")["Faces"][0]["FaceId"]

    answer = friends.search_faces(CollectionId="friends", FaceId=ann)

    assert (answer["SearchedFaceId"], names(answer)) == (ann, ["both"])


def test_a_deleted_face_is_found_no_more_and_can_be_indexed_again(friends):
    ann = friends.list_faces(CollectionId="friends")["Faces"][0]["FaceId"]
    missing = "00000000-0000-4000-8000-000000000000"

    answer = friends.delete_faces(CollectionId="friends", FaceIds=[ann, missing, ann])

    assert answer["DeletedFaces"] == [ann]
    assert answer["UnsuccessfulFaceDeletions"] == [{"FaceId": missing, "Reasons": ["FACE_NOT_FOUND"]}]
    assert names(friends.search_faces_by_image(CollectionId="friends", Image={"Bytes": ANN})) == ["both"]
    assert refusal(friends.search_faces, CollectionId="friends", FaceId=ann)[0] == "InvalidParameterException"
    again = indexed(friends, ANN, ExternalImageId="ann")["FaceRecords"][0]["Face"]
    assert again["FaceId"] != ann
    assert names(friends.search_faces_by_image(CollectionId="friends", Image={"Bytes": ANN})) == ["ann", "both"]


def test_lists_come_by_pages_that_skip_nothing_when_something_is_deleted(friends):
    for name in ("a", "b"):
        friends.create_collection(CollectionId=name)
    first = friends.list_faces(CollectionId="friends", MaxResults=2)
    friends.delete_faces(CollectionId="friends", FaceIds=[first["Faces"][0]["FaceId"]])
    second = friends.list_faces(CollectionId="friends", MaxResults=2, NextToken=first["NextToken"])

    assert [face["ExternalImageId"] for face in first["Faces"] + second["Faces"]] == ["ann", "bob", "both", "both"]
    assert "NextToken" not in second
    pages = friends.get_paginator("list_collections").paginate(PaginationConfig={"PageSize": 1})
    assert [page["CollectionIds"] for page in pages] == [["a"], ["b"], ["friends"]]


def test_a_token_that_no_page_gave_is_refused(friends):
    codes = {
        refusal(friends.list_faces, CollectionId="friends", NextToken="page 2")[0],
        refusal(friends.list_collections, NextToken="page 2")[0],
    }

    assert codes == {"InvalidPaginationTokenException"}


def test_faces_are_listed_by_their_ids(friends):
    bob = friends.list_faces(CollectionId="friends")["Faces"][1]

    assert friends.list_faces(CollectionId="friends", FaceIds=[bob["FaceId"]])["Faces"] == [bob]


@pytest.mark.parametrize(
    ("operation", "parameters", "told"),
    [
        ("create_collection", {"CollectionId": "my friends"}, "'collectionId' failed to satisfy constraint: Member"),
        ("create_collection", {"CollectionId": "a" * 256}, "less than or equal to 255"),
        (
            "index_faces",
            {"CollectionId": "friends", "Image": {"Bytes": ANN}, "ExternalImageId": "images/ann.jpg"},
            r"'images/ann.jpg' at 'externalImageId' failed to satisfy constraint: Member must satisfy regular "
            r"expression pattern: [a-zA-Z0-9_.\-:]+",
        ),
        (
            "search_faces_by_image",
            {"CollectionId": "friends", "Image": {"Bytes": ANN}, "FaceMatchThreshold": 101.0},
            "'faceMatchThreshold' failed to satisfy constraint: Member must have value less than or equal to 100",
        ),
        (
            "search_faces_by_image",
            {"CollectionId": "friends", "Image": {"Bytes": ANN}, "MaxFaces": 4097},
            "value less than or equal to 4096",
        ),
        ("search_faces", {"CollectionId": "friends", "FaceId": "ann"}, "'faceId'"),
        (
            "index_faces",
            {"CollectionId": "friends", "Image": {"Bytes": ANN}, "QualityFilter": "BEST"},
            "[NONE, AUTO, LOW, MEDIUM, HIGH]",
        ),
        ("delete_faces", {"CollectionId": "friends", "FaceIds": ["ann"]}, "'faceIds.1.member'"),
    ],
)
def test_what_breaks_a_constraint_of_the_api_is_told(friends, operation, parameters, told):
    code, message = refusal(getattr(friends, operation), **parameters)

    assert code == "ValidationException"
    assert told in message


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("create_collection", {"CollectionId": "tagged", "Tags": {"team": "a"}}),
        ("list_faces", {"CollectionId": "friends", "UserId": "ann"}),
    ],
)
def test_what_is_not_available_locally_is_refused_rather_than_ignored(friends, operation, parameters):
    code, message = refusal(getattr(friends, operation), **parameters)

    assert code == "InvalidParameterException"
    assert message.startswith("Not available locally: ")


def test_without_an_engine_for_vectors_no_face_operation_is_available():
    with serve(None) as client:
        refusals = [
            refusal(client.compare_faces, SourceImage={"Bytes": ANN}, TargetImage={"Bytes": ANN}),
            refusal(client.create_collection, CollectionId="friends"),
            refusal(client.list_collections),
            refusal(client.search_faces_by_image, CollectionId="friends", Image={"Bytes": ANN}),
        ]

    assert {code for code, _ in refusals} == {"InvalidParameterException"}
    assert all(message.startswith("Not available locally: ") for _, message in refusals)


@given(st.lists(st.floats(0, 3), min_size=2, max_size=2, unique=True))
def test_similarity_falls_as_the_distance_grows(distances):
    near, far = sorted(distances)

    similarities = [compute_similarity(face(0.0), face(distance)) for distance in (near, far)]

    assert 100 >= similarities[0] >= similarities[1] >= 0


def test_similarity_is_100_for_equal_vectors_80_at_half_a_unit_and_50_at_dlibs_limit():
    similarities = [compute_similarity(face(0.0), face(distance)) for distance in (0.0, 0.5, 0.6)]

    assert similarities == [100, pytest.approx(80, abs=0.05), pytest.approx(50, abs=0.05)]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=30))
def test_however_often_and_from_however_many_threads_each_face_is_stored_once(external_ids):
    collection = FaceCollection()
    faces = (face(0.0), face(0.5, width=0.3))
    threads = [threading.Thread(target=collection.add, args=("digest", name, faces)) for name in external_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    stored = collection.list_faces()
    assert len(stored) == len({one.face_id for one in stored}) == 2 * len(set(external_ids))
    assert [one.number for one in stored] == sorted(one.number for one in stored)
