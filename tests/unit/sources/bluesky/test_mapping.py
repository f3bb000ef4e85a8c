"""A post of Bluesky as a row."""

import contextlib
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.errors import PermanentError
from photolake.partition import compute_post_dt
from photolake.photos.job import PhotoJob, list_photo_jobs
from photolake.photos.urls import check_url
from photolake.sources.bluesky.identifiers import PostKey
from tests.builders.bluesky_events import (
    ANN,
    BOB,
    CID,
    NOON_US,
    create,
    facet,
    frame,
    image,
    images,
    quote,
    record,
    tid,
    uri,
)
from tests.builders.bluesky_rows import COLLECTED, map_event_to_row, map_record_to_row

BOB_ID = 4044798413542366404
HOSTS = ["cdn.bsky.app", "video.bsky.app"]
PHOTO = f"https://cdn.bsky.app/img/feed_fullsize/plain/{ANN}/{CID}@jpeg"


def test_a_post_with_a_photo_becomes_a_row_with_every_column_that_bluesky_fills():
    event = create(
        record("the sea", langs=["en-GB", "ja"], embed=images(image(alt="waves"))),
        rkey="3mptbxs3hq22j",
    )

    assert map_event_to_row(event) == {
        "id": 5009017782641954873,
        "id_str": f"at://{ANN}/app.bsky.feed.post/3mptbxs3hq22j",
        "source_platform": "bluesky",
        "created_at": "Sat Jul 04 14:37:36 +0000 2026",
        "timestamp_ms": 1783175856568,
        "text": "the sea",
        "lang": "en-GB",
        "truncated": False,
        "possibly_sensitive": False,
        "is_retweet": False,
        "entities": {"hashtags": [], "urls": [], "user_mentions": [], "symbols": []},
        "extended_entities": {
            "media": [
                {
                    "id": f"{ANN}/{CID}",
                    "media_key": f"{ANN}/{CID}",
                    "type": "photo",
                    "media_url": PHOTO,
                    "media_url_https": PHOTO,
                    "ext_alt_text": "waves",
                    "sizes": {"large": {"w": 4, "h": 3, "resize": "fit"}},
                }
            ]
        },
        "in_reply_to_status_id": None,
        "in_reply_to_status_id_str": None,
        "in_reply_to_user_id": None,
        "in_reply_to_user_id_str": None,
        "quoted_status_id": None,
        "quoted_status_id_str": None,
        "is_quote_status": False,
        "referenced_tweets": None,
        "conversation_id": f"at://{ANN}/app.bsky.feed.post/3mptbxs3hq22j",
        "user": {"id": 1239526893345256628, "id_str": ANN},
        "collected_at": COLLECTED,
        "matched_query": "sea",
        "source_json": frame(event),
    }


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("2015-05-01T10:00:00+02:00", "Fri May 01 08:00:00 +0000 2015"),
        ("2026-11-18T11:59:59", "Wed Nov 18 11:59:59 +0000 2026"),
        ("2031-01-01T00:00:00Z", "Wed Nov 18 12:00:00 +0000 2026"),
        ("0001-01-01T00:00:00+14:00", "Wed Nov 18 12:00:00 +0000 2026"),
        ("1969-12-31T23:59:59Z", "Wed Nov 18 12:00:00 +0000 2026"),
        ("yesterday", "Wed Nov 18 12:00:00 +0000 2026"),
        (None, "Wed Nov 18 12:00:00 +0000 2026"),
    ],
)
def test_created_at_is_the_clients_claim_unless_that_is_later_than_the_record_key(claim, said):
    row = map_record_to_row(createdAt=claim)

    assert (row["created_at"], row["timestamp_ms"]) == (said, NOON_US // 1000)


@pytest.mark.parametrize("time_us", [0, NOON_US, 2**53 - 1])
def test_the_partition_follows_from_the_record_key_and_is_within_the_projected_range(time_us):
    earliest = dt.date(2020, 1, 1)
    date = compute_post_dt(map_event_to_row(create(rkey=tid(time_us))), earliest)

    assert date == ("2026-11-18" if time_us == NOON_US else "2020-01-01")


@pytest.mark.parametrize(
    ("langs", "lang"), [(None, None), ([], None), (["pt-BR", "en"], "pt-BR"), (["x" * 9], None), (["en\n"], None)]
)
def test_the_first_language_counts_if_it_is_one(langs, lang):
    assert map_record_to_row(langs=langs)["lang"] == lang


def read_media(embed):
    row = map_record_to_row(embed=embed)
    jobs = list_photo_jobs(row, "2026-11-18")
    for job in jobs:
        if job.media_url is not None:
            check_url(job.media_url, HOSTS)
        assert PhotoJob.parse(json.dumps(job.to_message())) == job
    return [(job.kind, job.mediaid, job.media_url, job.alt_text) for job in jobs]


def photo(cid, alt=None):
    return ("photo", f"{ANN}/{cid}", f"https://cdn.bsky.app/img/feed_fullsize/plain/{ANN}/{cid}@jpeg", alt)


CIDS = [f"bafkrei{digit * 52}" for digit in "abcdefghijklmnopqrstuvwxyz"]


def test_photos_of_every_embed_become_photo_jobs():
    both = {"$type": "app.bsky.embed.recordWithMedia", "record": quote(uri(BOB)), "media": images(image(CIDS[1]))}
    gallery = {"$type": "app.bsky.embed.gallery", "items": [image(cid) for cid in CIDS[:20]]}

    assert read_media(images(image(CIDS[0], alt="a"), image(CIDS[1]))) == [photo(CIDS[0], "a"), photo(CIDS[1])]
    assert read_media(both) == [photo(CIDS[1])]
    assert read_media(gallery) == [photo(cid) for cid in CIDS[:20]]
    assert read_media({**both, "media": gallery}) == [photo(cid) for cid in CIDS[:20]]


def test_of_more_photos_than_an_app_can_post_the_first_twenty_are_taken():
    assert len(read_media({"$type": "app.bsky.embed.gallery", "items": [image(cid) for cid in CIDS]})) == 20


@pytest.mark.parametrize(
    "blob",
    [
        None,
        5,
        {},
        {"ref": CID},
        {"ref": {"$link": "../../../evil"}},
        {"ref": {"$link": f"{CID}/@png"}},
        {"cid": 5},
    ],
)
def test_a_photo_whose_blob_has_no_cid_keeps_its_place_without_a_url(blob):
    first, last = image(CIDS[0]), image(CIDS[1], alt="b")

    found = read_media(images(first, {"alt": "bad", "image": blob}, last))

    assert found == [photo(CIDS[0]), ("photo", f"{ANN}/{tid()}#1", None, "bad"), photo(CIDS[1], "b")]


@pytest.mark.parametrize("item", [None, 5, "x", []])
def test_a_photo_that_is_not_an_object_costs_no_other(item):
    assert read_media(images(image(CIDS[0]), item)) == [photo(CIDS[0]), ("photo", f"{ANN}/{tid()}#1", None, None)]


def test_a_blob_of_the_form_before_2023_is_read():
    assert read_media(images(image(image={"cid": CID, "mimeType": "image/jpeg"}))) == [photo(CID)]


def test_an_alt_text_and_a_ratio_of_other_types_do_not_cost_their_photo():
    assert read_media(images(image(alt=5, aspectRatio="4:3"))) == [photo(CID)]


def test_a_video_shows_its_preview_and_says_whether_it_is_a_gif():
    video = {"$type": "app.bsky.embed.video", "video": {"ref": {"$link": CID}}, "alt": "waves"}
    preview = f"https://video.bsky.app/watch/{ANN.replace(':', '%3A')}/{CID}/thumbnail.jpg"

    assert read_media(video) == [("video_preview", f"{ANN}/{CID}", preview, "waves")]
    assert read_media({**video, "presentation": "gif"}) == [("gif_preview", f"{ANN}/{CID}", preview, "waves")]


@pytest.mark.parametrize("ratio", [None, {"width": 0, "height": 3}, {"width": -4, "height": 3}, {"width": 4}])
def test_a_photo_without_a_sensible_ratio_has_no_size(ratio):
    [medium] = map_record_to_row(embed=images(image(aspectRatio=ratio)))["extended_entities"]["media"]

    assert "sizes" not in medium


@pytest.mark.parametrize(
    "embed", [{"$type": "com.example.poll"}, {}, {"$type": "app.bsky.embed.video2"}, quote(uri(BOB))]
)
def test_embeds_that_show_no_photo_give_none(embed):
    assert map_record_to_row(embed=embed)["extended_entities"] is None


@pytest.mark.parametrize(
    "other",
    [
        None,
        f"at://{BOB}/app.bsky.feed.post/self",
        uri(BOB).replace(BOB, "did:plc:_"),
        uri(BOB).replace(BOB, "bob.example"),
        uri(BOB).replace("feed.post", "feed.like"),
        f"{uri(BOB)}/",
    ],
)
def test_only_the_uri_of_a_post_is_a_key_of_one(other):
    assert PostKey.parse(uri(BOB)) is not None
    assert PostKey.parse(other) is None


def test_a_reply_that_quotes_names_both_posts():
    parent, root, quoted = (uri(BOB, tid(NOON_US, clock)) for clock in (1, 2, 3))
    both = {"$type": "app.bsky.embed.recordWithMedia", "record": quote(quoted), "media": images()}
    ids = {uri(BOB, key.rkey): key.id for key in (PostKey(BOB, tid(NOON_US, clock)) for clock in (1, 3))}

    row = map_record_to_row(reply={"parent": {"uri": parent}, "root": {"uri": root}}, embed=both)

    assert {name: row[name] for name in row if name.startswith(("in_reply", "quoted", "is_q", "ref", "conv"))} == {
        "in_reply_to_status_id": ids[parent],
        "in_reply_to_status_id_str": parent,
        "in_reply_to_user_id": BOB_ID,
        "in_reply_to_user_id_str": BOB,
        "quoted_status_id": ids[quoted],
        "quoted_status_id_str": quoted,
        "is_quote_status": True,
        "referenced_tweets": [{"type": "quoted", "id": quoted}, {"type": "replied_to", "id": parent}],
        "conversation_id": root,
    }


@pytest.mark.parametrize(
    "target", [f"at://{BOB}/app.bsky.graph.list/{tid()}", "at://bob.example/app.bsky.feed.post/3", ""]
)
def test_what_is_embedded_but_no_post_is_not_quoted(target):
    row = map_record_to_row(embed=quote(target))

    assert (row["is_quote_status"], row["referenced_tweets"]) == (False, None)


@pytest.mark.parametrize("label", ["porn", "sexual", "nudity", "graphic-media"])
def test_the_authors_own_warning_makes_a_post_sensitive(label):
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "spoiler"}, {"val": label}]}

    assert map_record_to_row(labels=labels)["possibly_sensitive"] is True


