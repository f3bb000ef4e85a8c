"""SQS queues and their policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from laptop_cloud.stack.creators.coerce import only, text, without
from laptop_cloud.stack.creators.context import as_json
from laptop_cloud.stack.resolver import Created

if TYPE_CHECKING:
    from collections.abc import Mapping

    from laptop_cloud.stack.creators.context import Context


def create_queue(logical_id: str, properties: Mapping[str, Any], context: Context) -> Created:
    """AWS::SQS::Queue; every property but the name is an attribute of the same name, as text."""
    sqs = context.client("sqs")
    name = properties.get("QueueName", context.name(logical_id))
    attributes = {key: text(value) for key, value in without(properties, "QueueName").items()}
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return Created(url, {"Arn": context.arn("sqs", name), "QueueName": name, "QueueUrl": url})


def create_queue_policy(logical_id: str, properties: Mapping[str, Any], context: Context) -> Created:
    """AWS::SQS::QueuePolicy; moto keeps it and asks nobody."""
    only(properties, "Queues", "PolicyDocument")
    for url in properties["Queues"]:
        policy = as_json(properties["PolicyDocument"])
        context.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return Created(context.name(logical_id))
