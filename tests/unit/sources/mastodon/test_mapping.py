"""A status of Mastodon as a row."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.errors import PermanentError
from photolake.photos.job import list_photo_jobs
from photolake.photos.urls import check_url
from photolake.rows.ids import hash_to_bigint
from photolake.sources.mastodon.html_text import Link, read_html
from photolake.sources.mastodon.mapping import map_status
from tests.builders.mastodon_statuses import FILES, NOON_MS, account, attachment, make_number, status
from tests.builders.raw_tweets import RAW_TWEETS

COLLECTED = "2026-11-20T13:00:00.000Z"


def map_to_row(value):
    row = map_status(value, collected_at=COLLECTED, matched_query="#sea")
    RAW_TWEETS.check(row)
    json.dumps(row, ensure_ascii=False).encode()
    return row


def test_a_status_becomes_a_row_with_every_column_that_mastodon_fills():
    given = status(
        spoiler_text="long",
        sensitive=True,
        media_attachments=[attachment()],
        tags=[{"name": "sea", "url": "https://instance.example/tags/sea"}],
        mentions=[{"id": "2", "username": "bob", "acct": "bob@b.example", "url": "https://b.example/@bob"}],
        card={"url": "https://c.example/"},
        content='<p>see <a href="https://a.example/long"><span class="invisible">https://</span>a.example/long</a></p>',
    )
    uri, key = given["uri"], "files.instance.example/media_attachments/7/original.png"

    assert map_to_row(given) == {
        "id": hash_to_bigint(uri),
        "id_str": uri,
        "source_platform": "mastodon",
        "created_at": "Fri Nov 20 12:00:00 +0000 2026",
        "timestamp_ms": NOON_MS,
        "text": "long\n\nsee https://a.example/long",
        "lang": "en",
        "truncated": False,
        "possibly_sensitive": True,
        "source": "Web",
        "entities": {
            "hashtags": [{"text": "sea"}],
            "urls": [
                {"url": "https://a.example/long", "expanded_url": "https://a.example/long"},
                {"url": "https://c.example/", "expanded_url": "https://c.example/"},
            ],
            "user_mentions": [
                {
                    "id": hash_to_bigint("https://b.example/@bob"),
                    "id_str": "https://b.example/@bob",
                    "screen_name": "bob@b.example",
                }
            ],
            "symbols": [],
        },
        "extended_entities": {
            "media": [
                {
                    "id": key,
                    "media_key": key,
                    "type": "photo",
                    "media_url": f"https://{key}",
                    "media_url_https": f"https://{key}",
                    "ext_alt_text": "waves",
                    "sizes": {"large": {"w": 1200, "h": 800, "resize": "fit"}},
                }
            ]
        },
        "is_retweet": False,
        "is_quote_status": False,
        "quoted_status_id": None,
        "quoted_status_id_str": None,
        "referenced_tweets": None,
        "retweet_count": 2,
        "reply_count": 1,
        "quote_count": 4,
        "favorite_count": 3,
        "user": {
            "id": hash_to_bigint("https://instance.example/users/ann"),
            "id_str": "https://instance.example/users/ann",
            "screen_name": "ann@instance.example",
            "name": "Ann",
            "url": "https://instance.example/@ann",
            "description": "at the sea",
            "protected": False,
            "created_at": "Sat Nov 05 00:00:00 +0000 2022",
            "profile_image_url_https": "https://instance.example/avatars/ann.png",
            "followers_count": 5,
            "friends_count": 6,
            "statuses_count": 7,
        },
        "collected_at": COLLECTED,
        "matched_query": "#sea",
        "source_json": json.dumps(given, separators=(",", ":")),
    }


def test_a_boost_shows_the_text_and_photos_of_the_post_it_repeats():
    original = status(media_attachments=[attachment()], account=account("bob", "b.example", acct="bob@b.example"))
    boost = status(make_number(9), content="", reblog=original, uri=f"{original['uri']}/activity")

    row = map_to_row(boost)

    assert (row["is_retweet"], row["id_str"], row["text"]) == (True, boost["uri"], "the sea & the sun")
    assert len(row["extended_entities"]["media"]) == 1
    assert row["referenced_tweets"] == [
        {"type": "retweeted", "id": original["uri"], "text": "the sea & the sun", "screen_name": "bob@b.example"}
    ]
    assert row["user"]["screen_name"] == "ann@instance.example"


def test_a_quoted_post_is_known_with_its_photos():
    quoted = status(make_number(5), media_attachments=[attachment()])

    row = map_to_row(status(quote={"state": "accepted", "quoted_status": quoted}))

    assert (row["is_quote_status"], row["quoted_status_id_str"]) == (True, quoted["uri"])
    (reference,) = row["referenced_tweets"]
    assert (reference["type"], len(reference["media"])) == ("quoted", 1)
    assert map_to_row(status(quote={"state": "revoked", "quoted_status": None}))["is_quote_status"] is False


def read_media(*items):
    jobs = list_photo_jobs(map_to_row(status(media_attachments=list(items))), "2026-11-20")
    for job in jobs:
        if job.media_url:
            check_url(job.media_url, ["files.instance.example", "b.example"])
    return [(job.kind, job.mediaid, job.media_url) for job in jobs]


def test_a_photo_of_another_instance_has_the_id_of_its_original_and_the_url_of_the_copy():
    copy = f"{FILES}/cache/1.png"

    assert read_media(attachment(url=copy, remote_url="https://b.example/1.png")) == [
        ("photo", "b.example/1.png", copy)
    ]


def test_a_photo_that_the_instance_did_not_copy_is_the_original():
    absent = attachment(type="unknown", url=None, preview_url=None, remote_url="https://b.example/1.png")

    assert read_media(absent) == [("photo", "b.example/1.png", "https://b.example/1.png")]


def test_a_video_shows_its_preview_and_sound_shows_nothing():
    video = {"url": f"{FILES}/v.mp4", "preview_url": f"{FILES}/v.png"}

    assert read_media(
        attachment(type="video", **video), attachment(type="gifv", **{**video, "url": f"{FILES}/g.mp4"})
    ) == [
        ("video_preview", "files.instance.example/v.mp4", f"{FILES}/v.png"),
        ("gif_preview", "files.instance.example/g.mp4", f"{FILES}/v.png"),
    ]
    assert read_media(attachment(type="audio")) == []


@pytest.mark.parametrize("bad", [None, 5, "x", attachment(url=5), {"type": 5}])
def test_an_attachment_of_another_shape_costs_that_photo_alone(bad):
    uri = status()["uri"]

    assert read_media(bad, attachment()) == [
        ("photo", f"{uri.partition('://')[2]}#0", None),
        ("photo", "files.instance.example/media_attachments/7/original.png", attachment()["url"]),
    ]


def test_the_id_of_a_photo_with_a_very_long_address_is_short():
    (_, key, _), *_ = read_media(attachment(url=f"{FILES}/{'x' * 3000}.png"))

    assert len(key) == 165


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one<br>two</p><p>three</p>", "one\ntwo\n\nthree"),
        ("<p>one<br />two</p>\n<p> three </p>", "one\ntwo\n\nthree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("1 &lt; 2 &amp;&amp; &#128512;", "1 < 2 && \U0001f600"),
        ("<script>alert(1)</script>plain<style>p {}</style>", "plain"),
        ("<p>open <b>never closed", "open never closed"),
        ("</p></a></script>x", "x"),
        ("", ""),
        ("<" * 1000, "<" * 1000),
    ],
)
def test_html_becomes_the_text_that_a_reader_sees(html, text):
    assert read_html(html).text == text


def test_links_are_read_with_their_classes():
    html = '<a href="https://a.example" class="mention hashtag">#<span>sea</span></a> <a>none</a><a href="x">open'

    assert read_html(html).links == [
        Link("https://a.example", "#sea", frozenset({"mention", "hashtag"})),
        Link("", "none", frozenset()),
    ]


def test_only_links_of_the_web_that_name_no_account_or_hashtag_are_urls():
    html = "".join(
        f'<a href="{url}" class="{kind}">t</a>'
        for url, kind in [("https://a.example", ""), ("https://b.example", "u-url mention"), ("javascript:x", "")]
    )

    assert map_to_row(status(content=html))["entities"]["urls"] == [{"url": "t", "expanded_url": "https://a.example"}]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"uri": None}, "uri: a post needs one"),
        ({"uri": 5}, "uri: expected a string, got int"),
        ({"created_at": None}, "created_at: a post needs one, in ISO 8601"),
        ({"created_at": "yesterday"}, "created_at: a post needs one, in ISO 8601"),
        ({"content": 5}, "content: expected a string, got int"),
        ({"media_attachments": "x"}, "media_attachments: expected an array"),
        ({"reblog": 5}, "reblog: expected an object"),
        ({"content": "a" * 400_000}, "more than the 300000 a delivery can take"),
    ],
)
def test_a_status_of_other_types_is_refused_with_the_place(changes, message):
    with pytest.raises(PermanentError, match=message):
        map_to_row(status(**changes))


@pytest.mark.parametrize(("language", "lang"), [(None, None), ("de", "de"), ("zh-TW", "zh-TW"), ("x" * 9, None)])
def test_a_language_counts_if_it_is_one(language, lang):
    assert map_to_row(status(language=language))["lang"] == lang


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["url", "type", "id", "meta"]), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(status())), JSON)
def test_any_status_is_either_a_row_that_fits_or_refused(name, value):
    with contextlib.suppress(PermanentError):
        map_to_row(status(**{name: value}))
