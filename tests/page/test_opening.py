"""The page as a reader opens it: from disk, without a network."""

from playwright.sync_api import expect


def test_the_page_opens_from_disk_and_counts_its_posts(open_page, sample):
    page = open_page(sample).show()

    expect(page.get_by_role("status")).to_have_text("300 posts, 100 pictures")
