"""API v1.1 statuses as rows."""

import json

import pytest

from photolake.errors import PermanentError
from photolake.sources.x.payload import ROUNDED as ROUNDED_IDS
from photolake.sources.x.payload import read_posts
from tests.builders.raw_tweets import RAW_TWEETS
from tests.builders.x_payloads import COLLECTED, snowflake, v1_photo, v1_status, v1_user


def only_post(payload):
    (post,) = read_posts(payload, collected_at=COLLECTED)
    RAW_TWEETS.check(post)
    return post


def media_ids(holder):
    return [medium["id"] for medium in holder["media"]]


def test_a_status_is_mapped_with_every_column():
    status = v1_status(
        text="Ann at the sea #sun $SEA @bob https://t.example/a",
        source='<a href="https://x.example">Web</a>',
        timestamp_ms="1795003200000",
        filter_level="low",
        possibly_sensitive=False,
        in_reply_to_status_id=5,
        in_reply_to_status_id_str="5",
        in_reply_to_user_id=22,
        in_reply_to_user_id_str="22",
        in_reply_to_screen_name="bob",
        geo={"type": "Point", "coordinates": [52.25, -1.5]},
        coordinates={"type": "Point", "coordinates": [-1.5, 52.25]},
        place={
            "id": "p1",
            "url": "https://api.example/p1.json",
            "place_type": "city",
            "name": "Leeds",
            "full_name": "Leeds, England",
            "country_code": "GB",
            "country": "United Kingdom",
            "bounding_box": {"type": "Polygon", "coordinates": [[[-2, 53], [-2, 54], [-1, 54], [-1, 53]]]},
            "attributes": {},
        },
        entities={
            "hashtags": [{"text": "sun", "indices": [15, 19]}],
            "symbols": [{"text": "SEA", "indices": [20, 24]}],
            "user_mentions": [{"id": 22, "id_str": "22", "screen_name": "bob", "name": "Bob", "indices": [25, 29]}],
            "urls": [
                {
                    "url": "https://t.example/a",
                    "expanded_url": None,
                    "display_url": "shop.example/dp/1",
                    "indices": [30, 49],
                }
            ],
            "media": [v1_photo(77)],
        },
        extended_entities={"media": [v1_photo(77, ext_alt_text="The sea"), v1_photo(78)]},
        reply_count=2,
        quote_count=4,
    )

    post = only_post(status)

    assert post == {
        "id": snowflake(),
        "id_str": str(snowflake()),
        "source_platform": "x",
        "created_at": "Wed Nov 18 12:00:00 +0000 2026",
        "timestamp_ms": 1795003200000,
        "text": "Ann at the sea #sun $SEA @bob https://t.example/a",
        "lang": "en",
        "source": '<a href="https://x.example">Web</a>',
        "truncated": False,
        "favorited": False,
        "retweeted": False,
        "possibly_sensitive": False,
        "is_quote_status": False,
        "is_retweet": False,
        "filter_level": "low",
        "in_reply_to_status_id": 5,
        "in_reply_to_status_id_str": "5",
        "in_reply_to_user_id": 22,
        "in_reply_to_user_id_str": "22",
        "in_reply_to_screen_name": "bob",
        "quoted_status_id": None,
        "quoted_status_id_str": None,
        "conversation_id": None,
        "retweet_count": 0,
        "reply_count": 2,
        "quote_count": 4,
        "favorite_count": 0,
        "bookmark_count": None,
        "impression_count": None,
        "user": {
            "id": 11,
            "id_str": "11",
            "name": "Ann",
            "screen_name": "ann",
            "followers_count": 5,
            "utc_offset": -18000,
            "verified": False,
        },
        "coordinates": {"type": "Point", "coordinates": [-1.5, 52.25]},
        "geo": {"type": "Point", "coordinates": [52.25, -1.5]},
        "place": {name: value for name, value in status["place"].items() if name != "attributes"},
        "entities": {
            "hashtags": [{"text": "sun", "indices": [15, 19]}],
            "symbols": [{"text": "SEA", "indices": [20, 24]}],
            "user_mentions": [{"id": 22, "id_str": "22", "screen_name": "bob", "name": "Bob", "indices": [25, 29]}],
            "urls": [{"url": "https://t.example/a", "display_url": "shop.example/dp/1", "indices": [30, 49]}],
        },
        "extended_entities": {
            "media": [
                {**{name: value for name, value in photo.items() if name != "id_str"}, "id": photo["id_str"]}
                for photo in status["extended_entities"]["media"]
            ]
        },
        "referenced_tweets": [{"type": "replied_to", "id": "5", "screen_name": "bob"}],
        "edit_history_tweet_ids": None,
        "collected_at": COLLECTED,
        "matched_query": None,
        "source_json": json.dumps(status, separators=(",", ":")),
    }


def test_extended_mode_has_the_text_in_full_text():
    status = v1_status(full_text="@bob the whole text", display_text_range=[5, 19])
    del status["text"]

    assert only_post(status)["text"] == "@bob the whole text"


