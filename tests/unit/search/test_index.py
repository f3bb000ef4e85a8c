"""What the index holds after analyses and photos came in any order, repeatedly, and with workers that die."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.search.index import SearchIndex
from photolake.search.items import unpack
from tests.builders.search_rows import analysis, dropped, image_id, line, photo, post, seen_label
from tests.fakes.search_table import CrashError, DyingTable, FakeSearchTable, InterruptedTable

EARLIER, LATER = "2026-11-20T08:00:00.000Z", "2026-11-20T12:00:00.000Z"


def apply(table: Any, event: Any) -> None:
    index = SearchIndex(table, 1500, sleep=lambda seconds: None)
    match event:
        case ("analysis", row):
            index.put(row)
        case ("photo", row, found):
            index.put_photo(row, found)
        case ("forget", post_id):
            index.forget_post(post_id)


def with_status(event: Any, status: str) -> Any:
    """The event of a photo with this status; another as it is."""
    return ("photo", event[1] | {"status": status}, event[2]) if event[0] == "photo" else event


def index_of(*events: Any) -> FakeSearchTable:
    table = FakeSearchTable(page=2)
    for event in events:
        apply(table, event)
    return table


def readable(table: FakeSearchTable) -> dict[Any, Any]:
    """All items, with what is packed in them."""
    return {
        key: {name: unpack(value) if isinstance(value, bytes) else value for name, value in item.items()}
        for key, item in table.items.items()
    }


def terms_of(table: FakeSearchTable, number: int = 1) -> dict[str, float]:
    return {
        pk: float(item["confidence"])
        for (pk, sk), item in table.items.items()
        if sk.endswith(f"#{image_id(number)}") and "confidence" in item
    }


NEWER_ANALYSIS = ("analysis", analysis(labels=[seen_label("Car", 91.0)], lines=[line("NDV")], at=LATER))
EVENTS = (
    ("analysis", analysis(labels=["Car", "Tree"], lines=["ndv 5"], at=EARLIER)),
    NEWER_ANALYSIS,
    ("photo", photo(post_id=7), post("My car at the beach", ("Ada", 0.5))),
    ("photo", photo(post_id=7, collected_at=LATER), post("My car", ("Ada", 0.4), ("Bea", 0.5))),
    ("photo", photo(post_id=8, alt_text="a tree"), post("beach", ("Ada", 0.3), post_id=8)),
    ("photo", dropped(), None),
    ("analysis", analysis(2, labels=["Tree"])),
    ("photo", photo(2, post_id=7), post("My car at the beach")),
)
STATUSES = ("ok", "duplicate")
"""Of a photo's row: whether it is the first of its image, which changes what is asked, and not what is written."""
ANY_EVENT = st.builds(
    lambda event, status: with_status(event, status), st.sampled_from(EVENTS), st.sampled_from(STATUSES)
)
# Each version of a fact once: the newest of the analysis, and of the photo of post 7.
SETTLED = EVENTS[1:2] + EVENTS[3:]


@settings(max_examples=100, deadline=None)
@given(st.lists(ANY_EVENT, max_size=8), st.permutations(EVENTS), st.lists(ANY_EVENT))
def test_any_order_and_any_repetition_gives_the_same_index(before: Any, once: Any, after: Any) -> None:
    assert readable(index_of(*before, *once, *after)) == readable(index_of(*SETTLED))


@settings(max_examples=150, deadline=None)
@given(st.permutations(EVENTS), st.lists(st.integers(min_value=0, max_value=60), max_size=30))
def test_a_worker_may_die_at_any_step_if_its_message_is_delivered_again(once: Any, deaths: list[int]) -> None:
    table = FakeSearchTable(page=2)
    for event in once:
        while deaths:
            try:
                apply(DyingTable(table, deaths.pop()), event)
                break
            except CrashError:
                continue
        apply(table, event)

    assert readable(table) == readable(index_of(*SETTLED))


