"""Records of tables as posts: of twarc-csv, of 4CAT, and of any other table whose columns are named."""

import io
import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.photos.job import list_photo_jobs
from photolake.post_files.reader import read_entries
from photolake.post_formats import csv_twarc, fourcat_csv
from photolake.post_formats.format import FileContext
from photolake.post_formats.mapped_table import read_media
from photolake.post_formats.table_map import FIELDS, TableMap, describe_columns
from photolake.rejected import RejectedRecord
from photolake.rows.ids import hash_to_bigint
from photolake.sources.bluesky.identifiers import PostKey
from tests.builders.bluesky_events import ANN, CID, tid, uri
from tests.builders.bluesky_views import cdn
from tests.builders.post_tables import write_table
from tests.builders.raw_tweets import RAW_TWEETS
from tests.builders.x_payloads import COLLECTED, snowflake, v2_photo

ID = str(snowflake())
NOON = "Wed Nov 18 12:00:00 +0000 2026"


def read(*records, table_map=None, **changes) -> list[Any]:
    context = FileContext("a.csv", COLLECTED, table_map=TableMap.parse(table_map) if table_map else None)
    content = write_table([{**record, **changes} for record in records])
    return [entry.content for entry in read_entries(io.BufferedReader(io.BytesIO(content)), context)]


def read_row(record, **given) -> Any:
    (row,) = read(record, **given)
    assert isinstance(row, dict), row
    RAW_TWEETS.check(row)
    return row


def read_problem(record, **given):
    (found,) = read(record, **given)
    assert isinstance(found, RejectedRecord), found
    assert json.loads(found.raw)
    return found.message


TWARC = {
    "id": ID,
    "conversation_id": ID,
    "referenced_tweets.replied_to.id": "",
    "referenced_tweets.retweeted.id": "",
    "referenced_tweets.quoted.id": str(snowflake(-9)),
    "author_id": "7",
    "in_reply_to_user_id": "",
    "created_at": "2026-11-18T12:00:00.000Z",
    "text": "two\\nlines #sea",
    "lang": "en",
    "source": "",
    "public_metrics.like_count": "3.0",
    "public_metrics.retweet_count": "2",
    "possibly_sensitive": "False",
    "entities.hashtags": '["#sea"]',
    "entities.mentions": '["@bob"]',
    "entities.urls": '["https://a.example/", "pic.twitter.com/abc"]',
    "attachments.media": json.dumps([v2_photo("3_1", alt_text="waves")]),
    "attachments.media_keys": '["3_1"]',
    "author.id": "7",
    "author.username": "ann",
    "author.name": "Ann",
    "author.verified": "True",
    "author.public_metrics.followers_count": "5",
    "geo.full_name": "",
    "__twarc.retrieved_at": "2026-11-19T00:00:00+00:00",
    "__twarc.version": "2.14.0",
    "": "0",
}


def test_a_record_of_twarc_csv_is_the_post_of_the_api():
    row = read_row(TWARC)

    assert (row["id"], row["text"], row["lang"]) == (snowflake(), "two\nlines #sea", "en")
    assert row["user"] == {
        "id": 7,
        "id_str": "7",
        "screen_name": "ann",
        "name": "Ann",
        "verified": True,
        "followers_count": 5,
    }
    assert row["entities"] == {
        "hashtags": [{"text": "sea"}],
        "urls": [{"expanded_url": "https://a.example/"}],
        "user_mentions": [{"screen_name": "bob"}],
        "symbols": [],
    }
    assert [(job.mediaid, job.media_url, job.alt_text) for job in list_photo_jobs(row, "2026-11-18")] == [
        ("1", "https://pbs.example/media/3_1.jpg", "waves")
    ]
    assert (row["favorite_count"], row["retweet_count"], row["possibly_sensitive"]) == (3, 2, False)
    assert row["quoted_status_id"] == snowflake(-9)
    assert row["created_at"] == NOON
    assert json.loads(row["source_json"])["text"] == "two\\nlines #sea"


def test_a_repost_of_twarc_csv_is_one():
    row = read_row(TWARC, **{"referenced_tweets.retweeted.id": str(snowflake(-5))})

    assert row["is_retweet"] is True
    assert row["referenced_tweets"][0] == {"type": "retweeted", "id": str(snowflake(-5))}


