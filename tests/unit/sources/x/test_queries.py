"""The queries of the settings."""

import hashlib

import pytest

from photolake.errors import SettingsError
from photolake.sources.x.queries import Query, parse_queries


@pytest.mark.parametrize(
    ("query", "languages", "whole"),
    [
        (" has:images ", [], "has:images"),
        ("sea OR sun", ["en"], "(sea OR sun) (lang:en)"),
        ("sea", ["en", "zh-TW"], "(sea) (lang:en OR lang:zh-TW)"),
    ],
)
def test_languages_are_joined_to_the_query(query, languages, whole):
    assert parse_queries(query, "", languages) == [Query("SEARCH_QUERY", whole)]


@pytest.mark.parametrize("between", ["\n", ";", " ;\n\n", "\r\n"])
def test_named_queries_stand_in_place_of_the_single_one(between):
    written = f"sea: #beach OR url:x has:images{between}hills: hill -is:retweet"

    assert parse_queries("unused", written, []) == [
        Query("SEARCH_QUERIES, sea", "#beach OR url:x has:images"),
        Query("SEARCH_QUERIES, hills", "hill -is:retweet"),
    ]


def test_every_named_query_is_asked_for_in_the_languages():
    assert [query.text for query in parse_queries("", "a: sea; b: sun", ["de"])] == [
        "(sea) (lang:de)",
        "(sun) (lang:de)",
    ]


def test_a_query_is_known_by_its_text_whatever_its_name():
    (single,), (named,) = parse_queries("sea", "", []), parse_queries("", "a: sea", [])

    assert single.hash == named.hash == hashlib.sha256(b"sea").hexdigest()[:16]


@pytest.mark.parametrize(
    ("query", "named", "languages", "message"),
    [
        (" ", "", [], "SEARCH_QUERY is empty"),
        ("sea", "", ["english"], "english is not a language code"),
        ("x" * 510, "", ["en"], "SEARCH_QUERY with SEARCH_LANGUAGES has 522 characters, X allows 512"),
        ("", "a: " + "x" * 513, [], "SEARCH_QUERIES, a with SEARCH_LANGUAGES has 513 characters"),
        ("", "has:images sea", [], "'has:images sea' is not of the form 'name: query'"),
        ("", "a: sea; a: sun", [], "SEARCH_QUERIES, a: duplicate name"),
        ("", "a: sea; b: sea", [], "'sea' appears 2 times"),
    ],
)
def test_what_x_would_refuse_or_sell_twice_is_a_settings_error(query, named, languages, message):
    with pytest.raises(SettingsError, match=message):
        parse_queries(query, named, languages)
