"""Mastodon's hashtag timelines over HTTP: no post is lost, and what an instance refuses is said."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photolake.errors import NotConfiguredError, PermanentError, RateLimitedError, RetryableError, SettingsError
from photolake.rows.ids import hash_to_bigint
from photolake.sources.mastodon.timeline import TagTimeline
from photolake.sources.mastodon.timeline_source import MAX_DELIVERED, MastodonSource
from photolake.sources.registry import make_sources
from tests.builders.mastodon_statuses import NOON, attachment, make_number
from tests.builders.raw_tweets import RAW_TWEETS
from tests.fakes.collect import FakeCheckpoints, FakeLake

HOUR = dt.timedelta(hours=1)
ENVIRONMENT = {
    "MASTODON_INSTANCES": "mastodon.social",
    "MASTODON_HASHTAGS": "#sea,Ärger_1",
    "MASTODON_ONLY_PHOTOS": "true",
    "MASTODON_LOOKBACK_MINUTES": "60",
    "ALLOWED_PHOTO_HOSTS": "files.mastodon.social",
}


class CrashError(RetryableError):
    """The run ends here."""


def make_source(instance, **fields):
    return MastodonSource(
        TagTimeline(instance.url, "sea"), HOUR, **{"only_photos": False, "clock": lambda: NOON, **fields}
    )


def collect(lake, checkpoints, source):
    return lake.make_collector(checkpoints).collect(source, lambda: True)


def test_all_posts_of_many_pages_are_collected_and_the_next_run_finds_nothing(instance, checkpoints, delivered):
    expected = [hash_to_bigint(instance.post(number)) for number in range(100)]
    source = make_source(instance)

    first, second = (collect(delivered, checkpoints, source) for _ in range(2))

    assert (first.posts, first.batches, second.posts) == (100, 5, 0)
    assert delivered.ids == expected
    for row in delivered.rows:
        RAW_TWEETS.check(row)
        assert row["matched_query"] == "#sea"


def test_runs_cover_all_time_up_to_ten_minutes_ago_because_posts_of_other_instances_arrive_late(
    instance, checkpoints, delivered
):
    covered: list[Any] = []
    instance.post(-1800)
    for now in (NOON, NOON + HOUR):
        collector = delivered.make_collector(checkpoints)
        noting = replace(collector, on_covered=lambda source, span: covered.append(span))
        noting.collect(make_source(instance, clock=lambda now=now: now), lambda: True)

    assert (covered[0].start, covered[-1].end) == (NOON - HOUR, NOON + 5 * HOUR / 6)
    assert all(after.start <= before.end for before, after in pairwise(covered))


def test_the_first_run_begins_at_the_lookback_and_the_second_where_it_began(instance, checkpoints, delivered):
    instance.post(-5000)
    assert collect(delivered, checkpoints, make_source(instance)).posts == 0

    late = instance.post(-3500)
    collect(delivered, checkpoints, make_source(instance, clock=lambda: NOON + 2 * HOUR))

    assert delivered.ids == [hash_to_bigint(late)]


def test_a_post_that_reaches_the_instance_late_is_collected_once(instance, checkpoints, delivered):
    first = instance.post(60)
    collect(delivered, checkpoints, make_source(instance))
    late = instance.post(30)
    for _ in range(2):
        collect(delivered, checkpoints, make_source(instance))

    assert delivered.ids == [hash_to_bigint(first), hash_to_bigint(late)]


def test_a_post_from_the_future_does_not_hide_later_ones(instance, checkpoints, delivered):
    future = instance.post(10**7)
    collect(delivered, checkpoints, make_source(instance))
    later = instance.post(60)
    collect(delivered, checkpoints, make_source(instance))

    assert delivered.ids == [hash_to_bigint(future), hash_to_bigint(later)]


def test_the_state_stays_small(instance, checkpoints, delivered):
    for number in range(MAX_DELIVERED + 60):
        instance.post(number / 10)

    collect(delivered, checkpoints, make_source(instance))

    assert len(checkpoints.only_state()["delivered"]) < 20 * MAX_DELIVERED


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from(["delivery", "checkpoint", "time", "none"])), max_size=5))
def test_no_post_is_lost_whatever_ends_a_run(instance, runs):
    instance.statuses.clear()
    lake, checkpoints = FakeLake(), FakeCheckpoints()
    source, expected = make_source(instance), set()

    def crash():
        raise CrashError

    for number, (posts, end) in enumerate([*runs, (0, "none")]):
        expected |= {hash_to_bigint(instance.post(100 * number + place)) for place in range(posts)}
        steps = iter([True, True, False])
        lake.before_put = crash if end == "delivery" and lake.rows else lambda: None
        checkpoints.before_save = crash if end == "checkpoint" else lambda: None
        try:
            lake.make_collector(checkpoints).collect(source, lambda: end != "time" or next(steps))  # noqa: B023
        except CrashError:
            continue

    assert set(lake.ids) == expected


def test_a_malformed_post_is_rejected_and_the_others_are_collected(instance, checkpoints, delivered):
    instance.post(uri=None)
    instance.post()

    summary = collect(delivered, checkpoints, make_source(instance))

    assert (summary.posts, summary.rejected) == (1, (f"post {make_number()}: uri: a post needs one",))


def test_with_only_photos_posts_with_none_are_left_out(instance, checkpoints, delivered):
    video = attachment(type="video")
    expected = instance.post(media_attachments=[attachment()])
    instance.post(media_attachments=[video])
    instance.post()

    collect(delivered, checkpoints, make_source(instance, only_photos=True))

    assert delivered.ids == [hash_to_bigint(expected)]
    assert "only_media=true" in instance.asked[0]


def test_a_photo_host_that_is_not_allowed_is_named_once(instance, checkpoints, delivered):
    for number in range(50):
        instance.post(number, media_attachments=[attachment(number)])

    summary = collect(delivered, checkpoints, make_source(instance, photo_hosts=["files.mastodon.social"]))
    allowed = collect(FakeLake(), FakeCheckpoints(), make_source(instance, photo_hosts=["files.instance.example"]))

    assert summary.notices == (
        f"photos of {instance.url} are on files.instance.example: "
        "add it to AllowedPhotoHosts, or they get `blocked_host`",
    )
    assert allowed.notices == ()


def fetch_all(instance):
    return list(make_source(instance).fetch({"newest": str(make_number())}))


@pytest.mark.parametrize(
    ("code", "error", "message"),
    [
        (503, RetryableError, "returned 503"),
        (401, PermanentError, "signed-in users only"),
        (403, PermanentError, "signed-in users only"),
        (422, PermanentError, "signed-in users only"),
        (404, PermanentError, "returned 404: check MastodonInstances"),
        (301, PermanentError, "returned 301: check MastodonInstances"),
    ],
)
def test_a_refusal_ends_the_run_and_says_what_to_do(instance, code, error, message):
    instance.code = code

    with pytest.raises(error, match=message):
        fetch_all(instance)


def test_a_redirect_is_not_followed_but_named(instance):
    instance.code, instance.headers = 302, {"Location": "http://127.0.0.1:9/"}

    with pytest.raises(PermanentError, match="it points to"):
        fetch_all(instance)


@pytest.mark.parametrize(
    ("headers", "reset_time"),
    [
        ({"X-RateLimit-Reset": "2026-11-20T12:05:00.123456Z"}, 1795176301),
        ({}, None),
        ({"X-RateLimit-Reset": "5"}, None),
    ],
)
def test_the_rate_limit_of_an_instance_is_kept(instance, headers, reset_time):
    instance.code, instance.headers = 429, headers

    with pytest.raises(RateLimitedError) as raised:
        fetch_all(instance)

    assert raised.value.reset_time == reset_time


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"error": "x"}', "its timeline is not a list"),
        (b"[5]", "its timeline is not a list"),
        (b'[{"id": "01HX"}]', "does not number its posts"),
        (b'[{"id": "5"}]', "does not page by id"),
    ],
)
def test_an_instance_of_another_kind_is_told(instance, body, message):
    instance.body = body

    with pytest.raises(PermanentError, match=message):
        fetch_all(instance)


@pytest.mark.parametrize("body", [b"<html>", b""])
def test_an_answer_that_is_not_json_is_tried_again(instance, body):
    instance.body = body or b" "

    with pytest.raises(RetryableError, match="did not respond"):
        fetch_all(instance)


def test_an_instance_that_cannot_be_reached_is_tried_again():
    source = MastodonSource(TagTimeline("http://127.0.0.1:9", "sea"), HOUR, clock=lambda: NOON)

    with pytest.raises(RetryableError, match="did not respond"):
        list(source.fetch({"newest": "5"}))


def make_all(monkeypatch, **changes):
    for name, value in (ENVIRONMENT | changes).items():
        monkeypatch.setenv(name, value)
    context: Any = None
    return make_sources("mastodon", context)


def test_there_is_a_source_for_each_hashtag_of_each_instance(monkeypatch):
    made = make_all(monkeypatch, MASTODON_INSTANCES="mastodon.social,b.example")

    assert [source.name for source in made] == [
        f"mastodon#{host}#{tag}" for host in ("mastodon.social", "b.example") for tag in ("sea", "ärger_1")
    ]


@pytest.mark.parametrize("missing", [{"MASTODON_HASHTAGS": "#"}, {"MASTODON_INSTANCES": ""}])
def test_without_a_hashtag_or_an_instance_the_source_is_not_configured(monkeypatch, missing):
    with pytest.raises(NotConfiguredError, match="MASTODON_HASHTAGS"):
        make_all(monkeypatch, **missing)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"MASTODON_INSTANCES": "https://mastodon.social"}, "is not a host"),
        ({"MASTODON_INSTANCES": "localhost"}, "is not a host"),
        ({"MASTODON_HASHTAGS": "two words"}, "is not a hashtag"),
        ({"MASTODON_HASHTAGS": "../../admin"}, "is not a hashtag"),
        ({"MASTODON_ONLY_PHOTOS": "yes"}, "is not true or false"),
        ({"MASTODON_LOOKBACK_MINUTES": "0"}, "MASTODON_LOOKBACK_MINUTES"),
    ],
)
def test_invalid_settings_are_named(monkeypatch, changes, message):
    with pytest.raises(SettingsError, match=message):
        make_all(monkeypatch, **changes)
