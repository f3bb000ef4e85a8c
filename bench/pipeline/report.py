"""Tables of what was measured, in the milliseconds of the clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.pipeline.floor import time_batches, time_image, time_object, time_photo_job, time_queue
from bench.pipeline.latencies import MILLISECONDS
from bench.pipeline.posts import draw_photo, list_photos
from bench.pipeline.stack import METHOD_2019, Function

if TYPE_CHECKING:
    from bench.pipeline.measurement import Measurement

UNITS = {"tweet_analyzer": "post", "photo_fetcher": "photo job", "image_analyzer": "image"}
_STATE, _INDEX = ("CacheTable", "ImagesTable", "CheckpointTable"), "SearchIndexTable"
HEADER = "method                    posts/s  x 2019  ms/post  ms/photo  ms/image  x floor  posts  clock  busy  late"


def compute_floor(
    functions: Mapping[str, Function], posts: Sequence[Mapping[str, Any]], instances: Mapping[str, int]
) -> float:
    """Return the milliseconds in which so many instances could work off the posts, if only latencies counted.

    The functions work side by side, so the slowest counts; batches are those of the template.
    """
    photos = list_photos(posts)
    images = [time_image(draw_photo(photo)) for photo in set(photos)]
    items = {
        "tweet_analyzer": [time_object()] * instances["tweet_analyzer"],
        "photo_fetcher": [time_photo_job()] * len(photos),
        "image_analyzer": images,
    }
    return max(
        time_queue(time_batches(items[name], functions[name].batch_size), count) for name, count in instances.items()
    )


def describe_conditions(posts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say what was measured with."""
    photos = list_photos(posts)
    texts = {post["text"] for post in posts}
    latencies = ", ".join(f"{service} {ms:g}" for service, ms in MILLISECONDS.items() if ms)
    yield f"Services answer after (ms): {latencies}. The same for every method."
    yield f"{len(posts)} posts have {len(texts)} texts, {len(photos)} photos, {len(set(photos))} images."


def format_2019(measured: Measurement) -> str:
    """The row of the method of 2019: one invocation after the other, so that its posts a second are those of one."""
    milliseconds = measured.busy_ms(METHOD_2019) / measured.posts
    return _format_row("2019", 1000 / milliseconds, 1.0, [milliseconds, None, None, None], measured)


def format_floor(name: str, posts_per_second: float, base: float) -> str:
    """The row of a floor."""
    return f"{name:24}{posts_per_second:9.1f}{posts_per_second / base:8.1f}"


def format_photolake(name: str, measured: Measurement, base: float) -> str:
    """The row of photolake's handlers; `base` is how many posts a second the method of 2019 does."""
    per_item = [measured.busy_ms("tweet_analyzer") / measured.posts]
    per_item += [measured.busy_ms(each) / measured.count_messages(each) for each in ("photo_fetcher", "image_analyzer")]
    speed = measured.posts_per_second
    return _format_row(name, speed, speed / base, [*per_item, compare_with_floor(measured)], measured)


def compare_with_floor(measured: Measurement) -> float:
    """How many times longer the batches of images took than the slowest image of each had to."""
    handled = [each for each in measured.handled if each.function == "image_analyzer"]
    return sum(each.milliseconds for each in handled) / sum(each.floor for each in handled)


def format_calls(measured: Measurement) -> Iterator[str]:
    """The calls of each function by service and operation, for each thing that it handles."""
    for function, unit in UNITS.items():
        count = measured.posts if function == "tweet_analyzer" else measured.count_messages(function)
        calls = Counter({call[1:]: n for call, n in measured.calls.items() if call[0] == function})
        state = _count_dynamodb(calls, _STATE) / count
        index = _count_dynamodb(calls, (_INDEX,)) / count
        yield f"{function}: {state:.2f} state calls and {index:.2f} of the search index for each {unit} ({count})"
        for (service, operation), number in sorted(calls.items()):
            yield f"    {service:12}{operation:44}{number / count:8.3f}"


def format_2019_calls(measured: Measurement) -> Iterator[str]:
    """The calls of the method of 2019, for each post."""
    yield f"2019: a post ({measured.posts})"
    for (_, service, operation), number in sorted(measured.calls.items()):
        yield f"    {service:12}{operation:44}{number / measured.posts:8.3f}"


def format_sandboxes(functions: Mapping[str, Function], results: Sequence[Measurement]) -> Iterator[str]:
    """The most memory that a sandbox took, and its processor's time for each thing, in the first of the results."""
    yield "Peak memory of a sandbox, and time of this machine's processor, whatever the clock:"
    for name, function in functions.items():
        peak = max(measured.peak_mb[name] for measured in results)
        count = results[0].posts if name == "tweet_analyzer" else results[0].count_messages(name)
        milliseconds = results[0].processor_ms[name] / count
        yield f"    {name:20}{peak:7.0f} MB of {function.memory_mb}{milliseconds:9.1f} ms for each {UNITS[name]}"


def _count_dynamodb(calls: Counter[tuple[str, str]], tables: Sequence[str]) -> int:
    return sum(
        number
        for (service, operation), number in calls.items()
        if service == "dynamodb" and any(table in operation for table in tables)
    )


def _format_row(name: str, speed: float, ratio: float, per_item: Sequence[float | None], measured: Measurement) -> str:
    cells = [f"{each:.1f}" if each is not None else "" for each in per_item]
    return (
        f"{name:24}{speed:9.1f}{ratio:8.1f}{cells[0]:>9}{cells[1]:>10}{cells[2]:>10}{cells[3]:>9}"
        f"{measured.posts:7}{measured.slowness:6.1f}x{measured.busy:6.0%}{measured.lateness_ms:6.1f}"
    )
