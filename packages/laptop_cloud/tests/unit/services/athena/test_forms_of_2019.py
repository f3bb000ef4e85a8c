"""SQL as it was written in 2019, with Athena's meaning: above all, UNNEST of an array of rows is one column, a row."""

import pytest

from laptop_cloud.services.athena.errors import QueryError
from laptop_cloud_testing.forms_of_2019 import FORMS, FORMS_IN_VIEWS, TABLES, in_order
from laptop_cloud_testing.memory_lake import answering, connected


@pytest.fixture(scope="module")
def connection():
    made = connected(TABLES)
    yield made
    made.close()


@pytest.fixture(scope="module")
def answer(connection):
    return answering(connection, TABLES)


@pytest.fixture(scope="module")
def view_answer(connection):
    return answering(connection, TABLES, for_view=True)


@pytest.mark.parametrize(("sql", "rows"), FORMS.values(), ids=FORMS)
def test_a_form_of_2019_has_athenas_rows(answer, sql, rows):
    assert in_order(sql, answer(sql)) == in_order(sql, rows)


@pytest.mark.parametrize(("sql", "rows"), FORMS_IN_VIEWS.values(), ids=FORMS_IN_VIEWS)
def test_a_form_of_2019_without_rows_unnested_can_be_a_view(view_answer, sql, rows):
    assert in_order(sql, view_answer(sql)) == in_order(sql, rows)


REFUSED = {
    "select t.a from tweets, unnest(entities.urls) t (a), unnest(entities.urls) t (a)": (
        "AMBIGUOUS_NAME: line 1:8: Column 't.a' is ambiguous"
    ),
    "select * from tweets, unnest(entities.urls) t": (
        "NOT_SUPPORTED: line 1:30: * over an UNNEST whose column has no name is not available locally"
    ),
    "select t.b.url from tweets t, unnest(entities.urls) t (b)": "SYNTAX_ERROR: Alias already used: t",
}  # fmt: skip


@pytest.mark.parametrize(("sql", "reason"), REFUSED.items())
def test_what_cannot_be_told_apart_is_refused(answer, sql, reason):
    with pytest.raises(QueryError) as error:
        answer(sql)

    assert error.value.reason == reason


@pytest.mark.parametrize(
    "unnests",
    [
        "unnest(image_labels.labels) t (label)",
        "unnest(transform(image_labels.labels, l -> l.name)) t (name), unnest(image_labels.facedetails) t (face)",
    ],
)
def test_no_view_unnests_rows(view_answer, unnests):
    with pytest.raises(QueryError, match="a view cannot be created over UNNEST of an array of rows"):
        view_answer(f"select tweetid from (select * from media_rekognition, {unnests})")
