"""Lambda functions, layers, event source mappings and schedules: what the cloud runs itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from laptop_cloud.errors import TemplateError
from laptop_cloud.lambda_runtime import schedule_expressions
from laptop_cloud.lambda_runtime.functions import parse_function_name
from laptop_cloud.lambda_runtime.pollers import QueueSource
from laptop_cloud.lambda_runtime.sandbox import DeployedFunction
from laptop_cloud.lambda_runtime.schedules import Schedule
from laptop_cloud.stack.creators.coerce import refuse_other_properties, to_text
from laptop_cloud.stack.creators.context import to_json
from laptop_cloud.stack.resolver import CreatedResource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from laptop_cloud.stack.creators.context import CreationContext

_FUNCTION_PROPERTIES = (
    "Code",
    "Handler",
    "Environment",
    "FunctionName",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "Timeout",
)
# The environment's Python runs the code, permissions are not checked, loops are not stopped, tags and descriptions have
# no effect.
_UNHEEDED = ("Runtime", "Architectures", "Role", "Tags", "Description", "EphemeralStorage", "RecursiveLoop")


def create_layer(logical_id: str, properties: Mapping[str, Any], context: CreationContext) -> CreatedResource:
    """AWS::Lambda::LayerVersion."""
    refuse_other_properties(
        properties,
        "Content",
        "LayerName",
        "Description",
        "LicenseInfo",
        "CompatibleRuntimes",
        "CompatibleArchitectures",
    )
    arn = context.arn("lambda", f"layer:{properties.get('LayerName', logical_id)}:1")
    context.builds.add_layer(arn, properties["Content"]["S3Key"])
    return CreatedResource(arn, {"LayerVersionArn": arn})


def create_function(logical_id: str, properties: Mapping[str, Any], context: CreationContext) -> CreatedResource:
    """AWS::Lambda::Function; its process starts with its first event, or when a queue is to feed it."""
    refuse_other_properties(properties, *_FUNCTION_PROPERTIES, *_UNHEEDED)
    name = properties.get("FunctionName", context.name(logical_id))
    arn = context.arn("lambda", f"function:{name}")
    written = properties.get("Environment", {}).get("Variables", {})
    context.functions.deploy(
        DeployedFunction(
            logical_id=logical_id,
            name=name,
            arn=arn,
            handler=properties["Handler"],
            runtime=properties["Runtime"],
            timeout=float(properties.get("Timeout", 3)),
            memory=int(properties.get("MemorySize", 128)),
            folder=context.builds.function_folder(properties["Code"]["S3Key"]),
            layers=context.builds.layers_folder(logical_id, properties.get("Layers", [])),
            variables={**_logging_variables(properties), **{key: to_text(value) for key, value in written.items()}},
        )
    )
    return CreatedResource(name, {"Arn": arn})


def _logging_variables(properties: Mapping[str, Any]) -> dict[str, str]:
    """What Lambda tells the runtime of the function's LoggingConfig."""
    logging = properties.get("LoggingConfig", {})
    refuse_other_properties(logging, "LogFormat", "ApplicationLogLevel", "SystemLogLevel", "LogGroup")
    names = {"LogFormat": "AWS_LAMBDA_LOG_FORMAT", "ApplicationLogLevel": "AWS_LAMBDA_LOG_LEVEL"}
    return {variable: logging[name] for name, variable in names.items() if name in logging}


def create_event_source(logical_id: str, properties: Mapping[str, Any], context: CreationContext) -> CreatedResource:
    """AWS::Lambda::EventSourceMapping of a queue; one process a function is below any ScalingConfig."""
    heeded = ("EventSourceArn", "FunctionName", "BatchSize", "MaximumBatchingWindowInSeconds", "FunctionResponseTypes")
    refuse_other_properties(properties, *heeded, "ScalingConfig", "Enabled")
    if to_text(properties.get("Enabled", True)) == "true":
        source = properties["EventSourceArn"]
        queue = context.client("sqs").get_queue_url(QueueName=source.split(":")[5])
        context.pollers.add(
            QueueSource(
                queue_arn=source,
                queue_url=queue["QueueUrl"],
                function=parse_function_name(properties["FunctionName"]),
                batch_size=int(properties.get("BatchSize", 10)),
                window=float(properties.get("MaximumBatchingWindowInSeconds", 0)),
                partial_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
            )
        )
    return CreatedResource(context.name(logical_id), {"Id": context.name(logical_id)})