@pytest.mark.parametrize("column", ["id", "author_id", "author.id", "referenced_tweets.quoted.id"])
@pytest.mark.parametrize("rounded", ["2.12012E+18", "2120124309304246273.0"])
def test_a_record_of_twarc_csv_with_a_rounded_id_is_rejected(column, rounded):
    assert f"{column}: not all digits, so a spreadsheet" in read_problem(TWARC, **{column: rounded})


FOURCAT_X = {
    "id": ID,
    "thread_id": ID,
    "timestamp": "2026-11-18 12:00:00",
    "unix_timestamp": "1795003200",
    "link": f"https://twitter.com/ann/status/{ID}",
    "subject": "",
    "body": "RT @bob: the sea",
    "author": "ann",
    "author_fullname": "Ann",
    "author_id": "7",
    "source": "Web",
    "language_guess": "en",
    "possibly_sensitive": "no",
    "retweet_count": "1",
    "reply_count": "2",
    "like_count": "3",
    "quote_count": "4",
    "impression_count": "",
    "is_retweet": "yes",
    "is_quote_tweet": "no",
    "is_reply": "no",
    "replied_user": "",
    "hashtags": "sea,sun",
    "urls": "https://a.example/",
    "images": "https://pbs.twimg.com/media/AAA_-1.jpg,https://pbs.twimg.com/media/BBB?format=jpg&name=orig",
    "videos": "",
    "mentions": "bob",
    "long_lat": "",
}


def test_a_record_of_4cat_of_x_becomes_a_row():
    row = read_row(FOURCAT_X)

    first, second = FOURCAT_X["images"].split(",")
    assert row == {
        "id": snowflake(),
        "id_str": ID,
        "source_platform": "x",
        "created_at": NOON,
        "timestamp_ms": 1795003200000,
        "text": "RT @bob: the sea",
        "lang": "en",
        "user": {"id": 7, "id_str": "7", "screen_name": "ann", "name": "Ann"},
        "extended_entities": {
            "media": [
                {"id": key, "media_key": key, "type": "photo", "media_url": url, "media_url_https": url}
                for key, url in (("media/AAA_-1", first), ("media/BBB", second))
            ]
        },
        "retweet_count": 1,
        "reply_count": 2,
        "quote_count": 4,
        "favorite_count": 3,
        "impression_count": None,
        "conversation_id": ID,
        "source": "Web",
        "is_retweet": True,
        "is_quote_status": False,
        "possibly_sensitive": False,
        "in_reply_to_screen_name": None,
        "entities": {
            "hashtags": [{"text": "sea"}, {"text": "sun"}],
            "urls": [{"url": "https://a.example/", "expanded_url": "https://a.example/"}],
            "user_mentions": [{"screen_name": "bob"}],
            "symbols": [],
        },
        "collected_at": COLLECTED,
        "matched_query": None,
        "source_json": json.dumps(FOURCAT_X, separators=(",", ":")),
    }


FOURCAT_BLUESKY = {
    "collected_at": "2026-11-19T00:00:00",
    "query": "sea",
    "rank": "0",
    "id": uri(),
    "thread_id": uri(),
    "created_at": "2026-11-18T12:00:00+00:00",
    "author": "ann.example",
    "author_id": ANN,
    "body": "the sea",
    "link": f"https://bsky.app/profile/ann.example/post/{tid()}",
    "tags": "sea",
    "like_count": "3",
    "repost_count": "1",
    "links": "",
    "images": f"{cdn()},{cdn()}@jpeg",
    "languages": "en,de",
    "author_display_name": "Ann",
    "timestamp": "1795003200.0",
}


def test_a_record_of_4cat_of_bluesky_is_the_post_of_the_network():
    row = read_row(FOURCAT_BLUESKY)

    assert (row["id"], row["source_platform"], row["matched_query"]) == (PostKey(ANN, tid()).id, "bluesky", "sea")
    assert (row["lang"], row["favorite_count"], row["retweet_count"]) == ("en", 3, 1)
    assert row["user"]["id_str"] == ANN
    assert row["extended_entities"]["media"][0]["id"] == f"{ANN}/{CID}"


def test_a_record_of_4cat_of_another_network_is_refused_by_name():
    telegram = {"id": "5", "thread_id": "c", "timestamp": "2026-11-18 12:00:00", "body": "x", "author": "ann"}

    assert "4CAT of a network that photolake does not read" in read_problem(telegram)


def test_a_record_of_4cat_with_a_rounded_id_is_rejected():
    assert "not all digits" in read_problem(FOURCAT_X, id="2.1E+18")


