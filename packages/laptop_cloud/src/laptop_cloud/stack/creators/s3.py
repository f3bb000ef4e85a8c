"""S3 buckets, with their notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from laptop_cloud.services.expiry.lifecycle import LifecycleRule
from laptop_cloud.stack.creators.coerce import build_arguments, drop_properties, refuse_other_properties
from laptop_cloud.stack.resolver import CreatedResource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from laptop_cloud.stack.creators.context import CreationContext

# The property -> the call that sets it, the call's argument, where both have the same shape.
_SETTINGS = {
    "BucketEncryption": ("put_bucket_encryption", "ServerSideEncryptionConfiguration"),
    "PublicAccessBlockConfiguration": ("put_public_access_block", "PublicAccessBlockConfiguration"),
    "OwnershipControls": ("put_bucket_ownership_controls", "OwnershipControls"),
}
_ENCRYPTION = {
    "ServerSideEncryptionConfiguration": "Rules",
    "ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault",
}


def create_bucket(logical_id: str, properties: Mapping[str, Any], context: CreationContext) -> CreatedResource:
    """AWS::S3::Bucket."""
    refuse_other_properties(properties, "BucketName", "LifecycleConfiguration", "NotificationConfiguration", *_SETTINGS)
    s3 = context.client("s3")
    name = properties.get("BucketName", context.name(logical_id).lower())
    s3.create_bucket(Bucket=name)
    for property_name in _SETTINGS.keys() & properties.keys():
        call, argument = _SETTINGS[property_name]
        getattr(s3, call)(Bucket=name, **{argument: _rename_keys(properties[property_name], _ENCRYPTION)})
    if "LifecycleConfiguration" in properties:
        refuse_other_properties(properties["LifecycleConfiguration"], "Rules")
        rules = {"Rules": [_build_lifecycle_rule(rule) for rule in properties["LifecycleConfiguration"]["Rules"]]}
        for rule in rules["Rules"]:
            LifecycleRule.read(rule)  # one that cannot be carried out is an error now, not in a year
        request = {"Bucket": name, "LifecycleConfiguration": rules}
        s3.put_bucket_lifecycle_configuration(**build_arguments(s3, "PutBucketLifecycleConfiguration", request))
    if "NotificationConfiguration" in properties:
        request = {
            "Bucket": name,
            "NotificationConfiguration": _build_notifications(properties["NotificationConfiguration"]),
        }
        s3.put_bucket_notification_configuration(**build_arguments(s3, "PutBucketNotificationConfiguration", request))
    return CreatedResource(
        name,
        {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{context.region}.amazonaws.com",
        },
    )


def _build_notifications(configuration: Mapping[str, Any]) -> dict[str, Any]:
    refuse_other_properties(configuration, "QueueConfigurations")
    return {"QueueConfigurations": [_build_queue_notification(item) for item in configuration["QueueConfigurations"]]}


def _build_queue_notification(item: Mapping[str, Any]) -> dict[str, Any]:
    refuse_other_properties(item, "Event", "Queue", "Filter")
    rules = item.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    filters = {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
    return {"QueueArn": item["Queue"], "Events": [item["Event"]], **filters}


def _build_lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    renamed = {"Id": "ID"}
    days = {"Expiration": {"Days": rule["ExpirationInDays"]}} if "ExpirationInDays" in rule else {}
    same = _rename_keys(drop_properties(rule, "ExpirationInDays", "Prefix"), renamed)
    return {**same, **days, "Filter": {"Prefix": rule.get("Prefix", "")}}


def _rename_keys(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_rename_keys(item, names) for item in value]
    if isinstance(value, dict):
        return {names.get(key, key): _rename_keys(item, names) for key, item in value.items()}
    return value
