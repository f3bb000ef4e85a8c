"""X's source through tweepy itself, against a fake X at the other end of a connection."""

from typing import Any

import pytest

from photolake.errors import PermanentError, RetryableError


def test_every_page_is_read_newest_first_and_the_next_run_asks_for_what_is_newer(x, run, delivered):
    posts = [x.post(3600 - number) for number in range(250)]

    summary = run()

    assert (summary.posts, summary.batches, summary.stopped, summary.has_gap) == (250, 3, None, False)
    assert delivered.ids == posts[::-1]
    assert {parameters["max_results"] for parameters in x.asked()} == {"100"}
    newer = x.post(90)
    assert run().posts == 1
    assert (delivered.ids[-1], x.asked()[-1]["since_id"]) == (newer, str(posts[-1]))
    assert len(x.asked("/2/tweets/counts/recent")) == 1


def test_posts_that_x_repeats_over_pages_are_delivered_each_time_and_none_is_lost(x, run, delivered):
    x.repeats, x.page_size = True, 10
    posts = [x.post(3600 - number) for number in range(25)]

    assert run().posts == 27
    assert set(delivered.ids) == set(posts)


def test_a_post_that_appears_late_below_the_newest_is_not_passed_over(x, run, delivered):
    old, newest, late = x.post(3600), x.post(10), x.post(20, late_s=40)
    run()
    assert delivered.ids == [old]

    x.ahead_s = 100
    run()

    assert delivered.ids == [old, newest, late]


def test_an_edit_is_delivered_with_its_history(x, run, delivered):
    first = x.post(3600, text="the see")
    run()
    second = x.edit(first, "the sea", 3000)
    run()

    assert [(row["id"], row["text"], row["edit_history_tweet_ids"]) for row in delivered.rows] == [
        (first, "the see", None),
        (second, "the sea", [str(first), str(second)]),
    ]


def test_both_spellings_of_x_give_the_same_rows(x, run, delivered, checkpoints):
    quoted = {"id": "7", "text": "seven", "attachments": {"media_keys": ["3_1"]}}
    x.includes = {"tweets": [quoted], "media": [{"media_key": "3_1", "type": "photo", "url": "https://pbs.example/1"}]}
    x.post(60 * 60, note_tweet={"text": "whole"}, referenced_tweets=[{"type": "quoted", "id": "7"}])
    run()
    checkpoints.saved.clear()
    x.renames = True
    run()

    one, other = ({**row, "source_json": "", "collected_at": ""} for row in delivered.rows)
    assert one == other
    assert (one["text"], one["referenced_tweets"][0]["media"][0]["media_key"]) == ("whole", "3_1")


def test_an_x_that_has_dropped_the_old_names_is_asked_in_the_new_ones(x, run, delivered):
    x.knows_tweets, x.page_size = False, 10
    posts = [x.post(3600 - number, public_metrics={"retweet_count": number}) for number in range(25)]

    assert run().posts == 25

    assert [(row["id"], row["retweet_count"]) for row in delivered.rows] == [(n, posts.index(n)) for n in posts[::-1]]
    assert ["tweet.fields" in parameters for parameters in x.asked()] == [True, False, False, False]


def test_unusual_posts_are_delivered_and_one_without_a_text_is_rejected_alone(x, run, delivered):
    hard: dict[str, dict[str, Any]] = {
        "note": {"text": "cut …", "note_tweet": {"text": "sea " * 6_250}},
        "empty": {"text": ""},
        "withheld": {"text": "This Post is withheld", "withheld": {"copyright": False, "country_codes": ["XX"]}},
        "author gone": {"author_id": "7"},
        "nothing of it included": {
            "attachments": {"media_keys": ["3_1"]},
            "referenced_tweets": [{"type": "quoted", "id": "7"}],
        },
        "field of tomorrow": {"tomorrow": {"deep": [1, {"text": None}]}},
        "none": {"text": None},
    }
    ids = {name: x.post(3600 - place, **fields) for place, (name, fields) in enumerate(hard.items())}

    summary = run()

    texts = {row["id"]: row["text"] for row in delivered.rows}
    assert len(texts.pop(ids["note"])) == 25_000
    assert texts.pop(ids["empty"]) == ""
    assert texts.pop(ids["withheld"]) == "This Post is withheld"
    assert texts.keys() == {ids[name] for name in ("author gone", "nothing of it included", "field of tomorrow")}
    assert summary.rejected == (f"post {ids['none']}: text: a post needs one",)


@pytest.mark.parametrize("trouble", [500, 503, "html", "html_200", "broken", "cut", "slow"])
def test_a_passing_trouble_costs_a_repeated_request_and_no_post(trouble, x, run, delivered):
    x.page_size = 10
    posts = [x.post(3600 - number) for number in range(25)]
    x.troubles.extend([None, None, trouble, trouble])

    summary = run()

    assert (summary.posts, len(x.asked())) == (25, 5)
    assert delivered.ids == posts[::-1]


@pytest.mark.parametrize("trouble", [503, "html", "broken", "slow"])
def test_a_trouble_that_stays_ends_the_run_and_the_next_goes_on_there(trouble, x, run, delivered):
    x.page_size = 10
    posts = [x.post(3600 - number) for number in range(25)]
    x.troubles.extend([None, None, trouble, trouble, trouble])

    with pytest.raises(RetryableError, match="X did not answer"):
        run()
    assert len(delivered.ids) == 10
    assert run().posts == 15

    assert delivered.ids == posts[::-1]


def test_a_rate_limit_ends_the_run_and_x_is_left_alone_until_it_is_over(x, run, delivered, checkpoints):
    x.page_size = 10
    posts = [x.post(3600 - number) for number in range(25)]
    x.troubles.extend([None, None, 429])

    assert run().stopped == "rate_limit"
    asked = len(x.requests)
    assert (run().stopped, len(x.requests)) == ("rate_limit", asked)
    assert checkpoints.only_state()["not_before"] == str(x.reset_time)

    x.ahead_s = 1000
    assert run().stopped is None
    assert delivered.ids == posts[::-1]


@pytest.mark.parametrize(
    ("trouble", "advice"),
    [
        (400, "correct SEARCH_QUERY"),
        (401, "put a valid one into the secret"),
        (402, "its credits"),
        (403, "check its access level"),
    ],
)
def test_a_refusal_is_not_tried_again_and_says_what_to_do(trouble, advice, x, run):
    x.post(3600)
    x.troubles.extend([None, trouble])

    with pytest.raises(PermanentError, match=advice):
        run()

    assert len(x.asked()) == 1


def test_a_wrong_token_is_refused(x, run):
    with pytest.raises(PermanentError, match="does not know the bearer token"):
        run(token="wrong")


def test_no_request_takes_what_x_refuses(x, run):
    """Bounds out of order or out of range, unknown parameters and too large pages are errors of X's own."""
    x.post(8 * 86_400)
    x.post(6 * 86_400)
    x.post(61)

    assert (run().posts, run().posts, run().posts) == (2, 0, 0)
