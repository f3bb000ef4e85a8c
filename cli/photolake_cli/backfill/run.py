"""`photolake backfill`: counts, forecasts the cost, asks for consent, and starts the job; or shows or stops it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from photolake.aws.sqs import MessageQueue
from photolake.backfill.jobs import JobState, JobStore, check_place
from photolake.backfill.listing import ObjectSorter, iterate_pages
from photolake.clock import utc_now
from photolake.errors import PermanentError
from photolake.images.objects import ObjectRegistry
from photolake.images.registry import ImageRegistry
from photolake_cli.aws_errors import explain_error
from photolake_cli.backfill.forecast import Forecast
from photolake_cli.backfill.report import (
    build_forecast,
    build_job,
    describe_price,
    show_forecast,
    show_job,
    show_jobs,
)
from photolake_cli.consent import require_consent
from photolake_cli.console import error_console, print_note, show_progress
from photolake_cli.errors import CommandError
from photolake_cli.json_output import print_json
from photolake_cli.spending import read_spending, show_left

if TYPE_CHECKING:
    from photolake.backfill.jobs import BackfillJob
    from photolake_cli.cloud import Cloud


@dataclass(frozen=True)
class BackfillRequest:
    """What the command line asks for."""

    uri: str | None
    dry_run: bool = False
    status: bool = False
    stop: bool = False
    yes: bool = False
    as_json: bool = False


def run_backfill(request: BackfillRequest, cloud: Cloud) -> None:
    """Start, show or stop a backfill of this cloud."""
    try:
        jobs = JobStore(cloud.table(cloud.find_physical_id("CheckpointTable")))
        if request.status:
            _show_status(jobs, request)
        elif request.uri is None:
            raise CommandError("Name the photos: photolake backfill s3://bucket/prefix; or list what runs: --status")
        elif request.stop:
            job = jobs.stop(_normalize(request.uri))
            _show(request, build_job(job), partial(show_job, job))
        else:
            _start(request, jobs, cloud)
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, cloud.name) from error
    except PermanentError as error:
        raise CommandError(error.message) from error


def parse_uri(uri: str) -> tuple[str, str]:
    """The bucket and the prefix; CommandError if it is not an `s3://` URI."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket:
        raise CommandError(
            f"{uri} is not an S3 URI. Write s3://bucket/prefix, or for files on this machine: aws s3 sync"
        )
    return bucket, prefix


def _normalize(uri: str) -> str:
    bucket, prefix = parse_uri(uri)
    return f"s3://{bucket}/{prefix}"


def _show(request: BackfillRequest, document: Any, show: Callable[[], None]) -> None:
    """Print JSON, or what people read."""
    if request.as_json:
        print_json(document)
    else:
        show()


def _show_status(jobs: JobStore, request: BackfillRequest) -> None:
    if request.uri is None:
        found = jobs.list()
        _show(request, {"backfills": [build_job(job) for job in found]}, partial(show_jobs, found))
        return
    uri = _normalize(request.uri)
    job = jobs.load(uri)
    if job is None:
        raise CommandError(f"There is no backfill of {uri}. List them: photolake backfill --status")
    _show(request, build_job(job), partial(show_job, job))


def _start(request: BackfillRequest, jobs: JobStore, cloud: Cloud) -> None:
    bucket, prefix = parse_uri(request.uri or "")
    _check_bucket(bucket, prefix, cloud)
    job = jobs.load(f"s3://{bucket}/{prefix}")
    position = job.position if job and job.state != JobState.DONE else ""
    if job and position:
        print_note(
            f"It has been {job.state} and continues after {position}: {sum(job.counts.values()):,} objects before"
        )
    if request.dry_run or not request.yes:
        forecast = _count(bucket, prefix, position, cloud)
        uri = f"s3://{bucket}/{prefix}"
        if not request.as_json:
            show_forecast(uri, forecast, cloud)
        elif request.dry_run:
            print_json(build_forecast(uri, forecast, cloud))
        else:
            print_note(describe_price(forecast, cloud))
        if forecast.images:
            usd = forecast.added_usd + forecast.new_usd(cloud.image_apis)
            show_left(read_spending(cloud, utc_now()), {"rekognition": usd})
        if request.dry_run:
            return
        _require_consent(forecast, cloud)
    job = jobs.start(bucket, prefix)
    MessageQueue(cloud.client("sqs"), cloud.find_physical_id("BackfillQueue")).send([job.message])
    if request.as_json:
        print_json(build_job(job))
    _print_started(job, cloud)


def _check_bucket(bucket: str, prefix: str, cloud: Cloud) -> None:
    if "BackfillBuckets" not in cloud.values:
        raise CommandError(f"{cloud.name} is of a version without backfill. Deploy it again: sam build && sam deploy")
    allowed = [name for name in cloud.values["BackfillBuckets"].split(",") if name]
    try:
        check_place(bucket, prefix, allowed)
    except PermanentError as error:
        advice = "photolake up --param BackfillBuckets=" if cloud.on_laptop else "in template.yaml, then sam deploy: "
        names = ",".join([*allowed[1:], bucket])
        hint = f" Add it: {advice}{names}" if error.status == "bucket" else ""
        raise CommandError(f"{error.message}.{hint}") from error


def _count(bucket: str, prefix: str, position: str, cloud: Cloud) -> Forecast:
    images = cloud.table(cloud.find_physical_id("ImagesTable"))
    lake = cloud.values["LakeBucketName"]
    sorter = ObjectSorter(
        ObjectRegistry(images),
        ImageRegistry(images),
        lake,
        cloud.image_apis,
        cloud.values.get("CustomLabelsModel", ""),
        cloud.face_use,
    )
    forecast = Forecast(cloud.region)
    with show_progress("Counting", error_console) as on_line:
        for page in iterate_pages(cloud.client("s3"), bucket, prefix, position):
            forecast.add(sorter.sort(bucket, page.objects))
            on_line(f"{forecast.objects:,} objects, {forecast.images:,} to analyse")
    return forecast


def _require_consent(forecast: Forecast, cloud: Cloud) -> None:
    if forecast.images:
        require_consent(cloud, yes=False, undone="Nothing has been started.")


def _print_started(job: BackfillJob, cloud: Cloud) -> None:
    stack = "" if cloud.on_laptop else f" --stack {cloud.name.split()[2]}"
    print_note(f"Started. How far it is: photolake backfill {job.uri} --status{stack}")
