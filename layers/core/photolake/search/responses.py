"""What the search API returns, as its OpenAPI description shows it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class FoundImage(BaseModel):
    """An image of a list."""

    image_id: str = Field(description="SHA-256 of the photo's bytes as received, 64 hex digits")
    date: str = Field(description="Day on which the image was first seen, YYYY-MM-DD")
    confidence: float = Field(description="Confidence of the filter that fits least, 0 to 100; 100 for words of posts")
    width: int | None = Field(None, description="Pixels; null until the image is analysed, as are the next four")
    height: int | None = None
    labels: list[str] = Field([], description="Names of the ten labels with the most confidence")
    text: list[str] = Field([], description="The first three lines of text in the image")
    url: str | None = Field(None, description="Where the image can be read, without signing, for 15 minutes")


class ImagePage(BaseModel):
    """One page of a list."""

    images: list[FoundImage] = Field(description="May be fewer than `limit`, even none, although there are more")
    next: str | None = Field(None, description="Parameter `next` of the following page; null on the last")


class ShownPhoto(BaseModel):
    """A photo that became the image: of a post, or dropped by hand."""

    source_key: str = Field(description="Post and medium, or the S3 URI of a dropped photo")
    origin: str
    platform: str | None = None
    post_id: str | None = Field(None, description="The platform's own id of the post")
    post_url: str | None = None
    text: str | None = Field(None, description="The post's text, at most 2,000 characters")
    entities: list[dict[str, Any]] = Field(
        [], description="What Comprehend found in the text: text, type, score 0 to 1"
    )
    alt_text: str | None = None
    media_url: str | None = None
    collected_at: str | None = Field(
        None, description="When the post was collected, or the photo dropped; ISO-8601 UTC"
    )


class ImageDetails(BaseModel):
    """All that is known of one image."""

    image_id: str
    date: str
    width: int | None = None
    height: int | None = None
    content_type: str | None = None
    url: str | None = Field(None, description="Where the image can be read, without signing, for 15 minutes")
    analysis: dict[str, Any] | None = Field(
        None, description="The row of the table analyses, without nulls; null if it is not analysed or too large"
    )
    photos: list[ShownPhoto] = Field(description="At most 100 of the photos that show it")
    has_more_photos: bool = False


class ApiProblem(BaseModel):
    """Why a request cannot be carried out."""

    statusCode: int  # noqa: N815 (Powertools' own name)
    message: str
