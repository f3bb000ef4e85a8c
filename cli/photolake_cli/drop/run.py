"""`photolake drop`: finds the photos, looks what is there, shows the price, asks for consent, sends, and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from botocore.exceptions import BotoCoreError, ClientError

from photolake.errors import PermanentError
from photolake_cli.aws_errors import explain_error
from photolake_cli.consent import require_consent
from photolake_cli.console import INTERRUPTED, print_note
from photolake_cli.drop.files import PhotoFile, find_photos
from photolake_cli.drop.folder import DropFolder, Presence
from photolake_cli.drop.report import (
    build_document,
    count_photos,
    show_found,
    show_photo_progress,
    show_plan,
    show_refused,
    show_sent,
)
from photolake_cli.errors import CommandError
from photolake_cli.json_output import print_json

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud

WORKERS = 8
OnDone = Callable[[PhotoFile], None]


@dataclass(frozen=True)
class DropRequest:
    """What the command line asks for; `metadata` as S3 takes it in headers."""

    paths: Sequence[Path]
    below: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    replace: bool = False
    dry_run: bool = False
    yes: bool = False
    as_json: bool = False


def drop_photos(request: DropRequest, cloud: Cloud) -> list[PhotoFile]:
    """Send photos into a lake, and return those that it has now; CommandError if some could not be sent.

    What is there with the same bytes is not sent again, so an interrupted command is resumed by running it again.
    """
    found = find_photos(request.paths, request.below)
    show_found(found)
    if not found.photos:
        raise CommandError(f"There is not a photo in {', '.join(map(str, request.paths))}")
    photos = list(found.photos.values())
    folder = DropFolder(cloud.client("s3"), cloud.values["LakeBucketName"], request.metadata)
    with _explain_errors(cloud), show_photo_progress("Looking what is there", photos) as on_done:
        checked = dict(_run_each(folder.look_up, photos, on_done))
    pending = [photo for photo in photos if _is_pending(checked[photo], request.replace)]
    show_plan(checked, pending, cloud)
    left = set(photos).difference(pending)
    refused = {photo: checked[photo] for photo in photos if photo in left and checked[photo] != Presence.SAME}
    sent: dict[PhotoFile, Presence | str] = {}
    if pending and not request.dry_run:
        require_consent(cloud, request.yes)
        with _explain_errors(cloud):
            _send(pending, partial(folder.put, replace=request.replace), sent)
        refused |= {photo: reason for photo, reason in sent.items() if not _is_there(reason)}
        show_sent(sent, refused, cloud)
    show_refused(refused)
    if request.as_json:
        lake = cloud.values["LakeBucketName"]
        print_json(build_document(lake, found, checked, pending, sent, refused, cloud.image_usd))
    if refused:
        raise CommandError(f"Not in the lake: {len(refused):,} of {count_photos(len(photos))}. {_advise(refused)}")
    return [photo for photo in photos if not request.dry_run or checked[photo] == Presence.SAME]


def _is_pending(presence: Presence | str, replace: bool) -> bool:
    return presence == Presence.ABSENT or (replace and presence in (Presence.OTHER_PHOTO, Presence.OTHER_METADATA))


def _is_there(presence: Presence | str) -> bool:
    return presence in (Presence.ABSENT, Presence.SAME)


def _advise(refused: Mapping[PhotoFile, Presence | str]) -> str:
    if any(isinstance(reason, Presence) for reason in refused.values()):
        return "To put them in the place of those that have their names: --replace; or under other names: --below NAME"
    return "Mend the files or their names, and run the command again"


def _send(
    photos: Sequence[PhotoFile], put: Callable[[PhotoFile], Presence], sent: dict[PhotoFile, Presence | str]
) -> None:
    """Send the photos; `sent` gets what became of each, also of those before an interruption."""
    try:
        with show_photo_progress("Sending", photos) as on_done:
            for photo, presence in _run_each(put, photos, on_done):
                sent[photo] = presence
    except KeyboardInterrupt as interrupt:
        _print_stopped(sent, photos)
        raise typer.Exit(INTERRUPTED) from interrupt
    except (ClientError, BotoCoreError):
        _print_stopped(sent, photos)
        raise


def _run_each(
    action: Callable[[PhotoFile], Presence], photos: Sequence[PhotoFile], on_done: OnDone
) -> Iterator[tuple[PhotoFile, Presence | str]]:
    """Yield each photo with the result, or with why its file cannot be read; stops at any other error."""
    with ThreadPoolExecutor(WORKERS) as pool:
        futures = {pool.submit(action, photo): photo for photo in photos}
        try:
            for future in as_completed(futures):
                photo = futures[future]
                try:
                    result: Presence | str = future.result()
                except OSError as error:
                    result = f"cannot be read: {error.strerror}"
                except PermanentError as error:
                    result = error.message
                on_done(photo)
                yield photo, result
        finally:
            pool.shutdown(cancel_futures=True)


def _print_stopped(sent: Mapping[PhotoFile, object], photos: Sequence[PhotoFile]) -> None:
    print_note(
        f"Stopped after {len(sent):,} of {count_photos(len(photos))}. Run the command again to send the others.",
        "yellow",
    )


@contextmanager
def _explain_errors(cloud: Cloud) -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise explain_error(error, cloud.name) from error
