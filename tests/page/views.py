"""The views of the page, as the tests open them."""

import re

from tests.resolved_template import ROOT

REGISTRY = ROOT / "dashboard/src/views/registry.ts"
VIEWS = re.findall(r'\bid: "(\w+)"', REGISTRY.read_text("utf-8"))
WIDTHS = (390, 1280, 1920)
SCHEMES = ("light", "dark")
