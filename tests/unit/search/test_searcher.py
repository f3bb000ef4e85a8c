"""Which images a search finds, in which order, page by page."""

from __future__ import annotations

import base64
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.errors import InvalidSearchError
from photolake.search import searcher
from photolake.search.index import SearchIndex
from photolake.search.paging import Position, read_token
from photolake.search.request import SearchRequest
from photolake.search.searcher import ImageSearch
from tests.builders.search_rows import analysis, dropped, image_id, line, photo, post, seen_label
from tests.fakes.search_table import FakeSearchTable


class Lake:
    """An index in memory, and searches over it."""

    table: Any

    def __init__(self, page: int = 1000) -> None:
        self.table = FakeSearchTable(page)
        self.index: SearchIndex = SearchIndex(self.table, 1500)
        self.search = ImageSearch(self.table, lambda key: f"https://signed/{key}")

    def find(self, **request: Any) -> list[str]:
        return [image.image_id for image in self.search.search(SearchRequest(**request)).images]

    def walk(self, **request: Any) -> list[str]:
        """All pages, one after the other."""
        found, after = [], None
        while True:
            page = self.search.search(SearchRequest(**request, next=after))
            found += [image.image_id for image in page.images]
            after = page.next
            if after is None:
                return found


@pytest.fixture
def lake() -> Lake:
    lake = Lake()
    lake.index.put(analysis(1, [seen_label("Sports Car", 88.0, ["Car"], ["Racer"])], [line("NDV 5012")]))
    lake.index.put(analysis(2, [seen_label("Car", 70.0), "Tree"], ["Café ÉTÉ"], date="2026-11-21"))
    lake.index.put(analysis(3, ["Cart"], ["東京タワー"], date="2026-11-22"))
    lake.index.put_photo(photo(1, post_id=7), post("Summer in Lisbon", ("Ada Lovelace", 0.9)))
    lake.index.put_photo(dropped(4, "dropped/tree house.png", date="2026-11-23"))
    return lake


@pytest.mark.parametrize(
    ("request_", "numbers"),
    [
        ({}, [3, 2, 1]),
        ({"label": ["car"]}, [2, 1]),
        ({"label": ["RACER"]}, [1]),
        ({"label": ["sports"]}, []),
        ({"label": ["car", "Tree"]}, [2]),
        ({"label": ["car"], "min_confidence": 80}, [1]),
        ({"text": ["ndv"]}, [1]),
        ({"text": ["nd"]}, []),
        ({"text": ["nd*"]}, [1]),
        ({"text": ["5012 NDV*"]}, [1]),
        ({"text": ["cafe ete"]}, [2]),
        ({"text": ["タワー"]}, [3]),
        ({"q": ["lisbon"]}, [1]),
        ({"q": ["tree"]}, [4, 2]),
        ({"q": ["car lisbon"]}, [1]),
        ({"entity": ["lovelace"]}, [1]),
        ({"entity": ["lovelace"], "min_confidence": 95}, []),
        ({"label": ["car"], "text": ["ndv*"], "q": ["summer"], "entity": ["ada"]}, [1]),
        ({"celebrity": ["ada"]}, []),
        ({"moderation": ["violence"]}, []),
        ({"label": ["car"], "sort": "relevance"}, [1, 2]),
    ],
)
def test_an_image_is_found_if_it_fits_every_filter(lake: Lake, request_: Any, numbers: list[int]) -> None:
    assert lake.find(**request_) == [image_id(number) for number in numbers]


def test_a_found_image_says_what_it_shows_and_where_it_can_be_read(lake: Lake) -> None:
    (found,) = lake.search.search(SearchRequest(label=["tree"])).images

    assert found.model_dump() == {
        "image_id": image_id(2),
        "date": "2026-11-21",
        "confidence": 90.0,
        "width": 640,
        "height": 480,
        "labels": ["Tree", "Car"],
        "text": ["Café ÉTÉ"],
        "url": f"https://signed/images/{image_id(2)[:2]}/{image_id(2)}.jpg",
    }


def test_an_image_without_an_analysis_yet_is_found_by_its_name_alone(lake: Lake) -> None:
    (found,) = lake.search.search(SearchRequest(q=["house"])).images

    assert (found.image_id, found.labels, found.url, found.width) == (image_id(4), [], None, None)


