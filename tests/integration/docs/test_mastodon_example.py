"""The example of docs/sources.md: it loses no post, and the page shows the tested file."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docs.examples import mastodon_source
from docs.examples.mastodon_source import MastodonSource
from photolake.errors import NotConfiguredError, PermanentError, RetryableError
from photolake.rows.ids import hash_to_bigint
from tests.builders.raw_tweets import RAW_TWEETS
from tests.fakes.collect import FakeCheckpoints, FakeLake
from tests.fakes.mastodon_server import FakeMastodon

ROOT = Path(__file__).parents[3]
PHOTO = {"id": "7", "type": "image", "url": "https://files.mastodon.social/a.png", "description": "waves"}


class CrashError(RetryableError):
    """The run ends here."""


@pytest.fixture
def instance():
    with FakeMastodon() as fake:
        yield fake


def test_the_page_shows_the_tested_file():
    page = (ROOT / "docs/sources.md").read_text()
    (block,) = re.findall(r"<!-- docs/examples/mastodon_source.py -->\n```python\n(.*?)```", page, re.DOTALL)

    assert block == Path(mastodon_source.__file__).read_text()


def test_all_posts_of_many_pages_are_collected_and_the_next_run_finds_nothing(instance, checkpoints, delivered):
    expected = [hash_to_bigint(instance.post()) for _ in range(100)]
    source = MastodonSource(instance.url, "sea")
    collector = delivered.make_collector(checkpoints)

    first, second = (collector.collect(source, lambda: True) for _ in range(2))

    assert (first.posts, first.batches, second.posts) == (100, 3, 0)
    assert sorted(delivered.ids) == sorted(expected)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 90), st.sampled_from(["delivery", "checkpoint", "time", "none"])), max_size=5))
def test_no_post_is_lost_whatever_ends_a_run(instance, runs):
    instance.statuses.clear()
    lake, checkpoints = FakeLake(), FakeCheckpoints()
    source, expected = MastodonSource(instance.url, "sea"), set()

    def crash():
        raise CrashError

    for posts, end in [*runs, (0, "none")]:
        expected |= {hash_to_bigint(instance.post()) for _ in range(posts)}
        steps = iter([True, False])
        lake.before_put = crash if end == "delivery" and lake.rows else lambda: None
        checkpoints.before_save = crash if end == "checkpoint" else lambda: None
        try:
            lake.make_collector(checkpoints).collect(source, lambda: end != "time" or next(steps))  # noqa: B023
        except CrashError:
            continue

    assert set(lake.ids) == expected


def test_a_post_becomes_a_row_whose_photo_is_named_by_its_host(instance, checkpoints, delivered):
    uri = instance.post(media_attachments=[PHOTO])

    delivered.make_collector(checkpoints).collect(MastodonSource(instance.url, "sea"), lambda: True)

    (row,) = delivered.rows
    RAW_TWEETS.check(row)
    host = instance.url.partition("://")[2]
    assert (row["id_str"], row["text"], row["timestamp_ms"]) == (uri, "the sea & the sun", 1_795_186_800_000)
    assert row["extended_entities"]["media"] == [
        {
            "id": f"{host}/7",
            "type": "photo",
            "media_url": PHOTO["url"],
            "media_url_https": PHOTO["url"],
            "ext_alt_text": "waves",
        }
    ]


def test_a_malformed_post_is_rejected_and_the_others_are_collected(instance, checkpoints, delivered):
    instance.post(uri=None)
    instance.post()

    summary = delivered.make_collector(checkpoints).collect(MastodonSource(instance.url, "sea"), lambda: True)

    assert (summary.posts, summary.rejected) == (
        1,
        ("post 110000000000000000: uri, created_at: a post needs both",),
    )


@pytest.mark.parametrize(("status", "error"), [(429, RetryableError), (503, RetryableError), (404, PermanentError)])
def test_a_refusal_ends_the_run(instance, status, error):
    instance.status = status

    with pytest.raises(error, match=str(status)):
        next(MastodonSource(instance.url, "sea").fetch({}))


def test_without_a_hashtag_the_source_is_not_configured(monkeypatch):
    monkeypatch.setenv("MASTODON_INSTANCE", "https://mastodon.social")
    monkeypatch.setenv("MASTODON_HASHTAG", "")
    context: Any = None

    with pytest.raises(NotConfiguredError, match="MASTODON_HASHTAG"):
        mastodon_source.sources(context)

    monkeypatch.setenv("MASTODON_HASHTAG", "sea")
    (source,) = mastodon_source.sources(context)
    assert source.name == "mastodon#mastodon.social#sea"
