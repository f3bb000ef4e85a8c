"""The laptop cloud over a template of a few resources: what starts, works and ends, and what is left behind."""

import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest
import urllib3

from laptop_cloud import state
from laptop_cloud.cloud import Cloud, Options
from laptop_cloud.engines.engine_set import EngineSet
from laptop_cloud.errors import CloudError, CloudRunningError

pytestmark = pytest.mark.e2e
PROJECT = Path(__file__).parent / "small_stack"
SCALE = 0.001


@dataclass(frozen=True)
class Running:
    """A started cloud and what it published."""

    options: Options
    state: state.CloudState

    def client(self, service: str) -> Any:
        """A client with the published environment."""
        environment = self.state.environment
        url = environment.get(f"AWS_ENDPOINT_URL_{service.upper()}", environment["AWS_ENDPOINT_URL"])
        return botocore.session.Session().create_client(service, endpoint_url=url)

    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = urllib3.request("GET", self.state.status_url).json()
        return status

    def wait(self, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + 20
        while not done(status := self.status()):
            assert time.monotonic() < deadline, status
            time.sleep(0.05)
        return status

    def invoke(self, event: Any, **arguments: Any) -> dict[str, Any]:
        client = self.client("lambda")
        name = self.state.resources["CopierFunction"]["physical_id"]
        response: dict[str, Any] = client.invoke(FunctionName=name, Payload=json.dumps(event), **arguments)
        return response


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("cloud")
    (folder / "photos").mkdir()
    (folder / "photos" / "a.png").write_bytes(b"a photo")
    options = Options(PROJECT, folder / "state", folder / "photos", {}, SCALE, engine=EngineSet.FULL)
    started = Cloud(options)
    try:
        yield Running(options, started.start())
    finally:
        started.stop()


def _is_listening(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(url).port or 0)) == 0


def _urls(published: state.CloudState) -> set[str]:
    return {published.status_url, *(url for name, url in published.environment.items() if "ENDPOINT" in name)}


def test_an_object_goes_through_queue_and_function_to_table_and_stream(cloud: Running):
    s3, bucket = cloud.client("s3"), cloud.state.outputs["BucketName"]

    s3.put_object(Bucket=bucket, Key="in/läuft + gut.txt", Body=b"hallo")
    s3.put_object(Bucket=bucket, Key="elsewhere/x.txt", Body=b"unseen")
    cloud.wait(lambda status: status["drained"] and bool(s3.list_objects_v2(Bucket=bucket, Prefix="out/")["KeyCount"]))

    table = cloud.state.resources["Table"]["physical_id"]
    assert cloud.client("dynamodb").scan(TableName=table)["Items"] == [{"id": {"S": "in/läuft + gut.txt"}}]
    [delivered] = s3.list_objects_v2(Bucket=bucket, Prefix="out/")["Contents"]
    body = s3.get_object(Bucket=bucket, Key=delivered["Key"])["Body"].read()
    assert gzip.decompress(body) == b"hallo\n"


def test_an_object_that_is_refused_ends_in_the_dead_letter_queue(cloud: Running):
    bucket = cloud.state.outputs["BucketName"]

    cloud.client("s3").put_object(Bucket=bucket, Key="in/poison.txt", Body=b"poison")
    status = cloud.wait(lambda status: bool(status["queues"]["laptop-DeadLetterQueue"]["visible"]))

    assert status["queues"]["laptop-DeadLetterQueue"] == {
        "visible": 1,
        "in_flight": 0,
        "delayed": 0,
        "is_dlq": True,
        "feeds_function": False,
    }
    assert cloud.wait(lambda status: status["drained"])["queues"]["laptop-Queue"]["visible"] == 0


def test_a_function_can_be_invoked_through_the_api_and_finds_its_layer(cloud: Running):
    response = cloud.invoke({})

    assert json.loads(response["Payload"].read())["greeting"] == "hello from the layer"
    assert "FunctionError" not in response


def test_a_failed_invocation_is_marked(cloud: Running):
    response = cloud.invoke({"Records": [{}]})

    assert response["FunctionError"] == "Unhandled"
    assert json.loads(response["Payload"].read())["errorType"] == "KeyError"
    assert cloud.status()["functions"]["laptop-CopierFunction"]["last_error"] == "KeyError: 'body'"


def test_an_event_is_taken_at_once_and_run_later(cloud: Running):
    before = cloud.status()["functions"]["laptop-CopierFunction"]["invocations"]

    assert cloud.invoke({}, InvocationType="Event")["StatusCode"] == 202

    cloud.wait(lambda status: status["functions"]["laptop-CopierFunction"]["invocations"] > before)


