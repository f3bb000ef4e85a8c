"""Documents of one image, in any order and any number of times, end in the same document."""

from __future__ import annotations

from functools import reduce
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from photolake.opensearch.merge import MAX_PHOTOS, merge_documents
from tests.builders.image_documents import car_document, photo_document


def analysis(version: int) -> Any:
    """The analysis of the image at some time; what it found follows from the time."""
    time = f"2026-11-20T12:00:{version // 2:02}.000Z"
    labels = [{"name": f"label {version}"}]
    return {"image_id": "1", "analyzed_at": time, "processed_at": f"{time}{version % 2}", "labels": labels}


def shown_by(number: int, version: int) -> Any:
    """A photo of it, whose post was collected at some time."""
    collected_at = f"2026-11-20T12:00:{version:02}.000Z"
    photo = photo_document(
        f"{number}:1", dt=f"2026-11-{1 + number % 28:02}", collected_at=collected_at, text=str(version)
    )
    return {"image_id": "1", "photos": [photo]}


arrivals = st.lists(
    st.one_of(st.integers(0, 9).map(analysis), st.builds(shown_by, st.integers(0, 9), st.integers(0, 3))), min_size=1
)


def merge_all(documents: Any, max_photos: int = 3) -> Any:
    return reduce(lambda stored, arriving: merge_documents(stored, arriving, max_photos), documents, None)


@given(arrivals, st.randoms())
def test_neither_order_nor_repetition_changes_what_is_stored(documents: Any, random: Any) -> None:
    repeated = [*documents, *random.choices(documents, k=len(documents))]
    random.shuffle(repeated)

    assert merge_all(repeated) == merge_all(documents)


@given(arrivals, arrivals)
def test_documents_merged_beforehand_give_the_same(some: Any, others: Any) -> None:
    assert merge_documents(merge_all(some), merge_all(others), max_photos=3) == merge_all([*some, *others])


def test_an_older_analysis_does_not_replace_a_newer_one() -> None:
    assert merge_documents(analysis(5), analysis(4)) == analysis(5)
    assert merge_documents(analysis(4), analysis(5)) == analysis(5)


def test_the_whole_analysis_is_replaced_so_that_nothing_stays_of_the_old_one() -> None:
    newer: Any = {"image_id": "1", "analyzed_at": "2027", "processed_at": "2027"}

    assert merge_documents({**car_document(), "image_id": "1"}, newer) == newer


def test_a_photo_stays_when_its_image_is_analysed() -> None:
    assert merge_all([shown_by(1, 0), analysis(1)]) == {**analysis(1), **shown_by(1, 0)}


def test_the_newest_photos_are_kept_of_an_image_that_many_posts_show() -> None:
    photos = [photo_document(f"{number:03}:1", dt="2026-11-20") for number in range(MAX_PHOTOS + 20)]

    kept = merge_all([{"image_id": "1", "photos": [photo]} for photo in photos], MAX_PHOTOS)["photos"]

    assert [photo["source_key"] for photo in kept] == [f"{number:03}:1" for number in range(MAX_PHOTOS + 19, 19, -1)]