@pytest.mark.parametrize(("one", "other"), list(permutations(EVENTS[:6], 2)))
def test_two_workers_may_write_the_same_image_at_once(one: Any, other: Any) -> None:
    one, other = with_status(one, "ok"), with_status(other, "duplicate")
    expected = readable(index_of(one, other))
    for step in range(100):
        table, came = FakeSearchTable(page=2), list[int]()

        def let_other_write(table: Any = table, came: Any = came) -> None:
            came.append(1)
            apply(table, other)

        apply(InterruptedTable(table, step, let_other_write), one)
        if not came:
            return
        assert readable(table) == expected, f"the other wrote at step {step}"
    pytest.fail("the worker does not end")


@settings(max_examples=300, deadline=None)
@given(st.tuples(ANY_EVENT, ANY_EVENT, ANY_EVENT), st.tuples(*[st.integers(min_value=0, max_value=24)] * 2))
def test_three_workers_may_write_at_once(events: Any, steps: tuple[int, int]) -> None:
    """The second begins and ends within the first one's work, the third within the second one's."""
    one, two, three = events
    table = FakeSearchTable(page=2)
    third = InterruptedTable(table, steps[1], lambda: apply(table, three))
    second = InterruptedTable(table, steps[0], lambda: apply(third, two))

    apply(second, one)

    if second.is_pending:
        apply(third, two)
    if third.is_pending:
        apply(table, three)
    assert readable(table) == readable(index_of(one, two, three))


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("known", [(), EVENTS[4:5], EVENTS[2:3]], ids=["new", "shown by another", "redelivered"])
def test_a_post_that_is_forgotten_while_it_is_written_leaves_nothing(known: Any, status: str) -> None:
    writes, forgets = with_status(EVENTS[2], status), ("forget", 7)
    for one, other in ((writes, forgets), (forgets, writes)):
        for step in range(100):
            table = index_of(*known)
            interrupted = InterruptedTable(table, step, lambda: apply(table, other))  # noqa: B023 (called in the loop)
            apply(interrupted, one)
            if interrupted.is_pending:
                break
            left = {key for key in table.items if "post#7" in key[0] or "photo#7" in key[1] or key[0] == "said#car"}
            assert left == {("post#7", "forgotten")}, f"the other came at step {step}"
            assert table.items[f"image#{image_id(1)}", "image"].get("is_hidden", False) == (known != EVENTS[4:5])


@settings(max_examples=100, deadline=None)
@given(st.permutations((*EVENTS, ("forget", 7))), st.integers(min_value=0, max_value=80))
def test_a_forgotten_post_leaves_nothing_in_whatever_order_it_comes(once: Any, steps: int) -> None:
    table = FakeSearchTable(page=2)
    for event in once:
        if event[0] == "forget":
            try:
                apply(DyingTable(table, steps), event)
            except CrashError:
                apply(table, event)
        else:
            apply(table, event)

    without = [event for event in SETTLED if event[0] != "photo" or event[1].get("tweetid") != 7]
    expected = readable(index_of(*without))
    for key, item in readable(table).items():
        if key == ("post#7", "forgotten"):
            continue
        # The second image is shown by this post alone: it keeps its analysis, and is hidden, or was never shown.
        assert {name: value for name, value in item.items() if name != "is_hidden"} == expected.pop(key)
    assert not expected


def test_an_image_is_found_by_what_it_shows_and_by_what_its_posts_say() -> None:
    table = index_of(NEWER_ANALYSIS, EVENTS[2], EVENTS[4], EVENTS[5])

    assert terms_of(table) == {
        "any#": 100.0,
        "label#car": 91.0,
        "text#ndv": 95.0,
        "seen#car": 91.0,
        "seen#ndv": 95.0,
        "prefix#nd": 95.0,
        "prefix#ndv": 95.0,
        "entity#ada": 50.0,
        **{f"said#{word}": 100.0 for word in ["my", "car", "at", "the", "beach", "a", "tree", "red", "bicycle", "png"]},
    }


def test_a_new_analysis_takes_away_what_it_no_longer_shows_but_not_what_posts_say() -> None:
    table = index_of(EVENTS[0], EVENTS[4], NEWER_ANALYSIS)

    assert "label#tree" not in terms_of(table)
    assert "said#tree" in terms_of(table)


