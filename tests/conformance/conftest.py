"""One lake, and one Trino server over its catalog, for all the tests of conformance."""

import datetime

import pytest

from tests.conformance import lakes, trino_server
from tests.conformance.trino_installation import installed
from tests.synthetic_lake.rows import synthetic_lake

# A query without a filter lists every projected day, so there are few.
DAYS_BEFORE_TODAY = 12
DAYS = 8
# Of each delivery Firehose makes an object a day; so do copies of a row get into several objects.
DELIVERIES = 2


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
        delivered = list(getattr(rows, table))
        for start in range(DELIVERIES):
            created.deliver(table, delivered[start::DELIVERIES])
    created.archive(list(rows.raw_lines))
    created.delete_posts(rows.deletions)
    created.create_views()
    return created


@pytest.fixture(scope="session")
def trino(services, tmp_path_factory):
    """A Trino server over the services' S3 and Glue."""
    with trino_server.running(installed(), services.endpoint, tmp_path_factory.mktemp("trino")) as server:
        yield server
