"""Deleted posts leave every byte of the lake, wherever a pass ends, and every other post stays as it was."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from moto.backends import get_backend

from photolake.forget import images
from photolake.search.items import FORGOTTEN
from tests.faults.clock import CLOCK, forget_retries
from tests.faults.every_byte import find_markers, read_everything, read_objects
from tests.faults.inputs import image_id
from tests.faults.small_lake import SmallLake, build_photo
from tests.faults.stack import ACCOUNT, REGION

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

    from tests.faults.site import Site

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")
BUSY_SECONDS = 901.0
MOST_REQUESTS = 430
"""A pass sends some 420."""
STEP = int(os.environ.get("KILL_STEP", "200"))
"""At requests 0, STEP, twice STEP ... a pass is killed: `KILL_STEP=1` takes three quarters of an hour."""
ASK = {"pass": 9}


class KilledError(BaseException):
    """The invocation ends here."""


@pytest.fixture(scope="module")
def lake(site: Site) -> Iterator[SmallLake]:
    """A lake that is filled, with deletions that are not carried out."""
    with pytest.MonkeyPatch.context() as patch, CLOCK.stand_still():
        patch.setattr(images, "SETTLING_SECONDS", 0.0)
        forget_retries()
        site.stack.empty()
        lake = SmallLake(site)
        lake.fill()
        lake.delete()
        yield lake
        site.stack.empty()


@pytest.fixture(scope="module")
def restore(lake: SmallLake) -> Callable[[], None]:
    """Bring the stack back to how it was filled."""
    stack, places = lake.site.stack, ("TweetQueue", "ImageQueue", "ErrorQueue", "PhotoJobDeadLetterQueue")
    objects = read_objects(stack)
    tables = get_backend("dynamodb")[ACCOUNT][REGION].tables
    items = {name: copy.deepcopy(table.items) for name, table in tables.items()}
    messages = {name: [each.body for each in stack.queue(name)._messages] for name in places}

    def put_back() -> None:
        stack.empty()
        for key, body in objects.items():
            lake.put(key, body)
        for name, table in tables.items():
            table.items = copy.deepcopy(items[name])
        for name, bodies in messages.items():
            stack.queue(name)._messages = []
            url = stack.sqs.get_queue_url(QueueName=f"photolake-{name}")["QueueUrl"]
            for body in bodies:
                stack.sqs.send_message(QueueUrl=url, MessageBody=body)

    return put_back


@pytest.fixture(scope="module")
def living(lake: SmallLake) -> Any:
    """What must stay."""
    return describe_living(lake)


def test_deleted_posts_leave_every_byte(lake: SmallLake, restore: Callable[[], None], living: Any) -> None:
    places = {place.split("/")[0].split(" photolake-")[0] for place, _ in find_dead(lake)}
    assert places >= {
        "s3 tweets",
        "s3 posts",
        "s3 photos",
        "s3 images",
        "s3 errors",
        "s3 provided",
        "s3 athena-results",
    }

    state = lake.call("Forgetter", ASK)

    assert state["finished"] == state["started"] == 1
    assert find_dead(lake) == []
    assert describe_living(lake) == living


def test_nothing_is_processed_or_bought_again(lake: SmallLake, restore: Callable[[], None], living: Any) -> None:
    restore()
    lake.call("Forgetter", ASK)
    tables = {name: len(lake.site.stack.read_items(name)) for name in ("CacheTable", "ImagesTable")}

    lake.work_off()

    assert find_dead(lake) == []
    assert describe_living(lake) == living
    # Two idempotency records, of the events of the objects that were written again.
    assert len(lake.site.stack.read_items("CacheTable")) == tables["CacheTable"] + 2
    assert len(lake.site.stack.read_items("ImagesTable")) == tables["ImagesTable"]


def test_a_post_that_arrives_once_more_is_erased_by_the_next_pass(
    lake: SmallLake, restore: Callable[[], None], living: Any
) -> None:
    restore()
    lake.call("Forgetter", ASK)
    lake.archive("again", [lake.dead["A"], lake.dead["C"], lake.dead["G"]])
    lake.work_off()
    assert find_dead(lake) != []

    lake.call("Forgetter", ASK)

    assert find_dead(lake) == []
    assert describe_living(lake) == living


@pytest.mark.parametrize("number", range(0, MOST_REQUESTS, STEP))
def test_wherever_a_pass_ends_the_next_one_completes_it(
    lake: SmallLake, restore: Callable[[], None], living: Any, number: int
) -> None:
    restore()
    end_at(lake, number, is_carried_out=bool(number // STEP % 2))
    CLOCK.pass_time(BUSY_SECONDS)

    state = lake.call("Forgetter", ASK)

    assert state["finished"] == state["started"] > 0
    assert find_dead(lake) == []
    assert describe_living(lake) == living


def end_at(lake: SmallLake, number: int, is_carried_out: bool) -> bool:
    """Kill the function at its request of this number; whether it had so many."""
    requests = 0

    def intercept(service: str, operation: str, request: AWSPreparedRequest, send: Any) -> AWSResponse:
        nonlocal requests
        requests += 1
        if requests <= number:
            response: AWSResponse = send(request)
            return response
        if is_carried_out and requests == number + 1:
            send(request)
        raise KilledError(f"{service}.{operation}")

    try:
        with lake.site.endpoints.intercept(intercept):
            lake.call("Forgetter", ASK)
    except KilledError:
        return True
    return False


def find_dead(lake: SmallLake) -> list[tuple[str, str]]:
    """Where something of the deleted posts is, but for their ids where they must be."""
    stack, posts = lake.site.stack, lake.dead.values()
    alone = [build_photo(post.photo) for post in posts if post.letter in "AGHI"]
    contents = {marker for post in posts for marker in post.markers}
    contents |= {f"photo{post.photo}end" for post in posts if post.letter in "AGHI"}
    hashes = {image_id(body) for body in alone}
    ids = {name for post in posts for name in (str(post.id), post.id_str)}
    found = find_markers(stack, contents) + find_markers(stack, hashes, but=("forgotten/images/",))
    return found + [
        (place, name)
        for place, text in read_everything(stack)
        if not place.startswith("s3 deletions/") and f" {FORGOTTEN} " not in text
        for name in ids
        if name in text
    ]


def describe_living(lake: SmallLake) -> Any:
    """All that the lake has of the other posts, but for the order and the names of objects."""
    stack, posts = lake.site.stack, lake.living
    ids = ", ".join(str(post.id) for post in posts.values())
    shown = f"select image_id from tweet_photos where tweetid in ({ids})"
    photos = {image_id(build_photo(post.photo)) for post in posts.values()}
    words = {post.letter: post.markers for post in posts.values()}
    return [
        stack.ask(f"select * from tweets where id in ({ids}) order by id"),
        stack.ask(f"select * from tweet_photos where tweetid in ({ids}) order by source_key"),
        stack.ask(f"select * from image_analyses where image_id in ({shown}) order by image_id"),
        stack.ask(f"select count(*), count(distinct id) from photolake_landing.raw_tweets where id in ({ids})"),
        sorted(key for key in read_objects(stack) if any(photo in key for photo in photos)),
        sorted(
            item["id"]
            for item in stack.read_items("ImagesTable")
            if any(photo in str(item) for photo in photos) and not item["id"].endswith("mediumC")
        ),
        {
            letter: sorted({place.split("/")[0] for place, _ in find_markers(stack, found)} - {"s3 athena-results"})
            for letter, found in words.items()
        },
    ]