def test_an_image_that_only_a_forgotten_post_shows_is_hidden_until_another_shows_it() -> None:
    table = index_of(EVENTS[6], EVENTS[7], ("forget", 7))
    place = (f"image#{image_id(2)}", "image")
    assert table.items[place]["is_hidden"]

    apply(table, ("photo", photo(2, post_id=9), post("again", post_id=9)))

    assert "is_hidden" not in table.items[place]


@pytest.mark.parametrize(
    ("known", "status", "requests"),
    [
        ((), "ok", {"PutItem": 2, "BatchGetItem": 1, "BatchWriteItem": 1, "Query": 1, "UpdateItem": 1}),
        # Another post with the same words: its postings are there.
        (
            (photo(post_id=8), post("My car", ("Ada", 0.9), ("Bea", 0.4))),
            "duplicate",
            {"PutItem": 2, "BatchGetItem": 1},
        ),
        (
            (photo(post_id=8), post("My house", ("Ada", 0.9))),
            "duplicate",
            {"PutItem": 3, "BatchGetItem": 1, "BatchWriteItem": 1, "GetItem": 1},
        ),
    ],
    ids=["of a new image", "with the same words", "with other words"],
)
def test_what_a_photo_of_a_post_costs(known: Any, status: str, requests: dict[str, int]) -> None:
    table = index_of(*([("photo", *known)] if known else []))
    table.requests.clear()

    apply(table, ("photo", photo(post_id=7, status=status), post("My car", ("Ada", 0.5), ("Bea", 0.4))))

    assert table.requests == requests


def test_what_an_analysis_costs() -> None:
    table = index_of()

    apply(table, ("analysis", analysis(labels=["Car"], lines=["NDV 5"])))

    assert table.requests == {"PutItem": 1, "BatchWriteItem": 1, "GetItem": 1, "UpdateItem": 1}


def test_a_photo_that_is_not_an_image_changes_nothing() -> None:
    gone = photo() | {"image_id": None, "image_dt": None, "status": "gone"}

    assert index_of(("photo", gone, post("beach"))).items == {}


def test_terms_over_the_limit_are_counted_and_left_out() -> None:
    left_out: list[int] = []
    table: Any = FakeSearchTable()
    words = " ".join(f"word{number}" for number in range(500))

    SearchIndex(table, 1500, left_out.append).put(analysis(lines=[words]))
    SearchIndex(table, 1500, left_out.append).put_photo(photo(), post(words))

    assert left_out == [1 + 500 + 500 + 503 - 1000, 200]
    assert len(terms_of(table)) == 1300


def test_an_analysis_too_large_for_an_item_is_searchable_without_its_row() -> None:
    noise = "".join(image_id(number) for number in range(12000))
    table = index_of(("analysis", analysis(labels=["Car"]) | {"unmapped": noise}))

    item = table.items[f"image#{image_id(1)}", "analysis"]
    assert item["row_bytes"] > 340_000
    assert "row" not in item
    assert "label#car" in terms_of(table)


@pytest.mark.parametrize("source_key", ["7:" + "https://x.example/" + "a" * 3000, "7:" + "é" * 900])
def test_a_source_key_of_any_length_fits_the_index(source_key: str) -> None:
    table = index_of(("photo", photo(source_key=source_key), post("beach")))

    assert "said#beach" in terms_of(table)


def test_all_that_is_known_of_an_image_expires_with_its_analysis_but_a_deletion_stays() -> None:
    table = index_of(*EVENTS[:6], ("forget", 8))

    expirations = {key: item.get("expiration") for key, item in table.items.items()}
    assert expirations.pop(("post#8", "forgotten")) is None
    assert set(expirations.values()) == {1795132800 + 1500 * 86400}  # 2026-11-20


def test_a_lone_surrogate_in_any_text_harms_nothing() -> None:
    row = analysis(labels=["Car\ud83d"], lines=["\ud83d NDV"])

    table = index_of(("analysis", row), ("photo", photo(alt_text="\udc00 sea"), post("\ud83d", ("\ud83d", 0.5))))

    assert {"label#car", "text#ndv", "said#sea"} <= terms_of(table).keys()
    assert table.items[f"image#{image_id(1)}", "image"]["labels"] == ["Car?"]
