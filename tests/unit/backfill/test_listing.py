"""Pages of objects, and what has to be done about each."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from photolake.backfill.listing import ListedObject, ObjectKind, ObjectSorter, iterate_pages, list_page
from photolake.images.limits import RULES
from photolake.images.objects import ObjectRegistry
from photolake.images.rekognition_apis import digest_requests, select_apis
from tests.fakes.backfill import ALBUM, LAKE, CountingRegistry, World, image_item
from tests.fakes.dynamodb_table import FakeTable

APIS = ("labels", "text", "faces")
IMAGE_ID = hashlib.sha256(b"photo").hexdigest()
IMAGE_KEY = f"images/{IMAGE_ID[:2]}/{IMAGE_ID}.jpg"
PHOTO = ListedObject("a.jpg", 1000, "etag")


class Known:
    """What the images table knows before objects are sorted."""

    def __init__(self) -> None:
        self.table = FakeTable()

    def image(self, state: str, *apis: str, digest: str = "") -> Known:
        item = {**image_item(IMAGE_ID, "s3://album/a.jpg"), "state": state}
        if apis or digest:
            item["request_digest"] = digest or digest_requests(select_apis(apis))
        self.table.items[item["id"]] = item
        return self

    def object(self, etag: str = "etag", **what: str | int) -> Known:
        item_id = f"object#{ALBUM}/a.jpg"
        self.table.items[item_id] = {"id": item_id, "etag": etag, **(what or {"image_id": IMAGE_ID})}
        return self

    def sort(self, listed: ListedObject = PHOTO, bucket: str = ALBUM) -> tuple[str, set[str]]:
        table: Any = self.table
        sorter = ObjectSorter(ObjectRegistry(table), CountingRegistry(table), LAKE, APIS)
        (found,) = sorter.sort(bucket, [listed])
        return str(found.kind), set(found.missing)


def test_an_object_that_nobody_has_read_is_new() -> None:
    assert Known().sort() == ("new", set(APIS))


def test_an_object_whose_image_has_the_apis_of_today_is_known() -> None:
    assert Known().object().image("done", *APIS).sort() == ("known", set())


def test_an_image_with_more_apis_than_today_is_known() -> None:
    assert Known().object().image("done", *APIS, "celebrities").sort() == ("known", set())


def test_an_image_without_an_api_of_today_lacks_that_one() -> None:
    assert Known().object().image("done", "labels", "text").sort() == ("outdated", {"faces"})


def test_an_image_analysed_by_requests_of_another_version_may_lack_all() -> None:
    assert Known().object().image("done", digest="0" * 16).sort() == ("outdated", set(APIS))


@pytest.mark.parametrize("state", ["stored", "analyzing", "gone"])
def test_an_object_whose_image_was_never_done_is_new(state: str) -> None:
    assert Known().object().image(state).sort() == ("new", set(APIS))


def test_an_image_that_waits_for_the_budget_is_left_to_the_daily_run() -> None:
    assert Known().object().image("waiting").sort() == ("waiting", set())


def test_an_object_without_an_image_in_the_registry_is_new() -> None:
    assert Known().object().sort() == ("new", set(APIS))


def test_an_object_that_was_replaced_is_new() -> None:
    assert Known().object(etag="of yesterday").image("done", *APIS).sort() == ("new", set(APIS))


def test_what_was_no_photo_is_refused_until_it_is_replaced() -> None:
    broken: dict[str, Any] = {"status": "broken", "status_message": "cut", "rules": RULES}

    assert Known().object(**broken).sort() == ("refused", set())
    assert Known().object(etag="of yesterday", **broken).sort() == ("new", set(APIS))


@pytest.mark.parametrize(
    ("listed", "kind"),
    [
        (ListedObject("folder/", 0, "e"), "folders"),
        (ListedObject("folder/", 5, "e"), "new"),
        (ListedObject("empty.jpg", 0, "e"), "unreadable"),
        (ListedObject("largest.jpg", 15 * 1024 * 1024, "e"), "new"),
        (ListedObject("film.mov", 15 * 1024 * 1024 + 1, "e"), "unreadable"),
        (ListedObject("a.jpg", 9, "e", "GLACIER"), "unreadable"),
        (ListedObject("a.jpg", 9, "e", "DEEP_ARCHIVE"), "unreadable"),
        (ListedObject("a.jpg", 9, "e", "GLACIER_IR"), "new"),
        (ListedObject("notes.txt", 9, "e"), "new"),
    ],
)
def test_size_and_storage_class_tell_what_cannot_be_read(listed: ListedObject, kind: str) -> None:
    assert Known().sort(listed)[0] == kind


def test_an_image_of_the_lake_is_known_by_its_key_and_that_of_another_bucket_is_not() -> None:
    known = Known().image("done", *APIS)

    assert known.sort(ListedObject(IMAGE_KEY, 9, "e"), LAKE) == ("known", set())
    assert known.sort(ListedObject(IMAGE_KEY, 9, "e"), ALBUM) == ("new", set(APIS))


def test_only_what_image_analyzer_has_to_hear_of_is_announced() -> None:
    world = World()
    world.put("1.jpg", "photo")
    world.put("2.jpg", "")
    world.put("folder/", "")
    sorter = world.make_runner(world.image_queue).sorter

    found = sorter.sort(ALBUM, list_page(world.s3, ALBUM, "", "").objects)  # type: ignore[arg-type]

    assert [(each.kind, each.is_announced) for each in found] == [
        (ObjectKind.NEW, True),
        (ObjectKind.UNREADABLE, True),
        (ObjectKind.FOLDER, False),
    ]


def test_pages_go_on_after_the_last_key_with_etags_without_quotes() -> None:
    world = World()
    for number in range(7):
        world.put(f"2019/{number}.jpg", "photo")
    world.put("2020/1.jpg", "photo")
    s3: Any = world.s3

    pages = list(iterate_pages(s3, ALBUM, "2019/", "2019/1.jpg"))

    assert [[each.key[-5] for each in page.objects] for page in pages] == [["2", "3", "4"], ["5", "6"]]
    assert [page.is_last for page in pages] == [False, True]
    assert pages[0].objects[0] == ListedObject("2019/2.jpg", 5, world.s3.etag(ALBUM, "2019/2.jpg"))
    assert [page.objects for page in iterate_pages(s3, ALBUM, "none/")] == [[]]
