"""Files beside a file of posts: the owner, long texts, users and media."""

import json

import pytest

from photolake.post_formats.archive_notes import NoteIndex
from photolake.post_formats.beside import NOTHING, Beside, LargeSiblingError, read_beside
from photolake.post_formats.format import FileContext
from photolake.post_formats.registry import find_format
from tests.builders.post_values import LONG, bare_item, note_item
from tests.builders.x_payloads import COLLECTED, snowflake, v2_page, v2_photo, v2_tweet, v2_user

HEAD = f"{LONG[:270]}… https://t.co/abcdefghij"
TWEETS_JS = b"window.YTD.tweets.part0 = ["


def index(*notes):
    return NoteIndex.parse(json.dumps(notes).encode())


def folder(**files):
    """Read the files of a folder, named with underscores for dots and hyphens."""
    contents = {name.replace("__", "-").replace("_j", ".j"): content for name, content in files.items()}
    return lambda name: contents.get(name)


def read(value, beside):
    known = find_format(value)
    assert known is not None
    return list(known.read(value, FileContext("a", COLLECTED, beside.author, beside.notes, beside.includes)))


def test_a_post_gets_the_long_text_that_begins_as_it_does():
    joined = index(note_item(30, "another text " * 30), note_item()).join(bare_item(full_text=HEAD, truncated=True))

    assert joined == bare_item(full_text=LONG)


def test_of_two_texts_with_one_beginning_the_nearer_in_time_is_taken():
    notes = index(note_item(20, f"{LONG} later"), note_item(1, f"{LONG} now"))

    assert notes.join(bare_item(full_text=HEAD))["full_text"] == f"{LONG} now"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("@bea @cy " + HEAD.replace("word1 ", "word1 &amp; "), LONG.replace("word1 ", "word1 & ")),
        (HEAD, f"@bea {LONG}"),
        (HEAD.removesuffix("… https://t.co/abcdefghij"), LONG),
        (HEAD.replace("word2 ", "word2\n\n"), LONG),
    ],
)
def test_the_beginning_is_the_same_whatever_stands_for_a_space_an_ampersand_or_an_account(text, note):
    assert index(note_item(text=note)).join(bare_item(full_text=text))["full_text"] == note


@pytest.mark.parametrize(
    "item",
    [
        bare_item(full_text=f"other {HEAD}"),
        bare_item(120, full_text=HEAD),
        bare_item(full_text="word0 word1"),
        bare_item(full_text=HEAD, id_str="x"),
        bare_item(full_text=5),
    ],
    ids=["other text", "two minutes later", "short", "no id", "no text"],
)
def test_a_post_that_no_long_text_belongs_to_stays_as_it_is(item):
    assert index(note_item()).join(item) == item


def test_links_mentions_and_hashtags_of_a_long_text_get_their_places():
    text = f"{LONG} @Bea #rye $BRD https://t.co/x"
    note = note_item(
        text=text,
        hashtags=["rye"],
        cashtags=["BRD"],
        mentions=[{"screenName": "bea"}, {"screenName": "cy"}],
        urls=[{"shortUrl": "https://t.co/x", "expandedUrl": "https://b.example", "displayUrl": "b.example"}, {}],
    )
    known = {"screen_name": "Bea", "name": "Bea", "id_str": "8", "indices": ["0", "4"]}

    joined = index(note).join(bare_item(full_text=HEAD, entities={"media": [1], "user_mentions": [known]}))

    start = len(LONG) + 1
    assert joined["entities"] == {
        "media": [1],
        "hashtags": [{"text": "rye", "indices": [start + 5, start + 9]}],
        "symbols": [{"text": "BRD", "indices": [start + 10, start + 14]}],
        "urls": [
            {
                "url": "https://t.co/x",
                "expanded_url": "https://b.example",
                "display_url": "b.example",
                "indices": [start + 15, start + 29],
            }
        ],
        "user_mentions": [{**known, "indices": [start, start + 4]}, {"screen_name": "cy", "indices": None}],
    }


@pytest.mark.parametrize("junk", [5, [], [5], [{}], [{"noteTweet": 5}], [{"noteTweet": {"core": {}}}], {"a": 1}])
def test_long_texts_of_another_shape_are_passed_over(junk):
    assert NoteIndex.parse(json.dumps(junk).encode()).join(bare_item(full_text=HEAD)) == bare_item(full_text=HEAD)


