"""The page is in the reader's time zone, numbers and size of letters."""

import pytest

from tests.page.views import VIEWS, find_overflow, write_address


@pytest.mark.parametrize(
    ("locale", "timezone", "written"),
    [
        ("en-GB", "UTC", "29 Nov 2026, 00:00"),
        ("en-US", "America/New_York", "Nov 28, 2026, 7:00 PM"),
        ("de-DE", "Asia/Kolkata", "29.11.2026, 05:30"),
    ],
)
def test_a_time_is_the_readers_own(open_page, sample, locale, timezone, written):
    page = open_page(sample, locale=locale, timezone_id=timezone).show()

    made = f"Made {written} from a made-up lake, posts of 2026-11-01 to 2026-11-28."
    assert made in page.locator("footer").inner_text().replace("\u202f", " ")


def test_a_number_is_written_as_the_reader_writes_it(open_page, large_sample):
    written = {
        locale: open_page(large_sample, locale=locale).show().get_by_role("status").first.inner_text()
        for locale in ("en-GB", "de-DE", "fr-FR")
    }

    assert written == {
        "en-GB": "1,234 posts, 20 pictures",
        "de-DE": "1.234 posts, 20 pictures",
        "fr-FR": "1\u202f234 posts, 20 pictures",
    }


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("width", [700, 900, 1280])
def test_letters_of_twice_the_size_stay_on_the_page(open_page, sample, view, width):
    opened = open_page(sample, viewport={"width": width, "height": 900})
    page = opened.show(write_address(sample, view))
    assert find_overflow(page) == []

    page.add_style_tag(content=":root { font-size: 200% !important; }")
    opened.settle()

    assert find_overflow(page) == []
