"""The statements by which compliance finds the posts and authors of X say the same on Trino."""

from photolake.compliance.held_posts import HeldPosts
from photolake.sources.x.compliance_api import JobType


class Engine:
    """Stands for an AthenaReader over one of the engines."""

    def __init__(self, query):
        self.query = query

    def read_rows(self, sql):
        return [[str(value) for value in row] for row in self.query(sql).rows]


def test_posts_and_authors_are_the_same_on_both_engines(lake, trino):
    engines = Engine(lake.query), Engine(lambda sql: trino.query(sql, lake.database))
    found = []
    for engine in engines:
        held = HeldPosts(engine, lake.landing, with_archive=False)  # type: ignore[arg-type]
        posts, authors = held.read_ids(JobType.POSTS, 0), held.read_ids(JobType.USERS, 0)
        assert held.read_ids(JobType.POSTS, posts[3], posts[9]) == posts[4:10]
        assert held.read_ids(JobType.USERS, authors[0], limit=2) == authors[1:3]
        of_authors = sorted(held.find_posts(JobType.USERS, authors[:5], only_located=False))
        located = sorted(held.find_posts(JobType.POSTS, posts, only_located=True))
        assert held.count() == {JobType.POSTS: len(posts), JobType.USERS: len(authors)}
        assert 0 < len(of_authors) < len(posts)
        assert 0 < len(located) < len(posts)
        found.append((posts, authors, of_authors, located))

    assert found[0] == found[1]
