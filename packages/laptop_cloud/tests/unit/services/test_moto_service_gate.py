"""A service that the laptop does not have answers with an error and not with moto's empty lists."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from laptop_cloud.server.loopback import LoopbackServer
from laptop_cloud.services.moto.service_gate import ServiceGate

PASSED: list[str] = []


def answer(environ, start_response):
    PASSED.append(environ["HTTP_AUTHORIZATION"])
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]


@pytest.fixture(scope="module")
def client():
    server = LoopbackServer(ServiceGate(answer), "gate")
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    make: Any = session.client
    yield lambda name: make(name, endpoint_url=server.url)
    server.stop()


@pytest.mark.parametrize(
    ("service", "operation", "said"),
    [
        ("logs", "describe_log_groups", "logs of functions are files"),
        ("cloudwatch", "describe_alarms", "alarms are not evaluated"),
        ("cloudformation", "describe_stacks", "AWS_ENDPOINT_URL_CLOUDFORMATION"),
        ("iam", "list_roles", "every local endpoint allows everything"),
        ("scheduler", "list_schedules", "schedules run"),
        ("ecs", "list_clusters", "the service ecs"),
        ("ec2", "describe_instances", "the service ec2"),
    ],
)
def test_a_service_that_is_not_here_says_so_in_its_own_protocol(client, service, operation, said):
    with pytest.raises(ClientError, match=f"UnknownOperation.*Not available locally.*{said}"):
        getattr(client(service), operation)()


def test_the_services_of_a_stack_pass(client):
    before = len(PASSED)

    client("dynamodb").list_tables()
    client("glue").get_databases()

    assert len(PASSED) == before + 2
