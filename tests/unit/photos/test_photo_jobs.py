"""Photo jobs as tweet_analyzer makes them of posts."""

import json
from typing import Any

from photolake.photos.job import PhotoJob, PostSummary, count_photos_without_url, list_photo_jobs

POST = {"id": 1, "source_platform": "x", "collected_at": "2026-11-20T10:00:00.000Z"}


def medium(mediaid: str, **more: Any) -> dict[str, Any]:
    url = f"pbs.twimg.com/media/{mediaid}.jpg"
    return {"id": mediaid, "type": "photo", "media_url": f"http://{url}", "media_url_https": f"https://{url}", **more}


def with_media(*media: Any, **more: Any) -> dict[str, Any]:
    return {**POST, "extended_entities": {"media": list(media)}, **more}


def count(post: Any) -> int:
    return count_photos_without_url(post)


def jobs_of(post: Any, dt: str = "2026-11-20") -> list[PhotoJob]:
    return list_photo_jobs(post, dt)


def ids(post: dict[str, Any]) -> list[str]:
    return [job.mediaid for job in jobs_of(post)]


def test_a_photo_becomes_a_job() -> None:
    (job,) = jobs_of(with_media(medium("7", ext_alt_text="A red bicycle")), "2026-11-19")

    assert job.to_message() == {
        "origin": "post",
        "source_platform": "x",
        "tweetid": 1,
        "dt": "2026-11-19",
        "mediaid": "7",
        "media_url": "https://pbs.twimg.com/media/7.jpg",
        "alt_text": "A red bicycle",
        "kind": "photo",
        "collected_at": "2026-11-20T10:00:00.000Z",
        "post": {"id_str": None, "text": None, "entities": []},
    }
    assert PhotoJob.parse(json.dumps(job.to_message())) == job


def test_a_job_carries_the_words_of_its_post_within_bounds() -> None:
    entity = {"text": "Ada" * 50, "type": "PERSON", "score": 0.75, "begin_offset": 0, "end_offset": 150}
    post = with_media(medium("7"), id_str="1", text="🏖" * 3000, text_entities=[{"text": None}, *[entity] * 40])

    (job,) = jobs_of(post)

    assert job.post == PostSummary(
        "1", "🏖" * 2000, [{"text": ("Ada" * 50)[:100], "type": "PERSON", "score": 0.75}] * 25
    )
    assert 10 * len(json.dumps(job.to_message())) < 2**20
    assert PhotoJob.parse(json.dumps(job.to_message())) == job


def test_the_preview_of_a_video_or_gif_says_so() -> None:
    media = [
        medium("1", type="video"),
        medium("2", type="animated_gif"),
        medium("3", type="photo"),
        medium("4", type=None),
    ]

    assert [job.kind for job in jobs_of(with_media(*media))] == [
        "video_preview",
        "gif_preview",
        "photo",
        "photo",
    ]


def test_a_post_shows_the_photos_of_what_it_retweets_or_quotes_not_of_what_it_answers() -> None:
    referenced = [
        {"type": "retweeted", "media": [medium("2")]},
        {"type": "quoted", "media": [medium("3"), None]},
        {"type": "replied_to", "media": [medium("4")]},
        {"type": "quoted", "media": None},
        None,
    ]

    assert ids(with_media(medium("1"), referenced_tweets=referenced)) == ["1", "2", "3"]


def test_a_photo_that_is_listed_twice_is_one_job() -> None:
    referenced = [{"type": "retweeted", "media": [medium("1"), medium("2")]}]

    assert ids(with_media(medium("1"), medium("1"), referenced_tweets=referenced)) == ["1", "2"]


def test_a_medium_without_an_id_is_known_by_its_key_or_its_url() -> None:
    url = "https://cdn.example/a.jpg"
    media = [medium("1", id=None, media_key="3_99"), {"media_url_https": url}, {"media_url": url}, {"type": "video"}]

    assert ids(with_media(*media)) == ["99", url, "unknown"]


def test_a_medium_without_a_url_gets_a_job_that_photo_fetcher_accepts() -> None:
    (job,) = jobs_of(with_media({"id": "5", "type": "video"}))

    assert PhotoJob.parse(json.dumps(job.to_message())) == job
    assert (job.source_key, job.media_url) == ("1:5", None)


def test_photos_without_a_url_are_counted_once_and_previews_of_videos_are_not() -> None:
    media = [{"id": "5"}, {"id": "5"}, {"id": "6", "type": "photo"}, {"id": "7", "type": "video"}, medium("8")]

    assert count(with_media(*media)) == 2
    assert count(POST) == 0


def test_http_is_taken_where_there_is_no_https() -> None:
    (job,) = jobs_of(with_media(medium("1", media_url_https=None)))

    assert job.media_url == "http://pbs.twimg.com/media/1.jpg"


def test_a_post_without_media_has_no_jobs() -> None:
    assert ids(POST) == ids({**POST, "extended_entities": None, "referenced_tweets": None}) == []
    assert ids({**POST, "extended_entities": {"media": None}}) == []
