"""Whether a measurement has done its work: a fast method that loses rows would win every comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.pipeline.posts import draw_photo, list_photos

if TYPE_CHECKING:
    from bench.pipeline.measurement import Measurement


def find_missing_work(measurement: Measurement, posts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say what of the posts, their photos and their images has no row, or more than one."""
    photos = list_photos(posts)
    wanted = {
        "PostsStream": ("id", {post["id"] for post in posts}),
        "PhotosStream": (
            "source_key",
            {f"{post['id']}:{media['id']}" for post in posts for media in post["extended_entities"]["media"]},
        ),
        "AnalysesStream": ("image_id", {draw_photo(photo) for photo in photos}),
    }
    problems = []
    for stream, (key, expected) in wanted.items():
        found = [row[key] for row in measurement.rows.get(stream, [])]
        if len(set(found)) != len(expected):
            problems.append(f"{stream}: {len(set(found))} of {len(expected)} have a row")
        if len(found) != len(set(found)):
            problems.append(f"{stream}: {len(found) - len(set(found))} rows are there twice")
    return problems
