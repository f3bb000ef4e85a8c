"""What axe-core finds wrong with a view, and what it cannot see: keyboard, focus, zoom."""

import json

import pytest

from tests.page.views import SCHEMES, VIEWS
from tests.resolved_template import ROOT

AXE = ROOT / "dashboard/node_modules/axe-core/axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def find_violations(page):
    """Each rule that is broken, and where."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("tags => axe.run({ runOnly: tags, preload: false })", STANDARDS)["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]} {json.dumps(node['any'][:1])[:300]}"
        for rule in found
        for node in rule["nodes"][:3]
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_wrong_with_a_view(open_page, sample, view, scheme):
    opened = open_page(sample, color_scheme=scheme)
    page = opened.show(f"#/{view}?sentiment=NEUTRAL")

    found = {}
    for width in (1280, 390):
        opened.size(width)
        found[width] = find_violations(page)
    for fold in page.locator("details:not([open]) > summary").all():
        fold.click()
    found["unfolded"] = find_violations(page)

    assert found == {1280: [], 390: [], "unfolded": []}
