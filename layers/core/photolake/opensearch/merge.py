"""What is in the index once another document of the same image arrives, in whatever order documents arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from photolake.opensearch.document import ImageDocument, PhotoDocument

# A meme may be shown by a million posts; a document is read and written whole.
MAX_PHOTOS = 50


def merge_documents(
    stored: ImageDocument | None, arriving: ImageDocument, max_photos: int = MAX_PHOTOS
) -> ImageDocument:
    """Return the document to store: the newer analysis of the two, and the newest photos of both.

    Analyses are compared as the views compare them, by analyzed_at, then processed_at. Photos have the key
    `source_key`, and of two copies the one collected later counts; `max_photos` of them are kept.
    """
    if stored is None:
        stored = {"image_id": arriving["image_id"]}
    newer = stored if _age(stored) > _age(arriving) else arriving
    photos = _merge_photos([*(stored.get("photos") or []), *(arriving.get("photos") or [])])[:max_photos]
    merged = {name: value for name, value in newer.items() if name != "photos"}
    return cast("ImageDocument", {**merged, "photos": photos} if photos else merged)


def _age(document: ImageDocument) -> tuple[str, str]:
    return (document.get("analyzed_at") or "", document.get("processed_at") or "")


def _merge_photos(photos: list[PhotoDocument]) -> list[PhotoDocument]:
    by_key: dict[str, PhotoDocument] = {}
    for photo in sorted(photos, key=lambda photo: photo.get("collected_at") or ""):
        by_key[photo["source_key"]] = photo
    return sorted(by_key.values(), key=lambda photo: (photo.get("dt") or "", photo["source_key"]), reverse=True)
