"""Whatever a lake holds, every view shows it as text, runs nothing of it, and stays within the screen."""

import copy

import pytest

from tests.page.hostile import VARIANTS, read_pages, write_pages
from tests.page.views import VIEWS, find_overflow, write_address


@pytest.fixture(scope="module", params=VARIANTS)
def hostile_page(request, sample, tmp_path_factory):
    pages = VARIANTS[request.param](copy.deepcopy(read_pages(sample)))
    return write_pages(sample, tmp_path_factory.mktemp("hostile") / "page", pages)


def test_every_view_bears_the_worst_data(open_page, hostile_page):
    opened = open_page(hostile_page)
    for width in (1280, 360):
        opened.size(width)
        for view in VIEWS:
            page = opened.show(write_address(hostile_page, view))
            assert page.get_by_role("heading", name="This page cannot be shown").count() == 0
            assert (view, width, find_overflow(page)) == (view, width, [])
            assert page.evaluate("window.hacked") is None
