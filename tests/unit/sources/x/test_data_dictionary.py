"""What docs/data_dictionary.md says to be null from one of X's APIs is what the mapping from that API never writes."""

import re
from typing import Any

import pytest

from photolake.posts.comprehend import NoResult
from photolake.posts.text_analysis import TextAnalysis
from photolake.sources.x.payload import read_posts
from tests import resolved_template
from tests.builders.x_payloads import COLLECTED, photo_link, v1_photo, v1_status, v2_page, v2_photo, v2_tweet, v2_user
from tests.data_dictionary import Dictionary, columns

NULLS = Dictionary((resolved_template.ROOT / "docs/data_dictionary.md").read_text()).nulls("posts")
REFUSED = NoResult("refused")
LATER = {*TextAnalysis("en", REFUSED, REFUSED).columns(), "processed_at", "dt"}
PLACE = {name: name for name in ("id", "url", "place_type", "name", "full_name", "country_code", "country")}
POINT = {"type": "Point", "coordinates": [1.0, 2.0]}
LINK = {"url": "https://t.example/a", "expanded_url": "https://a.example", "display_url": "a.example"}
# Every field that the landing table has of an author, with a value of its type.
COLUMNS = columns(resolved_template.table_input("PostsTable")["StorageDescriptor"]["Columns"])
USER = {
    path.removeprefix("user."): {"bigint": 1, "boolean": True}.get(kind, "1")
    for path, kind in COLUMNS.items()
    if path.startswith("user.")
}
FOLLOWED = {f"{name}_count": 1 for name in ("followers", "following", "listed", "tweet", "like")}
COUNTED = {f"{name}_count": 1 for name in ("retweet", "reply", "quote", "like", "favorite", "bookmark", "impression")}


def everything_of_v2():
    author = {**USER, "created_at": "2020-01-01T00:00:00.000Z", "public_metrics": FOLLOWED}
    users = [
        v2_user(number, name, **author | {"id": number, "username": name})
        for number, name in (("7", "ann"), ("8", "bob"))
    ]
    place = {"start": 0, "end": 4}
    entities = {
        "hashtags": [{"tag": "sun", **place}],
        "cashtags": [{"tag": "AMZN", **place}],
        "urls": [{**LINK, **place}, photo_link("3_9")],
        "mentions": [{"username": "bob", "id": "8", **place}],
    }
    shown = {"author_id": "8", "attachments": {"media_keys": ["3_9"]}, "entities": entities}
    tweet = v2_tweet(
        0,
        **{**shown, "author_id": "7"},
        created_at="2026-11-18T12:00:00.000Z",
        lang="en",
        source="app",
        filter_level="low",
        possibly_sensitive=False,
        public_metrics=COUNTED,
        in_reply_to_user_id="8",
        conversation_id="1",
        geo={"place_id": "id", "coordinates": POINT},
        edit_history_tweet_ids=["1"],
        referenced_tweets=[{"type": "quoted", "id": "5"}, {"type": "replied_to", "id": "6"}],
    )
    return v2_page(
        tweet,
        users=users,
        tweets=[{"id": "5", "text": "quoted", **shown}],
        media=[v2_photo("3_9", alt_text="a sunset", sizes={})],
        places=[{**PLACE, "url": None, "geo": {"bbox": [1, 2, 3, 4]}}],
    )


def everything_of_v1():
    size = {"w": 1, "h": 1, "resize": "fit"}
    photo = v1_photo(9, ext_alt_text="a sunset", sizes=dict.fromkeys(("thumb", "small", "medium", "large"), size))
    shown: dict[str, Any] = {"user": USER, "extended_entities": {"media": [photo]}}
    tag = {"text": "sun", "indices": [0, 4]}
    return v1_status(
        **shown,
        **COUNTED,
        source="app",
        possibly_sensitive=False,
        filter_level="low",
        in_reply_to_status_id_str="6",
        in_reply_to_user_id_str="8",
        in_reply_to_screen_name="bob",
        coordinates=POINT,
        geo=POINT,
        place={**PLACE, "bounding_box": {"type": "Polygon", "coordinates": [[[1.0, 2.0]]]}},
        entities={
            "hashtags": [tag],
            "symbols": [tag],
            "urls": [{**LINK, "indices": [0, 4]}],
            "user_mentions": [{"id": 8, "screen_name": "bob", "name": "Bob", "indices": [0, 4]}],
        },
        quoted_status=v1_status(5, **shown),
    )


def written(value, path=""):
    """The paths at which there is a value."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {path}.union(*(written(item, f"{path}[]") for item in value))
    if isinstance(value, dict):
        return {path}.union(*(written(item, f"{path}.{name}".lstrip(".")) for name, item in value.items()))
    return {path} if value is not None else set()


@pytest.mark.parametrize(
    ("api", "payload"), [("from v2", everything_of_v2()), ("from v1.1", everything_of_v1())], ids=["v2", "v1.1"]
)
def test_what_is_said_to_be_null_from_an_api_is_what_it_never_fills(api, payload):
    said = {path for path, null in NULLS.items() if re.match(rf"{re.escape(api)}(?![\w.])", null)}
    within = {path for path in NULLS for parent in said if path.startswith((f"{parent}.", f"{parent}["))}
    [post] = read_posts(payload, collected_at=COLLECTED, matched_query="sun")

    never = NULLS.keys() - written(post) - {path for path in NULLS if re.split(r"[.\[]", path)[0] in LATER}

    assert never == said | within
