"""DynamoDB, Secrets Manager, Glue, Firehose and Athena: their properties are the API's arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from laptop_cloud.services.glue_defaults import add_glue_defaults
from laptop_cloud.stack.creators.coerce import build_arguments, drop_properties, refuse_other_properties
from laptop_cloud.stack.resolver import CreatedResource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from laptop_cloud.stack.creators.context import CreationContext


def create_dynamodb_table(logical_id: str, properties: Mapping[str, Any], context: CreationContext) -> CreatedResource:
    """AWS::DynamoDB::Table."""
    dynamodb = context.client("dynamodb")
    settings = ("TimeToLiveSpecification", "PointInTimeRecoverySpecification")
    request = {"TableName": context.name(logical_id), **drop_properties(properties, *settings)}
    table = dynamodb.create_table(**build_arguments(dynamodb, "CreateTable", request))["TableDescription"]
    name = table["TableName"]
    if "TimeToLiveSpecification" in properties:
        request = {"TableName": name, "TimeToLiveSpecification": properties["TimeToLiveSpecification"]}
        dynamodb.update_time_to_live(**build_arguments(dynamodb, "UpdateTimeToLive", request))
    if "PointInTimeRecoverySpecification" in properties:
        request = {
            "TableName": name,
            "PointInTimeRecoverySpecification": properties["PointInTimeRecoverySpecification"],
        }
        dynamodb.update_continuous_backups(**build_arguments(dynamodb, "UpdateContinuousBackups", request))
    return CreatedResource(name, {"Arn": table["TableArn"]})


def create_secret(logical_id: str, properties: Mapping[str, Any], context: CreationContext) -> CreatedResource:
    """AWS::SecretsManager::Secret; without a SecretString it has no version, as in AWS."""
    refuse_other_properties(properties, "Name", "Description", "SecretString")
    secrets = context.client("secretsmanager")
    request = {"Name": context.name(logical_id), **properties}
    arn = secrets.create_secret(**build_arguments(secrets, "CreateSecret", request))["ARN"]
    return CreatedResource(arn, {"Id": arn})


def create_glue_database(logical_id: str, properties: Mapping[str, Any], context: CreationContext) -> CreatedResource:
    """AWS::Glue::Database."""
    glue = context.client("glue")
    glue.create_database(**build_arguments(glue, "CreateDatabase", properties))
    return CreatedResource(properties["DatabaseInput"]["Name"])


def create_glue_table(logical_id: str, properties: Mapping[str, Any], context: CreationContext) -> CreatedResource:
    """AWS::Glue::Table."""
    glue = context.client("glue")
    request = {**properties, "TableInput": add_glue_defaults(properties["TableInput"])}
    glue.create_table(**build_arguments(glue, "CreateTable", request))
    return CreatedResource(properties["TableInput"]["Name"])


def create_delivery_stream(logical_id: str, properties: Mapping[str, Any], context: CreationContext) -> CreatedResource:
    """AWS::KinesisFirehose::DeliveryStream."""
    firehose = context.client("firehose")
    request = {"DeliveryStreamName": context.name(logical_id), **properties}
    arn = firehose.create_delivery_stream(**build_arguments(firehose, "CreateDeliveryStream", request))[
        "DeliveryStreamARN"
    ]
    return CreatedResource(request["DeliveryStreamName"], {"Arn": arn})


def create_workgroup(logical_id: str, properties: Mapping[str, Any], context: CreationContext) -> CreatedResource:
    """AWS::Athena::WorkGroup."""
    athena = context.client("athena")
    same = drop_properties(properties, "WorkGroupConfiguration", "RecursiveDeleteOption")
    request = {**same, "Configuration": properties.get("WorkGroupConfiguration", {})}
    athena.create_work_group(**build_arguments(athena, "CreateWorkGroup", request))
    return CreatedResource(properties["Name"])
