"""Every view at three widths in both colour schemes: screenshots to look at, and that nothing is cut or cramped."""

import shutil

import pytest

from tests.page.views import SCHEMES, VIEWS, WIDTHS, find_overflow, write_address
from tests.resolved_template import ROOT

SCREENSHOTS = ROOT / ".photolake/screenshots"
"""`make test-page` leaves them here."""
MAX_HEIGHT = 3000


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_fits_every_width_in_both_colour_schemes(open_page, sample, view):
    shutil.rmtree(SCREENSHOTS / view, ignore_errors=True)
    for scheme in SCHEMES:
        opened = open_page(sample, color_scheme=scheme)
        page = opened.show(write_address(sample, view))
        for width in WIDTHS:
            opened.size(width)
            # The whole page as if the window were as high: what sticks to an edge does so once.
            opened.size(width, min(MAX_HEIGHT, page.evaluate("document.documentElement.scrollHeight")))
            page.screenshot(path=SCREENSHOTS / view / f"{width}-{scheme}.png")
            assert find_overflow(page) == []
