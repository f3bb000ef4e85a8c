"""Photo jobs in every order, with crashes."""

import hashlib
import itertools
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photolake.errors import PermanentError, RetryableError
from photolake.images.ingest import IngestedPhoto
from photolake.images.lease import ImageLeases, Lease
from photolake.images.registry import KnownImage, UnavailablePhoto
from photolake.photos.fetcher import FetchResult, PhotoFetcher
from photolake.photos.job import PhotoJob
from photolake.photos.provided import MESSAGE

from .conftest import CrashError, photo

SEEDS = itertools.count(1)
NO_COPIES: dict[str, bytes] = {}


class Site:
    """Photo hosts in memory: URL -> bytes or an error."""

    def __init__(self, photos):
        self.photos = photos
        self.downloads = []

    def download(self, url):
        self.downloads.append(url)
        found = self.photos[url]
        if isinstance(found, Exception):
            raise found
        return found


def job(tweetid, mediaid, url="https://pbs.twimg.com/a"):
    return PhotoJob("post", "x", tweetid, "2022-10-13", mediaid, url, None, "photo", None)


def test_a_media_key_is_downloaded_once_whatever_posts_show_it(aws):
    registry, ingester = aws.worker()
    site = Site({"https://pbs.twimg.com/a": photo(next(SEEDS))})
    fetcher = PhotoFetcher(registry, site.download, ingester, NO_COPIES.get)
    first = fetcher.fetch(job(1, "once"))
    assert first.was_downloaded
    assert first.photo.status == "ok"
    assert fetcher.fetch(job(1, "once")) == FetchResult(first.photo, was_known=True)
    other = fetcher.fetch(job(2, "once"))
    assert isinstance(first.photo, IngestedPhoto)
    assert isinstance(other.photo, IngestedPhoto)
    assert (other.photo.status, other.photo.image_id, other.was_known) == ("duplicate", first.photo.image_id, True)
    assert len(site.downloads) == 1


def test_a_photo_whose_image_was_deleted_is_downloaded_again(aws):
    registry, ingester = aws.worker()
    site = Site({"https://pbs.twimg.com/a": photo(next(SEEDS))})
    fetcher = PhotoFetcher(registry, site.download, ingester, NO_COPIES.get)
    first = fetcher.fetch(job(1, "lost")).photo
    assert isinstance(first, IngestedPhoto)
    lease = ImageLeases(aws.table).take(first.s3_key, "labels", 60)
    assert isinstance(lease, Lease)
    lease.mark_gone()

    again = fetcher.fetch(job(2, "lost"))

    assert (again.was_downloaded, again.photo.status) == (True, "duplicate")
    assert len(site.downloads) == 2


@pytest.mark.parametrize(
    ("answer", "status", "downloads"),
    [
        (PermanentError("gone", "404"), "gone", 1),
        (b"<html>", "unsupported_format", 1),
        (photo(0, (79, 80)), "too_small", 1),
        (PermanentError("too_large", "15 MB"), "too_large", 1),
        (PermanentError("blocked_host", "evil.test"), "blocked_host", 2),
        (PermanentError("http_403", "403"), "http_403", 2),
    ],
)
def test_a_photo_is_remembered_as_unavailable_unless_its_host_is_the_reason(aws, answer, status, downloads):
    registry, ingester = aws.worker()
    site = Site({"https://pbs.twimg.com/a": answer})
    fetcher = PhotoFetcher(registry, site.download, ingester, NO_COPIES.get)
    mediaid = f"unavailable-{next(SEEDS)}"
    first, again = fetcher.fetch(job(1, mediaid)), fetcher.fetch(job(2, mediaid))
    assert isinstance(first.photo, UnavailablePhoto)
    assert first.photo == again.photo
    assert (first.photo.status, len(site.downloads), again.was_known) == (status, downloads, downloads == 1)


@pytest.mark.parametrize("status", ["gone", "http_403", "http_401"])
def test_a_copy_stands_in_for_a_photo_that_its_host_does_not_have(aws, status):
    registry, ingester = aws.worker()
    url, mediaid = "https://pbs.twimg.com/a", f"provided-{next(SEEDS)}"
    copies: dict[str, bytes] = {}
    site = Site({url: PermanentError(status, "no")})
    fetcher = PhotoFetcher(registry, site.download, ingester, copies.get)
    assert fetcher.fetch(job(1, mediaid)).photo.status == status

    copies[url] = photo(next(SEEDS))
    first, again = fetcher.fetch(job(1, mediaid)), fetcher.fetch(job(1, mediaid))

    assert isinstance(first.photo, IngestedPhoto)
    assert (first.photo.status, first.message, first.was_downloaded) == ("ok", MESSAGE, False)
    assert again == FetchResult(first.photo, was_known=True, message=MESSAGE)


