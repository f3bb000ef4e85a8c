"""What must hold in the end: each thing once in the views, nothing lost, the search index in step."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

from photolake.photos.job import PostSummary
from photolake.search.index import SearchIndex
from photolake.search.items import ANALYSIS, IMAGE, unpack
from photolake.sources.x.window import Window
from photolake_cli.lake import Lake
from tests.fakes.search_table import FakeSearchTable
from tests.faults.inputs import image_id
from tests.faults.money import find_overruns, find_unpaid
from tests.faults.stack import ALBUM

if TYPE_CHECKING:
    from tests.faults.world import World

_VIEWS = """
select 'tweets' as view_name, cast(id as varchar) as name, 'none' as image, 'none' as outcome from tweets
union all
select 'tweet_photos', cast(tweetid as varchar) || ':' || mediaid, coalesce(image_id, ''), status from tweet_photos
union all
select 'dropped_photos', source_key, coalesce(image_id, ''), status from dropped_photos
union all
select 'image_analyses', image_id, image_id, 'none' from image_analyses
"""
RETENTION_DAYS = 1500


def find_broken(world: World) -> Iterator[str]:
    """Yield the promises that a settled world breaks."""
    yield from world.ledger.broken
    yield from find_overruns(world)
    yield from find_unpaid(world)
    rows = world.stack.ask(_VIEWS)
    views = {name: [row[1:] for row in rows if row[0] == name] for name in ("tweets", "tweet_photos", "dropped_photos")}
    analyses = [str(row[1]) for row in rows if row[0] == "image_analyses"]
    for name, found in views.items():
        yield from _find_doubles(name, [str(row[0]) for row in found])
    yield from _find_doubles("image_analyses", analyses)
    yield from _compare("tweets", {str(row[0]) for row in views["tweets"]}, {str(number) for number in world.posts})
    yield from _compare("rejected posts", _read_rejected(world), {str(number) for number in world.malformed})
    yield from _check_photos(world, views["tweet_photos"] + views["dropped_photos"])
    shown = {str(row[1]) for row in views["tweet_photos"] + views["dropped_photos"] if row[1]}
    yield from _compare("image_analyses", set(analyses), shown)
    yield from _check_checkpoint(world)
    yield from _check_index(world)


def _find_doubles(view: str, names: list[str]) -> Iterator[str]:
    yield from (f"{name} is {count} times in {view}" for name, count in Counter(names).items() if count > 1)


def _compare(what: str, found: set[str], expected: set[str]) -> Iterator[str]:
    yield from (f"lost: {name} is not in {what}" for name in sorted(expected - found))
    yield from (f"{name} is in {what}, and nobody expects it" for name in sorted(found - expected))


def _check_photos(world: World, rows: Iterable[tuple[str | None, ...]]) -> Iterator[str]:
    """Every photo has the outcome that it would have without a fault, and one photo of each image is the first."""
    found = {str(name): (image or None, str(status)) for name, image, status in rows}
    expected = dict(_list_expected_photos(world))
    yield from _compare("the views of photos", set(found), set(expected))
    firsts: Counter[str] = Counter()
    for name, outcome in expected.items():
        image, status = found.get(name, (None, "missing"))
        is_image = len(outcome) == 64
        if (is_image and (image != outcome or status not in ("ok", "duplicate"))) or (
            not is_image and status != outcome
        ):
            yield f"the photo {name} should be {outcome[:20]}, and is {image} {status}"
        if is_image:
            firsts[outcome] += status == "ok"
    yield from (
        f"{count} photos are the first of the image {image[:16]}" for image, count in firsts.items() if count != 1
    )


def _list_expected_photos(world: World) -> Iterator[tuple[str, str]]:
    for number, fields in world.posts.items():
        for key in fields.get("attachments", {}).get("media_keys", []):
            media_id = key.partition("_")[2]
            yield f"{number}:{media_id}", world.inputs.outcomes[media_id]
    for key, body in world.inputs.dropped.items():
        yield f"s3://{world.stack.bucket}/{key}", image_id(body)
    for key, body in world.inputs.album.items():
        yield f"s3://{ALBUM}/{key}", image_id(body)


def _read_rejected(world: World) -> set[str]:
    s3, bucket = world.stack.s3, world.stack.bucket
    found = set()
    for item in s3.list_objects_v2(Bucket=bucket, Prefix="errors/").get("Contents", []):
        for line in s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read().splitlines():
            post = json.loads(base64.b64decode(json.loads(line)["rawData"]))
            found.add(post["data"]["id"])
    return found


def _check_checkpoint(world: World) -> Iterator[str]:
    """The checkpoint counts every post as delivered, and leaves no gap."""
    if not world.site.x.posts:
        return
    (saved,) = (item for item in world.stack.read_items("CheckpointTable") if item["id"].startswith("x#"))
    window = Window.from_state(saved)
    if window.is_open or window.since_id != max(world.site.x.posts):
        yield f"the checkpoint is {window}, the newest post {max(world.site.x.posts)}"


def _check_index(world: World) -> Iterator[str]:
    """The search index is what `photolake reindex` would write: that of the rows in the lake."""
    lake = Lake(world.stack.s3, world.stack.bucket)
    table = FakeSearchTable()
    index = SearchIndex(cast("Any", table), RETENTION_DAYS)
    for day in lake.list_days():
        for analysis in lake.read_analyses(day):
            index.put(cast("Any", analysis))
        photos = list(lake.read_photos(day))
        posts = lake.read_posts(day, {photo["tweetid"] for photo in photos if photo.get("tweetid") is not None})
        for photo in photos:
            post: Any = posts.get(photo.get("tweetid") or 0)
            index.put_photo(cast("Any", photo), PostSummary.of_post(post) if post else None)
    found = {(item["pk"], item["sk"]): item for item in world.stack.read_items("SearchIndexTable")}
    for key in sorted(found.keys() | table.items.keys()):
        if key not in found:
            yield f"the search index lacks {key}"
        elif key not in table.items:
            yield f"the search index has {key}, which no row explains"
        elif _comparable(found[key]) != _comparable(table.items[key]):
            yield f"the search index has another item {key}: {_differences(found[key], table.items[key])}"


def _comparable(item: dict[str, Any]) -> dict[str, Any]:
    """An item without the times of its analysis.

    A run that outlived its lease may deliver a later copy of a row than the run that finished the image; both are made
    of the same responses.
    """
    fields = {name: bytes(value) if hasattr(value, "value") else value for name, value in item.items()}
    if "row" in fields:
        row = unpack(fields["row"])
        fields["row"] = {name: value for name, value in row.items() if name not in ("analyzed_at", "processed_at")}
    if fields["sk"] in (ANALYSIS, IMAGE):
        fields.pop("version", None)
    return fields


def _differences(found: dict[str, Any], expected: dict[str, Any]) -> str:
    one, other = _comparable(found), _comparable(expected)
    names = [name for name in sorted(one.keys() | other.keys()) if one.get(name) != other.get(name)]
    return ", ".join(f"{name}: {str(one.get(name))[:60]} for {str(other.get(name))[:60]}" for name in names)
