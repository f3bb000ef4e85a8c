"""Posts, and photos of posts, as rows of the page."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from photolake_cli.dashboard.cleaning import (
    clean_count,
    clean_number,
    clean_text,
    clean_time,
    clean_url,
    hide_accounts,
    hide_accounts_of_query,
)
from photolake_cli.dashboard.names import NameList, TextNames

if TYPE_CHECKING:
    from photolake_cli.dashboard.rows import EntityName, PhotoRow, PostRow, TextRow

NO_ROW = -1
_SCORE_DIGITS = 4

Row = Mapping[str, Any]


@dataclass
class Authors:
    """Whether the page shows who wrote a post, and what it shows of texts if not."""

    are_shown: bool
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, author: str | None) -> int | None:
        """The number of an author, by which nobody can be found."""
        return None if author is None else self.numbers.setdefault(author, len(self.numbers))

    def clean(self, text: str | None) -> str | None:
        """A text of a post, without the accounts that it names unless authors are shown."""
        text = clean_text(text)
        return text if self.are_shown else hide_accounts(text)


class PostReader:
    """Turns rows of the views into rows of the page, and remembers which row is whose."""

    def __init__(self, authors: Authors) -> None:
        self._authors = authors
        self.row_of_post: dict[int, int] = {}
        self.platforms, self.languages, self.sentiments = TextNames(), TextNames(), TextNames()
        self.queries: NameList[str] = NameList()
        self.hashtags = TextNames()
        self.entities: NameList[EntityName] = NameList()
        self._hashtags_of: dict[int, array[int]] = defaultdict(lambda: array("l"))
        self._entities_of: dict[int, array[int]] = defaultdict(lambda: array("l"))

    def add_hashtags(self, rows: Iterable[Row]) -> None:
        """Take the hashtags, before the posts that have them."""
        for row in rows:
            number = self.hashtags.find(clean_text(row["name"]))
            if number is not None:
                self._hashtags_of[row["id"]].append(number)

    def add_entities(self, rows: Iterable[Row]) -> None:
        """Take the entities, before the posts that have them; different handles become one name."""
        for row in rows:
            text, kind = self._authors.clean(row["entity"]), clean_text(row["type"]) or ""
            if text:
                number = self.entities.number((text, kind), {"text": text, "type": kind})
                numbers = self._entities_of[row["id"]]
                if number not in numbers:
                    numbers.append(number)

    def read_posts(self, rows: Iterable[Row]) -> Iterator[tuple[PostRow, TextRow, str]]:
        """A post, what it says, and its day; what belongs to a post is forgotten when it has been read."""
        for row in rows:
            if row["id"] not in self.row_of_post:
                self.row_of_post[row["id"]] = len(self.row_of_post)
                yield self._build_post(row), self._build_text(row), row["dt"]

    def _build_post(self, row: Row) -> PostRow:
        return {
            "id": str(row["id"]),
            "at": clean_time(row["timestamp_ms"]),
            "platform": self.platforms.find(clean_text(row["source_platform"])),
            "language": self.languages.find(clean_text(row["language"])),
            "sentiment": self.sentiments.find(clean_text(row["sentiment"])),
            "positive": clean_number(row["sentimentposscore"], _SCORE_DIGITS),
            "negative": clean_number(row["sentimentnegscore"], _SCORE_DIGITS),
            "isRepost": None if row["is_retweet"] is None else int(row["is_retweet"]),
            "query": self._number_query(clean_text(row["matched_query"])),
            "author": self._authors.number(row["author"]),
            "impressions": clean_count(row["impression_count"]),
            "likes": clean_count(row["favorite_count"]),
            "reposts": clean_count(row["retweet_count"]),
            "entities": list(self._entities_of.pop(row["id"], ())),
            "hashtags": list(self._hashtags_of.pop(row["id"], ())),
        }

    def _build_text(self, row: Row) -> TextRow:
        shows_authors = self._authors.are_shown
        return {
            "text": self._authors.clean(row["text"]),
            "url": clean_url(row["post_url"], shows_authors=shows_authors),
            "author": clean_text(row["screen_name"]) if shows_authors else None,
        }

    def _number_query(self, query: str | None) -> int | None:
        """Queries that differ only in hidden accounts stay apart."""
        if not query:
            return None
        return self.queries.number(query, query if self._authors.are_shown else hide_accounts_of_query(query))


class PhotoReader:
    """The photos of posts; which picture each shows is known only when the pictures have been read."""

    def __init__(self, posts: PostReader, authors: Authors) -> None:
        self._posts = posts
        self._authors = authors
        self.statuses, self.kinds = TextNames(), TextNames()
        self._rows: list[tuple[int, str | None, int, int | None]] = []
        self.description_of: dict[str, str] = {}
        """What the author of the first post with a description says of an image."""

    def add(self, rows: Iterable[Row]) -> None:
        """Take the photos, in the order of their posts; one whose post came after the posts were read is left out."""
        known: dict[str, str] = {}
        for row in rows:
            post = self._posts.row_of_post.get(row["tweetid"], NO_ROW)
            if post == NO_ROW:
                continue
            image = row["image_id"] and known.setdefault(row["image_id"], row["image_id"])
            self._rows.append((post, image, self.statuses.require(clean_text(row["status"])), self._find_kind(row)))
            description = self._authors.clean(row["alt_text"])
            if image and description and description.strip():
                self.description_of.setdefault(image, description)

    def read_photos(self, row_of_picture: Mapping[str, int]) -> Iterator[PhotoRow]:
        """The photos with the rows of their pictures."""
        for post, image, status, kind in self._rows:
            picture = row_of_picture.get(image) if image else None
            yield {"post": post, "picture": picture, "status": status, "kind": kind}

    def _find_kind(self, row: Row) -> int | None:
        return self.kinds.find(clean_text(row["kind"]))
