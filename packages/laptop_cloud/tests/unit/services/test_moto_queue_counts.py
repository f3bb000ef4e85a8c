"""The counts of all queues in one request."""

import json
from typing import Any

import boto3
from moto import mock_aws
from werkzeug.test import Client

from laptop_cloud.server.aws_clients import ACCOUNT, REGION
from laptop_cloud.services.moto.queue_counts import PAGE, QueueCounts


def pass_on(environ, start_response):
    start_response("200 OK", [])
    return [b"passed on"]


@mock_aws
def test_the_counts_are_those_of_the_attributes_of_each_queue(monkeypatch):
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    sqs = boto3.client("sqs", region_name=REGION)
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:"
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    policy = json.dumps({"deadLetterTargetArn": f"{arn}dead", "maxReceiveCount": 3})
    jobs = sqs.create_queue(QueueName="jobs", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    for delay in (0, 0, 0, 60):
        sqs.send_message(QueueUrl=jobs, MessageBody="job", DelaySeconds=delay)
    sqs.receive_message(QueueUrl=jobs)
    sqs.send_message(QueueUrl=dead, MessageBody="letter")

    counts = json.loads(Client(QueueCounts(pass_on)).get(PAGE).data)

    attributes: dict[Any, str] = sqs.get_queue_attributes(QueueUrl=jobs, AttributeNames=["All"])["Attributes"]
    assert counts == {
        "dead": {"arn": f"{arn}dead", "visible": 1, "in_flight": 0, "delayed": 0, "is_dlq": True},
        "jobs": {"arn": f"{arn}jobs", "visible": 2, "in_flight": 1, "delayed": 1, "is_dlq": False},
    }
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    assert [attributes[name] for name in names] == ["2", "1"]


def test_any_other_request_is_passed_on():
    assert Client(QueueCounts(pass_on)).get("/lake/_queues").data == b"passed on"
