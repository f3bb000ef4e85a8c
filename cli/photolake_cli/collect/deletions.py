"""The deletions that a file of posts holds: stores them, and finds the posts of authors who were removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from photolake.post_files.reader import START, Position, read_entries
from photolake.post_formats.format import Deletion

if TYPE_CHECKING:
    from photolake.collect.deletions import DeletionStore
    from photolake_cli.collect.files import PostFile

BATCH_ROWS = 5_000


class Removal(NamedTuple):
    """An author was removed at a position: the row of the deletions table for each post before it, without an id."""

    position: Position
    row: Mapping[str, Any]


Removals = dict[tuple[str, str], Removal]
"""By platform and author; the last removal of each counts."""


class DeletionWriter:
    """Takes the deletions of a file one by one and stores them in batches.

    Those of single posts are stored as they are, whether the lake has the post or not; the views look them up by id.
    `removals` are those of authors, which name no posts.
    """

    def __init__(self, store: DeletionStore) -> None:
        self.removals: Removals = {}
        self._store = store
        self._rows: list[Mapping[str, Any]] = []

    def add(self, deletion: Deletion, position: Position) -> None:
        """Take a deletion at a position of the file."""
        if deletion.author is None:
            self.add_row(deletion.row)
        else:
            add_removal(self.removals, deletion, position)

    def add_row(self, row: Mapping[str, Any]) -> None:
        """Take a row with an id."""
        self._rows.append(row)
        if len(self._rows) >= BATCH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Store what is pending."""
        self._store.put(self._rows)
        self._rows = []


def add_removal(removals: Removals, deletion: Deletion, position: Position) -> None:
    """Remember the removal of an author."""
    if deletion.author is not None:
        removals[str(deletion.row["source_platform"]), deletion.author] = Removal(position, deletion.row)


def find_removals(file: PostFile, until: Position) -> Removals:
    """Read the removals of authors from the start of a file up to a position."""
    removals: Removals = {}
    with file.open() as opened:
        for entry in read_entries(opened.file, file.make_context()):
            if entry.position > until:
                break
            if isinstance(entry.content, Deletion):
                add_removal(removals, entry.content, entry.position)
    return removals


def find_removed_posts(file: PostFile, removals: Removals) -> Iterator[Mapping[str, Any]]:
    """Read a file once more, and yield a row for each post that stands before the removal of its author."""
    last = max((removal.position for removal in removals.values()), default=START)
    with file.open() as opened:
        for entry in read_entries(opened.file, file.make_context()):
            if entry.position > last:
                return
            post = entry.content
            if isinstance(post, dict):
                author = str((post.get("user") or {}).get("id_str"))
                removal = removals.get((str(post.get("source_platform")), author))
                if removal and entry.position < removal.position:
                    yield {**removal.row, "id": post["id"], "id_str": post.get("id_str")}
