"""What axe-core finds wrong with a view, and what it cannot see: keyboard, focus, zoom."""

import json

import pytest

from tests.page.views import VIEWS, write_address
from tests.resolved_template import ROOT

AXE = ROOT / "dashboard/node_modules/axe-core/axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


ALL_RULES = {"runOnly": STANDARDS, "preload": False}
COLOR_RULES = {"runOnly": ["color-contrast", "link-in-text-block"], "preload": False}


def find_violations(page, rules):
    """Each rule that is broken, and where."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("rules => axe.run(rules)", rules)["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]} {json.dumps(node['any'][:1])[:300]}"
        for rule in found
        for node in rule["nodes"][:3]
    ]


def unfold(opened, page):
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    opened.settle()


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_wrong_with_a_view(open_page, sample, view):
    opened = open_page(sample, color_scheme="light")
    page = opened.show(write_address(sample, view, "sentiment=NEUTRAL"))

    found = {}
    for width in (1280, 390):
        opened.size(width)
        found[str(width)] = find_violations(page, ALL_RULES)
    unfold(opened, page)
    found["unfolded"] = find_violations(page, ALL_RULES)

    assert found == {"1280": [], "390": [], "unfolded": []}


@pytest.mark.parametrize("view", VIEWS)
def test_the_dark_colours_of_a_view_can_be_told_apart(open_page, sample, view):
    opened = open_page(sample, color_scheme="dark")
    page = opened.show(write_address(sample, view, "sentiment=NEUTRAL"))
    unfold(opened, page)

    assert find_violations(page, COLOR_RULES) == []


@pytest.mark.parametrize("view", VIEWS)
def test_the_keyboard_reaches_everything_in_sight_of_its_focus(open_page, sample, view):
    page = open_page(sample).show(write_address(sample, view))
    # A picture is opened from the middle of another view, and begins at its own heading.
    if page.evaluate("document.activeElement === document.body"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"

    hidden = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(DESCRIBE_FOCUS)
        if focused is None or focused["inFooter"]:
            break
        hidden += [focused["html"]] if focused["isHidden"] else []
    assert hidden == []


# Whether the middle of what has the focus is what one sees there, and has an outline.
DESCRIBE_FOCUS = """() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return null;
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
    const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
    const seen = document.elementFromPoint(x, y);
    const isCovered = seen === null || !(element.contains(seen) || seen.contains(element));
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return {
        html: element.outerHTML.slice(0, 200),
        inFooter: element.closest("footer") !== null,
        isHidden: isCovered || outlineStyle === "none" || outlineWidth === "0px",
    };
}"""


@pytest.mark.parametrize("view", VIEWS)
def test_what_is_pressed_is_large_enough_for_a_finger(open_page, sample, view):
    page = open_page(sample, viewport={"width": 390, "height": 800}).show(write_address(sample, view))

    small = page.evaluate(
        """() => [...document.querySelectorAll("button, a[href], input, select, summary, [role=button]")]
            .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("p, .skip"))
            .filter((element) => {
                const target = element.matches("input") ? (element.closest("label") ?? element) : element;
                const { width, height } = target.getBoundingClientRect();
                return width > 0 && (width < 24 || height < 24);
            })
            .map((element) => element.outerHTML.slice(0, 160))"""
    )

    assert small == []
