"""Every saved query of athena/queries answers the same on Trino and on Athena."""

import datetime

import pytest

from tests.conformance.comparison import differences
from tests.resolved_template import ROOT

NAMES = sorted(path.stem for path in (ROOT / "athena/queries").glob("*.sql"))


@pytest.fixture
def values(earliest, rows):
    """A value for each parameter that a query may have, by its name."""
    tomorrow = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=1)
    return {
        "since": earliest.isoformat(),
        "until": tomorrow.isoformat(),
        "name": "du châtelet",
        "words": '"one"',
        "image_id": next(row["image_id"] for row in rows.photos if row["image_id"]),
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_query_answers_the_same_on_both_engines(name, lake, trino, values):
    [query] = [query for query in lake.statements("queries") if query.name == name]
    literals = [parameter.literal(values[parameter.name]) for parameter in query.parameters]
    athena = lake.query(query.body, literals)
    assert athena.rows, "the test lake has no row for it"
    ordered = "\norder by" in query.body
    assert differences(trino.query(executed(query.body, literals), lake.database), athena, ordered=ordered) == []


def executed(sql, literals):
    """The statement with its parameters, which Athena calls execution parameters."""
    if not literals:
        return sql
    return "execute immediate '{}' using {}".format(sql.replace("'", "''"), ", ".join(literals))