def test_the_posts_of_an_archive_get_their_owner_and_their_long_texts():
    account = b'window.YTD.account.part0 = [{"account": {"accountId": "7", "username": "ann"}}]'
    notes = b"window.YTD.note_tweet.part0 = " + json.dumps([note_item()]).encode() + b";"

    beside = read_beside("tweets.js", TWEETS_JS, folder(account_js=account, note__tweet_js=notes))

    (post,) = read({"tweet": bare_item(full_text=HEAD)}, beside)
    assert isinstance(post, dict)
    assert (post["text"], post["truncated"]) == (LONG, False)
    assert post["user"] == {"id": 7, "id_str": "7", "screen_name": "ann"}
    assert post["entities"] == {"hashtags": [], "urls": [], "user_mentions": [], "symbols": []}


TWEET = v2_tweet(author_id="7", attachments={"media_keys": ["3_1"]}, entities={"urls": []})
USERS = {"users": [v2_user("7", "ann"), v2_user("8", "bea")], "media": [v2_photo("3_1"), v2_photo("3_2")]}
PAGE = v2_page(TWEET, users=[v2_user("7", "ann")], media=[v2_photo("3_1")])


def lines(*values):
    return "\n".join(json.dumps(value) for value in values).encode()


@pytest.mark.parametrize(
    ("base", "files"),
    [
        ("data_1.json", {"users_1_json": json.dumps(USERS).encode()}),
        ("posts.jsonl", {"includes_json": json.dumps({"includes": USERS}).encode()}),
        ("posts.jsonl", {"users_jsonl": lines(*USERS["users"]), "media_jsonl": lines(*USERS["media"])}),
        (
            "posts.jsonl",
            {"users_jsonl": lines({"data": USERS["users"]}), "media_json": lines({"media": USERS["media"]})},
        ),
    ],
    ids=["academictwitteR", "includes", "users and media by line", "pages"],
)
@pytest.mark.parametrize("value", [TWEET, {"data": [TWEET]}], ids=["post", "page"])
def test_posts_get_what_a_file_beside_them_holds_as_if_it_were_in_their_page(base, files, value):
    beside = read_beside(base, json.dumps(value).encode(), folder(**files))

    ((post,), (expected,)) = (read(value, beside), read(PAGE, NOTHING))
    assert post == expected


def test_the_includes_of_a_page_go_before_those_beside_it():
    beside = read_beside("data_1.json", b"", folder(users_1_json=json.dumps(USERS).encode()))

    (post,) = read(v2_page(TWEET, users=[v2_user("7", "renamed")]), beside)

    assert isinstance(post, dict)
    assert post["extended_entities"]["media"][0]["media_url_https"] == "https://pbs.example/media/3_1.jpg"
    assert post["user"]["screen_name"] == "renamed"


def test_files_beside_are_not_looked_for_when_a_file_needs_none():
    def fail(name):
        raise AssertionError(name)

    assert read_beside("posts.jsonl", b'{"id_str": "1"}', fail) == NOTHING
    assert read_beside("posts.jsonl", b'{"data": [{"author_id": "7"}], "includes": {}}', fail) == NOTHING


def test_a_file_beside_that_is_too_large_or_damaged_is_named():
    def too_large(name):
        raise LargeSiblingError(name)

    assert read_beside("data_1.json", b"", too_large).problems == (
        "users_1.json beside it is larger than 64 MiB and is not read: split it",
    )
    damaged = read_beside("tweets.js", TWEETS_JS, folder(note__tweet_js=b"window.YTD.note_tweet.part0 = [{"))
    assert damaged == Beside(problems=damaged.problems, media_folder="tweets_media")
    assert damaged.problems[0].startswith("note-tweet.js beside it cannot be read: ")
    assert read_beside("data_1.json", b"", folder(users_1_json=b"{")).problems[0].startswith("users_1.json beside it")


def test_a_note_is_joined_by_the_time_in_its_id():
    assert index({"noteTweet": {"noteTweetId": str(snowflake(-30)), "core": {"text": LONG}}}).join(
        bare_item(full_text=HEAD)
    ) == bare_item(full_text=LONG)
