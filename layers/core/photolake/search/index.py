"""The search index as its writers see it: an analysis, a photo, a post to forget. Any call may be repeated."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from photolake.aws.dynamodb import is_condition_failure
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
    unpack,
)
from photolake.search.terms import MAX_ANALYSIS_TERMS, MAX_PHOTO_TERMS, cut_terms, list_analysis_terms, list_photo_terms

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.photos.job import PostSummary
    from photolake.rows.types import AnalysisRow, PhotoRow
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
        if not image_id or not date or (post_id is not None and self._is_forgotten(post_id)):
            return
        place, part = Place(date, image_id), photo_part(row["source_key"])
        if post_id is not None:
            self._point(post_id, place, part)
        texts = [post.text if post else None, row.get("alt_text"), None if post_id else _read_name(row["source_key"])]
        terms = self._cut(list_photo_terms(texts, post.entities if post else ()), MAX_PHOTO_TERMS)
        shown = {name: row.get(name) for name in _PHOTO_COLUMNS} | ({"post": post.to_message()} if post else {})
        content = {"photo": pack(drop_nulls(shown))}
        self._facts.put(Fact(place, part, row.get("collected_at") or "", terms, content))
        self._describe(place)

    def forget_post(self, post_id: int) -> int:
        """Take a post out of the index for good, and hide the images that nothing else shows; return its photos."""
        partition = post_partition(post_id)
        self._table.put_item(Item={"pk": partition, "sk": FORGOTTEN})
        pointers = [item for item in self._read_partition(partition) if item["sk"] != FORGOTTEN]
        for pointer in pointers:
            place = Place(pointer["date"], pointer["image_id"])
            self._facts.delete(place, pointer["part"])
            self._hide_unless_shown(place)
            self._table.delete_item(Key={"pk": partition, "sk": pointer["sk"]})
        return len(pointers)

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
        pointer = {"pk": post_partition(post_id), "sk": f"{part}#{place.image_id}", "part": part}
        expiration = place.compute_expiration(self._retention_days)
        self._table.put_item(Item={**pointer, **vars(place), "expiration": expiration})

    def _describe(self, place: Place, columns: Mapping[str, Any] | None = None, version: str = "") -> None:
        """Write what a list shows of the image, which is shown again, should it have been hidden.

        What a newer analysis has written stays: its worker may have come in between.
        """
        values = {
            "date": place.date,
            "expiration": place.compute_expiration(self._retention_days),
            **({"version": version} if version else {}),
            **{name: value for name, value in (columns or {}).items() if value is not None},
        }
        is_newest = Attr("version").not_exists() | Attr("version").lte(version)
        try:
            self._table.update_item(
                Key=dict(place.key(IMAGE)),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values) + " REMOVE is_hidden",
                ExpressionAttributeNames={f"#{name}": name for name in values},
                ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
                **({"ConditionExpression": is_newest} if version else {}),  # type: ignore[arg-type]
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise

    def _hide_unless_shown(self, place: Place) -> None:
        """The photos are read again after the change, as one may have been added meanwhile."""
        is_hidden = False
        while is_hidden != (is_hidden := not self._facts.has_photo(place)):
            change = "SET is_hidden = :yes" if is_hidden else "REMOVE is_hidden"
            values = {"ExpressionAttributeValues": {":yes": True}} if is_hidden else {}
            self._table.update_item(Key=dict(place.key(IMAGE)), UpdateExpression=change, **values)  # type: ignore[arg-type]

    def _is_forgotten(self, post_id: int) -> bool:
        key = {"pk": post_partition(post_id), "sk": FORGOTTEN}
        return "Item" in self._table.get_item(Key=key, ConsistentRead=True)

    def _read_partition(self, partition: str) -> list[Item]:
        items: list[Item] = []
        start: dict[str, Any] = {}
        while True:
            page = self._table.query(KeyConditionExpression=Key("pk").eq(partition), ConsistentRead=True, **start)
            items += page["Items"]
            if "LastEvaluatedKey" not in page:
                return items
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


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
