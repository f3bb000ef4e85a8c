"""What `photolake forget` asks the lake, and which deletions it stores."""

import json
from collections import Counter
from dataclasses import asdict
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from photolake.forget.state import ForgetState
from photolake_cli.copies import Copy
from photolake_cli.forget import run

KNOWN = 3


class FakeLake:
    """A lake in which one of the posts is deleted already; `asked` are the posts of each question about deletions."""

    usd = Decimal(0)

    def __init__(self, asked: list[int]) -> None:
        self._asked = asked

    def count(self, names: Any) -> Counter[str]:
        return Counter(posts=len(names))

    def measure_archive(self) -> int:
        return 10

    def find_deleted(self, names: Any) -> set[int]:
        self._asked.append(len(names))
        return {KNOWN}


def test_any_number_of_posts_is_asked_about_once_and_the_new_ones_are_stored(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[int] = []
    stored: list[dict[str, Any]] = []
    monkeypatch.setattr(run, "ForgetLake", lambda cloud: FakeLake(asked))
    monkeypatch.setattr(run, "DeletionStore", lambda s3, bucket: SimpleNamespace(put=stored.extend))
    monkeypatch.setattr(
        run, "_Follower", lambda cloud: SimpleNamespace(follow=lambda: ForgetState(counts={"posts": 5}))
    )
    cloud: Any = SimpleNamespace(
        name="the laptop cloud",
        values={"LakeBucketName": "lake"},
        client=lambda service: service,
        list_resources=lambda: {"ForgetterFunction"},
    )

    copy = Copy("2026-03-01T00:00:00.000Z", "export tweets", "/data/tweets.csv", "desk")
    monkeypatch.setattr(run, "CopyList", lambda s3, bucket: SimpleNamespace(read=lambda: [copy]))

    posts = [str(number) for number in range(1, 6)]
    run.run_forget(run.ForgetRequest(posts, reason="asked", yes=True, as_json=True), cloud)

    assert asked == [5]
    assert sorted((row["id"], row["id_str"], row["reason"]) for row in stored) == [
        (number, str(number), "asked") for number in range(1, 6) if number != KNOWN
    ]
    assert json.loads(capsys.readouterr().out) == {
        "deletions": 5,
        "counts": {"posts": 5},
        "began_at": "",
        "copies": [asdict(copy)],
    }
