"""Resource types without effect on a laptop: they get a name for references, and are not created."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from laptop_cloud.stack.resolver import CreatedResource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from laptop_cloud.stack.creators.context import CreationContext


@dataclass(frozen=True)
class NoLocalEffect:
    """Why the type is not created, how its ARN is made, and whether `Ref` gives the ARN instead of the name."""

    reason: str
    service: str
    resource: str
    name_property: str = ""
    ref_is_arn: bool = False
    attributes: tuple[str, ...] = ("Arn",)


_NO_PERMISSIONS = "every local endpoint allows everything"
_ORDER = "it only orders the creation of others"
_NO_METRICS = "metrics are written to the functions' logs and not evaluated"
_LOG_FILES = "logs are files in the state folder"
_NO_MAIL = "alarms are not evaluated, so nothing is published"
_NO_BILL = "nothing is billed on a laptop"
# Their ARNs have no Region.
_GLOBAL_SERVICES = frozenset({"iam", "budgets"})

NO_LOCAL_EFFECT: Mapping[str, NoLocalEffect] = {
    "AWS::IAM::Role": NoLocalEffect(_NO_PERMISSIONS, "iam", "role/{name}", "RoleName", attributes=("Arn", "RoleId")),
    "AWS::IAM::Policy": NoLocalEffect(_NO_PERMISSIONS, "iam", "policy/{name}", "PolicyName"),
    "AWS::IAM::ManagedPolicy": NoLocalEffect(_NO_PERMISSIONS, "iam", "policy/{name}", ref_is_arn=True),
    "AWS::Lambda::Permission": NoLocalEffect(_NO_PERMISSIONS, "lambda", "permission/{name}"),
    "AWS::Lambda::EventInvokeConfig": NoLocalEffect("failed events are not retried", "lambda", "event-invoke/{name}"),
    # moto would take `Deny` without its condition (aws:SecureTransport) and refuse every request.
    "AWS::S3::BucketPolicy": NoLocalEffect("moto does not evaluate a policy's conditions", "s3", "policy/{name}"),
    "AWS::CloudFormation::WaitConditionHandle": NoLocalEffect(_ORDER, "cloudformation", "handle/{name}"),
    "AWS::Logs::LogGroup": NoLocalEffect(_LOG_FILES, "logs", "log-group:{name}:*", "LogGroupName"),
    "AWS::Logs::LogStream": NoLocalEffect(_LOG_FILES, "logs", "log-stream:{name}", "LogStreamName"),
    "AWS::CloudWatch::Alarm": NoLocalEffect(_NO_METRICS, "cloudwatch", "alarm:{name}", "AlarmName"),
    "AWS::CloudWatch::Dashboard": NoLocalEffect(_NO_METRICS, "cloudwatch", "dashboard/{name}", "DashboardName"),
    "AWS::SNS::Topic": NoLocalEffect(
        _NO_MAIL, "sns", "{name}", "TopicName", ref_is_arn=True, attributes=("TopicArn", "TopicName")
    ),
    "AWS::SNS::TopicPolicy": NoLocalEffect(_NO_PERMISSIONS, "sns", "{name}"),
    "AWS::Budgets::Budget": NoLocalEffect(_NO_BILL, "budgets", "budget/{name}", attributes=("Id",)),
    "AWS::SNS::Subscription": NoLocalEffect(_NO_MAIL, "sns", "subscription:{name}", ref_is_arn=True),
}


def name_resource(
    kind: NoLocalEffect, logical_id: str, properties: Mapping[str, Any], context: CreationContext
) -> CreatedResource:
    """The name and ARN that other resources refer to."""
    name = properties.get(kind.name_property) or context.name(logical_id)
    arn = context.arn(kind.service, kind.resource.format(name=name))
    if kind.service in _GLOBAL_SERVICES:
        arn = arn.replace(f":{context.region}:", "::", 1)
    attributes = {attribute: arn if attribute.endswith("Arn") else name for attribute in kind.attributes}
    return CreatedResource(arn if kind.ref_is_arn else name, attributes)
