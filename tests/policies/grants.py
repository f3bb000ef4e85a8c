"""What the template's roles and policies allow, on resources named by their logical ids."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from moto.iam.access_control import IAMPolicyStatement, PermissionResult

from laptop_cloud.stack.resolver import CreatedResource, Resolver
from laptop_cloud.stack.template import load_template
from tests.resolved_template import PSEUDO_PARAMETERS, ROOT

ACCOUNT = "123456789012"
REGION = "us-east-1"
ALBUM = "album"
MODEL = f"arn:aws:rekognition:{REGION}:{ACCOUNT}:project/logos/version/logos.2026/1700000000000"
DOMAIN = f"arn:aws:es:{REGION}:{ACCOUNT}:domain/photos"
# Every condition of the template holds but Lake Formation's, which makes no policy.
SETTINGS = {
    "BackfillBuckets": ALBUM,
    "CustomLabelsModel": MODEL,
    "OpenSearchDomainArn": DOMAIN,
    "OpenSearchEndpoint": f"https://search-photos-abc.{REGION}.es.amazonaws.com",
    "QuickSightPrincipalArn": f"arn:aws:quicksight:{REGION}:{ACCOUNT}:user/default/ann",
    "StreamImage": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/photolake-stream:1",
    "StreamSubnets": "subnet-12345678",
}
_ARNS = {
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::KinesisFirehose::DeliveryStream": "firehose:{region}:{account}:deliverystream/{name}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
    "AWS::SecretsManager::Secret": "secretsmanager:{region}:{account}:secret:{name}",
}


@dataclass(frozen=True)
class Call:
    """An action on a resource; `shown_by` says how it is known, `context` what IAM is told besides."""

    role: str
    action: str
    resource: str
    shown_by: str = field(compare=False)
    context: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Grant:
    """One action on one resource or pattern that a role or policy allows, under conditions."""

    role: str
    action: str
    resource: str
    conditions: tuple[tuple[str, str], ...] = ()

    def covers(self, call: Call) -> bool:
        """Whether the call needs this grant."""
        statement = IAMPolicyStatement({"Effect": "Allow", "Action": self.action, "Resource": self.resource})
        return (
            self.role == call.role
            and all(call.context.get(key) == value for key, value in self.conditions)
            and bool(statement.is_action_permitted(call.action, call.resource) == PermissionResult.PERMITTED)
        )


@cache
def template() -> Resolver:
    """The transformed template with every condition on, and logical ids for physical names."""
    loaded = load_template(ROOT / "template.yaml", SETTINGS, {}, REGION)
    resolver = Resolver(loaded.document, {**loaded.parameters, **PSEUDO_PARAMETERS})
    for name, resource in resolver.resources.items():
        pattern = _ARNS.get(resource["Type"], "other:{region}:{account}:{name}")
        arn = "arn:aws:" + pattern.format(region=REGION, account=ACCOUNT, name=name)
        # What `Ref` gives for a secret is its ARN.
        reference = arn if resource["Type"] == "AWS::SecretsManager::Secret" else name
        resolver.add(name, CreatedResource(reference, {"Arn": arn, "QueueName": name, "FunctionUrl": name}))
    return resolver


@cache
def find_grants() -> tuple[Grant, ...]:
    """Everything that is allowed, by role; a policy without roles and a queue's policy stand for themselves."""
    return tuple(grant for name in template().resources for grant in _read_grants(name))


def find_roles_of(service: str) -> set[str]:
    """The roles that a service of AWS may take."""
    return {
        name
        for name, resource in template().resources.items()
        if resource["Type"] == "AWS::IAM::Role"
        for statement in template().properties(name)["AssumeRolePolicyDocument"]["Statement"]
        if service in as_list(statement["Principal"]["Service"])
    }


def as_list(value: Any) -> list[Any]:
    """`value` as IAM reads it: one or many."""
    return value if isinstance(value, list) else [value]


def _read_grants(name: str) -> Iterator[Grant]:
    kind = template().resources[name]["Type"]
    if kind == "AWS::IAM::Role":
        for policy in template().properties(name).get("Policies", []):
            yield from _read_document(name, policy["PolicyDocument"])
    elif kind == "AWS::IAM::Policy":
        properties = template().properties(name)
        for role in properties["Roles"]:
            yield from _read_document(role, properties["PolicyDocument"])
    elif kind in {"AWS::IAM::ManagedPolicy", "AWS::SQS::QueuePolicy"}:
        yield from _read_document(name, template().properties(name)["PolicyDocument"])


def _read_document(role: str, document: Mapping[str, Any]) -> Iterator[Grant]:
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow", f"{role}: only what is allowed is compared"
        conditions = tuple(_read_conditions(statement.get("Condition", {})))
        for action in as_list(statement["Action"]):
            for resource in as_list(statement["Resource"]):
                yield Grant(role, action, resource, conditions)


def _read_conditions(written: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    unknown = written.keys() - {"StringEquals", "Bool"}
    assert not unknown, f"a condition that is not compared: {unknown}"
    for condition in written.values():
        yield from condition.items()
