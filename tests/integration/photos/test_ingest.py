"""Photos become images, with a crash at every step."""

import hashlib
import io
import itertools
from typing import Any

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from photolake.clock import utc_now
from photolake.errors import PermanentError, RetryableError
from photolake.images.ingest import IngestedPhoto, PhotoIngester, photo_row
from photolake.images.rendition import render
from tests.builders.hard_photos import DAMAGED, SIZE

from .conftest import BUCKET, CrashError, photo

SEEDS = itertools.count(1)


def test_a_photo_is_stored_under_the_hash_of_its_bytes_as_received(aws):
    buffer = io.BytesIO()
    Image.new("RGB", (200, 100), "teal").save(buffer, "WEBP")
    image_id = hashlib.sha256(buffer.getvalue()).hexdigest()
    registry, ingester = aws.worker()
    taken = ingester.ingest(
        buffer.getvalue(), origin="dropped", source_key="s3://lake/images/dropped/a", dt="2026-11-20"
    )
    key = f"images/{image_id[:2]}/{image_id}.jpg"
    assert taken == IngestedPhoto(image_id, "2026-11-20", key, 200, 100, "ok")
    stored = aws.s3.get_object(Bucket=BUCKET, Key=key)
    assert stored["ContentType"] == "image/jpeg"
    assert Image.open(io.BytesIO(stored["Body"].read())).size == (200, 100)
    record = registry.get(image_id)
    assert (record.origin, record.source_key, record.state) == ("dropped", "s3://lake/images/dropped/a", "stored")


def test_the_same_bytes_again_are_a_duplicate_with_the_date_of_the_first(aws):
    _, ingester = aws.worker()
    data = photo(next(SEEDS))
    first = ingester.ingest(data, origin="post", source_key="1:1", dt="2022-10-13")
    again = ingester.ingest(data, origin="post", source_key="1:1", dt="2022-10-13")
    other = ingester.ingest(data, origin="post", source_key="2:1", dt="2022-11-01")
    assert first == again
    assert (first.was_stored, again.was_stored, other.was_stored) == (True, False, False)
    assert (other.status, other.image_dt, other.image_id) == ("duplicate", "2022-10-13", first.image_id)
    assert aws.objects(first.image_id) == [first.s3_key]


def test_every_photo_with_damaged_bytes_has_the_note_of_what_is_missing_and_the_bytes_their_hash(aws):
    data = DAMAGED["jpeg-cut"]()
    image_id = hashlib.sha256(data).hexdigest()
    registry, ingester = aws.worker()

    photos = [
        ingester.ingest(data, origin="post", source_key=source, dt="2022-10-13") for source in ("1:1", "1:1", "2:1")
    ]

    note = "cut off or damaged: 47 % of its rows are missing, and white"
    assert [(taken.image_id, taken.status, taken.message) for taken in photos] == [
        (image_id, "ok", note),
        (image_id, "ok", note),
        (image_id, "duplicate", note),
    ]
    assert [
        photo_row({"origin": "post", "source_key": "1:1"}, taken, utc_now())["status_message"] for taken in photos
    ] == [note] * 3
    assert registry.get(image_id).note == note
    [key] = aws.objects(image_id)
    assert Image.open(io.BytesIO(aws.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())).size == SIZE


def test_bytes_that_are_not_an_image_leave_nothing_behind(aws):
    registry, ingester = aws.worker()
    with pytest.raises(PermanentError):
        ingester.ingest(b"<html>", origin="post", source_key="1:1", dt="2022-10-13")
    assert registry.get(hashlib.sha256(b"<html>").hexdigest()) is None


@pytest.mark.parametrize("step", range(4))
@pytest.mark.parametrize("next_source", ["1:1", "2:1"])
def test_a_crash_at_any_step_is_repaired_by_the_next_photo(aws, step, next_source):
    data = photo(next(SEEDS))
    with pytest.raises(CrashError):
        aws.worker(step)[1].ingest(data, origin="post", source_key="1:1", dt="2022-10-13")
    registry, ingester = aws.worker()
    taken = ingester.ingest(data, origin="post", source_key=next_source, dt="2022-10-13")
    expected = "ok" if next_source == "1:1" or step == 0 else "duplicate"
    assert (taken.status, aws.objects(taken.image_id)) == (expected, [taken.s3_key])
    assert registry.get(taken.image_id).source_key == (next_source if step == 0 else "1:1")


