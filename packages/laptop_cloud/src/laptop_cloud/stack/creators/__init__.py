"""Creates the template's resources, by type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from laptop_cloud.errors import TemplateError
from laptop_cloud.stack.creators import compute, data, s3, sqs
from laptop_cloud.stack.creators.no_local_effect import NO_LOCAL_EFFECT, name_resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from laptop_cloud.stack.creators.context import CreationContext, Creator
    from laptop_cloud.stack.resolver import CreatedResource

CREATORS: Mapping[str, Creator] = {
    "AWS::S3::Bucket": s3.create_bucket,
    "AWS::SQS::Queue": sqs.create_queue,
    "AWS::SQS::QueuePolicy": sqs.create_queue_policy,
    "AWS::DynamoDB::Table": data.create_dynamodb_table,
    "AWS::SecretsManager::Secret": data.create_secret,
    "AWS::Glue::Database": data.create_glue_database,
    "AWS::Glue::Table": data.create_glue_table,
    "AWS::KinesisFirehose::DeliveryStream": data.create_delivery_stream,
    "AWS::Athena::WorkGroup": data.create_workgroup,
    "AWS::Lambda::LayerVersion": compute.create_layer,
    "AWS::Lambda::Function": compute.create_function,
    "AWS::Lambda::Url": compute.create_function_url,
    "AWS::Lambda::EventSourceMapping": compute.create_event_source,
    "AWS::Scheduler::Schedule": compute.create_schedule,
}

CUSTOM = "Custom::"
"""How the type of a resource begins that a function creates."""


def check_types(resources: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise TemplateError for a resource of a type that the laptop cloud does not know, before any is created."""
    for logical_id, resource in resources.items():
        kind = resource["Type"]
        if kind not in CREATORS and kind not in NO_LOCAL_EFFECT and not kind.startswith(CUSTOM):
            raise TemplateError(f"{logical_id}: the resource type {kind} is not available locally")


def create_resource(
    kind: str, logical_id: str, properties: Mapping[str, Any], context: CreationContext
) -> CreatedResource:
    """Create one resource; raises TemplateError naming it, with the property or the service's refusal."""
    try:
        if kind in NO_LOCAL_EFFECT:
            return name_resource(NO_LOCAL_EFFECT[kind], logical_id, properties, context)
        if kind.startswith(CUSTOM):
            return compute.create_custom(kind, logical_id, properties, context)
        return CREATORS[kind](logical_id, properties, context)
    except KeyError as error:
        raise TemplateError(f"{logical_id} ({kind}): the property {error} is missing") from error
    except (TemplateError, ClientError, BotoCoreError) as error:
        raise TemplateError(f"{logical_id} ({kind}): {error}") from error
