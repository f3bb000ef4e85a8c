"""SQS queues and their policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from laptop_cloud.stack.creators.coerce import drop_properties, refuse_other_properties, to_text
from laptop_cloud.stack.creators.context import to_json
from laptop_cloud.stack.resolver import CreatedResource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from laptop_cloud.stack.creators.context import CreationContext


def create_queue(logical_id: str, properties: Mapping[str, Any], context: CreationContext) -> CreatedResource:
    """AWS::SQS::Queue; every property but the name is an attribute of the same name, as text."""
    sqs = context.client("sqs")
    name = properties.get("QueueName", context.name(logical_id))
    attributes = {key: to_text(value) for key, value in drop_properties(properties, "QueueName").items()}
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return CreatedResource(url, {"Arn": context.arn("sqs", name), "QueueName": name, "QueueUrl": url})


def create_queue_policy(logical_id: str, properties: Mapping[str, Any], context: CreationContext) -> CreatedResource:
    """AWS::SQS::QueuePolicy; moto stores it and does not enforce it."""
    refuse_other_properties(properties, "Queues", "PolicyDocument")
    for url in properties["Queues"]:
        policy = to_json(properties["PolicyDocument"])
        context.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return CreatedResource(context.name(logical_id))
