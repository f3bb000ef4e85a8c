"""The statements of `photolake export` in the dialects of databases, compiled without a server."""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, postgresql
from sqlalchemy.schema import CreateTable
from sqlalchemy_hana.dialect import HANAHDBCLIDialect

from photolake_cli.errors import CommandError
from photolake_cli.export.columns import build_table
from photolake_cli.export.connection import describe_url, explain_database_errors, open_engine
from photolake_cli.export.upsert import build_upsert
from photolake_cli.export.view import View, ViewColumn

COLUMNS = {
    "tweetid": "bigint",
    "emotion": "string",
    "left": "double",
    "user": "struct<id:bigint>",
    "urls": "array<string>",
    "is_retweet": "boolean",
    "price": "decimal(10,2)",
    "ts": "timestamp",
    "posted_on": "date",
    "dt": "string",
}


@pytest.fixture
def table():
    columns = [ViewColumn(name, kind) for name, kind in COLUMNS.items()]
    return build_table(View("emotions", columns, ["tweetid", "emotion"], "landing"), sa.MetaData(), "emotions", None)


def compiled(statement, dialect):
    return " ".join(str(statement.compile(dialect=dialect)).split())


@pytest.mark.parametrize(
    ("dialect", "columns"),
    [
        (
            HANAHDBCLIDialect(),
            'tweetid BIGINT NOT NULL, emotion NVARCHAR(190) NOT NULL, "left" DOUBLE, user NCLOB, urls NCLOB, '
            "is_retweet BOOLEAN, price DECIMAL(10, 2), ts DATETIME, posted_on DATE, dt NVARCHAR(10)",
        ),
        (
            postgresql.dialect(),
            'tweetid BIGINT NOT NULL, emotion TEXT NOT NULL, "left" DOUBLE PRECISION, "user" JSONB, urls JSONB, '
            "is_retweet BOOLEAN, price NUMERIC(10, 2), ts TIMESTAMP WITHOUT TIME ZONE, posted_on DATE, dt VARCHAR(10)",
        ),
        (
            mysql.dialect(),
            "tweetid BIGINT NOT NULL, emotion VARCHAR(190) NOT NULL, `left` DOUBLE, user JSON, urls JSON, "
            "is_retweet BOOL, price NUMERIC(10, 2), ts DATETIME, posted_on DATE, dt VARCHAR(10)",
        ),
    ],
    ids=["hana", "postgresql", "mysql"],
)
def test_a_table_has_the_types_of_its_database(dialect, columns, table):
    assert compiled(CreateTable(table), dialect) == (
        f"CREATE TABLE emotions ( {columns}, PRIMARY KEY (tweetid, emotion) )"
    )


@pytest.mark.parametrize(
    ("dialect", "statement"),
    [
        (HANAHDBCLIDialect(), 'UPSERT emotions (tweetid, emotion, "left") VALUES (?, ?, ?) WITH PRIMARY KEY'),
        (
            postgresql.dialect(paramstyle="named"),
            'INSERT INTO emotions (tweetid, emotion, "left") VALUES (:tweetid::BIGINT, :emotion::VARCHAR, :left) '
            'ON CONFLICT (tweetid, emotion) DO UPDATE SET "left" = excluded."left"',
        ),
        (
            mysql.dialect(paramstyle="named"),
            "INSERT INTO emotions (tweetid, emotion, `left`) VALUES (:tweetid, :emotion, :left) "
            "ON DUPLICATE KEY UPDATE `left` = VALUES(`left`)",
        ),
    ],
    ids=["hana", "postgresql", "mysql"],
)
def test_a_row_is_inserted_or_updated_by_its_key(dialect, statement, table):
    upsert = build_upsert(table, ["tweetid", "emotion", "left"], dialect.name)

    assert compiled(upsert, dialect) == statement


def test_where_no_upsert_is_known_there_is_none(table):
    assert build_upsert(table, ["tweetid", "emotion", "left"], mssql.dialect().name) is None


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("://secret", "--to is not the URL of a database. Examples: postgresql://"),
        ("postgresql://ann:secret@host:port/x", "--to is not the URL of a database"),
        ("oracle9://ann:secret@host/x", "There is no driver for oracle9://. Known are postgresql://"),
        ("mysql+pymysql://ann:secret@host/x", "mysql+pymysql:// needs the Python package pymysql"),
    ],
)
def test_a_url_that_cannot_be_used_is_explained_without_its_password(url, reason):
    with pytest.raises(CommandError) as error:
        open_engine(url)

    assert reason in str(error.value)
    assert "secret" not in str(error.value)


def test_an_unreachable_database_is_an_error_that_says_what_to_do_and_no_secret():
    engine = open_engine("postgres://ann:secret@127.0.0.1:1/warehouse?sslpassword=secret")

    with pytest.raises(CommandError) as error, explain_database_errors(engine, "Connecting"):
        engine.connect()

    assert describe_url(engine.url) == "postgresql://ann:***@127.0.0.1:1/warehouse"
    assert str(error.value).startswith("Connecting failed at postgresql://ann:***@127.0.0.1:1/warehouse: connection")
    assert str(error.value).endswith("Is the server running there, and does its firewall let this machine in? "
                                     "Then run the command again")  # fmt: skip
    assert "secret" not in str(error.value)