def test_the_analysis_runs_the_engines_that_were_asked_for(cloud: Running):
    assert cloud.status()["analysis"]["engine"] == "full"


def test_an_unknown_function_and_operation_are_refused(cloud: Running):
    client = cloud.client("lambda")

    with pytest.raises(client.exceptions.ResourceNotFoundException, match="nobody"):
        client.invoke(FunctionName="nobody")
    with pytest.raises(client.exceptions.ClientError, match="Not available locally: of Lambda only Invoke is"):
        client.list_functions()


def test_the_custom_resource_answered_with_what_its_layer_holds(cloud: Running):
    assert cloud.state.outputs["SchemaFiles"] == "one.sql"


def test_the_photo_endpoint_answers_a_request_in_absolute_form(cloud: Running):
    proxy = urllib3.ProxyManager(cloud.state.outputs["PhotoEndpoint"], use_forwarding_for_https=True)

    answer = proxy.request("GET", "http://pbs.twimg.com/media/x.jpg?name=orig")

    assert (answer.status, answer.headers["Content-Type"], answer.data) == (200, "image/png", b"a photo")


def test_a_client_that_asks_before_sending_an_object_is_answered_at_once(cloud: Running):
    address = urlsplit(cloud.state.endpoint_url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n")

        assert connection.recv(64).startswith(b"HTTP/1.1 100 Continue")


def test_a_secret_without_a_value_has_none(cloud: Running):
    secrets = cloud.client("secretsmanager")

    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.get_secret_value(SecretId=cloud.state.resources["Token"]["physical_id"])


def test_the_state_can_be_read_by_others(cloud: Running):
    assert state.read(cloud.options.state) == cloud.state
    assert cloud.state.resources["Bucket"] == {"type": "AWS::S3::Bucket", "physical_id": "laptop-bucket"}
    assert "AlarmSubscription" not in cloud.state.resources


def test_a_second_cloud_in_the_same_folder_is_refused_and_harms_nothing(cloud: Running):
    with pytest.raises(CloudRunningError):
        Cloud(cloud.options).start()

    assert state.read(cloud.options.state) == cloud.state
    assert cloud.status()["functions"]


def test_a_stopped_cloud_leaves_no_process_no_port_and_no_state(tmp_path: Path):
    options = Options(PROJECT, tmp_path / "state", scale=SCALE)
    lines: list[str] = []
    stopped = Cloud(options, lines.append)
    running = Running(options, stopped.start())
    group = json.loads(running.invoke({})["Payload"].read())["process_group"]
    assert "CopierFunction (AWS::Lambda::Function)" in lines

    stopped.stop()

    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)
    assert not any(_is_listening(url) for url in _urls(running.state))
    assert state.read(options.state) is None
    assert not state.is_running(options.state)


@pytest.mark.parametrize(
    ("spoil", "parameters", "message"),
    [
        (
            ("functions/copier/app.py", "import boto3", "import nowhere"),
            {},
            "CopierFunction: Runtime.ImportModuleError",
        ),
        (None, {"Count": "4"}, "Schema .* answered FAILED: three, not 4"),
        (None, {"Prefix": "IN"}, r"Prefix='IN': expected text like \[a-z\]\+/"),
    ],
)
def test_what_keeps_the_cloud_from_coming_up_is_said_and_nothing_is_left_running(
    tmp_path: Path, spoil: tuple[str, str, str] | None, parameters: dict[str, str], message: str
):
    root = tmp_path / "project"
    shutil.copytree(PROJECT, root)
    if spoil:
        file, old, new = spoil
        text = (root / file).read_text()
        assert old in text
        (root / file).write_text(text.replace(old, new))
    failing = Cloud(Options(root, tmp_path / "state", None, parameters, SCALE))

    with pytest.raises(CloudError, match=message):
        failing.start()

    assert not state.is_running(tmp_path / "state")


@pytest.mark.parametrize(("number", "exit_status"), [(signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_however_the_process_ends_its_children_end_too(tmp_path: Path, number: signal.Signals, exit_status: int):
    folder = tmp_path / "state"
    arguments = ["--root", str(PROJECT), "--state", str(folder), "--scale", str(SCALE)]
    with subprocess.Popen([sys.executable, "-m", "laptop_cloud", *arguments], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, b"ready\n")
        assert b"".join(lines).startswith(b"template.yaml: ")
        published = state.read(folder)
        assert published is not None
        assert published.pid == process.pid

        process.send_signal(number)

        assert process.wait(timeout=20) == exit_status
    deadline = time.monotonic() + 5
    while any(_is_listening(url) for url in _urls(published)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert state.read(folder) is None
