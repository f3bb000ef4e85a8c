"""What every panel offers: its SQL, its rows as a file and as a table."""

import re

import pytest
from playwright.sync_api import expect

from tests.page.views import VIEWS, write_address

ROWS = re.compile(", table$")


@pytest.mark.parametrize("view", VIEWS)
def test_every_panel_shows_its_sql_its_rows_and_goes_back(open_page, sample, view):
    page = open_page(sample, accept_downloads=True).show(write_address(sample, view))

    for panel in page.locator("section.panel[id]").all():
        panel.get_by_role("button", name="SQL of").click()
        dialog = panel.get_by_role("dialog")
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(panel.get_by_role("button", name="SQL of")).to_be_focused()

        table = panel.get_by_role("button", name="as a table")
        if table.is_enabled():
            # A panel can have a table of its own in place of a chart.
            rows = panel.get_by_role("region", name=ROWS)
            table.click()
            expect(rows.get_by_role("table")).to_be_visible()
            table.click()
            expect(rows).to_be_hidden()