@pytest.mark.parametrize("copy", [b"<html>", None, PermanentError("too_large", "large")])
def test_a_photo_without_a_copy_that_is_an_image_stays_gone(aws, copy):
    registry, ingester = aws.worker()
    site = Site({"https://pbs.twimg.com/a": PermanentError("gone", "404")})

    def find_copy(url):
        if isinstance(copy, PermanentError):
            raise copy
        return copy

    found = PhotoFetcher(registry, site.download, ingester, find_copy).fetch(job(1, f"gone-{next(SEEDS)}"))

    assert found.photo == UnavailablePhoto("gone", "404")


def test_a_copy_is_not_looked_for_while_the_photo_is_there_or_may_not_be_fetched(aws):
    registry, ingester = aws.worker()

    def fail(url):
        raise AssertionError(url)

    for answer in (photo(next(SEEDS)), PermanentError("blocked_host", "evil.test"), PermanentError("too_large", "")):
        site = Site({"https://pbs.twimg.com/a": answer})
        PhotoFetcher(registry, site.download, ingester, fail).fetch(job(1, f"there-{next(SEEDS)}"))


def test_a_photo_without_a_url_is_not_fetched_but_found_if_it_is_known(aws):
    registry, ingester = aws.worker()
    fetcher = PhotoFetcher(
        registry, Site({"https://pbs.twimg.com/a": photo(next(SEEDS))}).download, ingester, NO_COPIES.get
    )
    assert fetcher.fetch(job(1, "no-url", None)).photo.status == "no_url"
    fetcher.fetch(job(2, "no-url"))
    assert fetcher.fetch(job(1, "no-url", None)).photo.status == "duplicate"


def test_a_temporary_error_is_raised_and_not_remembered(aws):
    registry, ingester = aws.worker()
    site = Site({"https://pbs.twimg.com/a": RetryableError("503")})
    with pytest.raises(RetryableError):
        PhotoFetcher(registry, site.download, ingester, NO_COPIES.get).fetch(job(1, "busy"))
    assert registry.find_photo("x", "busy") is None


def test_a_photo_whose_image_was_forgotten_is_fetched_again(aws):
    registry, ingester = aws.worker()
    registry.remember_photo("x", "forgotten", KnownImage("no-such-image"))
    site = Site({"https://pbs.twimg.com/a": photo(next(SEEDS))})
    assert PhotoFetcher(registry, site.download, ingester, NO_COPIES.get).fetch(job(1, "forgotten")).was_downloaded


JOBS = [(tweetid, medium) for tweetid in (1, 2) for medium in (0, 1, 2)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    contents=st.lists(st.integers(0, 1), min_size=3, max_size=3),
    early=st.lists(st.tuples(st.sampled_from(JOBS), st.none() | st.integers(0, 9)), max_size=8),
    late=st.permutations(JOBS),
)
def test_in_any_order_with_any_crash_each_photo_has_one_row(aws, contents, early, late):
    """Two posts show three media of one or two contents; jobs come repeatedly, some die, all succeed at last."""
    photos = [photo(next(SEEDS)), photo(next(SEEDS))]
    urls = [f"https://pbs.twimg.com/{next(SEEDS)}" for _ in contents]
    site = Site({url: photos[content] for url, content in zip(urls, contents, strict=True)})
    rows = set()
    for (tweetid, medium), steps in [*early, *((pair, None) for pair in late)]:
        registry, ingester = aws.worker(steps)
        this = job(tweetid, f"key of {urls[medium]}", urls[medium])
        with suppress(CrashError):
            outcome = PhotoFetcher(registry, site.download, ingester, NO_COPIES.get).fetch(this).photo
            assert isinstance(outcome, IngestedPhoto)
            rows.add((this.source_key, outcome.image_id, outcome.status))
    images = {hashlib.sha256(photos[content]).hexdigest() for content in contents}
    assert len(rows) == len({key for key, _, _ in rows}) == len(JOBS)
    assert sorted(image for _, image, status in rows if status == "ok") == sorted(images)
    assert [len(aws.objects(image)) for image in images] == [1] * len(images)
    crashes = sum(steps is not None for _, steps in early)
    assert len(site.downloads) <= len(contents) + crashes
