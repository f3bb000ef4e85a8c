"""docs/queries.md shows the saved queries and their current results."""

import pytest

from tests.synthetic_lake import queries_page
from tests.synthetic_lake.warehouse import open_warehouse, read_saved_queries


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    with open_warehouse(tmp_path_factory.mktemp("athena"), queries_page.end_of_lake()) as lake:
        yield queries_page.fill_lake(lake)


def test_the_page_shows_every_saved_query_in_one_section():
    shown = [name for names in queries_page.SECTIONS.values() for name in names]

    assert sorted(shown) == sorted(query.name for query in read_saved_queries())


def test_the_page_shows_the_current_results_of_the_queries(lake):
    written = queries_page.PAGE.read_text(encoding="utf-8")

    assert written == queries_page.render_page(lake), "run make docs to update the page"


def test_every_question_mark_is_described_in_the_header():
    marks = {query.name: query.body.count("?") for query in read_saved_queries()}

    assert marks == {query.name: len(query.parameters) for query in read_saved_queries()}


def test_every_saved_query_returns_rows():
    assert "\n0 rows" not in queries_page.PAGE.read_text(encoding="utf-8")
