"""One lake, and one Trino server over its catalog, for all the tests of conformance."""

import datetime
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.conformance import lakes, trino_server
from tests.conformance.trino_installation import installed
from tests.synthetic_lake.rows import synthetic_lake

WITHOUT_TRINO = {
    "test_blog_queries",
    "test_gephi",
    "test_maven_download",
    "test_opensearch",
    "test_own_posts",
    "test_photos",
}
# A query without a filter lists every projected day and reads every object, which is most of what Trino does: few.
DAYS_BEFORE_TODAY = 8
DAYS = 6
# Of each delivery Firehose makes an object a day; so do copies of a row of these days get into two objects.
DAYS_OF_TWO_OBJECTS = slice(1, 3)


class ServerScheduling(LoadScopeScheduling):
    """Lets one process run all tests that need Trino, and others the rest, a file each."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if Path(file).stem in WITHOUT_TRINO else "trino"


def pytest_xdist_make_scheduler(config, log):
    return ServerScheduling(config, log)


@pytest.fixture(scope="session")
def earliest():
    """EarliestDate of the stack."""
    return datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=DAYS_BEFORE_TODAY)


@pytest.fixture(scope="session")
def rows(earliest):
    """The rows of the landing tables."""
    return synthetic_lake(posts=700, images=160, first_day=earliest, days=DAYS)


@pytest.fixture(scope="session")
def services(tmp_path_factory):
    """S3, Glue, Firehose and Athena."""
    with lakes.running(tmp_path_factory.mktemp("services") / "state") as running:
        yield running


@pytest.fixture(scope="session")
def lake(services, rows, earliest):
    """The lake under test, as Firehose wrote it, with its views and saved queries."""
    created = lakes.create_lake(services, "photolake", earliest.isoformat())
    for table in ("posts", "photos", "analyses"):
        for delivered in split(list(getattr(rows, table))):
            created.deliver(table, delivered)
    created.archive(list(rows.raw_lines))
    created.delete_posts(rows.deletions)
    created.note_runs(rows.runs)
    created.create_views()
    return created


def split(rows):
    """Two deliveries; the second has every second row of a few days."""
    days = sorted({row["dt"] for row in rows})[DAYS_OF_TWO_OBJECTS]
    second = [number for number, row in enumerate(rows) if number % 2 and row["dt"] in days]
    late = set(second)
    return [row for number, row in enumerate(rows) if number not in late], [rows[number] for number in second]


@pytest.fixture(scope="session")
def trino(services, tmp_path_factory):
    """A Trino server over the services' S3 and Glue."""
    with trino_server.running(installed(), services.endpoint, tmp_path_factory.mktemp("trino")) as server:
        yield server
