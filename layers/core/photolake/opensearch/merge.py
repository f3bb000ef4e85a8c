"""What is in the index once another document of the same image arrives, in whatever order documents arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from photolake.opensearch.document import ImageDocument, PostDocument

# A meme may be shown by a million posts; a document is read and written whole.
MAX_POSTS = 50


def merge_documents(stored: ImageDocument | None, arriving: ImageDocument, max_posts: int = MAX_POSTS) -> ImageDocument:
    """Return the document to store: the newer analysis of the two, and the newest posts of both.

    Analyses are compared as the views compare them, by analyzed_at, then processed_at. Posts have the key
    `source_key`, and of two copies the one collected later counts; `max_posts` of them are kept.
    """
    if stored is None:
        stored = {"image_id": arriving["image_id"]}
    newer = stored if _age(stored) > _age(arriving) else arriving
    posts = _merge_posts([*(stored.get("posts") or []), *(arriving.get("posts") or [])])[:max_posts]
    merged = {name: value for name, value in newer.items() if name != "posts"}
    return cast("ImageDocument", {**merged, "posts": posts} if posts else merged)


def _age(document: ImageDocument) -> tuple[str, str]:
    return (document.get("analyzed_at") or "", document.get("processed_at") or "")


def _merge_posts(posts: list[PostDocument]) -> list[PostDocument]:
    by_key: dict[str, PostDocument] = {}
    for post in sorted(posts, key=lambda post: post.get("collected_at") or ""):
        by_key[post["source_key"]] = post
    return sorted(by_key.values(), key=lambda post: (post.get("dt") or "", post["source_key"]), reverse=True)
