"""The views of the page, as the tests open them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.resolved_template import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

REGISTRY = ROOT / "dashboard/src/views/registry.ts"
VIEWS = re.findall(r'\bid: "(\w+)"', REGISTRY.read_text("utf-8"))
WIDTHS = (390, 1280, 1920)
SCHEMES = ("light", "dark")


def write_address(folder: Path, view: str, filters: str = "") -> str:
    """The address of a view, of a picture if it needs one; `filters` as they stand in the address."""
    query = filters
    if view == "picture":
        pictures = folder / "data/pictures-0.js"
        found = re.search(r'"id":\["([0-9a-f]{64})"', pictures.read_text("utf-8")) if pictures.exists() else None
        query = "&".join(filter(None, [f"id={found[1]}" if found else "", filters]))
    return f"#/{view}" + (f"?{query}" if query else "")


def find_overflow(page: Page) -> list[str]:
    """Elements that reach beyond the screen without being in a box that scrolls."""
    found: list[str] = page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            const isCut = (element) =>
                element !== document.body &&
                (getComputedStyle(element).overflowX !== "visible" || isCut(element.parentElement));
            return [...document.body.querySelectorAll("*")]
                .filter((element) => element.getBoundingClientRect().right > width + 1)
                .filter((element) => !isCut(element.parentElement))
                .map((element) => `${element.tagName}.${element.className} ${element.textContent.slice(0, 40)}`)
                .slice(0, 5);
        }"""
    )
    return found
