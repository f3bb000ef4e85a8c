"""moto's SQS with many messages in a queue."""

import subprocess
import sys

# In a process of its own: what is replaced stays replaced.
PROGRAM = """
from moto.sqs import models
from laptop_cloud.services.moto.queue_cost import lower_cost

lower_cost()
backend = models.SQSBackend("us-east-1", "123456789012")
queue = backend.create_queue("jobs", {}, VisibilityTimeout="30", MessageRetentionPeriod="60")
for number in range(200):
    backend.send_message("jobs", str(number))
looks = 0
visible = models.Message.visible.fget


def count_look(message):
    global looks
    looks += 1
    return visible(message)


models.Message.visible = property(count_look)
received = backend.receive_message("jobs", 10, 0, 30)
print([message.body for message in received] == [str(number) for number in range(10)])
print(looks <= 2 * 200)
attributes = backend.get_queue_attributes("jobs", ["All"])
print(attributes["ApproximateNumberOfMessages"], attributes["ApproximateNumberOfMessagesNotVisible"])
for message in list(queue._messages):
    message.sent_timestamp -= 61_000
print(backend.receive_message("jobs", 10, 0, 30))
"""


def test_a_receive_looks_at_each_message_at_most_twice_and_hands_out_the_same():
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert ended.stdout.splitlines() == ["True", "True", "190 10", "[]"]
