"""The functions image_analyzer and backfill over a cloud in memory, and the messages that they get."""

from __future__ import annotations

import io
import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from PIL import Image, ImageDraw

from tests.fakes.rekognition import DEFAULT_APIS

if TYPE_CHECKING:
    from tests.fakes.rekognition import FakeRekognition

BUCKET = "photolake-lakebucket-example"
ALBUM = "album-of-another-team"
BUDGET = 5
ENVIRONMENT = {
    "LANDING_DATABASE": "photolake_landing",
    "LAKE_BUCKET": BUCKET,
    "ANALYSES_STREAM": "analyses",
    "PHOTOS_STREAM": "photos",
    "IMAGES_TABLE": "images",
    "CACHE_TABLE": "cache",
    "SEARCH_INDEX_TABLE": "search",
    "CHECKPOINT_TABLE": "checkpoints",
    "BACKFILL_BUCKETS": f"{BUCKET},{ALBUM}",
    "ROW_RETENTION_DAYS": "1500",
    "IMAGE_APIS": ",".join(DEFAULT_APIS),
    "CUSTOM_LABELS_MODEL": "",
    "FACES_AND_CELEBRITIES": "full",
    "DAILY_IMAGE_BUDGET": str(BUDGET),
    "MONTHLY_BUDGETS": "1000,0,0,0",
    "EARLIEST_DATE": "2026-01-01",
    "OPENSEARCH_ENDPOINT": "",
    "OPENSEARCH_ALIAS": "photolake-images",
}


class FakeFirehose:
    """Keeps the rows of each stream; `outages` are raised by the next calls."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {"analyses": [], "photos": []}
        self.outages: deque[Exception] = deque()

    def put_record_batch(self, *, DeliveryStreamName: str, Records: list[dict[str, bytes]]) -> dict[str, Any]:  # noqa: N803
        if self.outages:
            raise self.outages.popleft()
        for record in Records:
            self.rows[DeliveryStreamName] += [json.loads(line) for line in record["Data"].splitlines()]
        return {"FailedPutCount": 0, "RequestResponses": [{"RecordId": "1"} for _ in Records]}


class Context:
    """What Lambda hands to a handler."""

    function_name = "image_analyzer"
    function_version = "$LATEST"
    memory_limit_in_mb = 1536
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:image_analyzer"
    aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"
    log_group_name = log_stream_name = "image_analyzer"

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


def metrics_in(output: str) -> dict[str, float]:
    """The sums of the counts that the function wrote to its log."""
    sums: dict[str, float] = {}
    for line in output.splitlines():
        entry = json.loads(line)
        for directive in entry.get("_aws", {}).get("CloudWatchMetrics", []):
            for metric in directive["Metrics"]:
                if metric["Unit"] != "Count":
                    continue
                value = entry[metric["Name"]]
                sums[metric["Name"]] = sums.get(metric["Name"], 0) + (sum(value) if isinstance(value, list) else value)
    return sums


@dataclass
class Lake:
    """The two functions, and what is around them."""

    s3: Any
    images: Any
    cache: Any
    search: Any
    checkpoints: Any
    queue: Any
    tweet_queue: Any
    job_queue: Any
    analyzer: Any
    backfill: Any
    firehose: FakeFirehose
    rekognition: FakeRekognition

    def drop(self, name: str, body: bytes) -> str:
        """Put an object under images/ and return its key."""
        self.s3.put_object(Bucket=BUCKET, Key=f"images/{name}", Body=body)
        return f"images/{name}"

    def announce(self, *keys: str) -> list[int]:
        """Deliver one message per key in one batch; returns the positions of the messages that go back."""
        return self.deliver(*(s3_event(key) for key in keys))

    def deliver(self, *bodies: str) -> list[int]:
        event = {"Records": [sqs_record(str(number), body) for number, body in enumerate(bodies)]}
        response = self.analyzer.lambda_handler(event, Context())
        return sorted(int(failure["itemIdentifier"]) for failure in response["batchItemFailures"])

    def start_backfill(self, prefix: str = "", bucket: str = ALBUM) -> None:
        """Start a job as the command does."""
        job = self.backfill.jobs.start(bucket, prefix)
        self.job_queue.send_message(MessageBody=json.dumps(job.message))

    def run_backfill(self) -> None:
        """Deliver the messages of the job queue once."""
        for message in self.job_queue.receive_messages(MaxNumberOfMessages=10):
            event = {"Records": [sqs_record(message.message_id, message.body)]}
            assert self.backfill.lambda_handler(event, Context()) == {"batchItemFailures": []}
            message.delete()

    def take_announced(self) -> list[str]:
        """Take the messages out of the image queue."""
        return self.take_messages(self.queue)

    @staticmethod
    def take_messages(queue: Any) -> list[str]:
        """Take the messages out of a queue, and return their bodies."""
        bodies: list[str] = []
        while messages := queue.receive_messages(MaxNumberOfMessages=10):
            for message in messages:
                bodies.append(message.body)
                message.delete()
        return bodies

    def image_keys(self) -> set[str]:
        """The keys of all images that are named by their content."""
        listed = self.s3.list_objects_v2(Bucket=BUCKET, Prefix="images/").get("Contents", [])
        return {item["Key"] for item in listed if not item["Key"].startswith("images/dropped/")}

    def photos(self, *columns: str) -> list[tuple[Any, ...]]:
        return [tuple(row.get(column) for column in columns) for row in self.firehose.rows["photos"]]

    def search_terms(self) -> set[str]:
        return {item["pk"] for item in self.search.scan()["Items"]}

    def analyses(self) -> list[dict[str, Any]]:
        return self.firehose.rows["analyses"]


def s3_event(key: str, time: str = "2026-11-20T09:15:30.123Z") -> str:
    record = {
        "eventName": "ObjectCreated:Put",
        "eventTime": time,
        "s3": {"bucket": {"name": BUCKET}, "object": {"key": quote_plus(key, safe="/"), "size": 1, "eTag": "e"}},
    }
    return json.dumps({"Records": [record]})


def sqs_record(message_id: str, body: str) -> dict[str, Any]:
    return {"messageId": message_id, "body": body, "eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {}}


def photo(text: str, kind: str = "PNG") -> bytes:
    """A photo that differs with its text."""
    image = Image.radial_gradient("L").convert("RGB")
    ImageDraw.Draw(image).text((20, 100), text, fill="white")
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()
