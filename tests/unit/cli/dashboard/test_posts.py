"""Posts and photos as rows of the page, whatever the views hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake_cli.dashboard.pages import ROW_TYPES, format_script
from photolake_cli.dashboard.posts import Authors, PhotoReader, PostReader

POST = {
    "id": 2030500000000000001,
    "timestamp_ms": 1772475720000,
    "source_platform": "x",
    "language": "en",
    "sentiment": "POSITIVE",
    "sentimentposscore": 0.123456,
    "sentimentnegscore": 0.0,
    "is_retweet": False,
    "matched_query": "tea from:ann",
    "author": "x:7",
    "screen_name": "ann",
    "impression_count": 10,
    "favorite_count": 2,
    "retweet_count": 0,
    "text": "RT @bob: tea <b>now</b>",
    "post_url": "https://x.com/i/status/2030500000000000001",
    "dt": "2026-03-02",
}
NOTHING = dict.fromkeys(POST) | {"id": 1, "dt": "2026-03-02"}
WORDS = st.none() | st.text(st.characters(exclude_categories=()))
NUMBERS = st.none() | st.integers(-(2**63), 2**63 - 1)
POSTS = st.lists(
    st.fixed_dictionaries(
        {
            **dict.fromkeys(POST, WORDS),
            **dict.fromkeys(("timestamp_ms", "impression_count", "favorite_count", "retweet_count"), NUMBERS),
            **dict.fromkeys(("sentimentposscore", "sentimentnegscore"), st.none() | st.floats()),
            "id": st.integers(0, 5),
            "is_retweet": st.none() | st.booleans(),
        }
    )
)


def open_readers(shows_authors=False):
    authors = Authors(shows_authors)
    posts = PostReader(authors)
    return posts, PhotoReader(posts, authors)


def test_a_post_is_numbers_of_names_and_its_text_apart():
    posts, _ = open_readers()
    posts.add_hashtags([{"id": POST["id"], "name": "tea"}, {"id": 9, "name": "cats"}, {"id": POST["id"], "name": None}])
    posts.add_entities([{"id": POST["id"], "entity": "Lisbon", "type": "LOCATION"}])

    [(row, text, day)] = posts.read_posts([POST])

    assert row == {
        "id": "2030500000000000001",
        "at": 1772475720000,
        "platform": 0,
        "language": 0,
        "sentiment": 0,
        "positive": 0.1235,
        "negative": 0.0,
        "isRepost": 0,
        "query": 0,
        "author": 0,
        "impressions": 10,
        "likes": 2,
        "reposts": 0,
        "entities": [0],
        "hashtags": [0],
    }
    assert text == {"text": "RT @…: tea <b>now</b>", "url": POST["post_url"], "author": None}
    assert day == "2026-03-02"
    assert (posts.platforms.items, posts.languages.items, posts.sentiments.items) == (["x"], ["en"], ["POSITIVE"])
    assert posts.queries.items == ["tea from:…"]
    assert posts.hashtags.items == ["tea", "cats"]
    assert posts.entities.items == [{"text": "Lisbon", "type": "LOCATION"}]


def test_authors_are_shown_only_if_asked_for():
    posts, _ = open_readers(shows_authors=True)
    posts.add_entities([{"id": POST["id"], "entity": "@bob", "type": "PERSON"}])

    [(_, text, _)] = posts.read_posts([POST])

    assert text == {"text": POST["text"], "url": POST["post_url"], "author": "ann"}
    assert posts.queries.items == ["tea from:ann"]
    assert posts.entities.items == [{"text": "@bob", "type": "PERSON"}]


def test_a_post_of_which_nothing_is_known_is_a_row_all_the_same():
    posts, _ = open_readers()

    [(row, text, _)] = posts.read_posts([NOTHING])

    assert row == dict.fromkeys(ROW_TYPES["posts"].__annotations__) | {"id": "1", "entities": [], "hashtags": []}
    assert text == {"text": None, "url": None, "author": None}


def test_the_same_author_has_the_same_number_and_another_one_another():
    posts, _ = open_readers()
    rows = [POST | {"id": number, "author": author} for number, author in enumerate(["x:7", "x:8", None, "x:7"])]

    assert [row["author"] for row, _, _ in posts.read_posts(rows)] == [0, 1, None, 0]


def test_queries_that_differ_only_in_hidden_accounts_stay_apart():
    posts, _ = open_readers()
    rows = [POST | {"id": number, "matched_query": query} for number, query in enumerate(["from:a", "from:b", ""])]

    assert [row["query"] for row, _, _ in posts.read_posts(rows)] == [0, 1, None]
    assert posts.queries.items == ["from:…", "from:…"]


def test_handles_among_entities_become_one_name_and_count_once_for_a_post():
    posts, _ = open_readers()
    posts.add_entities({"id": POST["id"], "entity": name, "type": "PERSON"} for name in ("@ann", "@bob", "Ann Lee"))

    [(row, _, _)] = posts.read_posts([POST])

    assert [posts.entities.items[number]["text"] for number in row["entities"]] == ["@…", "Ann Lee"]


def photo(post, image=None, **more):
    return {"tweetid": post, "image_id": image, "status": "ok", "kind": "photo", "alt_text": None, **more}


def test_a_photo_names_its_post_its_picture_and_what_became_of_it():
    posts, photos = open_readers()
    list(posts.read_posts([POST, POST | {"id": 2}]))
    photos.add(
        [
            photo(POST["id"], "a"),
            photo(2, "waits for its analysis", status="duplicate"),
            photo(2, None, status="gone", kind=None),
            photo(2, "a", status=None, kind="gif_preview"),
            photo(3, "of a post that came later"),
        ]
    )

    assert list(photos.read_photos({"a": 5})) == [
        {"post": 0, "picture": 5, "status": 0, "kind": 0},
        {"post": 1, "picture": None, "status": 1, "kind": 0},
        {"post": 1, "picture": None, "status": 2, "kind": None},
        {"post": 1, "picture": 5, "status": 3, "kind": 1},
    ]
    assert photos.statuses.items == ["ok", "duplicate", "gone", "unknown"]
    assert photos.kinds.items == ["photo", "gif_preview"]


def test_an_image_is_described_by_the_first_author_who_does():
    posts, photos = open_readers()
    list(posts.read_posts([POST]))
    texts = [None, " ", "the sea, by @ann", "a beach"]

    photos.add(photo(POST["id"], "a", alt_text=text) for text in texts)

    assert photos.description_of == {"a": "the sea, by @…"}


@pytest.mark.parametrize("shows_authors", [True, False])
@given(rows=POSTS)
def test_any_rows_become_rows_that_can_be_written(rows, shows_authors):
    posts, photos = open_readers(shows_authors)
    posts.add_hashtags({"id": row["id"], "name": row["text"]} for row in rows)
    posts.add_entities({"id": row["id"], "entity": row["author"], "type": row["language"]} for row in rows)

    read = list(posts.read_posts(rows))
    photos.add(photo(row["id"], row["author"], status=row["sentiment"], alt_text=row["text"]) for row in rows)

    assert len(read) == len({row["id"] for row in rows})
    for post, text, _ in read:
        assert list(post) == list(ROW_TYPES["posts"].__annotations__)
        assert format_script("posts", 0, {**post, **text}).encode()
    assert len(list(photos.read_photos({}))) == len(rows)
