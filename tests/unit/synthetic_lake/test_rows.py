"""The synthetic lake has rows that fit their tables, and the flaws that the views are there for."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from itertools import combinations
from urllib.parse import urlsplit

import pytest

from photolake.partition import compute_post_dt
from photolake.rows.ids import read_snowflake_ms
from photolake.rows.schema import HiveType, TableSchema
from photolake.sources.x.includes import Includes
from photolake.sources.x.v2 import map_tweet
from tests.resolved_template import table_input
from tests.synthetic_lake.rows import synthetic_lake

FIRST_DAY = dt.date(2026, 9, 1)
TABLES = {
    "posts": "PostsTable",
    "photos": "PhotosTable",
    "analyses": "AnalysesTable",
    "deletions": "DeletionsTable",
}
KEYS = {"posts": ("id",), "photos": ("source_key",), "analyses": ("image_id",)}


def read_table_schema(name):
    table = table_input(TABLES[name])
    columns = [*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", [])]
    return TableSchema(name, {column["Name"]: HiveType.parse(column["Type"]) for column in columns})


@pytest.fixture(scope="module")
def lake():
    return synthetic_lake(posts=400, images=120, first_day=FIRST_DAY, days=10)


@pytest.fixture(scope="module")
def rows(lake):
    return {name: list(getattr(lake, name)) for name in TABLES}


def build_key(name, row):
    return row["dt"], *(row[column] for column in KEYS[name])


def select_newest(name, rows):
    """Return the row with the latest times for each key."""
    moment = "analyzed_at" if name == "analyses" else "collected_at"
    return {build_key(name, row): row for row in sorted(rows, key=lambda row: (row[moment], row["processed_at"]))}


@pytest.mark.parametrize("name", TABLES)
def test_every_row_fits_its_table(name, rows):
    for row in rows[name]:
        read_table_schema(name).check(row)


def test_a_post_has_the_columns_that_the_mapping_of_x_and_the_analysis_write(rows):
    mapped = map_tweet({"id": "2000000000000000000", "text": "hello"}, Includes(None))
    analysis = {name for name in rows["posts"][0] if name.startswith("sentiment")}
    analysis |= {"language", "entities_status", "text_entities"}

    assert set(rows["posts"][0]) == {*mapped, *analysis, "collected_at", "matched_query", "processed_at", "dt"}


def test_the_partition_of_a_post_follows_from_its_key(rows):
    assert [row["dt"] for row in rows["posts"]] == [compute_post_dt(row, FIRST_DAY) for row in rows["posts"]]


def test_the_id_of_an_x_post_is_the_snowflake_of_its_time(rows):
    posts = [row for row in rows["posts"] if row["source_platform"] == "x"]

    assert [read_snowflake_ms(row["id"]) for row in posts] == [row["timestamp_ms"] for row in posts]


def test_a_photo_lies_in_the_partition_of_its_post_and_names_that_of_its_analysis(rows):
    posts = {row["id"]: row["dt"] for row in rows["posts"]}
    analyses = {row["image_id"]: row["dt"] for row in rows["analyses"]}
    photos = rows["photos"]

    assert all(row["dt"] == posts[row["tweetid"]] for row in photos if row["origin"] == "post")
    assert {row["image_dt"] == analyses[row["image_id"]] for row in photos if row["image_id"] in analyses} == {True}


def test_the_days_are_those_asked_for(rows):
    days = {(FIRST_DAY + dt.timedelta(days=day)).isoformat() for day in range(10)}

    assert {name: {row["dt"] for row in rows[name]} for name in KEYS} == dict.fromkeys(KEYS, days)


def test_the_same_seed_gives_the_same_lake_and_another_one_another(lake, rows):
    again = synthetic_lake(posts=400, images=120, first_day=FIRST_DAY, days=10)
    other = synthetic_lake(posts=400, images=120, first_day=FIRST_DAY, days=10, seed=8)

    assert {name: list(getattr(again, name)) for name in TABLES} == rows
    assert list(again.raw_lines) == list(lake.raw_lines)
    assert [row["text"] for row in other.posts] != [row["text"] for row in rows["posts"]]


@pytest.mark.parametrize("name", KEYS)
def test_some_rows_repeat_exactly_and_some_with_other_values_in_either_order(name, rows):
    copies = defaultdict(list)
    for row in rows[name]:
        copies[build_key(name, row)].append(row)
    twice = [pair for pair in copies.values() if len(pair) > 1]
    orders = {
        "same"
        if first == second
        else "newer first"
        if select_newest(name, [first, second])[key] == first
        else "newer last"
        for key, (first, second) in ((build_key(name, pair[0]), pair) for pair in twice)
    }

    assert 0.02 < len(twice) / len(copies) < 0.05
    assert orders == {"same", "newer first", "newer last"}


def test_posts_differ_in_all_that_queries_ask_for(rows):
    posts = select_newest("posts", rows["posts"]).values()
    texts = Counter(row["text"] for row in posts)
    entities = {entity["type"] for row in posts for entity in row["text_entities"] or []}

    assert {row["source_platform"] for row in posts} == {"x", "bluesky"}
    assert {"en", "es", "ja", "tl"} < {row["language"] for row in posts}
    assert {row["sentiment"] for row in posts} == {"POSITIVE", "NEGATIVE", "NEUTRAL", "MIXED", None}
    assert {row["sentiment_status"] for row in posts} == {
        "ok",
        "unsupported_language",
        "empty",
        "InternalServerException",
    }
    assert {"ORGANIZATION", "COMMERCIAL_ITEM", "PERSON"} < entities
    assert max(count for text, count in texts.items() if text) > 5
    assert {"retweeted", "quoted"} == {item["type"] for row in posts for item in row["referenced_tweets"] or []}
    assert {True, False, None} == {row["possibly_sensitive"] for row in posts}
    assert len({row["created_at"][11:13] for row in posts}) > 18
    assert any(row["dt"] == FIRST_DAY.isoformat() and "Sep" not in row["created_at"] for row in posts)


def test_offsets_of_entities_and_hashtags_are_those_of_the_text(rows):
    posts = select_newest("posts", rows["posts"]).values()
    mentions = [(row["text"], entity) for row in posts for entity in row["text_entities"] or []]
    tags = [(row["text"], tag) for row in posts for tag in (row["entities"] or {}).get("hashtags", [])]

    assert mentions
    assert tags
    assert all(text[found["begin_offset"] : found["end_offset"]] == found["text"] for text, found in mentions)
    assert all(text[slice(*tag["indices"])] == f"#{tag['text']}" for text, tag in tags)


def test_links_lead_to_products_to_others_and_nowhere(rows):
    urls = [url for row in rows["posts"] for url in (row["entities"] or {}).get("urls", [])]
    addresses = [url.get("expanded_url") for url in urls]

    assert None in addresses
    assert {"http://[broken", "no link at all"} <= {str(address).rpartition("/")[0] or address for address in addresses}
    hosts = {urlsplit(address).hostname for address in addresses if address and "[" not in address}
    assert {"www.amazon.com", "amzn.to", "amazon.de", "www.example.org", None} < hosts
    assert any(address and "/dp/" in address for address in addresses)


def test_photos_end_in_every_way(rows):
    photos = select_newest("photos", rows["photos"]).values()
    ways = {(row["origin"], row["status"]) for row in photos}

    assert ways == {
        *(("post", status) for status in ("ok", "duplicate", "gone", "blocked_host", "too_small", "no_url")),
        ("post", "unsupported_format"),
        *(("dropped", status) for status in ("ok", "duplicate", "unsupported_format")),
    }
    assert {row["kind"] for row in photos} == {"photo", "video_preview", "gif_preview"}
    assert any(row.get("tweetid") is None for row in photos)


def test_one_photo_of_an_image_is_the_first_and_some_images_are_in_many_posts(rows):
    photos = [row for row in select_newest("photos", rows["photos"]).values() if row["image_id"]]
    first = Counter(row["image_id"] for row in photos if row["status"] == "ok")
    shown = Counter(row["image_id"] for row in photos)

    assert set(first.values()) == {1}
    assert max(shown.values()) > 8
    assert min(shown.values()) == 1


def test_near_duplicates_differ_in_0_to_12_bits_and_some_images_have_no_hash_or_a_plain_one(rows):
    images = select_newest("analyses", rows["analyses"]).values()
    hashes = [row["perceptual_hash"] for row in images]
    distances = {
        (int(one, 16) ^ int(other, 16)).bit_count()
        for one, other in combinations([value for value in hashes if value and int(value, 16)], 2)
    }

    assert set(range(13)) <= distances
    assert {None, "0" * 16} <= set(hashes)


def test_a_face_that_is_recognised_has_the_box_of_the_face_that_is_detected(rows):
    answers = [row["image_labels"] for row in rows["analyses"] if row["image_labels"]]
    named = [
        (known["face"]["boundingbox"], answer["facedetails"][index]["boundingbox"])
        for answer in answers
        if answer.get("facedetails")
        for index, known in enumerate((answer.get("celebrityrecognition") or {}).get("celebrityfaces", []))
    ]

    assert len(named) > 10
    assert all(abs(known[edge] - found[edge]) < 0.004 for known, found in named for edge in found)
    assert all(known != found for known, found in named)


def test_analyses_differ_in_all_that_queries_ask_for(rows):
    images = select_newest("analyses", rows["analyses"]).values()
    answers = [row["image_labels"] for row in images if row["image_labels"]]
    faces = [face for answer in answers for face in answer.get("facedetails") or []]
    matches = [
        face["matchconfidence"]
        for answer in answers
        for face in (answer.get("celebrityrecognition") or {}).get("celebrityfaces", [])
    ]
    texts = [text for answer in answers for text in answer.get("textdetections") or []]

    assert {len(answer["labels"]) for answer in answers if answer["labels"]} >= set(range(5, 20))
    assert max(len(answer["labels"]) for answer in answers if answer["labels"]) <= 30
    assert {len(answer["facedetails"]) for answer in answers if answer.get("facedetails") is not None} >= {0, 1, 2, 3}
    assert all(len(face["emotions"]) == 8 for face in faces)
    assert min(matches) < 75 < max(matches)
    assert {text["type"] for text in texts} == {"LINE", "WORD"}
    assert any(answer["moderationlabels"] for answer in answers)
    assert any(row["image_properties"] for row in images)
    assert {error["api"] for row in images for error in row["errors"]} == {"faces", "celebrities", "text"}
    assert any(row["unmapped"] for row in images)
    assert any(row["image_labels"] is None for row in images)
    assert any(answer["labels"] is None for answer in answers)


def test_some_celebrities_are_named_in_posts_too(rows):
    names = {entity["text"] for row in rows["posts"] for entity in row["text_entities"] or []}
    seen = {
        face["name"]
        for row in rows["analyses"]
        for face in ((row["image_labels"] or {}).get("celebrityrecognition") or {}).get("celebrityfaces", [])
    }

    assert names & seen


def test_some_images_have_no_analysis(rows):
    shown = {row["image_id"] for row in rows["photos"] if row["image_id"]}

    assert shown - {row["image_id"] for row in rows["analyses"]}


def test_of_the_deleted_posts_one_alone_shows_its_image_and_one_does_not(rows):
    deleted = {row["id"] for row in rows["deletions"]}
    by_image = defaultdict(set)
    for row in rows["photos"]:
        by_image[row["image_id"]].add(row.get("tweetid"))
    own = [posts for image, posts in by_image.items() if image and posts & deleted]

    assert len(rows["deletions"]) > len(deleted)
    assert any(posts <= deleted for posts in own)
    assert any(posts - deleted for posts in own)


def test_raw_lines_hold_the_collected_posts_and_malformed_lines(lake, rows):
    posts = []
    malformed: Counter[str] = Counter()
    for line in lake.raw_lines:
        try:
            value = json.loads(line)
        except ValueError:
            malformed["cut" if line else "empty"] += 1
        else:
            posts.append(value) if isinstance(value, dict) else malformed.update(["no object"])
    raw = table_input("RawTweetsTable")["StorageDescriptor"]["Columns"]

    assert [row["id"] for row in posts] == [row["id"] for row in rows["posts"]]
    assert set(posts[0]) <= {column["Name"] for column in raw}
    assert all(json.loads(row["source_json"])["data"]["text"] == row["text"] for row in posts)
    assert min(malformed[kind] for kind in ("cut", "empty", "no object")) > 0


def test_a_large_lake_is_made_row_by_row():
    lake = synthetic_lake(posts=2_000_000, images=300_000, first_day=FIRST_DAY, days=60)

    first = next(iter(lake.posts))

    assert first["dt"] == "2026-09-01"
    assert next(iter(lake.analyses))["dt"] == "2026-09-01"
