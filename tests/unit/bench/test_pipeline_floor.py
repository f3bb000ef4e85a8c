"""The arithmetic of the floor, and what the posts of the benchmark are made of."""

import gzip
import json

import pytest

from bench.pipeline import analysis
from bench.pipeline.floor import time_batches, time_image, time_object, time_photo_job, time_queue
from bench.pipeline.posts import MIX, build_posts, draw_photo, list_photos, pack_posts, write_text

LATENCIES = {"comprehend": 50.0, "rekognition": 300.0, "firehose": 15.0, "download": 80.0, "s3": 10.0}


def find_photo(people, text):
    """A photo that shows these."""
    photos = (str(number).encode() for number in range(1000))
    return next(
        photo for photo in photos if (analysis.shows_people(photo), analysis.shows_text(photo)) == (people, text)
    )


@pytest.mark.parametrize(("people", "text", "steps"), [(False, False, 1), (True, False, 2), (False, True, 2)])
def test_an_image_needs_a_second_step_if_its_labels_suggest_more_calls(people, text, steps):
    assert time_image(find_photo(people, text), LATENCIES) == steps * 300


def test_an_object_waits_for_comprehend_once_and_a_photo_for_its_download():
    assert (time_object(LATENCIES), time_photo_job(LATENCIES)) == (75, 105)


def test_a_batch_takes_as_long_as_its_slowest_item_when_they_are_put_together_well():
    assert time_batches([300, 600, 300, 600, 600], 2) == [600, 600, 300]


@pytest.mark.parametrize(("instances", "milliseconds"), [(1, 1500), (2, 750), (10, 600)])
def test_a_queue_takes_its_work_divided_by_the_instances_but_at_least_its_longest_batch(instances, milliseconds):
    assert time_queue([600, 600, 300], instances) == milliseconds


def test_the_posts_have_the_mix_of_the_genuine_ones_and_the_next_mix_has_others():
    posts = list(build_posts(2 * MIX))
    first, second = posts[:MIX], posts[MIX:]
    photos = list_photos(first)

    assert (len({post["id"] for post in posts}), len({post["text"] for post in first})) == (2 * MIX, 140)
    assert abs(len(list_photos(first[: MIX // 2])) - 32) <= 2
    assert (len(photos), len(set(photos)), len({draw_photo(photo) for photo in photos[:4]})) == (65, 63, 4)
    assert not {post["text"] for post in first} & {post["text"] for post in second}
    assert not set(photos) & set(list_photos(second))


def test_packed_posts_are_all_there_whatever_the_number_of_objects():
    posts = list(build_posts(10))
    objects = [gzip.decompress(each).splitlines() for each in pack_posts(posts, 3)]

    assert sorted(json.loads(line)["id"] for lines in objects for line in lines) == [post["id"] for post in posts]


def test_entities_are_found_at_their_offsets():
    text = write_text("0-7", "ja")
    found = analysis.answer_comprehend("DetectEntities", {"Text": text})["Entities"]

    assert found
    assert all(text[each["BeginOffset"] : each["EndOffset"]] == each["Text"] for each in found)
