"""Calls that services of AWS make under the template's roles, by the configuration of its resources.

What each service calls is in its guide: the addresses are in `GUIDES`, and in docs/security.md.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.policies.grants import ACCOUNT, REGION, Call, template

_AWS = "https://docs.aws.amazon.com"
GUIDES = {
    "Athena, for who asks": f"{_AWS}/athena/latest/ug/fine-grained-access-to-glue-resources.html",
    "Athena's results": f"{_AWS}/athena/latest/ug/s3-permissions.html",
    "ECS starts the task": f"{_AWS}/AmazonECS/latest/developerguide/task_execution_IAM_role.html",
    "EventBridge Scheduler": f"{_AWS}/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role",
    "Firehose": f"{_AWS}/firehose/latest/dev/controlling-access.html#using-iam-s3",
    "Lambda's logs": f"{_AWS}/lambda/latest/dg/monitoring-cloudwatchlogs.html",
    "Lambda polls the queue": f"{_AWS}/lambda/latest/dg/services-sqs-configure.html",
    "QuickSight": f"{_AWS}/quicksight/latest/developerguide/datasource-run-as-role.html",
    "S3's notifications": f"{_AWS}/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html",
    "function URL": f"{_AWS}/lambda/latest/dg/urls-auth.html",
}
_QUEUE_ACTIONS = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
_LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")
_BUCKET_ACTIONS = ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads")
_OBJECT_ACTIONS = ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject")
# Whoever writes partitions anew, and the folders in which.
_REWRITERS = {"CompactorRole": ("posts", "photos", "analyses")}
_IMAGE_ACTIONS = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")

_QUERY_ACTIONS = (
    "athena:BatchGetQueryExecution",
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetQueryResultsStream",
    "athena:GetWorkGroup",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
)
_CATALOG_ACTIONS = (
    "athena:GetDataCatalog",
    "athena:GetDatabase",
    "athena:GetTableMetadata",
    "athena:ListDatabases",
    "athena:ListTableMetadata",
)


def find_service_calls() -> list[Call]:
    """The calls of every resource whose type is known here."""
    return [
        call
        for name, resource in template().resources.items()
        for call in _CALLS.get(resource["Type"], lambda _name, _properties: iter(()))(name, template().properties(name))
    ]


def _calls_of_function(name: str, properties: Mapping[str, Any]) -> Iterator[Call]:
    role = _role(properties["Role"])
    yield from _write_logs(role, properties["LoggingConfig"]["LogGroup"], "Lambda's logs")
    if role in _REWRITERS:
        yield from _calls_of_rewrites(role, _REWRITERS[role])
    if name == "ComplianceFunction":
        yield from _query_posts(role)


def _calls_of_rewrites(role: str, folders: tuple[str, ...]) -> Iterator[Call]:
    shown_by = "Athena, for who asks"
    yield from _read_catalog(role, "glue:GetTable", "LandingDatabase", "posts", shown_by)
    for database in ("LandingDatabase", "default"):
        yield from _read_catalog(role, "glue:GetDatabase", database, None, shown_by)
    for action in ("s3:GetBucketLocation", "s3:ListBucket"):
        yield Call(role, action, _bucket(), shown_by)
    for folder in folders:
        for action in _OBJECT_ACTIONS:
            yield Call(role, action, f"{_bucket()}/{folder}/x", shown_by)
    yield from _write_results(role, _OBJECT_ACTIONS)


def _calls_of_event_source(name: str, properties: Mapping[str, Any]) -> Iterator[Call]:
    role = _role(template().properties(properties["FunctionName"])["Role"])
    for action in _QUEUE_ACTIONS:
        yield Call(role, action, properties["EventSourceArn"], "Lambda polls the queue")


def _calls_of_schedule(name: str, properties: Mapping[str, Any]) -> Iterator[Call]:
    target = properties["Target"]
    yield Call(_role(target["RoleArn"]), "lambda:InvokeFunction", target["Arn"], "EventBridge Scheduler")


def _calls_of_delivery_stream(name: str, properties: Mapping[str, Any]) -> Iterator[Call]:
    destination = properties["ExtendedS3DestinationConfiguration"]
    role, bucket = _role(destination["RoleARN"]), destination["BucketARN"]
    for action in _BUCKET_ACTIONS:
        yield Call(role, action, bucket, "Firehose")
    for prefix in (destination["Prefix"], destination["ErrorOutputPrefix"]):
        for action in _OBJECT_ACTIONS:
            yield Call(role, action, f"{bucket}/{prefix.partition('!')[0]}x", "Firehose")
    group = destination["CloudWatchLoggingOptions"]["LogGroupName"]
    yield Call(role, "logs:PutLogEvents", _log_stream(group), "Firehose")
    schema = destination.get("DataFormatConversionConfiguration", {}).get("SchemaConfiguration")
    if schema:
        for action in ("glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"):
            yield from _read_catalog(role, action, schema["DatabaseName"], schema["TableName"], "Firehose")


def _calls_of_notifications(name: str, properties: Mapping[str, Any]) -> Iterator[Call]:
    for configuration in properties["NotificationConfiguration"]["QueueConfigurations"]:
        context = {"aws:SourceAccount": ACCOUNT}
        yield Call("LakeQueuePolicy", "sqs:SendMessage", configuration["Queue"], "S3's notifications", context)


def _calls_of_task(name: str, properties: Mapping[str, Any]) -> Iterator[Call]:
    role = _role(properties["ExecutionRoleArn"])
    yield Call(role, "ecr:GetAuthorizationToken", "*", "ECS starts the task")
    for container in properties["ContainerDefinitions"]:
        repository = container["Image"].partition("/")[2].partition(":")[0].partition("@")[0]
        for action in _IMAGE_ACTIONS:
            arn = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{repository}"
            yield Call(role, action, arn, "ECS starts the task")
        yield from _write_logs(role, container["LogConfiguration"]["Options"]["awslogs-group"], "ECS starts the task")


def _calls_of_function_url(name: str, properties: Mapping[str, Any]) -> Iterator[Call]:
    function = properties["TargetFunctionArn"]
    arn = template().resolve({"Fn::GetAtt": [function, "Arn"]})
    context = {"lambda:FunctionUrlAuthType": properties["AuthType"], "lambda:InvokedViaFunctionUrl": "true"}
    for action in ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction"):
        yield Call("SearchPolicy", action, arn, "function URL", context)


def _calls_of_views(name: str, properties: Mapping[str, Any]) -> Iterator[Call]:
    role, views, landing = "AthenaSchemaRole", properties["Database"], properties["LandingDatabase"]
    shown_by = "Athena, for who asks"
    for action in ("glue:CreateTable", "glue:DeleteTable", "glue:GetTable", "glue:GetTables", "glue:UpdateTable"):
        yield from _read_catalog(role, action, views, "x", shown_by)
    for action in ("glue:GetTable", "glue:GetTables"):
        yield from _read_catalog(role, action, landing, "posts", shown_by)
    for action in ("glue:GetDatabase", "glue:GetDatabases"):
        yield from _read_catalog(role, action, views, None, shown_by)
    yield from _read_catalog(role, "glue:GetDatabase", landing, None, shown_by)
    for action in ("glue:CreateDatabase", "glue:GetDatabase"):
        yield from _read_catalog(role, action, "default", None, shown_by)
    yield from _write_results(role, ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"))
    for action in ("s3:GetBucketLocation", "s3:ListBucket"):
        yield Call(role, action, _bucket(), "Athena's results")


def _calls_of_quicksight(name: str, properties: Mapping[str, Any]) -> Iterator[Call]:
    role = _role(properties["Parameters"]["RoleArn"])
    workgroup, views = properties["Parameters"]["Workgroup"], properties["Parameters"]["Database"]
    for action in _QUERY_ACTIONS:
        yield Call(role, action, _athena(f"workgroup/{workgroup}"), "QuickSight")
    for action in _CATALOG_ACTIONS:
        yield Call(role, action, _athena("datacatalog/AwsDataCatalog"), "QuickSight")
    for database, table in ((views, "x"), ("LandingDatabase", "posts")):
        for action in ("glue:GetTable", "glue:GetTables"):
            yield from _read_catalog(role, action, database, table, "Athena, for who asks")
    for database in (views, "LandingDatabase", "default"):
        for action in ("glue:GetDatabase", "glue:GetDatabases"):
            yield from _read_catalog(role, action, database, None, "Athena, for who asks")
    for action in _BUCKET_ACTIONS:
        yield Call(role, action, _bucket(), "Athena's results")
    # What the views over which the data sets lie read.
    for folder in ("posts", "photos", "analyses", "deletions"):
        yield Call(role, "s3:GetObject", f"{_bucket()}/{folder}/x", "Athena, for who asks")
    yield from _write_results(role, (*_OBJECT_ACTIONS, "s3:ListMultipartUploadParts"))


_CALLS = {
    "AWS::CloudFormation::Stack": _calls_of_quicksight,
    "AWS::ECS::TaskDefinition": _calls_of_task,
    "AWS::KinesisFirehose::DeliveryStream": _calls_of_delivery_stream,
    "AWS::Lambda::EventSourceMapping": _calls_of_event_source,
    "AWS::Lambda::Function": _calls_of_function,
    "AWS::Lambda::Url": _calls_of_function_url,
    "AWS::S3::Bucket": _calls_of_notifications,
    "AWS::Scheduler::Schedule": _calls_of_schedule,
    "Custom::AthenaSchema": _calls_of_views,
}


def _query_posts(role: str) -> Iterator[Call]:
    for action in ("glue:GetTable", "glue:GetTables"):
        yield from _read_catalog(role, action, "LandingDatabase", "posts", "Athena, for who asks")
    for database in ("LandingDatabase", "default"):
        yield from _read_catalog(role, "glue:GetDatabase", database, None, "Athena, for who asks")
    for folder in ("posts", "deletions"):
        yield Call(role, "s3:GetObject", f"{_bucket()}/{folder}/x", "Athena, for who asks")
    yield from _write_results(role, _OBJECT_ACTIONS)
    for action in ("s3:GetBucketLocation", "s3:ListBucket"):
        yield Call(role, action, _bucket(), "Athena's results")


def _role(arn: str) -> str:
    return arn.rpartition("/")[2]


def _bucket() -> str:
    return "arn:aws:s3:::LakeBucket"


def _athena(resource: str) -> str:
    return f"arn:aws:athena:{REGION}:{ACCOUNT}:{resource}"


def _write_results(role: str, actions: tuple[str, ...]) -> Iterator[Call]:
    for action in actions:
        yield Call(role, action, f"{_bucket()}/athena-results/x", "Athena's results")


def _write_logs(role: str, group: str, shown_by: str) -> Iterator[Call]:
    for action in _LOG_ACTIONS:
        yield Call(role, action, _log_stream(group), shown_by)


def _log_stream(group: str) -> str:
    return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:log-stream:x"


def _read_catalog(role: str, action: str, database: str, table: str | None, shown_by: str) -> Iterator[Call]:
    resources = ["catalog", f"database/{database}", *([f"table/{database}/{table}"] if table else [])]
    for resource in resources:
        yield Call(role, action, f"arn:aws:glue:{REGION}:{ACCOUNT}:{resource}", shown_by)