def test_tables_are_known_by_their_columns():
    tables = [TWARC, FOURCAT_X, FOURCAT_BLUESKY, {"id": "1", "text": "x"}, {"id": 1, "text": "x", "author.id": "1"}]

    assert [csv_twarc.FORMAT.recognize(each) for each in tables] == [True, False, False, False, False]
    assert [fourcat_csv.FORMAT.recognize(each) for each in tables] == [False, True, True, False, False]


OWN = {"tweet_id": ID, "body": "the sea", "date": "2026-11-18 12:00", "pics": "https://pbs.twimg.com/media/A.jpg"}
MAP = "id=tweet_id,text=body,created_at=date,media_url=pics"


def test_a_record_of_named_columns_becomes_a_row():
    row = read_row(OWN | {"who": "@ann", "key": "7"}, table_map=f"{MAP},author=who,author_id=key")

    assert row == {
        "id": snowflake(),
        "id_str": ID,
        "source_platform": "x",
        "created_at": NOON,
        "timestamp_ms": 1795003200000,
        "text": "the sea",
        "lang": None,
        "user": {"id": 7, "id_str": "7", "screen_name": "ann"},
        "extended_entities": {
            "media": [
                {
                    "id": "media/A",
                    "media_key": "media/A",
                    "type": "photo",
                    "media_url": "https://pbs.twimg.com/media/A.jpg",
                    "media_url_https": "https://pbs.twimg.com/media/A.jpg",
                }
            ]
        },
        "collected_at": COLLECTED,
        "matched_query": None,
        "source_json": json.dumps(OWN | {"who": "@ann", "key": "7"}, separators=(",", ":")),
    }


@pytest.mark.parametrize(
    "date",
    [
        "2026-11-18T12:00:00Z",
        "2026-11-18 13:00:00+01:00",
        "2026-11-18 12:00:00 UTC",
        "2026-11-18",
        NOON,
        "Wed, 18 Nov 2026 12:00:00 GMT",
        "1795003200",
        "1795003200000",
        "2026-11-20 02:00",  # local time of anywhere
    ],
)
def test_times_are_read_in_many_forms_and_agree_with_the_id(date):
    assert read_row(OWN, table_map=MAP, date=date)["created_at"] == NOON


@pytest.mark.parametrize("date", ["18/11/2026 12:00", "11-18-2026", "yesterday", "46344.5", "2026-13-01"])
def test_a_time_that_can_be_read_in_two_ways_is_rejected(date):
    assert read_problem(OWN, table_map=MAP, date=date).startswith("a record of a table: created_at: neither ISO 8601")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tweet_id": ""}, "id: it is empty"),
        ({"tweet_id": "2.12012E+18"}, "id: not all digits, so a spreadsheet"),
        ({"tweet_id": f"{ID}.0"}, "id: not all digits, so a spreadsheet"),
        ({"tweet_id": "2,120,124,309"}, "id: not all digits, so a spreadsheet"),
        ({"tweet_id": "7123abc"}, "id: not an id of X"),
        ({"tweet_id": "9" * 19}, "id: not all digits"),
        ({"date": "2019-01-01"}, "id: neither the time in it nor the url shows a post of X"),
        ({"tweet_id": "123"}, "id: neither the time in it nor the url shows a post of X"),
    ],
)
def test_an_id_that_is_not_one_of_x_is_rejected(changes, message):
    assert message in read_problem(OWN, table_map=MAP, **changes)


@pytest.mark.parametrize("table_map", [f"{MAP},platform=x", "id=tweet_id,text=body,platform=x"])
def test_the_network_may_be_named(table_map):
    assert read_row(OWN, table_map=table_map, tweet_id="123")["id"] == 123


def test_a_link_to_x_shows_the_network():
    record = {"tweet_id": "123", "body": "x", "link": "https://x.com/a/status/123"}

    assert read_row(record, table_map="id=tweet_id,text=body,url=link")["source_platform"] == "x"


