"""Who analyses the photo: Rekognition in a Region, a laptop cloud that runs, or its engines alone for this call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from laptop_cloud import state as cloud_state
from photolake.images.face_use import FaceUse, list_shown_apis
from photolake.images.rekognition_apis import APIS, CUSTOM_LABELS
from photolake_cli.cloud import Cloud, connect
from photolake_cli.console import print_note
from photolake_cli.errors import CommandError
from photolake_cli.local_engines import build_session, run_engines

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client

    from laptop_cloud.engines.engine_set import EngineSet

_PATIENT = Config(read_timeout=120, retries={"mode": "adaptive", "total_max_attempts": 3})
EVERY_API = tuple(name for name in APIS if name != CUSTOM_LABELS.name)


@dataclass(frozen=True)
class Engine:
    """A Rekognition, and the S3 beside it, if there is one."""

    name: str
    on_laptop: bool
    rekognition: RekognitionClient
    s3: S3Client | None
    image_apis: Sequence[str] = EVERY_API
    custom_labels_model: str = ""
    face_use: FaceUse = FaceUse.FULL

    def connect_s3(self) -> S3Client:
        """The S3 client; CommandError if there is none."""
        if self.s3 is None:
            raise CommandError("To read from S3: start the laptop cloud (photolake up), or name a --stack or --region")
        return self.s3


@contextmanager
def open_engine(stack: str | None, region: str | None, state: Path, engine_set: EngineSet) -> Iterator[Engine]:
    """Open the engine of a stack, of a Region without one, or of this machine (then `engine_set`), for the block."""
    if stack or cloud_state.read(state):
        if not stack and region:
            raise CommandError(f"A laptop cloud runs in {state}, and --region means AWS. Name another --state folder")
        yield _open_cloud(connect(stack, region, state))
    elif region:
        session = boto3.Session(region_name=region)
        rekognition = session.client("rekognition", config=_PATIENT)
        yield Engine(f"Rekognition in {region}", on_laptop=False, rekognition=rekognition, s3=session.client("s3"))
    else:
        print_note(f"No laptop cloud runs in {state}: its engines are started for this photo")
        with run_engines(engine_set) as url:
            rekognition = build_session().client("rekognition", endpoint_url=url, config=_PATIENT)
            yield Engine("this machine", on_laptop=True, rekognition=rekognition, s3=None)


def _open_cloud(cloud: Cloud) -> Engine:
    make: Any = cloud.session.client
    rekognition = make("rekognition", endpoint_url=cloud.endpoint("rekognition"), config=_PATIENT)
    # A laptop costs nothing, so there every API is asked, whatever the stack's choice.
    apis = list_shown_apis(EVERY_API if cloud.on_laptop else cloud.image_apis, cloud.face_use)
    model = cloud.values.get("CustomLabelsModel", "")
    return Engine(cloud.name, cloud.on_laptop, rekognition, cloud.client("s3"), apis, model, cloud.face_use)
