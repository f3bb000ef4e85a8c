"""The lease on an image, in its item of the images table."""

import datetime as dt
from dataclasses import replace

import boto3
import pytest
from botocore.exceptions import ClientError

from photolake.errors import RetryableError
from photolake.images.lease import ImageLeases, Lease
from photolake.images.registry import ImageRecord, ImageRegistry

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
IMAGE_ID = "aa" * 32
KEY = f"images/aa/{IMAGE_ID}.jpg"
FIRST = ImageRecord(IMAGE_ID, "2022-10-13", "post", "1:2", KEY, 1200, 800, "image/jpeg")


@pytest.fixture
def registry(aws):
    """A registry with one image."""
    for item in aws.table.scan()["Items"]:
        aws.table.delete_item(Key={"id": item["id"]})
    registry = ImageRegistry(aws.table)
    registry.claim(FIRST)
    return registry


def fail_with_a_unit(aws):
    """Have an analysis fail that took its unit of the budget."""
    with pytest.raises(ValueError, match="broken"):
        _fail(take(aws))


def _fail(lease):
    with lease:
        lease.has_unit = True
        raise ValueError("broken")


def take(aws, seconds_later=0.0, digest="labels", key=KEY):
    """Take the lease for a minute, as another worker at a later time."""
    return ImageLeases(aws.table, lambda: NOW + dt.timedelta(seconds=seconds_later)).take(key, digest, 60)


def read_item(aws):
    return aws.table.get_item(Key={"id": f"image#{IMAGE_ID}"})["Item"]


def test_who_takes_the_lease_reads_the_image_and_begins(aws, registry):
    lease = take(aws)

    assert (lease.image, lease.has_unit) == (FIRST, False)
    assert registry.get(IMAGE_ID) == replace(FIRST, state="analyzing")
    assert read_item(aws)["lease_until"] == NOW.timestamp() + 60


def test_a_lease_that_is_held_is_refused_for_this_image_only(aws, registry):
    other = replace(FIRST, image_id="bb" * 32, s3_key=f"images/bb/{'bb' * 32}.jpg")
    registry.claim(other)
    take(aws)

    with pytest.raises(RetryableError, match=f"another worker is analysing the image {IMAGE_ID}"):
        take(aws, 59)
    assert isinstance(take(aws, key=other.s3_key), Lease)


def test_what_is_done_is_found_with_one_request_and_analysed_again_with_others(aws, registry):
    with take(aws) as lease:
        lease.mark_done("labels")
    done = replace(FIRST, state="done", request_digest="labels")

    assert take(aws) == done
    again = take(aws, digest="labels,text")
    assert again.image == done


@pytest.mark.parametrize("key", [KEY.replace(".jpg", ".png"), f"images/cc/{'cc' * 32}.jpg", "images/dropped/a.jpg"])
def test_an_object_that_is_not_the_images_is_none(aws, registry, key):
    assert take(aws, key=key) is None
    assert registry.get(IMAGE_ID) == FIRST


def test_a_lease_is_given_back_when_the_work_fails_and_the_unit_of_the_budget_is_remembered(aws, registry):
    fail_with_a_unit(aws)

    assert "lease_until" not in read_item(aws)
    again = take(aws)
    assert (again.image.state, again.has_unit) == ("analyzing", True)


def test_an_image_that_is_done_has_no_unit_for_its_next_analysis(aws, registry):
    fail_with_a_unit(aws)
    with take(aws) as lease:
        lease.mark_done("labels")

    again = take(aws, digest="labels,text")
    assert not again.has_unit


def test_an_expired_lease_is_taken_over_and_its_worker_does_not_end_the_new_one(aws, registry):
    late = take(aws)
    with take(aws, 62):
        late.__exit__(None, None, None)
        with pytest.raises(RetryableError):
            take(aws, 63)


@pytest.mark.parametrize(("mark", "arguments"), [("mark_done", ["labels"]), ("mark_gone", []), ("mark_waiting", [])])
def test_an_analysis_is_ended_only_by_who_began_last(aws, registry, mark, arguments):
    one, two = take(aws), take(aws, 62)

    with pytest.raises(RetryableError, match="taken over"):
        getattr(one, mark)(*arguments)
    assert registry.get(IMAGE_ID) == replace(FIRST, state="analyzing")

    for _ in range(2):  # a lost response is a repeated request
        getattr(two, mark)(*arguments)
    assert registry.get(IMAGE_ID).state in ("done", "gone", "waiting")
    assert "lease_until" not in read_item(aws)


def test_a_mark_whose_response_was_lost_is_not_undone_by_giving_the_lease_back(aws, registry):
    lease = take(aws)
    lease.has_unit = True
    take_back = lease.__exit__
    lease.mark_done("labels")
    lease._is_over = False

    take_back(None, None, None)

    assert registry.get(IMAGE_ID) == replace(FIRST, state="done", request_digest="labels")
    assert "has_unit" not in read_item(aws)


def test_a_take_whose_response_was_lost_is_repeated(aws, registry, monkeypatch):
    monkeypatch.setattr("uuid.uuid4", lambda: type("Id", (), {"hex": "one"}))

    assert isinstance(take(aws), Lease)
    assert take(aws).image == replace(FIRST, state="analyzing")


def test_an_image_goes_from_stored_to_waiting_to_done(aws, registry):
    with take(aws) as lease:
        lease.mark_waiting()
    assert list(registry.iterate_waiting(10)) == [replace(FIRST, state="waiting")]

    with take(aws) as lease:
        assert lease.image.state == "waiting"
        assert list(registry.iterate_waiting(10)) == []
        lease.mark_done("labels")
    assert registry.get(IMAGE_ID) == replace(FIRST, state="done", request_digest="labels")
    assert registry.claim(FIRST) == replace(FIRST, state="done", request_digest="labels")


def test_an_image_that_waits_after_it_was_begun_is_known_to_have_been(aws, registry):
    with take(aws) as lease:
        assert not lease.is_begun
        lease.mark_waiting()
    waited = take(aws)
    assert not waited.is_begun
    with take(aws, 62) as lease:
        assert lease.is_begun
        lease.mark_waiting()
    for later in (130, 200):
        again = take(aws, later)
        assert again.is_begun
    again.mark_done("labels")
    assert not {"is_begun", "waiting", "has_unit"} & read_item(aws).keys()


def test_other_errors_of_the_table_are_raised(aws):
    with pytest.raises(ClientError, match="ResourceNotFound"):
        ImageLeases(boto3.resource("dynamodb").Table("no-such-table")).take(KEY, "labels", 60)
