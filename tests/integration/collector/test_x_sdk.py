"""X's own client for Python as a second hand: it reads what the fake X sends, and knows all that photolake asks for."""

import typing
from typing import Any

import pytest
import xdk
from xdk.posts.client import PostsClient
from xdk.stream.client import StreamClient

from photolake.sources.x import parameters as vocabulary


def known_to(method):
    """The values that a method of the SDK takes, by request parameter."""
    hints = typing.get_type_hints(method, localns=vars(typing))  # it imports them for type checkers only
    return {name.replace("_fields", ".fields"): set(literals(hint)) for name, hint in hints.items()}


def literals(hint):
    if typing.get_origin(hint) is typing.Literal:
        yield from typing.get_args(hint)
    for part in typing.get_args(hint):
        if not isinstance(part, str):
            yield from literals(part)


@pytest.mark.parametrize(
    ("asked", "method"), [(vocabulary.TWEETS, StreamClient.posts), (vocabulary.POSTS, PostsClient.search_recent)]
)
def test_all_that_x_is_asked_for_is_known_to_its_own_sdk(asked, method):
    known = known_to(method)

    assert {name: set(values.split(",")) - known[name] for name, values in asked.items()} == {n: set() for n in asked}


def read_by_sdk(x, **bounds):
    client: Any = xdk.Client(base_url=x.url, bearer_token=x.token)
    pages = client.posts.search_recent("sea", max_results=100, post_fields=["id", "public_metrics"], **bounds)
    return [page.model_dump() for page in pages]


def test_the_sdk_reads_the_same_pages_of_the_fake_x_as_the_collector(x, run, delivered):
    x.page_size = 10
    others = dict.fromkeys(("reply", "like", "quote", "bookmark", "impression"), 0)
    counts = {f"{name}_count": count for name, count in others.items()}
    posts = [x.post(3600 - number, public_metrics={**counts, "retweet_count": number}) for number in range(25)]
    run()

    pages = read_by_sdk(x)

    assert [int(post["id"]) for page in pages for post in page["data"]] == delivered.ids == posts[::-1]
    assert [page["meta"]["result_count"] for page in pages] == [10, 10, 5]
    reposts = [post["public_metrics"]["repost_count"] for page in pages for post in page["data"]]
    assert reposts == [row["retweet_count"] for row in delivered.rows]


def test_the_sdk_reads_between_bounds_as_the_collector_asks(x):
    posts = [x.post(3600 - number) for number in range(5)]

    (page,) = read_by_sdk(x, since_id=str(posts[0]), until_id=str(posts[4]))

    assert [int(post["id"]) for post in page["data"]] == posts[3:0:-1]
