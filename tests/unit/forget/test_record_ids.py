"""Which post a record under `errors/` is about."""

from __future__ import annotations

import json
from typing import Any

import pytest

from photolake.forget.record_ids import find_post_ids
from photolake.rows.ids import hash_to_bigint

X, QUOTED = 2030252118635446342, 1900000000000000001
DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
URI = f"at://{DID}/app.bsky.feed.post/3mgqxyz2abc2d"
NOTE = "https://mastodon.social/users/ann/statuses/1"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"id": X, "text": "a line of the archive", "quoted_status_id": QUOTED}, {X}),
        ({"id": str(X), "referenced_tweets": [{"id": str(QUOTED)}]}, {X}),
        ({"tweetid": X, "source_key": f"{X}:5"}, {X}),
        ({"data": {"id": str(X)}, "includes": {"tweets": [{"id": str(QUOTED)}]}}, {X}),
        ({"did": DID, "commit": {"rkey": "3mgqxyz2abc2d"}}, {hash_to_bigint(URI)}),
        ({"uri": NOTE, "id": "7"}, {hash_to_bigint(NOTE), 7}),
        ({"id": True, "did": DID, "commit": {"rkey": 5}, "data": [X]}, set()),
        ([X], set()),
        ("nothing", set()),
    ],
)
def test_a_record_is_about_the_post_and_not_about_those_that_it_quotes(document: Any, expected: set[int]) -> None:
    assert find_post_ids(json.dumps(document).encode()) == expected


@pytest.mark.parametrize("raw", [f'{{"id": {X}, "text": "cut of', f"{X},hello", f'["{URI}", {X}, '])
def test_a_record_that_cannot_be_read_is_about_every_post_that_it_names(raw: str) -> None:
    assert X in find_post_ids(raw.encode())
    assert (hash_to_bigint(URI) in find_post_ids(raw.encode())) == (URI in raw)


def test_the_message_of_a_rejected_record_names_its_post() -> None:
    assert find_post_ids(b"", f"post {X}: text is a number") == {X}
    assert find_post_ids(b"{}", f"post {URI}: no") == {hash_to_bigint(URI)}
    assert find_post_ids(b"\xff\x00[[[[", "not JSON") == set()