def test_the_details_are_the_whole_analysis_and_what_shows_the_image(lake: Lake) -> None:
    details = lake.search.get(image_id(1))

    assert details
    assert details.analysis
    assert details.analysis["image_labels"]["labels"][0]["name"] == "Sports Car"
    assert "image_properties" not in details.analysis
    assert [shown.model_dump() for shown in details.photos] == [
        {
            "source_key": "7:1",
            "origin": "post",
            "platform": "x",
            "post_id": "7",
            "post_url": "https://x.com/i/status/7",
            "text": "Summer in Lisbon",
            "entities": [{"text": "Ada Lovelace", "type": "PERSON", "score": 0.9}],
            "alt_text": None,
            "media_url": "https://pbs.twimg.com/media/1.jpg",
            "collected_at": "2026-11-20T09:00:00.000Z",
        }
    ]
    assert lake.search.get(image_id(99)) is None


def test_an_image_shown_by_many_posts_lists_a_hundred_of_them(lake: Lake) -> None:
    for post_id in range(130):
        lake.index.put_photo(photo(1, post_id=post_id), post("again", post_id=post_id))

    details = lake.search.get(image_id(1))

    assert details
    assert (len(details.photos), details.has_more_photos) == (100, True)


def test_an_image_that_only_a_deleted_post_showed_is_not_found(lake: Lake) -> None:
    lake.index.forget_post(7)

    assert lake.find(label=["car"]) == [image_id(2)]
    assert lake.find(q=["lisbon"]) == []
    assert lake.search.get(image_id(1)) is None


def test_an_address_of_a_post_is_the_one_that_the_view_gives() -> None:
    assert searcher.build_post_url("bluesky", "at://did:plc:abc/app.bsky.feed.post/3l") == (
        "https://bsky.app/profile/did:plc:abc/post/3l"
    )
    assert searcher.build_post_url("mastodon", "https://a.example/1/activity") == "https://a.example/1"
    assert searcher.build_post_url("mastodon", "javascript:alert(1)") is None
    assert searcher.build_post_url("elsewhere", "1") is None


LABELS = "abcd"
images = st.lists(
    st.tuples(st.integers(1, 28), st.dictionaries(st.sampled_from(LABELS), st.integers(1, 100), max_size=4)),
    max_size=40,
)
filters = st.lists(st.sampled_from(LABELS), min_size=1, max_size=3, unique=True)


def fill(lake: Lake, rows: Any, first: int = 0) -> None:
    for number, (day, labels) in enumerate(rows, first):
        found = [seen_label(name, float(confidence)) for name, confidence in labels.items()]
        lake.index.put(analysis(number, found, date=f"2026-11-{day:02}"))


def brute_force(rows: Any, wanted: list[str], min_confidence: float) -> list[tuple[str, str, float]]:
    """Date, image and confidence of what fits, newest first."""
    return sorted(
        (
            (f"2026-11-{day:02}", image_id(number), min(labels[name] for name in wanted))
            for number, (day, labels) in enumerate(rows)
            if all(labels.get(name, -1) >= max(min_confidence, 0) for name in wanted)
        ),
        reverse=True,
    )


@settings(max_examples=150, deadline=None)
@given(images, filters, st.integers(0, 100), st.integers(1, 7), st.integers(2, 5), st.integers(1, 9))
def test_pages_by_date_are_what_brute_force_finds(
    rows: Any, wanted: list[str], min_confidence: int, limit: int, page: int, requests: int
) -> None:
    lake = Lake(page)
    fill(lake, rows)
    expected = [each for _, each, _ in brute_force(rows, wanted, min_confidence)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searcher, "MAX_REQUESTS", requests)
        assert lake.walk(label=wanted, min_confidence=min_confidence, limit=limit) == expected


