"""`photolake collect`: files of posts into the `tweets` delivery stream, with an account of every line."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photolake.archives import read_posts
from photolake.errors import RowError
from photolake.malformed import MalformedLine, MalformedStore
from photolake.timestamps import iso_utc
from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from photolake.delivery import DeliveryStream

PROGRESS_EVERY = 100
MAX_KEPT_BYTES = 100_000


@dataclass
class Account:
    """What became of a file's posts: `sent` of them, `repeated` ones among these, and what was no post."""

    file: str
    sent: int = 0
    distinct: set[int] = field(default_factory=set)
    malformed: list[MalformedLine] = field(default_factory=list)

    @property
    def repeated(self) -> int:
        """Posts that the file holds more than once; they are sent all the same, the views count each once."""
        return self.sent - len(self.distinct)


class FileCollector:
    """Sends files of posts to the stream, and their malformed lines to `errors/malformed/`."""

    def __init__(self, stream: DeliveryStream, malformed: MalformedStore) -> None:
        """Posts are checked by the stream one by one before they are put, so that one bad post stops no other."""
        self._stream = stream
        self._malformed = malformed

    def collect(self, path: Path, on_post: Callable[[int], None]) -> Account:
        """Send one file; `on_post` gets the number of posts read so far, now and then."""
        account = Account(str(path))
        try:
            with path.open("rb") as file:
                posts = read_posts(
                    file,
                    source=str(path),
                    collected_at=iso_utc(dt.datetime.now(dt.UTC)),
                    on_malformed=account.malformed.append,
                )
                account.sent = self._stream.put(self._fitting(posts, account, on_post))
        except OSError as error:
            raise CommandError(
                f"{path} cannot be read: {error.strerror}. Name a file of posts (.json, .jsonl, .gz)"
            ) from error
        finally:
            self._malformed.put(_malformed_name(path), account.malformed)
        return account

    def _fitting(
        self, posts: Iterable[dict[str, Any]], account: Account, on_post: Callable[[int], None]
    ) -> Iterator[dict[str, Any]]:
        for number, post in enumerate(posts, 1):
            if number % PROGRESS_EVERY == 0:
                on_post(number)
            try:
                self._stream.check(post)
                post_id = _integer_id(post)
            except RowError as error:
                raw = str(post.get("source_json", "")).encode()[:MAX_KEPT_BYTES]
                message = f"post {number}, id {post.get('id')}: {error}"
                account.malformed.append(MalformedLine(account.file, number, message, raw))
                continue
            account.distinct.add(post_id)
            yield post


def _integer_id(post: dict[str, Any]) -> int:
    if type(post.get("id")) is not int:
        raise RowError("a post has an integer id")
    return int(post["id"])


def _malformed_name(path: Path) -> str:
    """The same for the same file, so that collecting it again overwrites; another for its namesake elsewhere."""
    folder = hashlib.sha256(str(path.resolve().parent).encode()).hexdigest()[:8]
    return f"collect/{folder}/{path.name}"
