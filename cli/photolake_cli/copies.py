"""The list of copies that left the lake: exports and dashboards. `photolake forget` names them."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from photolake.clock import format_utc, utc_now
from photolake_cli.console import print_note

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud

PREFIX = "copies/"


@dataclass(frozen=True)
class Copy:
    """A copy: when it was made last, by which command, where it is, and on which computer the command ran."""

    made_at: str
    command: str
    """`export tweets`, `dashboard`."""
    place: str
    """A path, or a table at the URL of a database without its password."""
    host: str


class CopyList:
    """The copies of one lake, each an object under `copies/`; a copy that is made again keeps its entry."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def put(self, copy: Copy) -> None:
        """Enter a copy."""
        identity = "\n".join((copy.command, copy.place, copy.host))
        self._s3.put_object(
            Bucket=self._bucket,
            Key=f"{PREFIX}{hashlib.sha256(identity.encode()).hexdigest()[:32]}.json",
            Body=json.dumps(asdict(copy)).encode(),
            ContentType="application/json",
        )

    def read(self) -> list[Copy]:
        """Return all copies, the one that was made first before the others."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=PREFIX)
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        objects = (self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read() for key in keys)
        return sorted((Copy(**json.loads(body)) for body in objects), key=lambda copy: (copy.made_at, copy.place))


def enter_copy(cloud: Cloud, command: str, place: str | Path) -> None:
    """Enter a copy that is about to be made, so that one that is interrupted is on the list too.

    Who may read the lake but not write to it gets the copy all the same, and is told that it is not on the list.
    """
    where = str(place.absolute()) if isinstance(place, Path) else place
    copy = Copy(format_utc(utc_now()), command, where, platform.node())
    try:
        CopyList(cloud.client("s3"), cloud.values["LakeBucketName"]).put(copy)
    except (BotoCoreError, ClientError) as error:
        print_note(f"This copy is not on the lake's list, so `photolake forget` will not name it: {error}", "yellow")
