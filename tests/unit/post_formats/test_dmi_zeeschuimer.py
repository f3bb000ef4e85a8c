"""Items that Zeeschuimer collected are posts of their networks, others are refused by name."""

import json
from typing import Any

import pytest

from photolake.post_formats.dmi_zeeschuimer import FORMAT
from photolake.post_formats.format import FileContext, Refusal
from photolake.post_formats.registry import find_format, list_formats
from photolake.rows.ids import hash_to_bigint
from tests.builders.mastodon_statuses import status
from tests.builders.raw_tweets import RAW_TWEETS
from tests.builders.x_payloads import COLLECTED, snowflake, v1_photo, v1_status, v1_user, v2_page, v2_tweet

LEGACY = {
    name: value
    for name, value in v1_status(1, full_text="the sea", extended_entities={"media": [v1_photo(5)]}).items()
    if name not in ("user", "text", "id")
}
TWEET = {
    "__typename": "Tweet",
    "rest_id": str(snowflake(1)),
    "id": float(snowflake(1)),
    "core": {"user_results": {"result": {"rest_id": "11", "legacy": v1_user(11, "ann")}}},
    "legacy": LEGACY,
    "source": "Web",
    "views": {"count": "9"},
    "promoted": False,
}
ADAPTIVE = {"id": float(snowflake(1)), "type": "adaptive", "legacy": LEGACY, "user": v1_user(11, "ann")}
PAGE = "https://x.com/search?q=sea%20has%3Aimages&src=typed_query"


def envelope(data, site="x.com", **fields):
    return {
        "nav_index": "1:2:3",
        "item_id": "5",
        "timestamp_collected": 1795006800500,
        "source_platform": site,
        "source_platform_url": PAGE,
        "source_url": "https://x.com/i/api/graphql/abc/SearchTimeline",
        "user_agent": "Mozilla/5.0",
        "data": data,
        **fields,
    }


def read(value) -> list[Any]:
    found = find_format(value)
    assert found is not None
    assert found is FORMAT
    return list(found.read(value, FileContext("a", COLLECTED)))


def read_row(value) -> Any:
    (row,) = [item for item in read(value) if isinstance(item, dict)]
    RAW_TWEETS.check(row)
    return row


HAS_WEB_CLIENT = any(known.name == "posts of X's web client" for known in list_formats())


@pytest.mark.parametrize(
    "item",
    [
        ADAPTIVE,
        pytest.param(TWEET, marks=pytest.mark.skipif(not HAS_WEB_CLIENT, reason="no format of X's web client yet")),
    ],
)
@pytest.mark.parametrize("site", ["x.com", "twitter.com"])
def test_an_item_of_x_is_a_post_found_by_the_query_of_its_page(item, site):
    given = envelope(item, site)

    row = read_row(given)

    assert (row["id"], row["text"], row["user"]["screen_name"]) == (snowflake(1), "the sea", "ann")
    assert [medium["id"] for medium in row["extended_entities"]["media"]] == ["5"]
    assert (row["collected_at"], row["matched_query"]) == ("2026-11-18T13:00:00.500Z", "sea has:images")
    assert json.loads(row["source_json"]) == given


@pytest.mark.parametrize("page", [None, 5, "https://x.com/home", "https://x.com/search", "https://[x"])
def test_a_page_that_is_no_search_names_no_query(page):
    assert read_row(envelope(ADAPTIVE, source_platform_url=page))["matched_query"] is None


@pytest.mark.parametrize("time", [None, "x", 1e300])
def test_without_a_time_the_post_is_collected_now(time):
    assert read_row(envelope(ADAPTIVE, timestamp_collected=time))["collected_at"] == COLLECTED


def test_an_item_of_truth_social_is_a_status_of_the_mastodon_api():
    given = status()

    assert read_row(envelope(given, "truthsocial.com"))["id"] == hash_to_bigint(given["uri"])


@pytest.mark.parametrize(
    ("site", "name"), [("instagram.com", "instagram.com"), ("tiktok.com", "tiktok.com"), ("<b>", "another site")]
)
def test_an_item_of_another_site_is_refused_by_name(site, name):
    given = envelope({"id": "5"}, site)

    message = f"an item that Zeeschuimer collected on {name}, which photolake does not read"
    assert read(given) == [Refusal(given, message)]


def test_an_item_that_cannot_be_read_is_refused_with_its_envelope():
    given = envelope({"type": "adaptive", "legacy": {**LEGACY, "full_text": 5}})

    (refused,) = read(given)

    assert isinstance(refused, Refusal)
    assert refused.value == given


@pytest.mark.parametrize("value", [None, 5, [envelope(TWEET)], {}, envelope(5), v1_status(1), v2_page(v2_tweet())])
def test_other_values_are_not_of_zeeschuimer(value):
    assert not FORMAT.recognize(value)
