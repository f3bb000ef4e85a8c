"""Which posts of X a lake holds, asked in SQL on the local Athena."""

import datetime as dt

import pytest

from photolake.aws.athena import AthenaReader
from photolake.compliance.held_posts import HeldPosts
from photolake.errors import PermanentError
from photolake.sources.x.compliance_api import JobType
from tests.synthetic_lake.warehouse import DATABASE, LANDING, WORKGROUP, open_warehouse

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
BIG = 9223372036854775807
PLACE = {"id": "1", "name": "Rome"}


def post(number, author, platform="x", day="2026-03-01", **fields):
    return {
        "id": number,
        "id_str": str(number),
        "source_platform": platform,
        "user": author and {"id": author, "id_str": str(author)},
        "collected_at": "2026-03-01T10:00:00.000Z",
        "dt": day,
        **fields,
    }


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    with open_warehouse(tmp_path_factory.mktemp("cache"), NOW) as lake:
        rows = [
            post(101, 1),
            post(102, 2, place=PLACE),
            post(103, 2, day="2026-03-02"),
            post(104, 3, day="2026-03-02", coordinates={"type": "Point", "coordinates": [1.0, 2.0]}),
            post(105, None),
            post(106, 4),
            post(BIG, BIG),
            post(201, 9, platform="bluesky"),
        ]
        lake.land("posts", [*rows, rows[0], rows[3]])
        lake.land("posts", [rows[1]], "b")
        lake.delete([{"id": 106}, {"id": 999}])
        yield lake


@pytest.fixture
def held(warehouse):
    return HeldPosts(AthenaReader(warehouse._athena, warehouse._s3, WORKGROUP, DATABASE), LANDING)


def test_posts_are_found_once_lowest_first_without_deleted_ones_and_those_of_other_platforms(held):
    assert held.read_ids(JobType.POSTS, 0) == [101, 102, 103, 104, 105, BIG]
    assert held.read_ids(JobType.POSTS, 101, limit=2) == [102, 103]
    assert held.read_ids(JobType.POSTS, 102, 104) == [103, 104]
    assert held.read_ids(JobType.POSTS, BIG) == []


def test_authors_are_found_once_each(held):
    assert held.read_ids(JobType.USERS, 0) == [1, 2, 3, BIG]
    assert held.count() == {JobType.POSTS: 6, JobType.USERS: 4}


def test_the_posts_of_authors_and_those_with_a_location_are_found(held):
    assert sorted(held.find_posts(JobType.USERS, [2, 4, 9, 77], only_located=False)) == [(102, 2), (103, 2)]
    assert list(held.find_posts(JobType.USERS, [1, 2], only_located=True)) == [(102, 2)]
    assert sorted(held.find_posts(JobType.POSTS, [101, 102, 104, 106], only_located=True)) == [(102, 102), (104, 104)]
    assert list(held.find_posts(JobType.POSTS, [], only_located=True)) == []


def test_a_query_that_fails_has_the_words_of_athena(warehouse):
    reader = AthenaReader(warehouse._athena, warehouse._s3, WORKGROUP, DATABASE)
    with pytest.raises(PermanentError, match=r"Athena: .*nowhere"):
        list(reader.read_rows("select * from nowhere"))


def test_text_comes_back_as_it_is(warehouse):
    reader = AthenaReader(warehouse._athena, warehouse._s3, WORKGROUP, DATABASE)
    assert list(reader.read_rows("select 'a \"b\", c' as one, 2 as two")) == [['a "b", c', "2"]]
