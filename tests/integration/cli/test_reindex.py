"""`photolake reindex`: the index that it makes of a lake is the one that the pipeline wrote."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from moto import mock_aws

from photolake.photos.job import PostSummary
from photolake.search.index import SearchIndex
from photolake.search.items import unpack
from photolake_cli.errors import CommandError
from photolake_cli.lake import Lake
from photolake_cli.reindex.run import RebuiltDays, rebuild_index
from tests.builders.search_rows import analysis, dropped, line, photo, seen_label
from tests.fakes.search_table import FakeSearchTable

DAYS = ("2026-11-20", "2026-11-21")
LATER = "2026-11-22T10:00:00.000Z"


def post_row(post_id: int, text: str, collected_at: str = "2026-11-20T09:00:00.000Z", **more: Any) -> dict[str, Any]:
    entity = {"text": "Ada", "type": "PERSON", "score": 0.5, "begin_offset": 0, "end_offset": 3}
    row = {"id": post_id, "id_str": str(post_id), "text": text, "text_entities": [entity], "dt": DAYS[0]}
    return {**row, "collected_at": collected_at, "processed_at": collected_at, **more}


ANALYSES = [
    analysis(1, ["Car", seen_label("Tree", 71.5)], [line("NDV 5012", 97.25)], properties={"quality": None}),
    analysis(1, ["Car"], [line("NDV 5012")], at=LATER),
    analysis(2, ["Tree"], date=DAYS[1]),
    analysis(3, [], date=DAYS[1]) | {"image_labels": None, "errors": [{"api": "labels", "code": "x", "message": "y"}]},
]
POSTS = [post_row(7, "An old text"), post_row(7, "Summer in Lisbon " * 200, LATER), post_row(8, "deleted", dt=DAYS[0])]
PHOTOS = [
    photo(1, post_id=7),
    photo(1, post_id=7, collected_at=LATER, alt_text="the sea"),
    photo(1, post_id=8),
    photo(9, post_id=7) | {"image_id": None, "image_dt": None, "status": "gone"},
    photo(2, post_id=7, image_dt=DAYS[1]),
    dropped(2, date=DAYS[1]),
    dropped(3, date=DAYS[1]),
]


class World:
    """A lake bucket, and the index of an account."""

    def __init__(self, s3: Any) -> None:
        self.s3 = s3
        self.table: Any = FakeSearchTable()
        self.cloud: Any = SimpleNamespace(name="the stack photolake", on_laptop=True)

    def deliver(self, table: str, rows: Any, shuffle: random.Random) -> None:
        """Write the rows as Firehose does: at least once, in any order, into objects by day."""
        copies = [*rows, *shuffle.sample(rows, k=1)]
        shuffle.shuffle(copies)
        for number, row in enumerate(copies):
            body = io.BytesIO()
            columns = {name: value for name, value in row.items() if name != "dt"}
            pq.write_table(pa.Table.from_pylist([columns]), body)
            key = f"{table}/dt={row['dt']}/{number}.parquet"
            self.s3.put_object(Bucket="lake", Key=key, Body=body.getvalue())

    def rebuild(self, folder: Path, table: Any = None, **options: Any) -> None:
        index = SearchIndex(table or self.table, 1500)
        done = RebuiltDays.load(folder / "reindexed.json", "lake")
        rebuild_index(self.cloud, Lake(self.s3, "lake"), index, done, **{"dry_run": False, "yes": False} | options)


@pytest.fixture
def world() -> Iterator[World]:
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="lake")
        yield World(s3)


def written_by_events() -> Any:
    """The index after each row was an event, as image_analyzer and photo_fetcher write it."""
    table: Any = FakeSearchTable()
    index = SearchIndex(table, 1500)
    for row in ANALYSES:
        index.put(row)
    newest: Any = {row["id"]: row for row in POSTS}
    for row in PHOTOS:
        post_id = row.get("tweetid")
        index.put_photo(row, PostSummary.of_post(newest[post_id]) if post_id else None)
    index.forget_post(8)
    return table


def readable(table: FakeSearchTable) -> dict[Any, Any]:
    return {
        key: {name: unpack(value) if isinstance(value, bytes) else value for name, value in item.items()}
        for key, item in table.items.items()
    }


def fill(world: World, seed: int) -> None:
    shuffle = random.Random(seed)
    for name, rows in (("analyses", ANALYSES), ("posts", POSTS), ("photos", PHOTOS)):
        world.deliver(name, rows, shuffle)
    world.s3.put_object(Bucket="lake", Key="deletions/1.jsonl", Body=json.dumps({"id": 8}) + "\n")


@pytest.mark.parametrize("seed", range(3))
def test_the_rebuilt_index_is_the_one_that_events_wrote(world: World, seed: int, tmp_path: Path) -> None:
    fill(world, seed)

    world.rebuild(tmp_path)

    assert readable(world.table) == readable(written_by_events())
    assert not (tmp_path / "reindexed.json").exists()


def test_a_rebuild_over_an_index_in_use_changes_nothing_but_takes_deleted_posts_out(
    world: World, tmp_path: Path
) -> None:
    fill(world, 0)
    world.table = written_by_events()
    before = readable(world.table)
    SearchIndex(world.table, 1500).put_photo(photo(1, post_id=8), PostSummary("8", "deleted", []))

    world.rebuild(tmp_path)

    assert readable(world.table) == before


class InterruptedTable(FakeSearchTable):
    """A table at which the user presses Ctrl-C when the second day begins."""

    def batch_write_item(self, *, RequestItems: Any) -> dict[str, Any]:  # noqa: N803
        writes = [write["PutRequest"]["Item"] for write in RequestItems[self.name] if "PutRequest" in write]
        if any(item["sk"].startswith(DAYS[0]) for item in writes):
            raise KeyboardInterrupt
        return super().batch_write_item(RequestItems=RequestItems)


def test_an_interrupted_rebuild_resumes_with_the_days_that_are_not_done(world: World, tmp_path: Path) -> None:
    fill(world, 0)
    interrupted = InterruptedTable()

    with pytest.raises(typer.Exit):
        world.rebuild(tmp_path, interrupted)

    assert json.loads((tmp_path / "reindexed.json").read_text())["days"] == [DAYS[1]]
    world.table.items = interrupted.items
    world.rebuild(tmp_path)
    assert readable(world.table) == readable(written_by_events())


def test_on_aws_the_price_is_told_and_nothing_is_written_without_consent(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(world, 0)
    world.cloud.on_laptop = False

    with pytest.raises(CommandError, match=r"Nothing has been written\. To spend about \$0\.01"):
        world.rebuild(tmp_path)
    world.rebuild(tmp_path, dry_run=True)

    assert world.table.items == {}
    assert "About 5 analyses and " in capsys.readouterr().err
    world.rebuild(tmp_path, yes=True)
    assert world.table.items


def test_a_file_of_done_days_that_cannot_be_read_says_what_to_do(world: World, tmp_path: Path) -> None:
    (tmp_path / "reindexed.json").write_text("[]")

    with pytest.raises(CommandError, match="Remove it"):
        world.rebuild(tmp_path)
