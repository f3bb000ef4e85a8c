"""Serves the folder of a dashboard to this machine's browser."""

from __future__ import annotations

import webbrowser
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from photolake_cli.console import print_note
from photolake_cli.errors import CommandError

HOST = "127.0.0.1"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
    ".webp": "image/webp",
}


class FolderHandler(SimpleHTTPRequestHandler):
    """Gives the files of one folder, and lists nothing."""

    extensions_map = _TYPES

    def send_head(self) -> Any:
        """Refuse a request under another name than this machine's: a page elsewhere may have sent it."""
        name = (self.headers.get("Host") or "").rpartition(":")[0]
        if name not in (HOST, "localhost"):
            self.send_error(HTTPStatus.FORBIDDEN)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:
        """Not found: only files are served."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """Let the browser ask each time whether a file has changed, as a dashboard may be built again."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the standard library's name)
        """Print nothing: a page asks for thousands of files."""


def open_server(folder: Path, port: int) -> ThreadingHTTPServer:
    """Make a server; port 0 is any free one. CommandError if the port is taken."""
    try:
        return ThreadingHTTPServer((HOST, port), partial(FolderHandler, directory=str(folder)))
    except OSError as error:
        raise CommandError(f"Port {port} cannot be used: {error.strerror}. Choose another one: --port 0") from error


def get_url(server: ThreadingHTTPServer) -> str:
    """Where the page is."""
    return f"http://{HOST}:{server.server_address[1]}/"


def serve_folder(folder: Path, port: int, opens_page: bool) -> None:
    """Serve the folder until Ctrl-C."""
    with open_server(folder, port) as server:
        url = get_url(server)
        print_note(f"Served at {url}. Stop it: Ctrl-C")
        if opens_page:
            open_page_in_browser(url)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print_note("Stopped.")


def open_page_in_browser(url: str) -> None:
    """Open a page, or say that there is no browser."""
    if not webbrowser.open(url):
        print_note(f"No browser could be opened. Open the page yourself: {url}", "yellow")