def create_function_url(logical_id: str, properties: Mapping[str, Any], context: CreationContext) -> CreatedResource:
    """AWS::Lambda::Url, without CORS, streaming and aliases."""
    refuse_other_properties(properties, "AuthType", "TargetFunctionArn", "InvokeMode")
    if properties.get("InvokeMode", "BUFFERED") != "BUFFERED":
        raise TemplateError(f"not available locally: InvokeMode {properties['InvokeMode']}")
    if properties["AuthType"] not in ("AWS_IAM", "NONE"):
        raise TemplateError(f"AuthType is AWS_IAM or NONE, not {properties['AuthType']}")
    function = parse_function_name(properties["TargetFunctionArn"])
    arn = context.arn("lambda", f"function:{function}")
    is_signed = properties["AuthType"] == "AWS_IAM"
    url = context.function_urls.open(partial(context.functions.invoke, function), is_signed=is_signed)
    return CreatedResource(arn, {"FunctionArn": arn, "FunctionUrl": url})


def create_schedule(logical_id: str, properties: Mapping[str, Any], context: CreationContext) -> CreatedResource:
    """AWS::Scheduler::Schedule with a function as its target."""
    refuse_other_properties(
        properties, "ScheduleExpression", "FlexibleTimeWindow", "Target", "State", "Name", "Description"
    )
    target = properties["Target"]
    refuse_other_properties(target, "Arn", "RoleArn", "Input", "RetryPolicy")
    if not target["Arn"].startswith("arn:aws:lambda:"):
        raise TemplateError(f"a schedule can only call a function locally, not {target['Arn']}")
    name = properties.get("Name", context.name(logical_id))
    arn = context.arn("scheduler", f"schedule/default/{name}")
    if properties.get("State", "ENABLED") == "ENABLED":
        next_time = schedule_expressions.parse_schedule(properties["ScheduleExpression"])
        context.schedules.add(Schedule(arn, next_time, parse_function_name(target["Arn"]), target.get("Input")))
    return CreatedResource(name, {"Arn": arn})


def create_custom(
    kind: str, logical_id: str, properties: Mapping[str, Any], context: CreationContext
) -> CreatedResource:
    """Custom::*: call the function behind ServiceToken as CloudFormation does, and wait for its answer."""
    name = parse_function_name(properties["ServiceToken"])
    callback = context.callbacks.open()
    event = {
        "RequestType": "Create",
        "ResponseURL": callback.url,
        "StackId": context.arn("cloudformation", f"stack/{context.stack}/local"),
        "RequestId": callback.token,
        "ResourceType": kind,
        "LogicalResourceId": logical_id,
        "ResourceProperties": _convert_to_texts(properties),
    }
    answer = context.functions.invoke(name, to_json(event).encode())
    response = callback.response()
    if response is None:
        raise TemplateError(f"{name} ended without an answer to ResponseURL: {answer.payload.decode()[:2000]}")
    if response.get("Status") != "SUCCESS":
        raise TemplateError(f"{name} answered {response.get('Status')}: {response.get('Reason', 'no reason given')}")
    return CreatedResource(response["PhysicalResourceId"], response.get("Data") or {})


def _convert_to_texts(value: Any) -> Any:
    """CloudFormation hands a custom resource every scalar as text."""
    if isinstance(value, dict):
        return {key: _convert_to_texts(item) for key, item in value.items()}
    return [_convert_to_texts(item) for item in value] if isinstance(value, list) else to_text(value)
