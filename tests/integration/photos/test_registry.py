"""The image registry in DynamoDB."""

from dataclasses import replace

import boto3
import pytest
from botocore.exceptions import ClientError

from photolake.aws.s3 import S3Object
from photolake.images.objects import ObjectRecord, ObjectRegistry
from photolake.images.registry import ImageRecord, ImageRegistry, KnownImage, UnavailablePhoto

FIRST = ImageRecord("aa11", "2022-10-13", "post", "1:2", "images/aa/aa11.jpg", 1200, 800, "image/jpeg")


@pytest.fixture
def registry(aws):
    for item in aws.table.scan()["Items"]:
        aws.table.delete_item(Key={"id": item["id"]})
    return ImageRegistry(aws.table)


def test_the_first_photo_with_given_bytes_holds_the_image(registry):
    assert registry.get("aa11") is None
    assert registry.claim(FIRST) == FIRST
    second = replace(FIRST, source_key="9:2", image_dt="2022-10-14", origin="dropped")
    assert registry.claim(second) == FIRST
    assert registry.claim(FIRST) == FIRST
    assert registry.get("aa11") == FIRST


def mark_waiting(aws, image_id):
    aws.table.update_item(
        Key={"id": f"image#{image_id}"},
        UpdateExpression="SET #state = :waiting, waiting = :yes",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":waiting": "waiting", ":yes": "yes"},
    )


def test_no_more_images_are_listed_than_asked_for(aws, registry):
    for number in range(7):
        registry.claim(replace(FIRST, image_id=f"{number}"))
        mark_waiting(aws, f"{number}")
    assert [image.image_id for image in registry.iterate_waiting(5)] == ["0", "1", "2", "3", "4"]
    assert len(list(registry.iterate_waiting(100))) == 7
    assert list(registry.iterate_waiting(0)) == []


def test_media_are_known_by_platform_and_key(registry):
    assert registry.find_photo("x", "2") is None
    registry.remember_photo("x", "2", KnownImage("aa11"))
    registry.remember_photo("bluesky", "2", UnavailablePhoto("gone", "cdn.bsky.app answered 404"))
    assert registry.find_photo("x", "2") == KnownImage("aa11")
    assert registry.find_photo("bluesky", "2") == UnavailablePhoto("gone", "cdn.bsky.app answered 404")


def test_an_image_replaces_an_unavailable_photo_and_not_the_other_way(registry):
    registry.remember_photo("x", "2", KnownImage("aa11"))
    registry.remember_photo("x", "2", UnavailablePhoto("gone", "404"))
    assert registry.find_photo("x", "2") == KnownImage("aa11")
    registry.remember_photo("x", "3", UnavailablePhoto("gone", "404"))
    registry.remember_photo("x", "3", KnownImage("aa11"))
    assert registry.find_photo("x", "3") == KnownImage("aa11")


@pytest.mark.parametrize(("status", "is_asked_again"), [("broken", True), ("too_small", True), ("gone", False)])
def test_a_photo_that_earlier_rules_refused_is_read_again(aws, registry, status, is_asked_again):
    refused = UnavailablePhoto(status, "by the rules of before")
    registry.remember_photo("x", f"old-{status}", refused)
    assert registry.find_photo("x", f"old-{status}") == refused
    aws.table.update_item(
        Key={"id": f"media#x#old-{status}"}, UpdateExpression="REMOVE #r", ExpressionAttributeNames={"#r": "rules"}
    )
    assert registry.find_photo("x", f"old-{status}") == (None if is_asked_again else refused)

    objects = ObjectRegistry(aws.table)
    aws.table.put_item(Item={"id": f"object#album/{status}.jpg", "etag": "e", "status": status, "status_message": "no"})
    assert (objects.find_many("album", [f"{status}.jpg"]) == {}) == is_asked_again


def test_other_errors_of_the_table_are_raised(aws):
    missing = ImageRegistry(boto3.resource("dynamodb").Table("no-such-table"))
    with pytest.raises(ClientError):
        missing.claim(FIRST)
    with pytest.raises(ClientError):
        missing.remember_photo("x", "2", UnavailablePhoto("gone", "404"))


def test_many_images_are_found_at_once_each_asked_for_once(registry):
    for number in range(120):
        registry.claim(replace(FIRST, image_id=f"{number}"))

    found = registry.find_many(["3", "3", *map(str, range(100, 130))])

    assert found.keys() == {"3", *map(str, range(100, 120))}
    assert found["3"] == replace(FIRST, image_id="3")


def test_waiting_images_are_counted_up_to_a_limit(aws, registry):
    assert registry.count_waiting(5) == 0
    for number in range(7):
        registry.claim(replace(FIRST, image_id=f"{number}"))
        mark_waiting(aws, f"{number}")

    assert [registry.count_waiting(limit) for limit in (0, 5, 7, 100)] == [0, 5, 7, 7]


def test_objects_are_known_by_their_etag_if_what_they_are_is_final(aws):
    objects = ObjectRegistry(aws.table)
    an_object = S3Object("album", "a b+ü/1.jpg", 9, "etag", "2026-11-20T09:15:30.123Z")
    objects.remember(an_object, "aa11")
    broken = UnavailablePhoto("broken", "cut")
    objects.remember(replace(an_object, key="2.jpg"), broken)
    objects.remember(replace(an_object, key="3.jpg"), UnavailablePhoto("access_denied", "no"))
    objects.remember(replace(an_object, key="4.jpg", etag=""), "bb22")
    objects.remember(replace(an_object, key="5.jpg"), "cc33")
    objects.remember(replace(an_object, key="5.jpg", etag="newer"), "dd44")

    assert objects.find_many("album", ["a b+ü/1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg", "6.jpg"]) == {
        "a b+ü/1.jpg": ObjectRecord("etag", "aa11"),
        "2.jpg": ObjectRecord("etag", broken),
        "5.jpg": ObjectRecord("newer", "dd44"),
    }
    assert objects.find_many("other", ["2.jpg"]) == {}
