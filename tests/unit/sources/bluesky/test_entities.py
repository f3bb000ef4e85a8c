"""Links, hashtags and mentions of a Bluesky post."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.rows.ids import hash_to_bigint
from tests.builders.bluesky_events import BOB, facet
from tests.builders.bluesky_rows import map_record_to_row

BOB_ID = hash_to_bigint(BOB)


def test_facets_count_bytes_and_entities_count_characters():
    text = "🌊 #Meer von @bob.example bei a.example"
    start = {part: len(text[: text.index(part)].encode()) for part in ("#Meer", "@bob", "a.ex")}

    entities = map_record_to_row(
        text=text,
        facets=[
            facet(start["#Meer"], start["#Meer"] + 5, "tag", tag="Meer"),
            facet(start["@bob"], start["@bob"] + 12, "mention", did=BOB),
            facet(start["a.ex"], len(text.encode()), "link", uri="https://a.example/long"),
        ],
    )["entities"]

    assert entities == {
        "hashtags": [{"text": "Meer", "indices": [2, 7]}],
        "urls": [
            {
                "url": "a.example",
                "expanded_url": "https://a.example/long",
                "display_url": "a.example",
                "indices": [29, 38],
            }
        ],
        "user_mentions": [{"id": BOB_ID, "id_str": BOB, "screen_name": "bob.example", "indices": [12, 24]}],
        "symbols": [],
    }


@pytest.mark.parametrize(("start", "end"), [(1, 4), (0, 99), (-1, 4), (4, 0), (4, 4), (2**62, 2**63 - 1)])
def test_a_facet_that_is_not_a_part_of_the_text_keeps_its_tag_without_a_place(start, end):
    assert map_record_to_row(text="🌊🌊", facets=[facet(start, end, "tag", tag="sea")])["entities"]["hashtags"] == [
        {"text": "sea"}
    ]


def test_a_facet_over_more_than_a_post_can_be_keeps_its_place_but_repeats_no_text():
    mention = facet(0, 301, "mention", did=BOB)

    assert map_record_to_row(text="a" * 301, facets=[mention])["entities"]["user_mentions"] == [
        {"id": BOB_ID, "id_str": BOB, "indices": [0, 301]}
    ]


def test_a_link_card_is_a_link_once_and_tags_beside_the_text_are_hashtags():
    card = {
        "$type": "app.bsky.embed.external",
        "external": {"uri": "https://a.example", "title": "A", "description": ""},
    }
    alone = map_record_to_row(embed=card, tags=["sun", "\ud83d"])
    also_in_text = map_record_to_row(
        embed=card, text="a.example", facets=[facet(0, 9, "link", uri="https://a.example")]
    )

    assert alone["entities"]["urls"] == [{"url": "https://a.example", "expanded_url": "https://a.example"}]
    assert alone["entities"]["hashtags"] == [{"text": "sun"}, {"text": "\ufffd"}]
    assert alone["extended_entities"] is None
    assert [url["display_url"] for url in also_in_text["entities"]["urls"]] == ["a.example"]


@given(st.text(), st.integers(0, 30), st.integers(0, 30))
def test_an_entity_stands_where_its_bytes_are(text, start, end):
    link = map_record_to_row(text=text, facets=[facet(start, end, "link", uri="https://a.example")])["entities"][
        "urls"
    ][0]

    ends = {len(text[:place].encode()): place for place in range(len(text) + 1)}
    is_part = start < end and start in ends and end in ends
    assert link.get("indices") == ([ends[start], ends[end]] if is_part else None)
    assert link["url"] == (text[ends[start] : ends[end]] if is_part else "https://a.example")
