"""DynamoDB, Secrets Manager, Glue, Firehose and Athena: their properties are the API's arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from laptop_cloud.services.glue_defaults import with_defaults
from laptop_cloud.stack.creators.coerce import arguments, only, without
from laptop_cloud.stack.resolver import Created

if TYPE_CHECKING:
    from collections.abc import Mapping

    from laptop_cloud.stack.creators.context import Context


def create_dynamodb_table(logical_id: str, properties: Mapping[str, Any], context: Context) -> Created:
    """AWS::DynamoDB::Table."""
    dynamodb = context.client("dynamodb")
    settings = ("TimeToLiveSpecification", "PointInTimeRecoverySpecification")
    request = {"TableName": context.name(logical_id), **without(properties, *settings)}
    table = dynamodb.create_table(**arguments(dynamodb, "CreateTable", request))["TableDescription"]
    name = table["TableName"]
    if "TimeToLiveSpecification" in properties:
        request = {"TableName": name, "TimeToLiveSpecification": properties["TimeToLiveSpecification"]}
        dynamodb.update_time_to_live(**arguments(dynamodb, "UpdateTimeToLive", request))
    if "PointInTimeRecoverySpecification" in properties:
        request = {
            "TableName": name,
            "PointInTimeRecoverySpecification": properties["PointInTimeRecoverySpecification"],
        }
        dynamodb.update_continuous_backups(**arguments(dynamodb, "UpdateContinuousBackups", request))
    return Created(name, {"Arn": table["TableArn"]})


def create_secret(logical_id: str, properties: Mapping[str, Any], context: Context) -> Created:
    """AWS::SecretsManager::Secret; without a SecretString it has no version, as in AWS."""
    only(properties, "Name", "Description", "SecretString")
    secrets = context.client("secretsmanager")
    request = {"Name": context.name(logical_id), **properties}
    arn = secrets.create_secret(**arguments(secrets, "CreateSecret", request))["ARN"]
    return Created(arn, {"Id": arn})


def create_glue_database(logical_id: str, properties: Mapping[str, Any], context: Context) -> Created:
    """AWS::Glue::Database."""
    glue = context.client("glue")
    glue.create_database(**arguments(glue, "CreateDatabase", properties))
    return Created(properties["DatabaseInput"]["Name"])


def create_glue_table(logical_id: str, properties: Mapping[str, Any], context: Context) -> Created:
    """AWS::Glue::Table."""
    glue = context.client("glue")
    request = {**properties, "TableInput": with_defaults(properties["TableInput"])}
    glue.create_table(**arguments(glue, "CreateTable", request))
    return Created(properties["TableInput"]["Name"])


def create_delivery_stream(logical_id: str, properties: Mapping[str, Any], context: Context) -> Created:
    """AWS::KinesisFirehose::DeliveryStream."""
    firehose = context.client("firehose")
    request = {"DeliveryStreamName": context.name(logical_id), **properties}
    arn = firehose.create_delivery_stream(**arguments(firehose, "CreateDeliveryStream", request))["DeliveryStreamARN"]
    return Created(request["DeliveryStreamName"], {"Arn": arn})


def create_workgroup(logical_id: str, properties: Mapping[str, Any], context: Context) -> Created:
    """AWS::Athena::WorkGroup."""
    athena = context.client("athena")
    same = without(properties, "WorkGroupConfiguration", "RecursiveDeleteOption")
    request = {**same, "Configuration": properties.get("WorkGroupConfiguration", {})}
    athena.create_work_group(**arguments(athena, "CreateWorkGroup", request))
    return Created(properties["Name"])
