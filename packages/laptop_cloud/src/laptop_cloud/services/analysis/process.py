"""Runs the local Comprehend and Rekognition as a process: `python -m laptop_cloud.services.analysis.process basic`.

The argument names the set of image engines (`EngineSet`). Reads S3 objects from AWS_ENDPOINT_URL, prints
`{"url": ...}` as its first line, answers what was called on GET /status, and stops on SIGTERM.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from laptop_cloud.engines.engine import EngineUnavailableError
from laptop_cloud.engines.engine_set import EngineSet
from laptop_cloud.server.attempts import Attempts
from laptop_cloud.server.aws_json import JsonServer, JsonService, Operation, ServiceError
from laptop_cloud.services.comprehend.service import build_comprehend_service
from laptop_cloud.services.rekognition.engine_choice import build_engines
from laptop_cloud.services.rekognition.service import build_rekognition_service

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MISSING = {"NoSuchKey", "NoSuchBucket", "404", "AccessDenied"}


class CallLog:
    """Counts the calls of services by name (`rekognition.DetectLabels`).

    The texts of a batch are counted too (`comprehend.BatchDetectSentiment.documents`). Failed calls count as calls,
    and once more as `rekognition.DetectLabels.refused`. A call that its client sent again counts once, and each further
    attempt as `rekognition.DetectLabels.sent_again`.
    """

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def counts(self) -> dict[str, int]:
        """The counters so far."""
        with self._lock:
            return dict(self._calls)

    def count_calls(self, service: JsonService) -> JsonService:
        """The same service, with its calls counted here."""
        operations = {
            name: partial(self._call_counted, f"{service.name}.{name}", operation)
            for name, operation in service.operations.items()
        }
        return replace(service, operations=operations)

    def count_repeated(self, name: str) -> None:
        """Count a further attempt at a call that ran already, or still runs."""
        self._add_counts({f"{name}.sent_again": 1})

    def _call_counted(self, name: str, operation: Operation, request: dict[str, Any]) -> dict[str, Any]:
        self._add_counts(
            {name: 1, **({f"{name}.documents": len(request["TextList"])} if request.get("TextList") else {})}
        )
        try:
            return operation(request)
        except ServiceError:
            self._add_counts({f"{name}.refused": 1})
            raise

    def _add_counts(self, counts: dict[str, int]) -> None:
        with self._lock:
            self._calls.update(counts)


def read_s3_object(client: S3Client, bucket: str, key: str) -> bytes:
    """The bytes of an object; FileNotFoundError where it is missing or may not be read."""
    try:
        return client.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            raise FileNotFoundError(f"s3://{bucket}/{key}") from error
        raise


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    if "AWS_ENDPOINT_URL" not in os.environ:
        sys.exit("AWS_ENDPOINT_URL must name the local S3; this process never reads from AWS itself.")
    engine_set = EngineSet(sys.argv[1])
    client = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
    calls = CallLog()
    try:
        engines = build_engines(engine_set)
    except EngineUnavailableError as error:
        sys.exit(f"The engine set {engine_set} is not available: {error}")
    rekognition = build_rekognition_service(partial(read_s3_object, client), engines)
    services = (build_comprehend_service(), rekognition)
    models = {service.name: service.model_version for service in services if service.model_version}
    server = JsonServer(
        [calls.count_calls(service) for service in services],
        status=lambda: {"calls": calls.counts(), "engine": engine_set, "models": models},
        attempts=Attempts(calls.count_repeated),
    )
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    server.start()
    sys.stdout.write(json.dumps({"url": server.url}) + "\n")
    sys.stdout.flush()
    stopped.wait()
    server.stop()


if __name__ == "__main__":
    main()
