"""PyAthena's two doors, DB-API and SQLAlchemy, on the local Athena over the real views."""

import datetime as dt

import pyathena
import pytest
from pyathena.error import OperationalError
from sqlalchemy import MetaData, Table, create_engine, func, inspect, select, text, types

from tests.synthetic_lake.warehouse import DATABASE, LANDING, REGION, SQL, WORKGROUP, open_warehouse

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
FIRST = 2030500000000000001


def post(number, day, **more):
    return {
        "id": FIRST + number,
        "id_str": str(FIRST + number),
        "text": "Fresh bread",
        "dt": day,
        "created_at": f"{day}T08:00:00.000Z",
        "collected_at": f"{day}T09:00:00.000Z",
        "processed_at": f"{day}T10:00:00.000Z",
        "language": "en",
        "possibly_sensitive": False,
        **more,
    }


POSTS = [
    post(0, "2026-03-01", user={"id": 7, "screen_name": "ann"}),
    post(1, "2026-03-02", text="50% off, isn't it?"),
    post(2, "2026-03-03", language="de"),
]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with open_warehouse(tmp_path_factory.mktemp("athena"), NOW) as lake:
        lake.land("posts", POSTS)
        lake.create_views()
        yield lake._athena


@pytest.fixture
def door(client, monkeypatch):
    """The environment that `photolake env` gives."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_ATHENA", client.meta.endpoint_url)
    monkeypatch.setenv("AWS_ATHENA_WORK_GROUP", WORKGROUP)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


@pytest.fixture
def connection(door):
    with pyathena.connect(schema_name=DATABASE, poll_interval=0.01) as connection:
        yield connection


@pytest.fixture
def engine(door):
    engine = create_engine(f"awsathena+rest://@/{DATABASE}?poll_interval=0.01")
    yield engine
    engine.dispose()


def test_a_cursor_gives_rows_with_pythons_types(connection):
    cursor = connection.cursor().execute(
        "select id, possibly_sensitive, cast(dt as date) as day, cast(1.50 as decimal(5, 2)) as price from tweets "
        "order by id limit 1"
    )

    assert [column[:2] for column in cursor.description] == [
        ("id", "bigint"),
        ("possibly_sensitive", "boolean"),
        ("day", "date"),
        ("price", "decimal"),
    ]
    assert [(column[4], column[5]) for column in cursor.description][-1] == (5, 2)
    ((post_id, sensitive, day, price),) = cursor.fetchall()
    assert (post_id, sensitive, day, str(price)) == (FIRST, False, dt.date(2026, 3, 1), "1.50")


def test_execution_parameters_are_literals(connection):
    cursor = connection.cursor().execute(
        "select id from tweets where dt between ? and ? and id > ? order by id",
        ["'2026-03-01'", "'2026-03-02'", str(FIRST)],
        paramstyle="qmark",
    )

    assert cursor.fetchall() == [(FIRST + 1,)]


def test_a_result_of_many_pages_comes_whole_and_in_order(connection):
    cursor = connection.cursor().execute(
        "select i from unnest(sequence(1, 3)) as a(k) cross join unnest(sequence(k * 1000, k * 1000 + 999)) as t(i) "
        "order by i"
    )

    assert cursor.fetchall() == [(number,) for number in range(1000, 4000)]


def test_a_failed_query_is_an_operational_error_with_the_engines_words(connection):
    with pytest.raises(OperationalError, match="COLUMN_NOT_FOUND: line 1:8"):
        connection.cursor().execute("select nope from tweets")


def test_reflection_finds_schemas_tables_views_and_columns(engine):
    inspector = inspect(engine)
    views = sorted(path.stem for path in (SQL / "views").glob("*.sql"))

    assert inspector.get_schema_names() == [DATABASE, LANDING]
    assert (inspector.get_table_names(), inspector.get_view_names()) == ([], views)
    assert {"posts", "photos", "analyses", "raw_tweets"} <= {*inspector.get_table_names(schema=LANDING)}
    assert inspector.get_view_definition("tweets").startswith('CREATE VIEW "photolake"."tweets" AS')
    assert (inspector.has_table("tweets"), inspector.has_table("nope")) == (True, False)
    for view in views:
        assert not [column for column in inspector.get_columns(view) if isinstance(column["type"], types.NullType)]
    columns = {column["name"]: str(column["type"]) for column in inspector.get_columns("tweet_sentiments")}
    assert (columns["tweetid"], columns["sentimentposscore"]) == ("BIGINT", "DOUBLE")


def test_a_reflected_landing_table_knows_its_partition_and_where_it_lies(engine):
    posts = Table("posts", MetaData(schema=LANDING), autoload_with=engine)

    assert posts.c.dt.dialect_options["awsathena"]["partition"] is True
    assert posts.dialect_options["awsathena"]["location"].endswith("/posts/")


def test_a_reflected_view_is_selected_from_with_bound_parameters(engine):
    tweets = Table("tweets", MetaData(), autoload_with=engine)
    by_language = (
        select(tweets.c.language, func.count().label("posts"))
        .where(tweets.c.dt >= "2026-03-01", tweets.c.id.in_([FIRST, FIRST + 1, FIRST + 2]), tweets.c.text.like("%e%"))
        .group_by(tweets.c.language)
        .order_by(func.count().desc(), tweets.c.language.desc())
        .limit(5)
    )

    with engine.connect() as connection:
        assert connection.execute(by_language).all() == [("en", 1), ("de", 1)]
        found = connection.execute(select(tweets.c.id).where(tweets.c.text == "50% off, isn't it?")).all()
        author = connection.execute(select(tweets.c.user).where(tweets.c.id == FIRST)).scalar_one()

    assert found == [(FIRST + 1,)]
    assert (author["id"], author["screen_name"]) == ("7", "ann")


def test_text_takes_bound_parameters_and_null(engine):
    with engine.connect() as connection:
        row = connection.execute(text("select :a as a, :b as b, :c as c"), {"a": 1, "b": "it's 5%", "c": None}).one()

    assert row == (1, "it's 5%", None)
