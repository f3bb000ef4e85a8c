"""Filters, picks and permalinks: what is chosen anywhere holds everywhere, and stands in the address."""

import pytest
from playwright.sync_api import expect

from tests.page.views import VIEWS, write_address


def left(page):
    """How many posts and pictures are left, as the page says."""
    return page.get_by_role("status").first


@pytest.mark.parametrize("view", VIEWS)
def test_a_permalink_shows_the_same_in_another_browser(open_page, sample, view):
    first = open_page(sample).show(write_address(sample, view))
    first.get_by_role("combobox", name="Sentiment", exact=True).select_option("POSITIVE")
    first.get_by_role("combobox", name="Label", exact=True).select_option("Face")
    first.get_by_label("Words of the post").fill("coffee")
    first.get_by_label("Words of the post").press("Enter")
    expect(left(first)).to_contain_text(" of 300 posts")

    second = open_page(sample).show(first.url[first.url.index("#") :])

    expect(left(second)).to_have_text(left(first).inner_text())
    assert second.locator(".chips").inner_text() == first.locator(".chips").inner_text()
    assert second.locator("main").inner_text() == first.locator("main").inner_text()


def test_a_choice_in_the_bar_can_be_taken_back_in_every_way(open_page, sample):
    page = open_page(sample).show("#/overview")
    language = page.get_by_role("combobox", name="Language", exact=True)

    language.select_option("de")
    chip = page.get_by_role("button", name="Remove the filter Language: German")
    expect(chip).to_be_visible()
    expect(left(page)).to_contain_text(" of 300 posts")
    chip.click()
    expect(left(page)).to_have_text("300 posts, 100 pictures")

    language.select_option("de")
    language.select_option("de")
    expect(left(page)).to_have_text("300 posts, 100 pictures")

    language.select_option("ja")
    page.go_back()
    expect(left(page)).to_have_text("300 posts, 100 pictures")
    page.go_forward()
    page.get_by_role("button", name="Clear all").click()
    expect(left(page)).to_have_text("300 posts, 100 pictures")


def test_every_kind_of_filter_narrows_the_posts(open_page, sample):
    page = open_page(sample).show("#/overview")
    for label, value in (
        ("From", "2026-11-15"),
        ("To", "2026-11-20"),
        ("Words of the post", "coffee"),
        ("Text in the picture", "city"),
    ):
        page.get_by_label(label, exact=True).fill(value)
        page.get_by_label(label, exact=True).blur()
        expect(page.get_by_role("button", name=f"Remove the filter {label}: {value}")).to_be_visible()
        expect(left(page)).to_contain_text(" of 300 posts")
        page.get_by_role("button", name="Clear all").click()
    page.get_by_role("combobox", name="Content").select_option("Suspect only")
    expect(left(page)).to_contain_text(" of 100 pictures")


def test_a_search_field_that_is_emptied_filters_no_longer(open_page, sample):
    page = open_page(sample).show("#/overview?words=coffee")
    expect(left(page)).to_contain_text(" of 300 posts")

    page.get_by_role("searchbox", name="Words of the post").fill("")

    expect(left(page)).to_have_text("300 posts, 100 pictures")


def test_a_pick_in_one_view_narrows_the_others(open_page, sample):
    page = open_page(sample).show("#/overview")
    bar = page.locator("#photoStatuses").get_by_role("button", name="gone", exact=False).first
    bar.click()
    expect(bar).to_have_attribute("aria-pressed", "true")
    narrowed = left(page).inner_text()
    assert " of 300 posts" in narrowed

    for link in page.get_by_role("navigation", name="Views").get_by_role("link").all():
        link.click()
        expect(left(page)).to_have_text(narrowed)
        expect(page.locator(".chips")).to_contain_text("gone")


def test_filters_that_leave_nothing_say_so_and_can_be_cleared(open_page, sample):
    opened = open_page(sample)
    for view in set(VIEWS) - {"picture"}:
        page = opened.show(write_address(sample, view, "words=nobody+has+said+this"))
        expect(left(page)).to_have_text("0 of 300 posts, 0 of 100 pictures")
        page.locator("main").get_by_role("button", name="Clear the filters").first.click()
        expect(left(page)).to_have_text("300 posts, 100 pictures")


def test_on_a_phone_the_filters_fold_away_and_their_choice_stays_in_sight(open_page, sample):
    page = open_page(sample, viewport={"width": 390, "height": 800}).show("#/overview?language=de")

    expect(page.get_by_role("combobox", name="Language", exact=True)).to_be_hidden()
    expect(page.get_by_role("button", name="Remove the filter Language: German")).to_be_visible()
    page.get_by_text("Filters", exact=True).click()
    expect(page.get_by_role("combobox", name="Language", exact=True)).to_be_visible()
