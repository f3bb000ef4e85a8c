"""Hostile values become values that a page and JSON can hold."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake_cli.dashboard.cleaning import (
    clean_count,
    clean_json,
    clean_number,
    clean_text,
    clean_time,
    clean_url,
    hide_accounts,
    hide_accounts_of_query,
)

ANYTHING = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (None, None),
        ("", ""),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[31mred\x07\x00", "[31mred"),
        ("half a pair \ud83d", "half a pair \ufffd"),
        ("مرحبا \u202eabc 👩‍👩‍👧", "مرحبا \u202eabc 👩‍👩‍👧"),
        ("x" * 10_000, "x" * 10_000),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_a_text_loses_control_characters_and_nothing_else(text, cleaned):
    assert clean_text(text) == cleaned


@given(ANYTHING)
def test_any_text_can_be_written_as_utf8_and_is_clean_once_cleaned(text):
    cleaned = clean_text(text)

    assert clean_text(str(cleaned).encode().decode()) == cleaned


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("RT @ann: look", "RT @…: look"),
        ("@ann @bob_2: hi, @c.", "@… @…: hi, @…."),
        ("thanks @ann.bsky.social!", "thanks @…!"),
        ("＠ann", "@…"),
        ("(@ann)", "(@…)"),
        ("mail me: ann@example.org", "mail me: ann@example.org"),
        ("5 @ 3", "5 @ 3"),
        ("https://twitter.com/ann/status/1 and x.com/bob", "https://twitter.com/…/status/1 and x.com/…"),
        ("https://x.com/i/status/1", "https://x.com/i/status/1"),
        ("https://fox.com/news", "https://fox.com/news"),
        ("https://bsky.app/profile/ann.bsky.social/post/3l", "https://bsky.app/profile/…/post/3l"),
        ("at://did:plc:abc234/app.bsky.feed.post/3l", "at://did:…/app.bsky.feed.post/3l"),
        (None, None),
    ],
)
def test_handles_and_addresses_of_accounts_are_hidden(text, hidden):
    assert hide_accounts(text) == hidden


@given(ANYTHING, st.from_regex(r"[A-Za-z0-9_]{1,15}", fullmatch=True))
def test_no_handle_is_left_behind_a_space_and_a_sign(before, handle):
    assert f"@{handle}" not in str(hide_accounts(f"{before} @{handle}")).split(" ")


def test_a_query_says_what_it_searches_but_not_whose_posts():
    assert hide_accounts_of_query("(tea from:ann) OR to:bob OR @carl lang:en") == "(tea from:…) OR to:… OR @… lang:en"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,<script>",
        "//example.org/a",
        "ftp://example.org",
        "https://",
        "https://exa mple.org",
        "https://example.org/\n",
        "https://[::1",
        "JAVASCRIPT:alert(1)",
        "https://example.org/\u202e",
    ],
)
def test_only_links_of_the_web_are_links(url):
    assert clean_url(url, shows_authors=True) is None


def test_a_link_that_names_an_account_is_shown_only_with_authors():
    links = ["https://x.com/i/status/1", "https://bsky.app/profile/did:plc:abc/post/3l", "https://x.com/ann/status/1"]

    assert [clean_url(link, shows_authors=True) for link in links] == links
    assert [clean_url(link, shows_authors=False) for link in links] == [links[0], None, None]


def test_numbers_that_a_browser_does_not_know_are_null():
    assert [clean_count(value) for value in (None, -1, 0, 2**53 - 1, 2**53)] == [None, None, 0, 2**53 - 1, None]
    assert [clean_time(value) for value in (None, -1, 10**15, 10**16)] == [None, -1, 10**15, None]
    assert [clean_number(value, 2) for value in (None, math.nan, -math.inf, 0.123)] == [None, None, None, 0.12]


def test_an_answer_loses_what_was_not_said():
    answer = {
        "labels": [{"name": "Cup\x00", "parents": None, "confidence": math.nan, "id": 2**60}],
        "facedetails": None,
        "textdetections": [],
        "smile": {"value": False, "confidence": 99.5},
    }

    assert clean_json(answer) == {
        "labels": [{"name": "Cup", "id": str(2**60)}],
        "textdetections": [],
        "smile": {"value": False, "confidence": 99.5},
    }