class BusyS3:
    """S3 that answers a put with one error after the other, and then takes it."""

    def __init__(self, *codes):
        self.codes = list(codes)
        self.puts = 0

    def put_object(self, **arguments):
        assert arguments["IfNoneMatch"] == "*"
        self.puts += 1
        if self.codes:
            raise ClientError({"Error": {"Code": self.codes.pop(0)}}, "PutObject")


@pytest.mark.parametrize(
    ("codes", "puts"), [([], 1), (["PreconditionFailed"], 1), (["ConditionalRequestConflict"] * 2, 3)]
)
def test_an_object_that_is_there_or_on_its_way_is_not_an_error(aws, codes, puts):
    s3: Any = BusyS3(*codes)
    taken = PhotoIngester(aws.worker()[0], s3, BUCKET, sleep=lambda seconds: None).ingest(
        photo(next(SEEDS)), origin="post", source_key="1:1", dt="2022-10-13"
    )
    assert (taken.status, s3.puts) == ("ok", puts)


@pytest.mark.parametrize(
    ("codes", "error"), [(["ConditionalRequestConflict"] * 6, RetryableError), (["AccessDenied"], ClientError)]
)
def test_a_put_that_s3_refuses_is_not_taken_for_done(aws, codes, error):
    s3: Any = BusyS3(*codes)
    with pytest.raises(error):
        PhotoIngester(aws.worker()[0], s3, BUCKET, sleep=lambda seconds: None).ingest(
            photo(next(SEEDS)), origin="post", source_key="1:1", dt="2022-10-13"
        )


class ObservedS3:
    """S3 whose calls are noted by name."""

    def __init__(self, s3):
        self.s3 = s3
        self.calls = []

    def __getattr__(self, name):
        def call(**arguments):
            self.calls.append(name)
            return getattr(self.s3, name)(**arguments)

        return call


def test_bytes_that_are_known_are_neither_written_nor_decoded_again(aws, monkeypatch):
    s3: Any = ObservedS3(aws.s3)
    ingester = PhotoIngester(aws.worker()[0], s3, BUCKET)
    data, decoded = photo(next(SEEDS)), []

    def note_and_render(data):
        decoded.append(data)
        return render(data)

    monkeypatch.setattr("photolake.images.ingest.render", note_and_render)

    for source in ("1:1", "2:1", "3:1"):
        ingester.ingest(data, origin="post", source_key=source, dt="2022-10-13")

    assert s3.calls == ["put_object", "head_object", "head_object"]
    assert decoded == [data]


def test_an_image_whose_object_was_deleted_is_stored_again_by_a_process_that_has_seen_its_bytes(aws):
    _, ingester = aws.worker()
    data = photo(next(SEEDS))
    first = ingester.ingest(data, origin="post", source_key="1:1", dt="2022-10-13")
    body = aws.s3.get_object(Bucket=BUCKET, Key=first.s3_key)["Body"].read()
    aws.s3.delete_object(Bucket=BUCKET, Key=first.s3_key)

    again = ingester.ingest(data, origin="post", source_key="2:1", dt="2022-10-14")

    assert again.was_stored
    assert aws.s3.get_object(Bucket=BUCKET, Key=first.s3_key)["Body"].read() == body
    assert ingester.ingest(data, origin="post", source_key="3:1", dt="2022-10-14").was_stored is False


def test_what_is_remembered_of_rendered_photos_is_bounded(aws, monkeypatch):
    monkeypatch.setattr("photolake.images.ingest.MAX_RENDERED", 2)
    _, ingester = aws.worker()
    photos = [photo(next(SEEDS)) for _ in range(5)]

    for source, data in enumerate([*photos, *photos]):
        taken = ingester.ingest(data, origin="post", source_key=f"{source}:1", dt="2022-10-13")
        assert taken.status == ("ok" if source < 5 else "duplicate")

    assert len(ingester._rendered) <= 2
    assert all(rendition.body == b"" for rendition in ingester._rendered.values())
