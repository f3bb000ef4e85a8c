"""The page of a lake shows what the lake's SQL answers, and nothing that it must not."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from tests.page.browser import open_folder
from tests.page.lake import VALUES
from tests.page.panels import read_panels
from tests.page.views import VIEWS


@pytest.fixture(scope="module")
def shown(browser, lake_page):
    """The page, and on which view each panel is."""
    with open_folder(browser, lake_page, accept_downloads=True) as opened:
        views = {}
        for view in VIEWS:
            for panel in opened.show(f"#/{view}").locator("section.panel[id]").all():
                views[panel.get_attribute("id")] = view
        yield opened, views


def ask(lake, name):
    """The columns and rows of a saved query."""
    saved = lake.queries.find_saved(name)
    values = [f"{key}={VALUES[key]}" for key in dict.fromkeys(each.name for each in saved.parameters)]
    result = lake.queries.run_saved(saved, values)
    return [result.column_names, *(list(row) for row in result.rows)]


def read_csv(path):
    """The rows of a file that the page has written, with Athena's text for each value."""
    text = path.read_bytes().decode("utf-8-sig")
    return [[cell.removeprefix("'") or None for cell in row] for row in csv.reader(io.StringIO(text))]


def round_numbers(rows):
    """Numbers with ten significant digits: the page adds them up in another order."""
    return [
        [f"{float(cell):.10g}" if cell and NUMBER.fullmatch(cell) else cell or None for cell in row] for row in rows
    ]


NUMBER = re.compile(r"-?\d+(\.\d+)?(E-?\d+)?", re.IGNORECASE)


@pytest.mark.parametrize("panel", read_panels())
def test_the_csv_of_a_panel_is_the_answer_of_its_saved_query(shown, lake, panel):
    opened, views = shown
    assert panel in views, "no view shows it"
    page = opened.show(f"#/{views[panel]}")

    with page.expect_download() as download:
        page.locator(f"section.panel#{panel}").get_by_role("button", name="as CSV").click()

    columns, *rows = round_numbers(read_csv(download.value.path()))
    answered, *answer = round_numbers(ask(lake, read_panels()[panel]))
    assert columns == answered
    assert len(rows) == len(answer)
    for number, (row, expected) in enumerate(zip(rows, answer, strict=True)):
        of_page, of_sql = dict(zip(columns, row, strict=True)), dict(zip(columns, expected, strict=True))
        different = {name: (of_page[name], of_sql[name]) for name in columns if of_page[name] != of_sql[name]}
        assert (number, different) == (number, {}), of_page


def test_the_sql_of_a_panel_is_the_saved_query_and_can_be_copied(open_page, lake, lake_page):
    page = open_page(lake_page, permissions=["clipboard-read", "clipboard-write"]).show("#/overview")
    panel = page.locator("#photoStatuses")
    panel.get_by_role("button", name="SQL of").click()
    command, sql = panel.get_by_role("dialog").locator("figure").all()

    for box in (command, sql):
        box.get_by_role("button", name="Copy").click()
        expect(box.get_by_role("button")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == box.locator("pre").inner_text()
    result = lake.queries.run(sql.locator("pre").inner_text())
    assert [result.column_names, *(list(row) for row in result.rows)] == ask(lake, "photo_statuses")
    assert command.locator("pre").inner_text() == (
        f"photolake query --saved photo_statuses --param since={VALUES['since']} --param until={VALUES['until']}"
    )