def test_posts_of_other_networks_have_their_own_ids():
    bluesky = {"key": uri(), "body": "x", "date": "2026-11-18", "pic": cdn()}
    mastodon = {"key": "https://a.example/users/ann/statuses/1", "body": "x", "date": "2026-11-18T12:00:00Z"}
    named = "id=key,text=body,created_at=date"

    row = read_row(bluesky, table_map=f"{named},media_url=pic")
    assert (row["source_platform"], row["id"]) == ("bluesky", PostKey(ANN, tid()).id)
    assert row["extended_entities"]["media"][0]["id"] == f"{ANN}/{CID}"
    row = read_row(mastodon, table_map=f"{named},platform=mastodon")
    assert (row["source_platform"], row["id"]) == ("mastodon", hash_to_bigint(mastodon["key"]))
    assert "not the URI of a post of Mastodon" in read_problem(
        mastodon, table_map=f"{named},platform=mastodon", key="5"
    )
    assert "not the at:// URI" in read_problem(bluesky, table_map=f"{named},platform=bluesky", key="5")


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("", []),
        ("https://a.example/1.jpg", ["https://a.example/1.jpg"]),
        ("https://a.example/1.jpg,https://a.example/2.jpg", ["https://a.example/1.jpg", "https://a.example/2.jpg"]),
        (
            "https://a.example/1,2.jpg; https://a.example/2.jpg",
            ["https://a.example/1,2.jpg", "https://a.example/2.jpg"],
        ),
        ("https://a.example/1|https://a.example/2", ["https://a.example/1", "https://a.example/2"]),
        ('["https://a.example/1", "https://a.example/1"]', ["https://a.example/1"]),
        ("['https://a.example/1', 'https://a.example/2']", ["https://a.example/1", "https://a.example/2"]),
        ("photo.jpg", [None]),
        ("[]", []),
    ],
)
def test_addresses_of_photos_are_split_however_they_are_listed(text, urls):
    assert [medium.get("media_url") for medium in read_media(text, "1")] == urls


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column is named for id and text"),
        ("id=a", "no column is named for text"),
        ("id", "'id' is not of the form field=column"),
        ("id=a,text=", "'text=' is not of the form field=column"),
        ("id=a,text=b,colour=c", "there is no field 'colour'; there are: id, text, created_at"),
        ("id=a,text=b,text=c,created_at=d", "a field is named twice"),
        ("id=a,text=b,platform=weibo", "there is no platform 'weibo'; there are: x, bluesky, mastodon"),
        ("id=a,text=b", "ids alone show no network"),
        ("id=a,text=b,url=c,platform=mastodon", "posts of Mastodon need created_at"),
    ],
)
def test_a_map_that_is_wrong_says_why(text, message):
    with pytest.raises(ValueError, match=message):
        TableMap.parse(text)


def test_a_column_with_a_comma_in_its_name_stands_in_quotes():
    assert TableMap.parse('id=a, text="b, c",created_at=d').columns == {"id": "a", "text": "b, c", "created_at": "d"}


def test_a_column_may_have_an_equals_sign_in_its_name():
    assert TableMap.parse("id=a=b,text=c,created_at=d").columns["id"] == "a=b"


def test_columns_that_a_table_lacks_are_named_with_those_it_has():
    missing = TableMap.parse(MAP).find_missing(["tweet_id", "body", "when", *map(str, range(50))])

    assert missing is not None
    assert missing.startswith("has no column 'date', 'pics'; its columns are tweet_id, body, when, 0, 1")
    assert missing.endswith("and 13 more")


@pytest.mark.parametrize(("count", "ending"), [(2, "0, 1"), (40, "38, 39"), (41, "38, 39 and 1 more")])
def test_up_to_forty_columns_of_a_table_are_named(count, ending):
    assert describe_columns([str(column) for column in range(count)]).endswith(ending)


CELLS = st.text(max_size=8) | st.sampled_from(["", "1", ID, "[", '["a"]', "{}", "True", "https://a.example", "2026"])


@given(st.sampled_from([TWARC, FOURCAT_X, FOURCAT_BLUESKY]), st.data())
def test_any_record_is_either_a_row_that_fits_or_rejected(record, data):
    column = data.draw(st.sampled_from(sorted(record)))
    value = data.draw(CELLS)
    if "\r" in value or "\0" in value:
        return

    for found in read(record, **{column: value}):
        if isinstance(found, dict):
            RAW_TWEETS.check(found)
            assert list_photo_jobs(cast("Any", found), "2026-11-18") is not None


@given(st.sampled_from(sorted(FIELDS)), CELLS)
def test_any_named_cell_gives_a_row_that_fits_or_is_rejected(field, value):
    if "\r" in value or "\0" in value:
        return
    record = dict.fromkeys(FIELDS, "") | {"id": ID, "created_at": "2026-11-18", field: value}

    for found in read(record, table_map=",".join(f"{each}={each}" for each in FIELDS)):
        if isinstance(found, dict):
            RAW_TWEETS.check(found)
