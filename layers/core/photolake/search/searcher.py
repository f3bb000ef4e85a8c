"""Searches the index: a page of images, or all that is known of one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Key

from photolake.aws.dynamodb import read_keys
from photolake.search.intersection import Hit, find_hits
from photolake.search.items import ANALYSIS, IMAGE, PHOTO, Place, unpack
from photolake.search.paging import Position, read_token
from photolake.search.postings import Postings
from photolake.search.responses import FoundImage, ImageDetails, ImagePage, ShownPhoto

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from photolake.search.request import SearchRequest

RELEVANCE_BLOCK = 1000
"""By relevance, hits are sorted within blocks of this many, the newest block first."""
MAX_REQUESTS = 60
"""After this many requests to DynamoDB a page ends, with however many hits."""
MAX_PHOTOS = 100


class ImageSearch:
    """Answers searches. Reads are eventually consistent: an image may be missing for a second after it is indexed."""

    def __init__(
        self, table: Table, presign: Callable[[str], str], sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """`table` is the search index; `presign` makes a URL of the key of an image; `sleep` takes seconds."""
        self._table = table
        self._presign = presign
        self._sleep = sleep

    def search(self, request: SearchRequest) -> ImagePage:
        """Return one page; InvalidSearchError if a parameter makes no sense."""
        position = read_token(request.next, request.digest)
        find = self._find_by_date if request.sort == "date" else self._find_by_relevance
        hits, after = find(request, position)
        return ImagePage(images=self._describe(hits), next=after.to_token(request.digest) if after else None)

    def get(self, image_id: str) -> ImageDetails | None:
        """Return all that is known of an image; None if it is unknown, or only deleted posts showed it."""
        page = self._table.query(
            KeyConditionExpression=Key("pk").eq(Place("", image_id).partition), Limit=MAX_PHOTOS + 2
        )
        items: dict[str, Any] = {str(item["sk"]): item for item in page["Items"]}
        image, analysis = items.pop(IMAGE, None), items.pop(ANALYSIS, {})
        if image is None or image.get("is_hidden"):
            return None
        # What a worker is just taking out has no photo left.
        photos = [_describe_photo(item) for name, item in items.items() if name.startswith(PHOTO) and "photo" in item]
        return ImageDetails(
            image_id=image_id,
            analysis=unpack(analysis["row"]) if "row" in analysis else None,
            photos=photos[:MAX_PHOTOS],
            has_more_photos="LastEvaluatedKey" in page,
            url=self._url(image),
            **{name: image.get(name) for name in ("date", "width", "height", "content_type")},
        )

    def _find_by_date(self, request: SearchRequest, position: Position) -> tuple[Sequence[Hit], Position | None]:
        # One more than is wanted, to know whether there is a next page.
        found = find_hits(self._postings(request), request.wanted, position.below, request.limit + 1, MAX_REQUESTS)
        if len(found.hits) > request.limit:
            hits = found.hits[: request.limit]
            return hits, Position(below=hits[-1].place)
        return found.hits, None if found.end is None else Position(below=found.end)

    def _find_by_relevance(self, request: SearchRequest, position: Position) -> tuple[Sequence[Hit], Position | None]:
        """Read a block, and sort it; a later page of the block reads it again, whatever was added around it."""
        postings, is_first = self._postings(request), position.until is None
        count, requests = (RELEVANCE_BLOCK, MAX_REQUESTS) if is_first else (10 * RELEVANCE_BLOCK, 10 * MAX_REQUESTS)
        found = find_hits(postings, request.wanted, position.below, count, requests, position.until or "")
        block = sorted(found.hits, key=_order, reverse=True)
        # From just above the newest hit, so that newer ones do not come in.
        below = (found.hits[0].place + "~" if found.hits else position.below) if is_first else position.below
        until = (found.end or "") if is_first else position.until or ""
        if position.last is not None:
            last = (position.confidence, position.last)
            block = [hit for hit in block if _order(hit) < last]
        hits = block[: request.limit]
        if len(block) > request.limit:
            return hits, Position(below, until, _order(hits[-1])[0], hits[-1].place)
        return hits, Position(below=until) if until else None

    def _postings(self, request: SearchRequest) -> Postings:
        return Postings(self._table, request.min_confidence, self._sleep)

    def _describe(self, hits: Sequence[Hit]) -> list[FoundImage]:
        places = [(hit, Place(*hit.place.split("#"))) for hit in hits]
        keys = [place.key(IMAGE) for _, place in places]
        items = {item["pk"]: item for item in read_keys(self._table, keys, self._sleep, is_consistent=False)}
        return [
            FoundImage(
                image_id=place.image_id,
                date=place.date,
                confidence=hit.confidence,
                width=item.get("width"),
                height=item.get("height"),
                labels=item.get("labels", []),
                text=item.get("lines", []),
                url=self._url(item),
            )
            for hit, place in places
            if (item := items.get(place.partition)) and not item.get("is_hidden")
        ]

    def _url(self, image: dict[str, Any]) -> str | None:
        return self._presign(image["s3_key"]) if "s3_key" in image else None


def _order(hit: Hit) -> tuple[Decimal, str]:
    return Decimal(str(hit.confidence)), hit.place


def _describe_photo(item: dict[str, Any]) -> ShownPhoto:
    photo = unpack(item["photo"])
    post = photo.get("post", {})
    platform, post_id = photo.get("source_platform"), post.get("id_str")
    return ShownPhoto(
        source_key=photo["source_key"],
        origin=photo["origin"],
        platform=platform,
        post_id=post_id,
        post_url=build_post_url(platform, post_id),
        text=post.get("text"),
        entities=post.get("entities", []),
        alt_text=photo.get("alt_text"),
        media_url=photo.get("media_url"),
        collected_at=item["version"] or None,
    )


def build_post_url(platform: str | None, id_str: str | None) -> str | None:
    """Return where a post can be read, as `post_url` of the view tweets does; None if the platform has no such URL."""
    if platform == "x" and id_str:
        return f"https://x.com/i/status/{id_str}"
    if platform == "bluesky" and id_str:
        return "https://bsky.app/profile/" + id_str[5:].replace("/app.bsky.feed.post/", "/post/")
    if platform == "mastodon" and id_str and id_str.startswith("https://"):
        return id_str.removesuffix("/activity")
    return None
