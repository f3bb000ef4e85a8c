"""Where the search runs: an AWS account with or without a stack, or a laptop cloud."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from laptop_cloud import state as laptop_state
from laptop_cloud.engines.engine_set import EngineSet
from photolake.images.registry import ImageRecord, ImageRegistry
from photolake.people.face_requests import FaceRequests
from photolake.people.strategy import OPERATIONS, find_quota
from photolake.people.workers import MAX_WORKERS, RequestRate
from photolake_cli.aws_errors import explain_error
from photolake_cli.cloud import Cloud, connect
from photolake_cli.console import print_note
from photolake_cli.errors import CommandError
from photolake_cli.local_engines import NO_S3, build_session, run_engines

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

# botocore's adaptive mode slows down all threads when Rekognition throttles
# (https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html).
CONFIG = Config(
    retries={"mode": "adaptive", "max_attempts": 5},
    max_pool_connections=MAX_WORKERS,
    connect_timeout=10,
    read_timeout=60,
)


class FaceService:
    """Rekognition and S3 as the search uses them."""

    def __init__(self, cloud: Cloud) -> None:
        """`cloud` has the clients; without a stack it has no registry of images."""
        self.cloud = cloud
        self.s3: S3Client = self._client("s3")
        self.region: str = self.s3.meta.region_name
        self.rates = {operation: RequestRate(self._quota(operation)) for operation in OPERATIONS}
        self._responses: list[str] = []
        self.requests = self.build_requests(self._client("rekognition"))

    @property
    def key(self) -> str:
        """Whose responses these are: an account's in a Region, or those of one start of a laptop cloud."""
        if self.cloud.on_laptop:
            return self.cloud.key
        try:
            return f"aws {self._client('sts').get_caller_identity()['Account']} {self.region}"
        except (BotoCoreError, ClientError) as error:
            raise explain_error(error, self.cloud.name) from error

    @property
    def paid(self) -> int:
        """How many requests were answered, each of which costs the same."""
        return len(self._responses)

    def build_requests(self, client: Any) -> FaceRequests:
        """The requests of a Rekognition client, within the quotas."""
        return FaceRequests(client, lambda operation: self.rates[operation].wait(), self._responses.append)

    def count_workers(self, operation: str) -> int:
        """How many threads send requests of an operation, each of which takes about a second."""
        return min(MAX_WORKERS, self._quota(operation) or os.cpu_count() or 1)

    def build_bucket_check(self) -> Any:
        """A function that says whether Rekognition can read the objects of a bucket: only if it is in its Region.

        https://docs.aws.amazon.com/rekognition/latest/dg/images-s3.html
        """

        @cache
        def can_read_in_place(bucket: str) -> bool:
            if self.cloud.on_laptop:
                return True
            try:
                response = self.s3.head_bucket(Bucket=bucket)
            except ClientError:  # the objects may still be readable, and are then sent as bytes
                return False
            return response.get("BucketRegion") == self.region

        return can_read_in_place

    def read_records(self, image_ids: Iterable[str]) -> Iterable[ImageRecord]:
        """The images that the lake's registry knows; none without a lake."""
        if not self.cloud.values:
            return []
        registry = ImageRegistry(self.cloud.table(self.cloud.find_physical_id("ImagesTable")))
        return registry.find_many(image_ids).values()

    def _quota(self, operation: str) -> int | None:
        return None if self.cloud.on_laptop else find_quota(operation, self.region)

    def _client(self, service: str) -> Any:
        make: Any = self.cloud.session.client
        return make(service, endpoint_url=self.cloud.endpoint(service), config=CONFIG)


@contextmanager
def open_service(stack: str | None, region: str | None, state: Path, places: Sequence[str]) -> Iterator[FaceService]:
    """A stack's account, an account in a Region without one, the laptop cloud of this folder, or its engines alone.

    The engines of this machine are started for the block, and search `places` that are files and folders.
    """
    if stack or region or laptop_state.read(state):
        yield connect_service(stack, region, state)
        return
    if any(place.startswith("s3://") for place in places):
        raise CommandError(
            f"No laptop cloud runs in {state}. Start one that compares faces: photolake up --background --engine full "
            f"--state {state}. To search on AWS: --region eu-west-1"
        )
    print_note(f"No laptop cloud runs in {state}: its engines are started for this search")
    with run_engines(EngineSet.FULL) as url:
        name, endpoints = "this machine", {"AWS_ENDPOINT_URL": NO_S3, "AWS_ENDPOINT_URL_REKOGNITION": url}
        yield FaceService(Cloud(name, name, build_session(), {}, str, endpoints, on_laptop=True))


def connect_service(stack: str | None, region: str | None, state: Path) -> FaceService:
    """Connect to a stack's account, an account in a Region without a stack, or the laptop cloud of this folder."""
    if stack or not region:
        return FaceService(connect(stack, region, state))
    name = f"AWS in {region}"
    try:
        return FaceService(Cloud(name, f"aws {region}", boto3.Session(region_name=region), {}, str))
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, name) from error
