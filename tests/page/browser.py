"""Headless Chromium over a folder of the page, opened from disk as its readers open it.

`python -m tests.page.browser` starts and closes it, to see whether it can be started.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

# The first is Chromium without windows, as Playwright's own: a page takes a third of the processor time.
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",  # colours of a screenshot are those of the file
)
_TIMEOUT = 20_000


@contextmanager
def launch_browser() -> Iterator[Browser]:
    """Start the machine's own Chromium, or Playwright's."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    arguments = [*_ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class OpenedPage:
    """A page in a browser of its own, and whatever it did that a reader must never see."""

    folder: Path
    page: Page
    problems: list[str] = field(default_factory=list)
    """Errors and warnings of the console, dialogs, and requests for anything outside the folder."""

    def __post_init__(self) -> None:
        self.page.set_default_timeout(_TIMEOUT)
        self.page.on("console", self._note_message)
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("dialog", self._note_dialog)
        self.page.on("request", lambda request: self._note_request(request.url))
        self.page.on("requestfailed", self._note_failure)
        self.page.on("popup", lambda popup: self.problems.append(f"a second page: {popup.url}"))

    def show(self, place: str = "") -> Page:
        """Show a view, such as `#/wall?label=Dog`, in a page that is loaded anew, and wait until it stands."""
        self.page.goto("about:blank")
        self.page.goto(f"{(self.folder / 'index.html').as_uri()}{place}")
        self.page.locator("#main").wait_for()
        self.settle()
        return self.page

    def turn_to(self, place: str) -> Page:
        """Show a view as a click on a link does, without loading anything anew."""
        self.page.evaluate("hash => { window.location.hash = hash }", place)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until what has been asked for is drawn: pictures in sight, charts, what comes after a frame."""
        self.page.evaluate(_SETTLE)

    def size(self, width: int, height: int = 900) -> None:
        """Change the size of the window."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.settle()

    def _note_failure(self, request: Request) -> None:
        """Note a file that could not be read; one that is no longer wanted, as the view has changed, is no failure."""
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"failed: {request.url[:200]}")

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def _note_dialog(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _note_request(self, url: str) -> None:
        parts = urlsplit(url)
        inside = parts.scheme == "file" and Path(unquote(parts.path)).is_relative_to(self.folder)
        if not inside and parts.scheme not in ("data", "blob", "about"):
            self.problems.append(f"request: {url}")


# Two frames, so that a ResizeObserver has told a chart its width and the chart is drawn; then pictures in sight.
_SETTLE = """async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let count = 0; count < 3; count++) await frame();
    const isInSight = ({ top, bottom }) => bottom > 0 && top < window.innerHeight;
    const waiting = [...document.images].filter((image) => !image.complete && isInSight(image.getBoundingClientRect()));
    const arrived = waiting.map((image) => new Promise((resolve) => {
        image.addEventListener("load", resolve);
        image.addEventListener("error", resolve);
    }));
    await Promise.race([Promise.all(arrived), new Promise((resolve) => setTimeout(resolve, 3000))]);
    await frame();
}"""


@contextmanager
def open_folder(browser: Browser, folder: Path, **options: Any) -> Iterator[OpenedPage]:
    """Open a folder in a context of its own; `options` are those of Playwright's `new_context`."""
    defaults: Mapping[str, Any] = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", "timezone_id": "UTC"}
    context = browser.new_context(**{**defaults, "reduced_motion": "reduce", **options})
    try:
        yield OpenedPage(folder.resolve(), context.new_page())
    finally:
        context.close()


if __name__ == "__main__":
    with launch_browser() as started:
        started.new_page().goto("about:blank")
