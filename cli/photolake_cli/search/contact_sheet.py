"""A page with the images that were found, complete in itself. What posts and images say appears as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from photolake_cli.search.thumbnails import Thumbnail


def build_contact_sheet(title: str, images: Sequence[Mapping[str, Any]], thumbnails: Sequence[Thumbnail]) -> str:
    """Return the page; `images` are as the search API returns them, each with its thumbnail."""
    templates = Environment(
        loader=PackageLoader("photolake_cli.search", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    cards = list(zip(images, thumbnails, strict=True))
    return templates.get_template("contact_sheet.html").render(title=title, cards=cards)