def test_half_an_emoji_in_the_text_is_replaced():
    assert map_record_to_row(text="sea \ud83d")["text"] == "sea \ufffd"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text": None}, "commit.record.text: a post needs one"),
        ({"text": 5}, "commit.record.text: expected a string, got int"),
        ({"text": "a" * 1_000_000}, "more than the 300000 a delivery can take"),
        ({"langs": "en"}, "commit.record.langs: expected an array, got str"),
        ({"langs": [1]}, "commit.record.langs: expected an array of strings"),
        ({"createdAt": 5}, "commit.record.createdAt: expected a string, got int"),
        ({"facets": [3]}, r"commit.record.facets\[0\]: expected an object, got int"),
        ({"facets": [facet("a", 4, "tag", tag="x")]}, "index.byteStart: expected a 64-bit whole number"),
        ({"embed": [1]}, "commit.record.embed: expected an object, got list"),
        ({"embed": {**images(), "images": 5}}, "commit.record.embed.images: expected an array"),
        ({"reply": "a"}, "commit.record.reply: expected an object"),
        ({"labels": {"values": "porn"}}, "commit.record.labels.values: expected an array"),
    ],
)
def test_a_record_of_wrong_types_is_refused_with_the_place(changes, message):
    with pytest.raises(PermanentError, match=message):
        map_record_to_row(**changes)


NAMES = (
    "$type text langs facets features index byteStart byteEnd tag uri did tags embed media record images items image"
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*NAMES.split(), "ref", "$link", "alt", "reply", "labels", "values"]), inner)
    ),
    max_leaves=15,
)


@given(JSON)
def test_any_record_is_either_a_row_that_fits_or_refused(posted):
    event = create({"text": "sea", **posted} if isinstance(posted, dict) else {"text": posted})

    with contextlib.suppress(PermanentError):
        map_event_to_row(event)


@pytest.mark.parametrize("rkey", ["self", "z" * 13, "../" + "2" * 10, "", "2" * 12, "2" * 14, "3MPTBXS3HQ22J"])
def test_a_record_key_that_is_not_a_tid_names_no_post(rkey):
    with pytest.raises(PermanentError, match=r"commit\.rkey: the record key of a post is a TID"):
        map_event_to_row(create(rkey=rkey) if rkey else {**create(), "commit": {**create()["commit"], "rkey": ""}})
