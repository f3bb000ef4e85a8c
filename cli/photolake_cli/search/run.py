"""`photolake search`: finds images, and shows them as a table, as JSON or as a contact sheet."""

from __future__ import annotations

import tempfile
import webbrowser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photolake_cli.console import error_console, format_json, print_note, show_progress, show_table
from photolake_cli.errors import CommandError
from photolake_cli.search.contact_sheet import build_contact_sheet
from photolake_cli.search.thumbnails import load_thumbnails

if TYPE_CHECKING:
    from photolake_cli.search.client import SearchClient

_SHOWN_ID = 12


@dataclass(frozen=True)
class SearchOptions:
    """What the command line asks for: `filters` by the API's names, and how to show what is found."""

    filters: Mapping[str, Sequence[str]]
    min_confidence: float = 0.0
    sort: str = "date"
    limit: int = 20
    as_json: bool = False
    output: Path | None = None
    open_sheet: bool = False

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The query of the request."""
        values = [(name, value) for name, wanted in self.filters.items() for value in wanted]
        confidence = [("min_confidence", str(self.min_confidence))] if self.min_confidence else []
        return [*values, *confidence, ("sort", self.sort)]

    @property
    def title(self) -> str:
        """The filters in words: `label car, text NDV*`."""
        return ", ".join(f"{name} {value}" for name, wanted in self.filters.items() for value in wanted) or "all images"


def run_search(client: SearchClient, options: SearchOptions) -> None:
    """Search, and show what is found."""
    with show_progress("Searching", error_console) as on_progress:
        images = client.find(options.parameters, options.limit, lambda count: on_progress(f"{count:,} images"))
    if options.as_json:
        print(format_json(images, indent=2))  # noqa: T201 (for other programs)
    else:
        _show_images(options.title, images)
    if options.open_sheet or options.output:
        path = _write_sheet(images, options)
        print_note(f"Contact sheet: {path}")
        if options.open_sheet and not webbrowser.open(path.absolute().as_uri()):
            print_note(f"No browser could be opened. Open the file yourself: {path}", "yellow")


def _show_images(title: str, images: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        [
            image["date"],
            image["image_id"][:_SHOWN_ID],
            round(image["confidence"], 1),
            ", ".join(image["labels"][:5]),
            " / ".join(image["text"]),
        ]
        for image in images
    ]
    count = "1 image" if len(images) == 1 else f"{len(images):,} images"
    show_table(title, ["first seen", "image", "confidence", "labels", "text"], rows, count)


def _write_sheet(images: Sequence[Mapping[str, Any]], options: SearchOptions) -> Path:
    with show_progress("Loading thumbnails", error_console) as on_progress:
        thumbnails = load_thumbnails(
            [image["url"] for image in images], lambda count: on_progress(f"{count:,} of {len(images):,}")
        )
    html = build_contact_sheet(options.title, images, thumbnails)
    missing = sum(thumbnail.data is None for thumbnail in thumbnails)
    if missing:
        print_note(f"{missing:,} of {len(images):,} images could not be loaded; the sheet says why", "yellow")
    try:
        path = options.output or _create_file()
        path.write_text(html, "utf-8", errors="replace")
    except OSError as error:
        raise CommandError(f"The contact sheet cannot be written: {error}. Name another file: --out FILE") from error
    return path


def _create_file() -> Path:
    # Readable for this user alone, as the images may be.
    with tempfile.NamedTemporaryFile(prefix="photolake-search-", suffix=".html", delete=False) as file:
        return Path(file.name)
