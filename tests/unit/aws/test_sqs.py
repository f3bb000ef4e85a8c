"""Jobs to SQS: nothing lost."""

import json
import threading

import pytest

from photolake.aws.sqs import MessageQueue
from photolake.errors import DeliveryError


class FakeSqs:
    """Takes messages as SQS does; `refusals` says for each message that comes whether it is refused."""

    def __init__(self, refusals=()):
        self.refusals = iter(refusals)
        self.bodies: list[dict] = []
        self.delays: list[int] = []

    def send_message_batch(self, QueueUrl, Entries):  # noqa: N803 (boto3's names)
        assert 1 <= len(Entries) <= 10
        assert len({entry["Id"] for entry in Entries}) == len(Entries)
        failed = []
        for entry in Entries:
            if next(self.refusals, False):
                failed.append({"Id": entry["Id"], "Code": "InternalError", "Message": "again", "SenderFault": False})
            else:
                self.bodies.append(json.loads(entry["MessageBody"]))
                self.delays.append(entry["DelaySeconds"])
        return {"Failed": failed} if failed else {}

    def get_queue_attributes(self, QueueUrl, AttributeNames):  # noqa: N803
        return {"Attributes": {name: str(10**index) for index, name in enumerate(AttributeNames)}}


def queue(sqs):
    return MessageQueue(sqs, "https://queue", sleep=lambda seconds: None)


def test_jobs_are_sent_ten_at_a_time():
    sqs = FakeSqs()

    assert queue(sqs).send({"n": number} for number in range(23)) == 23

    assert sorted(body["n"] for body in sqs.bodies) == list(range(23))


def test_only_refused_messages_are_sent_again():
    sqs = FakeSqs(refusals=[False, True, True, False, False, True])

    queue(sqs).send({"n": number} for number in range(4))

    assert sorted(body["n"] for body in sqs.bodies) == [0, 1, 2, 3]


def test_messages_refused_six_times_raise():
    with pytest.raises(DeliveryError, match="still refuses 1 messages: again"):
        queue(FakeSqs(refusals=[True] * 6)).send([{"n": 1}])


def test_batches_are_sent_at_once():
    together = threading.Barrier(3, timeout=10)

    class WaitingSqs(FakeSqs):
        def send_message_batch(self, QueueUrl, Entries):  # noqa: N803
            together.wait()
            return super().send_message_batch(QueueUrl, Entries)

    assert queue(WaitingSqs()).send({"n": number} for number in range(23)) == 23


def test_a_batch_that_is_refused_keeps_no_other_from_being_sent():
    class HalfSqs(FakeSqs):
        def send_message_batch(self, QueueUrl, Entries):  # noqa: N803
            if json.loads(Entries[0]["MessageBody"]) == {"n": 0}:
                return {"Failed": [{"Id": entry["Id"], "Message": "again"} for entry in Entries]}
            return super().send_message_batch(QueueUrl, Entries)

    sqs = HalfSqs()
    with pytest.raises(DeliveryError, match="still refuses 10 messages"):
        queue(sqs).send({"n": number} for number in range(100))

    assert sorted(body["n"] for body in sqs.bodies) == list(range(10, 100))


def test_messages_may_be_delayed():
    sqs = FakeSqs()

    queue(sqs).send([{"n": 1}], delay_seconds=900)
    queue(sqs).send([{"n": 2}])

    assert sqs.delays == [900, 0]


def test_messages_in_work_and_delayed_ones_are_counted_too():
    assert queue(FakeSqs()).count_messages() == 111
