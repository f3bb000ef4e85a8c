"""The page of a lake shows what the lake's SQL answers, and nothing that it must not."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from tests.page.browser import open_folder
from tests.page.lake import VALUES, list_marked
from tests.page.panels import read_panels
from tests.page.pixels import find_mark, measure_sharpness, take_screenshot
from tests.page.views import VIEWS, write_address


@pytest.fixture(scope="module")
def shown(browser, lake_page):
    """The page, and on which view each panel is."""
    with open_folder(browser, lake_page, accept_downloads=True) as opened:
        views = {}
        for view in VIEWS:
            for panel in opened.show(write_address(lake_page, view)).locator("section.panel[id]").all():
                views[panel.get_attribute("id")] = view
        yield opened, views


NOT_ON_THE_PAGE = {"post_url", "text", "first_media_url", "first_screen_name", "first_post_url"}
"""Columns of saved queries that lead to an author, or are read when somebody looks at a post."""


def ask(lake, name, **values):
    """The columns and rows of a saved query, as far as they are on the page."""
    saved = lake.queries.find_saved(name)
    given = VALUES | values
    parameters = [f"{key}={given[key]}" for key in dict.fromkeys(each.name for each in saved.parameters)]
    result = lake.queries.run_saved(saved, parameters)
    kept = [number for number, column in enumerate(result.column_names) if column not in NOT_ON_THE_PAGE]
    return [[row[number] for number in kept] for row in [result.column_names, *result.rows]]


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


def is_same(one, other, margin):
    return one == other or bool(one and other and margin and abs(float(one) - float(other)) <= margin)


# The page has scores with four digits, so that the last digit of a mean can differ.
MARGINS = {"mean_balance": 0.0011}
# Columns of a query whose values are not among the page's data.
LEFT_OUT = {"photoStatuses": {"images"}, "textInImages": {"mean_confidence"}}


@pytest.mark.parametrize("panel", read_panels())
def test_the_csv_of_a_panel_is_the_answer_of_its_saved_query(shown, lake, panel):
    opened, views = shown
    assert panel in views, "no view shows it"
    page = opened.show(write_address(opened.folder, views[panel]))

    with page.expect_download() as download:
        page.locator(f"section.panel#{panel}").get_by_role("button", name="as CSV").click()

    columns, *rows = round_numbers(read_csv(download.value.path()))
    values = {"image_id": page.locator(".facts .id").inner_text()} if views[panel] == "picture" else {}
    answered, *answer = round_numbers(ask(lake, read_panels()[panel], **values))
    assert columns == [name for name in answered if name not in LEFT_OUT.get(panel, ())]
    answer = [[row[answered.index(name)] for name in columns] for row in answer]
    if "\nlimit " in lake.queries.find_saved(read_panels()[panel]).text:
        # The page has every row, the query the first ones.
        assert len(rows) >= len(answer)
        rows = rows[: len(answer)]
    assert len(rows) == len(answer)
    for number, (row, expected) in enumerate(zip(rows, answer, strict=True)):
        of_page, of_sql = dict(zip(columns, row, strict=True)), dict(zip(columns, expected, strict=True))
        different = {
            name: (of_page[name], of_sql[name])
            for name in columns
            if not is_same(of_page[name], of_sql[name], MARGINS.get(name, 0))
        }
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


def read_files(folder):
    """Everything in the folder that is not a picture, by its path."""
    return {path: path.read_text("utf-8") for path in folder.rglob("*") if path.is_file() and path.suffix != ".webp"}


def list_authors(lake):
    """Handles, names and ids of all who wrote a post of the lake."""
    users = [row["user"] for row in lake.rows.posts]
    return {word for user in users for word in (user["screen_name"], user["name"], user["id_str"])}


def test_no_file_names_an_author(lake, lake_page):
    authors, files = list_authors(lake), read_files(lake_page)

    assert len(authors) > 20
    assert {(path, name) for path, text in files.items() for name in authors if name in text} == set()
    assert not any("did:plc:" in text for text in files.values())


def test_authors_are_there_for_whom_asks(lake, lake_page_with_authors):
    text = (lake_page_with_authors / "data/texts-0.js").read_text("utf-8")
    written = set(re.findall(r'"(account_\d+)"', text))

    assert len(written) > 10
    assert written <= list_authors(lake)


# Left, top, right and bottom on the screen.
READ_EDGES = """element => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return [left, top, right, bottom];
}"""


@pytest.mark.parametrize("width", [390, 1280, 1920])
@pytest.mark.parametrize("number", [0, 1])
def test_a_box_lies_on_its_face(open_page, lake, lake_page, number, width):
    digest = lake.plan.image_id(list_marked(lake.plan)[number])
    opened = open_page(lake_page, viewport={"width": width, "height": 1000})
    page = opened.show(f"#/picture?id={digest}")
    box = page.locator(".box.face rect").first
    box.wait_for(state="attached")
    page.locator(".sheet").scroll_into_view_if_needed()
    opened.settle()

    marked = find_mark(take_screenshot(page), page.locator(".sheet").evaluate(READ_EDGES))
    drawn = box.evaluate(READ_EDGES)

    assert [abs(ours - theirs) < 2 for ours, theirs in zip(drawn, marked, strict=True)] == [True] * 4, (drawn, marked)
    assert marked[2] - marked[0] > 50

    box_is_drawn = "() => getComputedStyle(document.querySelector('.box.face .over')).stroke !== 'none'"
    assert not page.evaluate(box_is_drawn)
    page.get_by_role("button", name="Faces").click()
    assert page.evaluate(box_is_drawn)


def test_a_suspect_picture_is_blurred_until_it_is_asked_for(open_page, lake_page):
    opened = open_page(lake_page)
    page = opened.show("#/suspect")
    page.add_style_tag(content=".reveal { opacity: 0 } * { transition: none !important }")
    picture = page.locator(".thumbnail.blurred").first
    picture.scroll_into_view_if_needed()
    opened.settle()
    address = picture.locator("img").get_attribute("src")
    shown = page.locator(f'.thumbnail:has(img[src="{address}"])').first
    assert picture.locator("img").get_attribute("alt") == ""
    blurred = measure_sharpness(take_screenshot(shown))

    picture.get_by_role("button").click()
    opened.settle()

    assert shown.locator("img").evaluate("image => getComputedStyle(image).filter") == "none"
    assert blurred < 16
    assert measure_sharpness(take_screenshot(shown)) > 48
    assert page.locator(".thumbnail.blurred").count() > 0

    page = opened.show("#/suspect")
    blur = shown.locator("img").evaluate("image => getComputedStyle(image).filter")
    assert re.match(r"blur\((1[2-9]|[2-9]\d)px\)", blur)


def test_a_post_that_is_deleted_is_gone_with_its_picture_from_the_next_build(lake, tmp_path):
    plan, deleted = lake.plan, {row["id"] for row in lake.rows.deletions}
    image = next(
        image
        for image in range(plan.images)
        if plan.is_one_off(image)
        and plan.is_analyzed(image)
        and plan.new_images(plan.first_post(image)) == [image]
        and plan.post_id(plan.first_post(image)) not in deleted
        and image % 17 != 11
    )
    post = next(row for row in lake.rows.posts if row["id"] == plan.post_id(plan.first_post(image)))
    digest = plan.image_id(image)
    files = [f"{folder}/{digest[:2]}/{digest}.webp" for folder in ("pictures", "thumbnails")]
    page = lake.build(tmp_path / "page")
    assert str(post["id"]) in (page / "data/posts-0.js").read_text("utf-8")
    assert all((page / file).is_file() for file in files)

    deletion = {**lake.rows.deletions[0], "id": post["id"], "id_str": post["id_str"]}
    lake.warehouse.delete([*lake.rows.deletions, deletion])
    try:
        lake.build(tmp_path / "page")
    finally:
        lake.warehouse.delete(lake.rows.deletions)

    assert not any(word in text for text in read_files(page).values() for word in (str(post["id"]), digest))
    assert not any((page / file).exists() for file in files)
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


def test_the_page_counts_as_the_sql_counts(open_page, lake, lake_page):
    page = open_page(lake_page).show("#/overview")
    shown = page.get_by_role("status").first
    filters = {
        "": "true",
        "?platform=bluesky": "p.source_platform = 'bluesky'",
        "?language=ja&language=de": "p.language in ('ja', 'de')",
        "?sentiment=unknown": "p.sentiment is null",
        "?since=2026-03-03&until=2026-03-04": "p.dt between '2026-03-03' and '2026-03-04'",
    }
    for filter_, condition in filters.items():
        page.goto("about:blank")
        page.goto(f"{(lake_page / 'index.html').as_uri()}#/overview{filter_}")
        [(posts,)] = lake.warehouse.ask(f"select count(*) from dashboard_posts as p where {condition}").rows
        expect(shown).to_have_text(re.compile(rf"^{posts}( of 197)? posts, "))
