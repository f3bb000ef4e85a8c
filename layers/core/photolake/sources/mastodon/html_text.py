"""The text of a Mastodon post, which is HTML, and the links in it.

Which elements a post may have: https://docs.joinmastodon.org/spec/activitypub/#sanitization
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

_PARAGRAPHS = frozenset({"p", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_LINES = frozenset({"br", "li"})
_HIDDEN = frozenset({"script", "style"})
_MANY_BREAKS = re.compile(r"\n{3,}")


class Link(NamedTuple):
    """A link, the text that it is shown as, and the classes of its element (`mention`, `hashtag`)."""

    url: str
    text: str
    classes: frozenset[str]


class HtmlText(NamedTuple):
    """The text that a reader sees, with a line for each line and an empty one between paragraphs, and its links."""

    text: str
    links: list[Link]


def read_html(html: str) -> HtmlText:
    """Read HTML of any shape; what is not well formed is read as far as it goes."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = "\n".join(line.strip() for line in "".join(reader.parts).split("\n"))
    return HtmlText(_MANY_BREAKS.sub("\n\n", lines).strip(), reader.links)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.links: list[Link] = []
        self._hidden = 0
        self._open: tuple[str, frozenset[str], int] | None = None

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _LINES:
            self.parts.append("\n")
        self._end_paragraph(tag)
        self._hidden += tag in _HIDDEN
        if tag == "a":
            given = dict(attrs)
            classes = frozenset((given.get("class") or "").split())
            self._open = (given.get("href") or "", classes, len(self.parts))

    def handle_endtag(self, tag: str) -> None:
        self._end_paragraph(tag)
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        if tag == "a" and self._open:
            url, classes, start = self._open
            self.links.append(Link(url, "".join(self.parts[start:]).strip(), classes))
            self._open = None

    def _end_paragraph(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.parts.append("\n\n")
