"""One lake, and one Trino server over its catalog, for all the tests of conformance."""

import datetime

import pytest

from tests.conformance import lakes, trino_server
from tests.conformance.trino_installation import installed
from tests.synthetic_lake.rows import synthetic_lake

# A query without a filter lists every projected day and reads every object, which is most of what Trino does: few.
DAYS_BEFORE_TODAY = 8
DAYS = 6
# Of each delivery Firehose makes an object a day; so do copies of a row of these days get into two objects.
DAYS_OF_TWO_OBJECTS = slice(1, 3)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """Let one process run all tests that need Trino, and others the rest, a file each."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group("trino" if "trino" in item.fixturenames else item.path.stem))


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
