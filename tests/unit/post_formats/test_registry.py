"""Every value is of one format at most, by what it holds."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.post_files.reader import read_value
from photolake.post_formats.foreign import FOREIGN_FORMATS, describe_foreign, describe_unknown
from photolake.post_formats.format import FileContext, Notice, Refusal, Remark
from photolake.post_formats.registry import find_format, list_formats, list_modules
from tests.builders.post_values import FOREIGN, VALUES, list_values
from tests.builders.raw_tweets import RAW_TWEETS
from tests.builders.x_payloads import COLLECTED, v1_status, v2_page, v2_tweet

CONTEXT = FileContext("a", COLLECTED)
EXAMPLES = list(list_values())
ALL_FOREIGN = [(name, value) for name, values in FOREIGN.items() for value in values]


def name_examples(examples):
    return [f"{name}-{number}" for number, (name, _) in enumerate(examples)]


def test_there_is_an_example_of_every_format():
    assert set(VALUES) <= set(list_modules())
    assert {name for name in list_modules() if name.startswith(("x_", "twarc", "photolake"))} <= set(VALUES)


@pytest.mark.parametrize(("name", "value"), EXAMPLES, ids=name_examples(EXAMPLES))
def test_a_value_is_recognised_by_its_format_and_by_no_other(name, value):
    assert [known for known in list_formats() if known.recognize(value)] == [list_modules()[name]]


@pytest.mark.parametrize(("name", "value"), EXAMPLES, ids=name_examples(EXAMPLES))
def test_every_example_is_read_without_a_refusal(name, value):
    found = list(read_value(value, CONTEXT))

    assert found
    for item in found:
        assert not isinstance(item, Refusal), item.message
        if isinstance(item, dict) and name != "photolake_archive":
            RAW_TWEETS.check(item)
            assert item["created_at"] == "Wed Nov 18 12:00:00 +0000 2026" or "created_at" not in json.dumps(value)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ({"delete": {"status": {"id_str": "5", "user_id_str": "7"}}}, "delete messages"),
        ({"limit": {"track": 5}}, "limit notices"),
        ({"friends": [5]}, "lists of friends"),
        ({"event": "follow", "source": {}, "target": {}}, "events"),
        ({"errors": [{"message": "gone", "code": 34}]}, "errors that X sent"),
    ],
)
def test_what_x_sends_beside_posts_is_a_notice_of_its_kind(message, kind):
    assert list(read_value(message, CONTEXT)) == [Notice(kind)]


@pytest.mark.parametrize(("name", "value"), ALL_FOREIGN, ids=name_examples(ALL_FOREIGN))
def test_values_of_other_networks_are_refused_by_name(name, value):
    assert find_format(value) is None
    (refusal,) = read_value(value, CONTEXT)
    assert isinstance(refusal, Refusal)
    assert name in refusal.message
    assert "photolake does not read" in refusal.message
    assert describe_foreign(value) == refusal.message


def test_nothing_that_a_format_reads_is_foreign():
    assert [value for _, value in EXAMPLES if describe_foreign(value)] == []
    assert len(FOREIGN_FORMATS) > 30


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": 1, "b-c": 2, "what she said": 3}, "it has the fields a, b-c and 1 more"),
        ({"what she said": 3}, "it has 1 fields"),
        ({}, "it is an empty object"),
        ({f"f{n}": n for n in range(12)}, "it has the fields f0, f1, f2, f3, f4, f5, f6, f7 and 4 more"),
        ("text", "a text"),
        ([], "an array"),
        ((1, 2), "tuple"),
        (1.5, "a number"),
        (None, "null"),
        (True, "true or false"),
        ({"id": "5", "text": "hello"}, "it has the fields id, text"),
        ({"id": 5, "text": "hello", "created_at": "2020-01-01"}, "it has the fields id, text, created_at"),
        ({"data": {"id": "5", "text": "hello"}}, "it has the fields data"),
        ({"results": []}, "it has the fields results"),
        ({"accounts": [], "statuses": [], "hashtags": []}, "it has the fields accounts, statuses, hashtags"),
    ],
)
def test_an_unknown_value_is_described_without_what_people_wrote(value, message):
    assert find_format(value) is None
    assert describe_unknown(value).startswith("not a post in any known format")
    assert describe_unknown(value).endswith(message)


def test_only_an_id_without_its_post_is_refused_with_what_to_do():
    assert describe_foreign("5") == describe_foreign(5)
    assert str(describe_foreign(5)).endswith(
        "does not read. Get the posts by their ids first: twarc2 hydrate ids.txt > posts.jsonl"
    )
    assert str(describe_foreign({"idstr": "5", "mid": "5"})) == "a post of Weibo, which photolake does not read"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = sorted({name for _, value in [*EXAMPLES, *ALL_FOREIGN] if isinstance(value, dict) for name in value})


@settings(max_examples=40)
@given(st.dictionaries(st.text(max_size=12), JSON, max_size=6))
def test_objects_of_other_fields_are_of_no_format(value):
    if value.keys().isdisjoint(FIELDS):
        assert find_format(value) is None


@pytest.mark.parametrize("value", [v1_status(), v2_tweet(), v2_page()])
def test_what_mongodb_holds_is_of_its_format_alone(value):
    document = {"_id": {"$oid": "5f0000000000000000000001"}, **value}

    assert [known.name for known in list_formats() if known.recognize(document)] == ["posts as mongoexport writes them"]


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON | st.sampled_from([v1_status(), v2_tweet(), v2_page()]), max_size=9)
)
def test_no_object_whatever_its_fields_ends_the_reading(value):
    assert len([known for known in list_formats() if known.recognize(value)]) <= 1
    check_reading(value)


@settings(max_examples=40)
@given(st.sampled_from(EXAMPLES), st.data())
def test_a_value_with_any_part_replaced_is_read_or_refused(named, data):
    value = json.loads(json.dumps(named[1]))
    if not isinstance(value, dict) or not value:
        return
    place = value
    while True:
        key = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(JSON)
    assert len([known for known in list_formats() if known.recognize(value)]) <= 1
    check_reading(value)


def check_reading(value):
    """Each item is of a known kind, and a post of X fits its table."""
    for item in read_value(value, CONTEXT):
        assert isinstance(item, dict | Notice | Refusal | Remark)
        if isinstance(item, dict) and item.get("source_platform") == "x" and "text_entities" not in item:
            RAW_TWEETS.check({name: part for name, part in item.items() if name in RAW_TWEETS.columns})


def test_the_page_on_files_of_posts_names_every_format():
    page = (Path(__file__).parents[3] / "docs" / "post-files.md").read_text("utf-8")

    assert [known.name for known in list_formats() if f"| {known.name} |" not in page] == []
