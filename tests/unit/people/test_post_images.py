"""Photos of posts stay out of a search, and so does whatever might be one."""

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from photolake.images.registry import ImageRecord
from photolake.people.photo import SearchedPhoto
from photolake.people.post_images import OWN_ORIGINS, leave_out_post_images

IDS = st.sampled_from([character * 64 for character in "0123"])
ORIGINS = st.sampled_from(["post", "dropped", "backfill", "something_new"])
PLACES = st.sampled_from(["s3://lake/images/", "s3://other/copy/", "/home/ann/lake/", ""])


def photo(name):
    return SearchedPhoto(name, f"{name} 1", 1, bytes, bytes)


def build_record(image_id, origin):
    key = f"images/{image_id[:2]}/{image_id}.jpg"
    return ImageRecord(image_id, "2026-11-20", origin, "s3://elsewhere/x.jpg", key, 100, 100, "image/jpeg")


@given(
    origins=st.dictionaries(IDS, ORIGINS),
    images=st.lists(st.tuples(PLACES, IDS, st.sampled_from(["jpg", "png"])), unique=True),
    include_posts=st.booleans(),
)
def test_only_images_that_the_registry_knows_as_own_are_searched(origins, images, include_posts):
    names = [f"{place}{image_id[:2]}/{image_id}.{extension}" for place, image_id, extension in images]
    own = ["s3://lake/images/dropped/a.jpg", "album/b.png"]

    chosen = leave_out_post_images(
        list(map(photo, [*own, *names])),
        lambda ids: [build_record(each, origins[each]) for each in set(ids) if each in origins],
        include_posts,
    )

    allowed = [
        name
        for name, (_, image_id, _) in zip(names, images, strict=True)
        if include_posts or origins.get(image_id) in OWN_ORIGINS
    ]
    assert [each.name for each in chosen.photos] == [*own, *allowed]
    assert {each.name for each, _ in chosen.left_out} == set(names) - set(allowed)
    assert {reason.status for _, reason in chosen.left_out} <= {"post", "unknown_origin"}


def test_an_image_whose_dropped_original_is_searched_too_is_searched_once():
    image_id = "a" * 64
    record = ImageRecord(
        image_id, "2026-11-20", "dropped", "s3://lake/images/dropped/me.jpg", "images/aa/x.jpg", 9, 9, "image/jpeg"
    )
    photos = [photo("s3://lake/images/dropped/me.jpg"), photo(f"s3://lake/images/aa/{image_id}.jpg")]
    choose = partial(leave_out_post_images, read_records=lambda ids: [record])

    assert [each.name for each in choose(photos).photos] == ["s3://lake/images/dropped/me.jpg"]
    assert choose(photos[1:]).photos == photos[1:]
    ((_, reason),) = choose(photos).left_out
    assert reason.status == "duplicate"
