"""Defines a format of posts in files, and what its values hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from photolake.post_formats.archive_notes import NoteIndex
    from photolake.post_formats.table_map import TableMap
    from photolake.rows.types import PostRow
    from photolake.sources.x.includes import Includes


@dataclass(frozen=True)
class FileContext:
    """What is known of a file besides its values: its name in rejected records, and when its posts were collected.

    Posts that say when they were collected keep their own time. `author` is the author of the posts of an account
    archive; `notes` are its long texts, and `includes` the users, media and posts that posts of API v2 refer to, both
    from files beside this one. `table_map` says which columns of a table hold what, if the user has said it.
    """

    source: str
    collected_at: str
    author: Mapping[str, Any] | None = None
    notes: NoteIndex | None = None
    includes: Includes | None = None
    table_map: TableMap | None = None


@dataclass(frozen=True)
class Refusal:
    """A post, or a value without one, that cannot be mapped, and the reason."""

    value: Any
    message: str


@dataclass(frozen=True)
class Notice:
    """A value that holds no post, such as a delete message; `kind` names it in the plural."""

    kind: str


@dataclass(frozen=True)
class Remark:
    """Something that the post before it lacks, or how it was read; `kind` names it in the plural. One for each."""

    kind: str


@dataclass(frozen=True)
class Deletion:
    """A message that a post was deleted: `row` is one of the deletions table.

    If `author` is given (a post's `user.id_str`), all posts of that author before the message were deleted, and the row
    has no id.
    """

    row: Mapping[str, Any]
    author: str | None = None


@dataclass(frozen=True)
class PostFormat:
    """A format of posts, as the module of `photolake.post_formats` that is called `FORMAT`.

    `name` is a noun phrase for messages: "posts of API v2". `recognize` is true only by positive evidence: no value
    is recognised by two formats. `read` yields what a recognised value holds.
    """

    name: str
    recognize: Callable[[Any], bool]
    read: Callable[[Any, FileContext], Iterator[PostRow | Refusal | Notice | Deletion | Remark]]
