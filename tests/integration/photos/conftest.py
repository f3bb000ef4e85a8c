"""Photo hosts on loopback, and the registry and bucket in moto."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws
from PIL import Image

from photolake.aws.dynamodb import SharedTable
from photolake.images.ingest import PhotoIngester
from photolake.images.registry import ImageRegistry
from tests.builders.dynamodb_tables import template_table
from tests.fakes.photo_host import PhotoHost

BUCKET = "lake"
TABLE = "images"


def photo(seed: int, size: tuple[int, int] = (80, 80)) -> bytes:
    """A PNG whose bytes differ for every seed."""
    buffer = io.BytesIO()
    Image.new("RGB", size, (seed >> 16 & 255, seed >> 8 & 255, seed & 255)).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(frozen=True)
class Aws:
    table: Any
    s3: Any

    def worker(self, steps: int | None = None) -> tuple[ImageRegistry, PhotoIngester]:
        """A registry and an ingester that work, or crash before (even) or after (odd numbers) a call."""
        if steps is None:
            registry = ImageRegistry(self.table)
            return registry, PhotoIngester(registry, self.s3, BUCKET)
        life = Life(steps)
        client = cast("Any", Mortal(self.table.meta.client, life))
        registry = ImageRegistry(cast("Any", SharedTable(client, TABLE)))
        return registry, PhotoIngester(registry, cast("Any", Mortal(self.s3, life)), BUCKET)

    def objects(self, image_id: str) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"images/{image_id[:2]}/{image_id}")
        return [item["Key"] for item in listed.get("Contents", [])]


class CrashError(Exception):
    """The worker dies."""


class Life:
    def __init__(self, steps: int) -> None:
        self.steps = steps

    def tick(self) -> None:
        self.steps -= 1
        if self.steps == -1:
            raise CrashError


class Mortal:
    """A client or table whose every call takes two steps of a life."""

    def __init__(self, target: object, life: Life) -> None:
        self._target = target
        self._life = life

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(**arguments: object) -> object:
            self._life.tick()
            answer = getattr(self._target, name)(**arguments)
            self._life.tick()
            return answer

        return call


@pytest.fixture
def photo_host() -> Iterator[PhotoHost]:
    with PhotoHost() as host:
        yield host


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """The images table and the lake bucket, for a whole module; tests use photos of their own."""
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        yield Aws(template_table("ImagesTable", TABLE), s3)
