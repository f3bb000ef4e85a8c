"""The policies of template.yaml's functions in a running cloud, to be held against the calls the functions made."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moto.iam.access_control import IAMPolicy, IAMPolicyStatement, PermissionResult

from laptop_cloud import state
from laptop_cloud.server.aws_clients import ACCOUNT, REGION
from laptop_cloud.stack.resolver import CreatedResource, Resolver
from laptop_cloud.stack.template import load_template
from tests.resolved_template import PSEUDO_PARAMETERS, ROOT, transformed

# The ARN of a physical resource, by type, for those that the policies name.
ARNS = {
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{{name}}",
    "AWS::KinesisFirehose::DeliveryStream": f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/{{name}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{{name}}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{name}}",
}
# Lambda makes these calls, under the function's role: it writes the logs and polls the queues.
MADE_BY_LAMBDA = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
}
_FOR_404 = "never called: without it S3 answers 403, not 404, for an object that is gone"
_STALE = "asks who else has the terms that a new analysis or text no longer has; none is new here"
_FAILED = "Powertools takes back the record of a run that failed; none fails here"
_NO_DELETION = "takes a post that Bluesky deletes out of the search index; X alone is switched on"
_NO_TOKEN = "comes after X's answer, and without a token X is not asked"
_ATHENA = "Athena makes it in the name of who starts the query; the local Athena makes it in its own"
# What a policy allows though no call here needs it.
UNSEEN = {
    "AthenaSchemaFunction": {
        "glue:CreateDatabase": _ATHENA,
        "glue:CreateTable": _ATHENA,
        "glue:DeleteTable": _ATHENA,
        "glue:GetDatabase": _ATHENA,
        "glue:GetDatabases": _ATHENA,
        "glue:GetTable": _ATHENA,
        "glue:GetTables": _ATHENA,
        "glue:UpdateTable": _ATHENA,
        "s3:AbortMultipartUpload": _ATHENA,
        "s3:DeleteObject": "only when the stack is deleted",
        "s3:GetBucketLocation": _ATHENA,
        "s3:GetObject": _ATHENA,
        "s3:ListBucket": _ATHENA,
        "s3:PutObject": _ATHENA,
    },
    "CollectorFunction": {
        "dynamodb:BatchGetItem": "which of the posts that Bluesky deletes were collected; X alone is switched on",
        "dynamodb:BatchWriteItem": _NO_DELETION,
        "dynamodb:DeleteItem": _NO_DELETION,
        "dynamodb:Query": _NO_DELETION,
        "dynamodb:GetItem": _NO_TOKEN,
        "dynamodb:PutItem": _NO_TOKEN,
        "dynamodb:UpdateItem": _NO_TOKEN,
        "firehose:PutRecordBatch": _NO_TOKEN,
        "s3:PutObject": _NO_TOKEN,
    },
    "ImageAnalyzerFunction": {"dynamodb:Query": _STALE, "s3:ListBucket": _FOR_404},
    "PhotoFetcherFunction": {
        "dynamodb:Query": _STALE,
        "s3:GetObject": "copies of photos that are gone, which somebody provided",
        "s3:ListBucket": _FOR_404,
    },
    "SearchApiFunction": {"s3:GetObject": "the request of whoever has the URL that the function signed"},
    "TweetAnalyzerFunction": {
        "dynamodb:DeleteItem": _FAILED,
        "dynamodb:GetItem": "Powertools asks for a record only if DynamoDB did not return it with the refused write",
        "s3:ListBucket": _FOR_404,
    },
}


@dataclass(frozen=True)
class Grant:
    """One action on one resource or pattern that a policy allows."""

    action: str
    resource: str

    def covers(self, action: str, resource: str) -> bool:
        """Whether the call needs this grant."""
        statement = IAMPolicyStatement({"Effect": "Allow", "Action": self.action, "Resource": self.resource})
        return bool(statement.is_action_permitted(action, resource) == PermissionResult.PERMITTED)


def physical_names(folder: Path) -> dict[str, str]:
    """What `Ref` gives for each logical id in the cloud that runs in this state folder."""
    running = state.read(folder)
    assert running
    return {logical_id: resource["physical_id"] for logical_id, resource in running.resources.items()}


class FunctionPolicies:
    """Each function's policies, by its logical id."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        """`folder` is the state of a running cloud that was started with these settings."""
        template = load_template(ROOT / "template.yaml", settings, {}, REGION) if settings else transformed()
        resolver = Resolver(template.document, {**template.parameters, **PSEUDO_PARAMETERS})
        names = physical_names(folder)
        for logical_id, name in names.items():
            resolver.add(logical_id, _build_created_resource(resolver.resources[logical_id]["Type"], name))
        self._documents: dict[str, list[Any]] = {
            logical_id: [
                policy["PolicyDocument"]
                for policy in resolver.properties(resource["Properties"]["Role"]["Fn::GetAtt"][0])["Policies"]
            ]
            for logical_id, resource in resolver.resources.items()
            if resource["Type"] == "AWS::Lambda::Function"
        }
        self._workgroup = names["Workgroup"]

    @property
    def functions(self) -> set[str]:
        """Their logical ids."""
        return set(self._documents)

    def allows(self, function: str, action: str, resource: str) -> bool:
        """Whether the function's role allows the call."""
        return any(
            IAMPolicy({"policy_document": json.dumps(document)}).is_action_permitted(action, self._known(resource))
            == PermissionResult.PERMITTED
            for document in self._documents[function]
        )

    def unused(self, function: str, calls: list[list[str]]) -> set[str]:
        """The actions that are allowed on a resource where none of the calls needs them."""
        needed = [(action, self._known(resource)) for action, resource in calls]
        return {grant.action for grant in self._grants(function) if not any(grant.covers(*call) for call in needed)}

    def _known(self, resource: str) -> str:
        # A request with an execution's id does not name the workgroup, by which IAM decides. There is one.
        return resource.replace(":workgroup/*", f":workgroup/{self._workgroup}")

    def _grants(self, function: str) -> Iterator[Grant]:
        for document in self._documents[function]:
            for statement in document["Statement"]:
                assert statement["Effect"] == "Allow"
                for action in _as_list(statement["Action"]):
                    yield from (Grant(action, resource) for resource in _as_list(statement["Resource"]))


def _build_created_resource(kind: str, physical_id: str) -> CreatedResource:
    name = physical_id.rpartition("/")[2]
    return CreatedResource(physical_id, {"Arn": ARNS[kind].format(name=name)} if kind in ARNS else {})


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
