"""Deletes what has expired: objects and uploads by lifecycle rules, items of DynamoDB by their time to live."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from laptop_cloud.services.expiry.lifecycle import LifecycleRule, find_object_expiry, find_upload_expiry

if TYPE_CHECKING:
    from laptop_cloud.server.aws_clients import Clients

_KEYS_AT_ONCE = 1000  # of DeleteObjects
# DynamoDB takes an older value for a mistake: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
_OLDEST_TTL = dt.timedelta(days=5 * 365)


@dataclass(frozen=True)
class PacedClock:
    """Lets days pass faster: since `start`, every real second counts as `factor` seconds."""

    start: dt.datetime
    factor: float = 1

    def convert(self, moment: dt.datetime) -> dt.datetime:
        """Return what a real moment is on this clock; one before the start is itself."""
        return moment if moment <= self.start else self.start + (moment - self.start) * self.factor


@dataclass
class Expired:
    """What a run deleted: `bucket/key` of objects and uploads, tables with the number of their items."""

    objects: list[str] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)
    items: dict[str, int] = field(default_factory=dict)


class Expirer:
    """Looks at every bucket and table. S3 and DynamoDB do so asynchronously, within a day or two; this does at once."""

    def __init__(self, clients: Clients, now: Callable[[], dt.datetime], clock: PacedClock) -> None:
        """`clock` counts the days of lifecycle rules. Items expire by `now`: their times were set by the real clock."""
        self._s3, self._dynamodb = clients("s3"), clients("dynamodb")
        self._now = now
        self._clock = clock
        self._first_seen: dict[str, dt.datetime] = {}

    def run(self) -> Expired:
        """Delete what has expired by now."""
        expired = Expired()
        for bucket in self._s3.list_buckets()["Buckets"]:
            if rules := self._read_rules(bucket["Name"]):
                expired.objects += self._delete_objects(bucket["Name"], rules)
                expired.uploads += self._abort_uploads(bucket["Name"], rules)
        for page in self._dynamodb.get_paginator("list_tables").paginate():
            for table in page["TableNames"]:
                if count := self._delete_items(table):
                    expired.items[table] = count
        return expired

    def _read_rules(self, bucket: str) -> list[LifecycleRule]:
        try:
            configuration = self._s3.get_bucket_lifecycle_configuration(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
                raise
            return []
        return [rule for each in configuration["Rules"] if (rule := LifecycleRule.read(each))]

    def _is_past(self, expiry: dt.datetime | None) -> bool:
        return expiry is not None and expiry <= self._clock.convert(self._now())

    def _delete_objects(self, bucket: str, rules: Sequence[LifecycleRule]) -> list[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        due = [
            item["Key"]
            for page in pages
            for item in page.get("Contents", [])
            if self._is_past(find_object_expiry(rules, item["Key"], self._clock.convert(item["LastModified"])))
        ]
        for start in range(0, len(due), _KEYS_AT_ONCE):
            keys = [{"Key": key} for key in due[start : start + _KEYS_AT_ONCE]]
            self._s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
        return [f"{bucket}/{key}" for key in due]

    def _abort_uploads(self, bucket: str, rules: Sequence[LifecycleRule]) -> list[str]:
        """Abort uploads, by when they were first seen: moto says of each that it began in 2010."""
        seen, now = self._first_seen, self._now()
        uploads = self._s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
        due = [
            upload
            for upload in uploads
            if self._is_past(
                find_upload_expiry(rules, upload["Key"], self._clock.convert(seen.setdefault(upload["UploadId"], now)))
            )
        ]
        for upload in due:
            self._s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
        return [f"{bucket}/{upload['Key']}" for upload in due]

    def _delete_items(self, table: str) -> int:
        described = self._dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        if described["TimeToLiveStatus"] != "ENABLED":
            return 0
        name = described["AttributeName"]
        keys = [key["AttributeName"] for key in self._dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]]
        return sum(self._delete_item(table, name, keys, item) for item in self._find_items(table, name))

    def _find_items(self, table: str, name: str) -> Iterator[dict[str, Any]]:
        """Yield the items whose time is past. Moto cannot filter an attribute that is not a number in every item."""
        now = self._now().timestamp()
        for page in self._dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            for item in page["Items"]:
                number = item.get(name, {}).get("N")
                if number and now - _OLDEST_TTL.total_seconds() < float(number) < now:
                    yield item

    def _delete_item(self, table: str, name: str, keys: Sequence[str], item: dict[str, Any]) -> bool:
        """Delete an item unless its time was changed meanwhile."""
        try:
            self._dynamodb.delete_item(
                TableName=table,
                Key={key: item[key] for key in keys},
                ConditionExpression="#ttl = :seen",
                ExpressionAttributeNames={"#ttl": name},
                ExpressionAttributeValues={":seen": item[name]},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True
