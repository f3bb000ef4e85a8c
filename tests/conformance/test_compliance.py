"""The statements by which compliance finds the posts and authors of X say the same on Trino."""

import gzip
import itertools

import pytest
from trino.exceptions import TrinoExternalError

from photolake.compliance.held_posts import HeldPosts
from photolake.sources.x.compliance_api import JobType


class Engine:
    """Stands for an AthenaReader over one of the engines."""

    def __init__(self, query):
        self.query = query

    def read_rows(self, sql):
        return [[str(value) for value in row] for row in self.query(sql).rows]


@pytest.fixture
def lake_without_arrays(lake):
    """The lake while no line of its archive is an array."""
    s3, bucket = lake.services.client("s3"), lake.names["LakeBucket"]
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix="tweets/")["Contents"]]
    bodies = {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}
    for key, body in bodies.items():
        lines = gzip.decompress(body).splitlines(keepends=True)
        kept = b"".join(line for line in lines if not line.startswith(b"["))
        s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(kept))
    yield lake
    for key, body in bodies.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body)


def test_posts_and_authors_are_the_same_on_both_engines(lake_without_arrays, trino):
    lake = lake_without_arrays
    engines = Engine(lake.query), Engine(lambda sql: trino.query(sql, lake.database))
    found = []
    for engine, with_archive in itertools.product(engines, (False, True)):
        held = HeldPosts(engine, lake.landing, with_archive=with_archive)  # type: ignore[arg-type]
        posts, authors = held.read_ids(JobType.POSTS, 0), held.read_ids(JobType.USERS, 0)
        assert held.read_ids(JobType.POSTS, posts[3], posts[9]) == posts[4:10]
        assert held.read_ids(JobType.USERS, authors[0], limit=2) == authors[1:3]
        of_authors = sorted(held.find_posts(JobType.USERS, authors[:5], only_located=False))
        located = sorted(held.find_posts(JobType.POSTS, posts, only_located=True))
        assert held.count() == {JobType.POSTS: len(posts), JobType.USERS: len(authors)}
        assert 0 < len(of_authors) < len(posts)
        assert 0 < len(located) < len(posts)
        found.append((posts, authors, of_authors, located))

    assert found[:2] == found[2:]


def test_a_line_of_the_archive_that_is_an_array_fails_by_the_name_of_its_object(lake, trino):
    engine = Engine(lambda sql: trino.query(sql, lake.database))
    held = HeldPosts(engine, lake.landing, with_archive=True)  # type: ignore[arg-type]

    with pytest.raises(TrinoExternalError, match=r"Failed to read file at s3://[^ ]+/tweets/dt="):
        held.count()