def test_compatibility_mode_has_text_entities_and_photos_in_extended_tweet():
    status = v1_status(
        text="the wh…",
        truncated=True,
        extended_tweet={
            "full_text": "the whole text #end",
            "display_text_range": [0, 19],
            "entities": {"hashtags": [{"text": "end", "indices": [15, 19]}], "media": [v1_photo(1)]},
            "extended_entities": {"media": [v1_photo(1), v1_photo(2)]},
        },
    )

    post = only_post(status)

    assert (post["text"], post["truncated"]) == ("the whole text #end", False)
    assert post["entities"]["hashtags"] == [{"text": "end", "indices": [15, 19]}]
    assert media_ids(post["extended_entities"]) == ["1", "2"]


def test_the_photo_is_taken_from_entities_if_there_are_no_extended_ones():
    post = only_post(v1_status(entities={"hashtags": [], "urls": [], "media": [v1_photo(77)]}))

    assert media_ids(post["extended_entities"]) == ["77"]


def test_a_retweet_has_the_full_text_entities_and_photos_of_the_retweeted_post():
    original = v1_status(
        1,
        text="cut…",
        truncated=True,
        extended_tweet={
            "full_text": "not cut",
            "entities": {"hashtags": [{"text": "cut", "indices": [4, 7]}]},
            "extended_entities": {"media": [v1_photo(1), v1_photo(2)]},
        },
        user=v1_user(22, "bob"),
    )
    status = v1_status(
        2, text="RT @bob: cut…", retweeted_status=original, entities={"hashtags": [], "media": [v1_photo(1)]}
    )

    post = only_post(status)

    assert (post["text"], post["is_retweet"], post["truncated"], post["user"]["screen_name"]) == (
        "not cut",
        True,
        False,
        "ann",
    )
    assert post["entities"]["hashtags"] == [{"text": "cut", "indices": [4, 7]}]
    assert media_ids(post["extended_entities"]) == ["1", "2"]
    assert post["referenced_tweets"] == [
        {"type": "retweeted", "id": str(snowflake(1)), "text": "not cut", "screen_name": "bob"}
    ]


@pytest.mark.parametrize("is_retweeted", [False, True])
def test_the_photos_of_a_quoted_post_are_in_the_reference_to_it(is_retweeted):
    quoted = v1_status(1, user=v1_user(22, "bob"), extended_entities={"media": [v1_photo(8)]})
    quoting = v1_status(2, is_quote_status=True, quoted_status=quoted, quoted_status_id=quoted["id"])

    post = only_post(v1_status(3, retweeted_status=quoting) if is_retweeted else quoting)

    reference = post["referenced_tweets"][-1]
    assert (reference["type"], reference["id"], reference["screen_name"], media_ids(reference)) == (
        "quoted",
        str(snowflake(1)),
        "bob",
        ["8"],
    )
    assert (post["is_quote_status"], post["quoted_status_id"], post["extended_entities"]) == (True, snowflake(1), None)


def test_a_quoted_post_that_is_gone_is_known_by_its_id():
    post = only_post(v1_status(is_quote_status=True, quoted_status_id=5, quoted_status_id_str="5"))

    assert (post["quoted_status_id_str"], post["referenced_tweets"]) == ("5", [{"type": "quoted", "id": "5"}])


def test_id_str_is_believed_rather_than_an_id_that_javascript_has_rounded():
    assert only_post(v1_status(id=1, id_str=str(snowflake())))["id"] == snowflake()


ROUNDED = float(snowflake())


def test_an_id_that_a_program_has_rounded_is_not_an_id():
    status = {name: value for name, value in v1_status().items() if name != "id_str"}

    for rounded in (ROUNDED, str(ROUNDED), 2.0**53):
        with pytest.raises(PermanentError, match="id: a program has rounded it"):
            only_post({**status, "id": rounded})
    assert only_post({**status, "id": ROUNDED, "id_str": str(snowflake())})["id"] == snowflake()


def test_the_id_of_a_user_that_a_float_holds_exactly_is_read():
    assert only_post(v1_status(user={"id": 5013.0, "screen_name": "ann"}))["user"]["id_str"] == "5013"
    assert only_post(v1_status(user={"id": "5013.0", "screen_name": "ann"}))["user"]["id"] == 5013


def test_references_that_a_program_has_rounded_are_left_out_and_remarked_on():
    remarks: list[str] = []
    status = v1_status(
        in_reply_to_status_id=ROUNDED,
        in_reply_to_user_id=ROUNDED,
        in_reply_to_user_id_str="5",
        quoted_status_id=ROUNDED,
        user={"id": ROUNDED, "screen_name": "ann"},
    )

    (post,) = read_posts(status, collected_at=COLLECTED, on_remark=remarks.append)

    assert (post["in_reply_to_status_id"], post["quoted_status_id"], post["in_reply_to_user_id"]) == (None, None, 5)
    assert (post["user"], post["referenced_tweets"]) == ({"screen_name": "ann"}, None)
    assert remarks == [ROUNDED_IDS] * 2


