"""The search index as its writers see it: an analysis, a photo, a post to forget. Any call may be repeated."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from botocore.exceptions import ClientError

from photolake.aws.dynamodb import is_condition_failure, read_keys
from photolake.search.facts import Fact, FactStore
from photolake.search.items import (
    ANALYSIS,
    FORGOTTEN,
    IMAGE,
    PHOTO,
    Item,
    Place,
    drop_nulls,
    pack,
    photo_part,
    post_partition,
    posting_key,
    unpack,
)
from photolake.search.terms import MAX_ANALYSIS_TERMS, MAX_PHOTO_TERMS, cut_terms, list_analysis_terms, list_photo_terms

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.photos.job import PostSummary
    from photolake.rows.types import AnalysisRow, PhotoRow
    from photolake.search.facts import Stale
    from photolake.search.terms import Terms

SHOWN_LABELS, SHOWN_LINES, SHOWN_LINE = 10, 3, 100
"""What a list shows of an image: labels, lines of text, and characters of a line."""
# An item may hold 400 KB.
_MAX_ROW_BYTES = 340_000
_PHOTO_COLUMNS = ("origin", "source_key", "source_platform", "tweetid", "mediaid", "media_url", "alt_text", "kind")


class SearchIndex:
    """Writes the search index; the result is the same in whatever order analyses and photos arrive, and how often."""

    def __init__(
        self,
        table: Table,
        retention_days: int,
        on_left_out: Callable[[int], None] = lambda count: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`table` is the search index; its items expire like the rows of analyses, `retention_days` after their day.

        `on_left_out` gets how many terms of an image are over the limit; `sleep` takes seconds.
        """
        self._table = table
        self._retention_days = retention_days
        self._sleep = sleep
        self._facts = FactStore(table, retention_days, sleep)
        self._on_left_out = on_left_out

    def put(self, row: AnalysisRow) -> None:
        """Make the image searchable by its analysis; an older analysis than the one known changes nothing."""
        place = Place(row["dt"], row["image_id"])
        terms = self._cut(list_analysis_terms(row), MAX_ANALYSIS_TERMS)
        packed = pack(drop_nulls(row))
        content = {"row": packed} if len(packed) <= _MAX_ROW_BYTES else {"row_bytes": len(packed)}
        version = f"{row['analyzed_at']} {row['processed_at']}"
        if self._facts.put(Fact(place, ANALYSIS, version, terms, content)):
            self._describe(place, _describe_analysis(row), version)

    def put_photo(self, row: PhotoRow, post: PostSummary | None = None) -> None:
        """Make the image searchable by the photo's post, or by the name under which it was dropped.

        A photo that did not become an image, or whose post is forgotten, changes nothing.
        """
        image_id, date, post_id = row.get("image_id"), row.get("image_dt"), row.get("tweetid")
        if not image_id or not date:
            return
        place, part = Place(date, image_id), photo_part(row["source_key"])
        if post_id is not None:
            self._point(post_id, place, part)
        texts = [post.text if post else None, row.get("alt_text"), None if post_id else _read_name(row["source_key"])]
        terms = self._cut(list_photo_terms(texts, post.entities if post else ()), MAX_PHOTO_TERMS)
        shown = {name: row.get(name) for name in _PHOTO_COLUMNS} | ({"post": post.to_message()} if post else {})
        fact = Fact(place, part, row.get("collected_at") or "", terms, {"photo": pack(drop_nulls(shown))})
        stale = self._facts.enter(fact)
        if stale is not None:
            self._index_photo(fact, stale, post_id, is_first=row.get("status") == "ok")

    def _index_photo(self, fact: Fact, stale: Stale, post_id: int | None, is_first: bool) -> None:
        """Write what a photo that has been entered lacks, or take it out again if its post is forgotten.

        Who forgets a post marks it before reading where its photos are: either the mark is seen here, or the photo is
        seen there. Reading a posting costs a fifth of writing it, and other photos often have the same words; those of
        the first photo of an image are not there yet.
        """
        place = fact.place
        mark = [] if post_id is None else [{"pk": post_partition(post_id), "sk": FORGOTTEN}]
        postings = [] if is_first else [posting_key(term, place) for term in fact.terms]
        keys = [*mark, place.key(IMAGE), *postings]
        found = {item["pk"]: item for item in read_keys(self._table, keys, self._sleep)}
        if post_id is not None and post_partition(post_id) in found:
            self._take_out(post_id, place, fact.part)
            return
        present = {term: float(found[term]["confidence"]) for term in fact.terms if term in found}
        self._facts.index(fact, stale, present, is_first)
        self._show(place, found.get(place.partition))

    def forget_post(self, post_id: int) -> int:
        """Take a post out of the index for good, and hide the images that nothing else shows; return its photos."""
        partition = post_partition(post_id)
        self._table.put_item(Item={"pk": partition, "sk": FORGOTTEN})
        pointers = [item for item in self._read_partition(partition) if item["sk"] != FORGOTTEN]
        for pointer in pointers:
            self._take_out(post_id, Place(pointer["date"], pointer["image_id"]), pointer["part"])
        return len(pointers)

    def _take_out(self, post_id: int, place: Place, part: str) -> None:
        self._facts.delete(place, part)
        self._hide_unless_shown(place)
        self._table.delete_item(Key=_pointer_key(post_id, place, part))

    def list_posts(self, image_id: str) -> set[int | None]:
        """Return the posts whose photos show the image; None stands for a photo that was dropped."""
        items = self._read_partition(Place("", image_id).partition)
        photos = [item for item in items if item["sk"].startswith(PHOTO) and "photo" in item]
        return {unpack(item["photo"]).get("tweetid") for item in photos}

    def forget_image(self, image_id: str, date: str) -> None:
        """Take an image out that no post shows any more, and that was first seen on this day."""
        place = Place(date, image_id)
        for item in self._read_partition(place.partition):
            if item["sk"] != IMAGE:
                self._facts.delete(place, item["sk"])
        self._table.delete_item(Key=dict(place.key(IMAGE)))

    def _cut(self, terms: Terms, limit: int) -> Terms:
        kept, left_out = cut_terms(terms, limit)
        if left_out:
            self._on_left_out(left_out)
        return kept

    def _point(self, post_id: int, place: Place, part: str) -> None:
        """Write where a photo of the post is, before there is anything to be found there."""
        expiration = place.compute_expiration(self._retention_days)
        pointer = {**_pointer_key(post_id, place, part), "part": part, **vars(place), "expiration": expiration}
        self._table.put_item(Item=pointer)

    def _describe(self, place: Place, columns: Mapping[str, Any], version: str) -> None:
        """Write what a list shows of the image, which is shown again, should it have been hidden.

        What a newer analysis has written stays: its worker may have come in between.
        """
        is_newest = Attr("version").not_exists() | Attr("version").lte(version)
        shown = {"version": version, **{name: value for name, value in columns.items() if value is not None}}
        self._update_image(place, shown, is_newest, " REMOVE is_hidden")

    def _show(self, place: Place, image: Item | None) -> None:
        """Let lists show an image that has a photo; `image` is its item, read after the photo was entered."""
        if image is None and self._update_image(place, {}, Attr("is_hidden").not_exists()):
            return
        if image is None or image.get("is_hidden"):
            self._hide_unless_shown(place, is_hidden=True)

    def _hide_unless_shown(self, place: Place, is_hidden: bool = False) -> None:
        """The photos are read again after each change, as one may have come or gone meanwhile."""
        while is_hidden != (is_hidden := not self._facts.has_photo(place)):
            shown = {"is_hidden": True} if is_hidden else {}
            self._update_image(place, shown, None, "" if is_hidden else " REMOVE is_hidden")

    def _update_image(
        self, place: Place, values: Mapping[str, Any], condition: ConditionBase | None, removal: str = ""
    ) -> bool:
        """Set attributes of what lists show of the image; False if the condition does not hold."""
        kept = {"date": place.date, "expiration": place.compute_expiration(self._retention_days), **values}
        given: Any = {} if condition is None else {"ConditionExpression": condition}
        try:
            self._table.update_item(
                Key=dict(place.key(IMAGE)),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in kept) + removal,
                ExpressionAttributeNames={f"#{name}": name for name in kept},
                ExpressionAttributeValues={f":{name}": value for name, value in kept.items()},
                **given,
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            return False
        return True

    def _read_partition(self, partition: str) -> list[Item]:
        items: list[Item] = []
        start: dict[str, Any] = {}
        while True:
            page = self._table.query(KeyConditionExpression=Key("pk").eq(partition), ConsistentRead=True, **start)
            items += page["Items"]
            if "LastEvaluatedKey" not in page:
                return items
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _pointer_key(post_id: int, place: Place, part: str) -> dict[str, str]:
    return {"pk": post_partition(post_id), "sk": f"{part}#{place.image_id}"}


def _describe_analysis(row: AnalysisRow) -> dict[str, Any]:
    labels = row.get("image_labels") or {}
    found = sorted(labels.get("labels") or [], key=lambda label: -(label.get("confidence") or 0.0))
    lines = [each for each in labels.get("textdetections") or [] if each.get("type") == "LINE"]
    return {
        "s3_key": row.get("s3_key"),
        "width": row.get("width"),
        "height": row.get("height"),
        "content_type": row.get("content_type"),
        "labels": _texts((label.get("name") for label in found), SHOWN_LABELS),
        "lines": _texts((line.get("detectedtext") for line in lines), SHOWN_LINES),
    }


def _texts(values: Any, count: int) -> Sequence[str]:
    cut: list[str] = [value[:SHOWN_LINE].encode("utf-8", "replace").decode() for value in values if value]
    return cut[:count]


def _read_name(uri: str) -> str:
    """The name under which a photo was dropped: its key without the bucket and the folder for dropped photos."""
    key = uri.removeprefix("s3://").partition("/")[2]
    return key.removeprefix("images/").removeprefix("dropped/")