@settings(max_examples=150, deadline=None)
@given(images, filters, st.integers(1, 7), st.integers(1, 12), st.integers(2, 5))
def test_pages_by_relevance_are_sorted_blocks_of_what_brute_force_finds(
    rows: Any, wanted: list[str], limit: int, block: int, page: int
) -> None:
    lake = Lake(page)
    fill(lake, rows)
    newest_first = brute_force(rows, wanted, 0)
    blocks = [newest_first[start : start + block] for start in range(0, len(newest_first), block)]
    expected = [hit[1] for each in blocks for hit in sorted(each, key=lambda hit: (hit[2], *hit), reverse=True)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searcher, "RELEVANCE_BLOCK", block)
        assert lake.walk(label=wanted, limit=limit, sort="relevance") == expected


@settings(max_examples=100, deadline=None)
@given(
    images,
    st.lists(st.dictionaries(st.sampled_from(LABELS), st.integers(1, 100), max_size=4), max_size=10),
    filters,
    st.sampled_from(["date", "relevance"]),
)
def test_each_hit_comes_exactly_once_while_newer_images_are_added(
    rows: Any, added: Any, wanted: list[str], sort: Any
) -> None:
    lake = Lake(3)
    fill(lake, rows)
    found, after, newer = [], None, list(added)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searcher, "RELEVANCE_BLOCK", 5)
        while True:
            page = lake.search.search(SearchRequest(label=wanted, sort=sort, limit=2, next=after))
            found += [image.image_id for image in page.images]
            if newer:
                fill(lake, [(30, newer.pop())], first=1000 + len(newer))
            after = page.next
            if after is None:
                break

    assert sorted(found) == sorted(each for _, each, _ in brute_force(rows, wanted, 0))


def test_the_cost_of_a_search_follows_its_rarest_filter() -> None:
    lake = Lake()
    fill(lake, [(1 + number % 28, {"a": 50, **({"b": 50} if number % 100 == 0 else {})}) for number in range(3000)])
    lake.table.requests.clear()

    assert len(lake.find(label=["a", "b"], limit=100)) == 30
    assert lake.table.requests == {"Query": 2, "BatchGetItem": 2}


def token(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


PLACE = f"2026-11-20#{'ab' * 32}"
SEARCH = SearchRequest(label=["car"])


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "x",
        "é",
        "A" * 5000,
        token(),
        token(SEARCH.digest),
        token(SEARCH.digest, 1, None, None, None),
        token(SEARCH.digest, "2026", None, None, None),
        token(SEARCH.digest, PLACE + "\n", None, None, None),
        token(SEARCH.digest, PLACE, "", None, None),
        token(SEARCH.digest, PLACE, "", "NaN", PLACE),
        token(SEARCH.digest, PLACE, "", "1e999", PLACE),
        token(SEARCH.digest, None, "", "9", PLACE),
        token(SEARCH.digest, PLACE, {}, "9", PLACE),
        token(["x"], PLACE, None, None, None),
        token(SearchRequest(label=["tree"]).digest, PLACE, None, None, None),
        base64.urlsafe_b64encode(b"[" * 400).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_hostile_or_foreign_position_is_refused(lake: Lake, hostile: str) -> None:
    with pytest.raises(InvalidSearchError, match=r"^next: "):
        lake.find(label=["car"], next=hostile)


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_any_position_is_either_read_or_refused(hostile: str) -> None:
    with pytest.raises(InvalidSearchError):
        Lake().find(label=["car"], next=hostile)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"label": ["…"]}, "^label: '…' has no letters or digits$"),
        ({"q": [""]}, "^q: "),
        ({"text": ["*"]}, "^text: "),
        ({"text": ["x*"]}, "^text: the beginning of a word has 2 to 20 characters, not 1$"),
        ({"text": ["x" * 21 + "*"]}, "not 21$"),
        ({"q": [" ".join(map(str, range(21)))]}, "^the filters have 21 words; at most 20 can be asked for$"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused_by_name(lake: Lake, request_: Any, message: str) -> None:
    with pytest.raises(InvalidSearchError, match=message):
        lake.find(**request_)


@pytest.mark.parametrize("digest", ["a", "ab", "abc"])
def test_a_token_is_read_as_it_is_written_and_needs_no_quoting_in_a_url(digest: str) -> None:
    position = Position(PLACE, "", Decimal("9.5"), PLACE)

    assert re.fullmatch("[A-Za-z0-9_-]+", position.to_token(digest))
    assert read_token(position.to_token(digest), digest) == position
