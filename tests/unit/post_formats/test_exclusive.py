"""Each value of another tool or network is told by one format alone, and each format has a line in the docs."""

from pathlib import Path
from typing import Any

import pytest

from photolake.post_formats.registry import find_format, list_formats
from tests.builders.bluesky_events import account, commit, create, uri
from tests.builders.bluesky_views import not_found, thread, view
from tests.builders.mastodon_statuses import status
from tests.unit.post_formats.test_bluesky_views import to_snake
from tests.unit.post_formats.test_dmi_zeeschuimer import ADAPTIVE, TWEET, envelope
from tests.unit.post_formats.test_fourcat_x import PAGE, enrich
from tests.unit.post_formats.test_gnip_activities import activity
from tests.unit.post_formats.test_mastodon import make_activity, note, outbox
from tests.unit.post_formats.test_tables_of_posts import FOURCAT_BLUESKY, FOURCAT_X, TWARC

ROOT = Path(__file__).parents[3]
VALUES: list[Any] = [
    create(),
    commit("delete"),
    account(active=False),
    view(),
    {"posts": [view()]},
    {"feed": [{"post": view()}]},
    {"thread": thread(view())},
    {"records": [{"uri": uri(), "cid": "b", "value": {"$type": "app.bsky.feed.post"}}]},
    not_found(),
    {**to_snake(view()), "4CAT_metadata": {}},
    status(),
    {"accounts": [], "statuses": [status()], "hashtags": []},
    {"ancestors": [], "descendants": [status()]},
    outbox(make_activity(note())),
    make_activity(note()),
    note(),
    make_activity("https://a.example/1", "Delete"),
    activity(),
    activity(verb="share", object=activity(-5)),
    *enrich(PAGE),
    envelope(ADAPTIVE),
    envelope(TWEET),
    envelope(status(), "truthsocial.com"),
    envelope({"id": 1}, "instagram.com"),
    TWARC,
    FOURCAT_X,
    FOURCAT_BLUESKY,
]
# Until formats of X are told by positive evidence too, this one takes whatever no other does.
_TAKES_ALL = {known.name for known in list_formats() if known.recognize(object())}


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_told_by_one_format_alone(value):
    found = [known.name for known in list_formats() if known.name not in _TAKES_ALL and known.recognize(value)]

    assert len(found) == 1
    known = find_format(value)
    assert known is not None
    assert known.name == found[0]


@pytest.mark.parametrize(
    "value", [None, True, 5, 5.5, "text", [], {}, {"id": 5}, {"data": None}, {"type": []}, {"": {}}]
)
def test_no_format_fails_at_a_value_of_any_kind(value):
    for known in list_formats():
        assert known.recognize(value) in (True, False)


@pytest.mark.parametrize("known", list_formats(), ids=[known.name for known in list_formats()])
def test_every_format_has_a_line_in_the_docs(known):
    page = (ROOT / "docs/post-files.md").read_text()

    assert f"| {known.name} |" in page, "docs/post-files.md lacks it"
