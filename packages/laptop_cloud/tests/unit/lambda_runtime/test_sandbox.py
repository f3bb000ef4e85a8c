"""The environment that a function's process sees."""

from pathlib import Path

from laptop_cloud.lambda_runtime.sandbox import DeployedFunction, build_environment

FUNCTION = DeployedFunction(
    logical_id="WorkerFunction",
    name="laptop-WorkerFunction",
    arn="arn:aws:lambda:us-east-1:123456789012:function:laptop-WorkerFunction",
    handler="app.lambda_handler",
    runtime="python3.13",
    timeout=30,
    memory=512,
    folder=Path("/state/build/WorkerFunction"),
    layers=Path("/state/opt/WorkerFunction"),
    variables={"TABLE": "t", "SQL": "/opt/views", "ROOT": "/opt", "OPTION": "/optional", "TZ": "Europe/Berlin"},
)


CLOUD = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}


def test_the_process_sees_only_the_variables_of_lambda_the_cloud_and_the_template():
    assert build_environment(FUNCTION, CLOUD) == {
        "LANG": "en_US.UTF-8",
        "TZ": "Europe/Berlin",
        "LAMBDA_TASK_ROOT": "/state/build/WorkerFunction",
        "PYTHONPATH": "/state/opt/WorkerFunction/python:/state/build/WorkerFunction",
        "_HANDLER": "app.lambda_handler",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": "laptop-WorkerFunction",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/laptop-WorkerFunction",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "WorkerFunction",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "TABLE": "t",
        "SQL": "/state/opt/WorkerFunction/views",
        "ROOT": "/state/opt/WorkerFunction",
        "OPTION": "/optional",
    }
