"""Whatever is put, however S3 fails: afterwards each line lies exactly once in a delivered object or in an error."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from laptop_cloud.services.firehose.records import split_json
from laptop_cloud_testing.firehose import Firehose, lines, posts_configuration, tweets_configuration

BROKEN = "broken"
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"),
            st.lists(
                st.tuples(
                    st.lists(
                        st.sampled_from(["2026-01-01", "2026-01-02", "2026-01-03", None, BROKEN, "misfit"]),
                        min_size=1,
                        max_size=4,
                    ),
                    st.integers(0, 40),
                ),
                min_size=1,
                max_size=3,
            ),
        ),
        st.tuples(st.just("wait"), st.integers(0, 400)),
        st.tuples(st.just("fail"), st.integers(1, 4)),
        st.tuples(st.just("fail after storing"), st.integers(1, 4)),
        st.tuples(st.just("update"), st.just(0)),
    ),
    max_size=12,
)


class Story:
    """Puts numbered lines into a stream and knows which."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        # Buffers of 64 or 5 bytes fill up within a story.
        self.firehose = Firehose(scale=1 / 1024 / 1024)
        self.firehose.create("stream", configuration)
        self.put: list[bytes] = []
        self.version = 1

    def line(self, kind: str | None, padding: int) -> bytes:
        number = len(self.put)
        if kind == BROKEN:
            data = b'{"id":%d,' % number
        else:
            row = {"id": "x" if kind == "misfit" else number, "dt": "2026-01-01" if kind == "misfit" else kind}
            data = lines({**row, "number": number, "text": "x" * padding}).rstrip()
        self.put.append(data)
        return data + b"\n"

    def play(self, step: str, argument: Any) -> None:
        if step == "put":
            records = [b"".join(self.line(kind, padding) for kind in kinds) for kinds, padding in argument]
            self.firehose.put("stream", *records)
        elif step == "wait":
            # An interval of 300 s is 0.3 ms at this scale.
            self.firehose.wait(argument / 1_000_000)
        elif step == "update":
            self.firehose.call(
                "UpdateDestination",
                DeliveryStreamName="stream",
                CurrentDeliveryStreamVersionId=str(self.version),
                DestinationId="destinationId-000000000001",
            )
            self.version += 1
        else:
            self.firehose.s3.failures = argument
            self.firehose.s3.stores_before_failing = step == "fail after storing"
            self.firehose.service.deliver_due()

    def finish(self) -> None:
        self.firehose.s3.failures = 0
        self.firehose.service.stop()
        assert self.firehose.service.count_buffered() == {"stream": 0}


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_every_line_of_a_converted_stream_is_delivered_once_or_is_an_error_once(steps: list[tuple[str, Any]]) -> None:
    story = Story(posts_configuration())
    for step, argument in steps:
        story.play(step, argument)
    story.finish()

    good = {json.loads(line)["id"] for line in story.put if is_deliverable(line)}
    bad = Counter(line for line in story.put if not is_deliverable(line))
    s3 = story.firehose.s3
    assert Counter(row["id"] for row in s3.rows("posts/")) == Counter(good)
    assert Counter(error["rawData"] for error in s3.errors()) == bad
    counters = story.firehose.service.counters()["stream"]
    assert (counters.lines, counters.failed) == (len(story.put), sum(bad.values()))


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_every_byte_of_a_plain_stream_is_delivered_once(steps: list[tuple[str, Any]]) -> None:
    story = Story(tweets_configuration())
    for step, argument in steps:
        story.play(step, argument)
    story.finish()

    s3 = story.firehose.s3
    delivered = b"".join(s3.body(key) for key in s3.stored())
    assert Counter(delivered.splitlines()) == Counter(story.put)
    assert all(key.startswith("tweets/dt=") for key in s3.stored())


def is_deliverable(line: bytes) -> bool:
    try:
        row = json.loads(line)
    except ValueError:
        return False
    return row["dt"] is not None and row["id"] != "x" and split_json(line) == [line]
