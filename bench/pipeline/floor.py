"""The floor: what the services' latencies alone take if a handler does at once all that can be done at once.

Only calls that no handler can leave out count, and each waits only for those whose response it needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bench.pipeline.analysis import shows_people, shows_text
from bench.pipeline.latencies import MILLISECONDS


def time_object(milliseconds: Mapping[str, float] = MILLISECONDS) -> float:
    """An archive object: it is read, sentiment and entities of all its posts are asked at once, rows delivered."""
    return milliseconds["s3"] + milliseconds["comprehend"] + milliseconds["firehose"]


def time_photo_job(milliseconds: Mapping[str, float] = MILLISECONDS) -> float:
    """A photo that is new: downloaded, stored, its row delivered."""
    return milliseconds["download"] + milliseconds["s3"] + milliseconds["firehose"]


def time_image(photo: bytes, milliseconds: Mapping[str, float] = MILLISECONDS) -> float:
    """An image: labels and moderation at once, then what the labels suggest; nothing but Rekognition."""
    steps = 1 + (shows_people(photo) or shows_text(photo))
    return steps * milliseconds["rekognition"]


def time_batches(items: Iterable[float], batch_size: int) -> list[float]:
    """The time of each batch, which is that of its slowest item, if they are put together as well as can be."""
    return sorted(items, reverse=True)[::batch_size]


def time_queue(batches: Sequence[float], instances: int) -> float:
    """The least time in which so many instances can work off the batches."""
    return max(sum(batches) / instances, max(batches, default=0.0))