@pytest.mark.parametrize(
    ("post_id", "created_at"),
    [
        (snowflake(), "Mon Nov 16 12:00:00 +0000 2026"),
        (5101234567890123, "Tue Nov 10 20:00:00 +0800 2026"),
        (4211, "2026-11-10T12:00:00"),
        (20, "2005-01-01T00:00:00Z"),
    ],
)
def test_a_post_whose_time_is_not_that_of_its_id_is_not_of_x(post_id, created_at):
    with pytest.raises(PermanentError, match="created_at: not the time that the id holds"):
        only_post(v1_status(id=post_id, id_str=str(post_id), created_at=created_at))


@pytest.mark.parametrize(
    "created_at",
    [
        "Wed, 18 Nov 2026 12:00:00 +0000",
        "2026-11-18 12:00:00 +0000",
        "2026-11-18 13:00:00 +01:00",
        "2026-11-18 12:00:00 UTC",
        "2026-11-18 12:00:00",
    ],
)
def test_times_are_read_as_every_api_and_archive_of_x_wrote_them(created_at):
    assert only_post(v1_status(created_at=created_at))["created_at"] == "Wed Nov 18 12:00:00 +0000 2026"


def test_values_that_x_itself_sent_are_read():
    sizes = [
        {"h": 150, "resize": "crop", "w": 150},
        {"h": 254, "resize": "fit", "w": 340},
        {"h": 768, "resize": "fit", "w": 1024},
    ]

    post = only_post(
        v1_status(
            retweet_count="100+",
            favorite_count="3",
            entities=[],
            place=[],
            coordinates={"type": "Point", "coordinates": ["-0.5", "52"]},
            extended_entities={"media": [v1_photo(4, sizes=sizes)]},
        )
    )

    assert (post["retweet_count"], post["favorite_count"]) == (100, 3)
    assert (post["entities"], post["place"], post["coordinates"]["coordinates"]) == (None, None, [-0.5, 52.0])
    assert post["extended_entities"]["media"][0]["sizes"] == {
        "thumb": {"w": 150, "h": 150, "resize": "crop"},
        "medium": {"w": 340, "h": 254, "resize": "fit"},
        "large": {"w": 1024, "h": 768, "resize": "fit"},
    }


def test_a_list_of_sizes_without_a_cropped_one_is_named_from_the_largest():
    sizes = [{"h": 10 * width, "resize": "fit", "w": width} for width in (1, 4, 2, 3)]

    post = only_post(v1_status(extended_entities={"media": [v1_photo(4, sizes=sizes)]}))

    named = post["extended_entities"]["media"][0]["sizes"]
    assert {name: size["w"] for name, size in named.items() if size} == {"large": 4, "medium": 3, "small": 2}


LINK = {"url": "https://t.co/Ab1", "expanded_url": "https://twitter.com/i/web/status/1", "indices": [1, 2]}


@pytest.mark.parametrize(
    ("fields", "is_cut"),
    [
        ({}, False),
        ({"truncated": True}, True),
        ({"truncated": True, "extended_tweet": {"full_text": "all of it"}}, False),
        ({"text": "cut… https://t.co/Ab1", "entities": {"urls": [LINK]}}, True),
        ({"full_text": f"{'long ' * 51}… https://t.co/Ab1"}, True),
        ({"full_text": f"{'長' * 125}… https://t.co/abcdefghij"}, True),
        ({"text": "RT @ann: as an archive\ncuts i…"}, True),
        ({"text": "RT @ann: short"}, False),
        ({"text": "read on… https://t.co/Ab1"}, False),
        ({"text": "well…"}, False),
    ],
)
def test_a_text_that_x_has_cut_is_truncated(fields, is_cut):
    assert only_post(v1_status(**fields))["truncated"] is is_cut


@pytest.mark.parametrize(
    ("fields", "query"),
    [
        ({"matching_rules": [{"value": "from:ann", "tag": None, "id": 1}]}, "from:ann"),
        ({"matching_rules": [{"value": "a"}, {"value": "b", "tag": "bread"}]}, "bread"),
        ({"gnip": {"matching_rules": [{"value": "from:ann", "tag": "ann"}]}}, "ann"),
        ({"gnip": {"matching_rules": 5}, "matching_rules": [5]}, None),
    ],
)
def test_the_rule_of_powertrack_that_matched_is_the_query(fields, query):
    assert only_post(v1_status(**fields))["matched_query"] == query


def test_the_time_of_an_id_from_before_snowflakes_is_created_at():
    status = v1_status(id=20, id_str="20", created_at="Tue Mar 21 20:50:14 +0000 2006")

    assert only_post(status)["timestamp_ms"] == 1142974214000


def test_absent_structs_that_an_archive_holds_as_empty_strings_are_null():
    post = only_post(v1_status(place="", coordinates="", geo="", extended_entities="", in_reply_to_status_id=""))

    assert [post[name] for name in ("place", "coordinates", "geo", "extended_entities", "referenced_tweets")] == [
        None
    ] * 5


def test_half_an_emoji_becomes_a_replacement_character_and_stays_in_the_source():
    post = only_post(json.loads(json.dumps(v1_status(text="cut \ud83d"))))

    assert post["text"] == "cut \ufffd"
    assert json.loads(post["source_json"])["text"] == "cut \ud83d"
    assert post["source_json"].encode()
