"""The process that answers for Comprehend and Rekognition on the laptop."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.server import ThreadedMotoServer

from laptop_cloud.server.aws_json import JsonService, ServiceError
from laptop_cloud.services.analysis.process import CallLog, main, read_s3_object
from laptop_cloud_testing.photos import find_photo


@mock_aws
def test_an_s3_object_is_read_and_a_missing_one_is_not_found():
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="images/a.png", Body=b"bytes")

    assert read_s3_object(s3, "lake", "images/a.png") == b"bytes"
    for bucket, key in (("lake", "images/b.png"), ("pond", "images/a.png")):
        with pytest.raises(FileNotFoundError):
            read_s3_object(s3, bucket, key)


def refuse(request):
    raise ServiceError("ThrottlingException", "slow down")


def test_calls_texts_and_refusals_are_counted():
    log = CallLog()
    service = log.count_calls(JsonService("comprehend", {"Detect": lambda request: {}, "BatchDetect": refuse}))
    service.operations["Detect"]({"Text": "a"})
    with pytest.raises(ServiceError):
        service.operations["BatchDetect"]({"TextList": ["a", "b"]})

    assert log.counts() == {
        "comprehend.Detect": 1,
        "comprehend.BatchDetect": 1,
        "comprehend.BatchDetect.documents": 2,
        "comprehend.BatchDetect.refused": 1,
    }


@pytest.fixture(scope="module")
def s3_url():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def process(s3_url):
    command = [sys.executable, "-m", "laptop_cloud.services.analysis.process", "basic"]
    environment = {**os.environ, "AWS_ENDPOINT_URL": s3_url}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as started:
        yield started
        started.kill()


def test_the_process_analyses_a_photo_in_s3_counts_it_and_stops_when_told(s3_url, process):
    url = json.loads(process.stdout.readline())["url"]
    s3 = boto3.client("s3", endpoint_url=s3_url, region_name="us-east-1")
    s3.create_bucket(Bucket="lake")
    s3.put_object(Bucket="lake", Key="a b.png", Body=find_photo("astronaut.png"))
    rekognition = boto3.client("rekognition", endpoint_url=url, region_name="us-east-1")
    image: Any = {"S3Object": {"Bucket": "lake", "Name": "a b.png"}}

    labels = rekognition.detect_labels(Image=image)
    with pytest.raises(ClientError):
        rekognition.recognize_celebrities(Image=image)
    with urllib.request.urlopen(f"{url}/status") as answer:
        status = json.load(answer)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=10)

    assert {label["Name"] for label in labels["Labels"]} == {"Person", "Head", "Face"}
    assert labels["LabelModelVersion"].startswith("local-")
    assert status == {
        "calls": {
            "rekognition.DetectLabels": 1,
            "rekognition.RecognizeCelebrities": 1,
            "rekognition.RecognizeCelebrities.refused": 1,
        },
        "engine": "basic",
        "models": {name: status["models"][name] for name in ("comprehend", "rekognition")},
    }
    assert status["models"]["comprehend"].startswith("local-")
    assert "faces: local-1 (CenterFace" in status["models"]["rekognition"]
    assert (process.returncode, errors) == (0, b"")


def test_the_process_refuses_to_start_without_a_local_s3():
    ended = subprocess.run(
        [sys.executable, "-m", "laptop_cloud.services.analysis.process"], capture_output=True, check=False
    )

    assert ended.returncode == 1
    assert b"AWS_ENDPOINT_URL" in ended.stderr


def test_the_full_set_without_its_packages_ends_the_start_with_what_to_install(tmp_path, monkeypatch, s3_url):
    monkeypatch.setattr("laptop_cloud.engines.npm_weights.FOLDER", tmp_path)
    monkeypatch.setattr(sys, "argv", ["process", "full"])
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_url)

    with pytest.raises(SystemExit, match=r"engine set full is not available: .* npm install"):
        main()
