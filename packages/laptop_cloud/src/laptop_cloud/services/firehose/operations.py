"""The operations of the Amazon Data Firehose API over the streams of this process.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import logging
import re
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from laptop_cloud.server.aws_json import Operation, ServiceError
from laptop_cloud.services.firehose.column_types import SchemaError, read_columns
from laptop_cloud.services.firehose.configuration import Configuration, find_problems, is_partitioned, read_buffering
from laptop_cloud.services.firehose.destination import StreamDestination
from laptop_cloud.services.firehose.objects import StreamVersion
from laptop_cloud.services.firehose.stream import LocalDeliveryStream

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

MAX_RECORDS = 500
MAX_CALL_BYTES = 4 * 1024 * 1024
MAX_RECORD_BYTES = 1000 * 1024
DESTINATION_ID = "destinationId-000000000001"

_NAME = re.compile(r"[a-zA-Z0-9_.-]{1,64}")
_CREATE_PARAMETERS = frozenset(
    ["DeliveryStreamName", "DeliveryStreamType", "ExtendedS3DestinationConfiguration", "Tags"]
)
_REFUSAL = {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}
_UPDATE_PARAMETERS = frozenset(
    ["DeliveryStreamName", "CurrentDeliveryStreamVersionId", "DestinationId", "ExtendedS3DestinationUpdate"]
)

logger = logging.getLogger(__name__)

Clock = Callable[[], float]
Refuse = Callable[[str, int], bool]


@dataclass(frozen=True)
class _Registered:
    stream: LocalDeliveryStream
    configuration: Configuration
    version: int
    created: float
    updated: float


class StreamOperations:
    """Creates, describes, updates and deletes streams, and puts records into them."""

    def __init__(
        self,
        s3: S3Client,
        glue: GlueClient,
        arn_prefix: str,
        scale: float,
        clock: Clock,
        refuse: Refuse,
        on_put: Callable[[], None],
    ) -> None:
        """`on_put` is called after every accepted put; the other arguments are FirehoseService's."""
        self._s3 = s3
        self._glue = glue
        self._arn_prefix = arn_prefix
        self._scale = scale
        self._clock = clock
        self._refuse = refuse
        self._on_put = on_put
        self._registered: dict[str, _Registered] = {}
        self._lock = threading.RLock()

    def by_name(self) -> dict[str, Operation]:
        """The operations by their names in the API."""
        return {
            "CreateDeliveryStream": self.create_delivery_stream,
            "DescribeDeliveryStream": self.describe_delivery_stream,
            "ListDeliveryStreams": self.list_delivery_streams,
            "UpdateDestination": self.update_destination,
            "DeleteDeliveryStream": self.delete_delivery_stream,
            "PutRecord": self.put_record,
            "PutRecordBatch": self.put_record_batch,
        }

    def streams(self) -> dict[str, LocalDeliveryStream]:
        """The current streams by name."""
        with self._lock:
            return {name: registered.stream for name, registered in self._registered.items()}

    def create_delivery_stream(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Create a stream; it is ACTIVE immediately."""
        name = request["DeliveryStreamName"]
        if not _NAME.fullmatch(name):
            raise _invalid_argument_error(f"{name!r} is not a name of 1 to 64 letters, digits, '_', '.' and '-'")
        _refuse_unavailable(request, _CREATE_PARAMETERS)
        if request.get("DeliveryStreamType", "DirectPut") != "DirectPut":
            raise _invalid_argument_error("a DeliveryStreamType other than DirectPut is not available locally")
        configuration = request.get("ExtendedS3DestinationConfiguration")
        if configuration is None:
            raise _invalid_argument_error("Exactly one destination configuration is supported for a Firehose")
        self._check_configuration(configuration)
        version, destination, now = StreamVersion(name, 1), StreamDestination.of(configuration), self._clock()
        with self._lock:
            if name in self._registered:
                raise ServiceError("ResourceInUseException", f"Firehose {name} under this account already exists")
            stream = LocalDeliveryStream(version, destination, self._s3, self._glue, self._scale, self._clock)
            self._registered[name] = _Registered(stream, configuration, version.number, now, now)
        return {"DeliveryStreamARN": self._arn_prefix + name}

    def describe_delivery_stream(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Describe a stream with the defaults filled in."""
        name = request["DeliveryStreamName"]
        registered = self._find_stream(name)
        size, interval = read_buffering(registered.configuration)
        destination = {
            "CompressionFormat": "UNCOMPRESSED",
            "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
            "S3BackupMode": "Disabled",
            **registered.configuration,
            "BufferingHints": {"SizeInMBs": size, "IntervalInSeconds": interval},
        }
        description = {
            "DeliveryStreamName": name,
            "DeliveryStreamARN": self._arn_prefix + name,
            "DeliveryStreamStatus": "ACTIVE",
            "DeliveryStreamType": "DirectPut",
            "VersionId": str(registered.version),
            "CreateTimestamp": registered.created,
            "LastUpdateTimestamp": registered.updated,
            "Destinations": [{"DestinationId": DESTINATION_ID, "ExtendedS3DestinationDescription": destination}],
            "HasMoreDestinations": False,
        }
        return {"DeliveryStreamDescription": description}

    def list_delivery_streams(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """List names in alphabetical order, page by page."""
        after, limit = request.get("ExclusiveStartDeliveryStreamName", ""), request.get("Limit", 10)
        names = sorted(name for name in self.streams() if name > after)
        return {"DeliveryStreamNames": names[:limit], "HasMoreDeliveryStreams": len(names) > limit}

    def update_destination(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the given members of the destination; what is buffered still goes to the old one."""
        name = request["DeliveryStreamName"]
        _refuse_unavailable(request, _UPDATE_PARAMETERS)
        with self._lock:
            old = self._find_stream(name)
            if request["CurrentDeliveryStreamVersionId"] != str(old.version):
                raise ServiceError("ConcurrentModificationException", f"The version of {name} is {old.version}")
            if request["DestinationId"] != DESTINATION_ID:
                raise _invalid_argument_error(f"Destination Id {request['DestinationId']} not found")
            configuration = {**old.configuration, **request.get("ExtendedS3DestinationUpdate", {})}
            if is_partitioned(configuration) != is_partitioned(old.configuration):
                raise _invalid_argument_error(
                    "dynamic partitioning can be enabled only when the stream is created, and not disabled"
                )
            self._check_configuration(configuration)
            version = StreamVersion(name, old.version + 1)
            old.stream.update(version, StreamDestination.of(configuration))
            self._registered[name] = replace(
                old, configuration=configuration, version=version.number, updated=self._clock()
            )
        return {}

    def delete_delivery_stream(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Delete a stream and, as on AWS, what it has buffered."""
        name = request["DeliveryStreamName"]
        with self._lock:
            stream = self._find_stream(name).stream
            del self._registered[name]
        stream.close("ResourceNotFoundException", f"Firehose {name} not found under this account.", 400)
        lost = stream.count_buffered()
        if lost:
            logger.warning("%s was deleted with %d buffered records", name, lost)
        return {}

    def put_record(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Take one record."""
        name = request["DeliveryStreamName"]
        stream, data = self._find_stream(name).stream, request["Record"]["Data"]
        _check_sizes([data])
        if self._refuse(name, 0):
            raise ServiceError("ServiceUnavailableException", "Slow down.", 503)
        stream.put([data])
        self._on_put()
        return {"RecordId": uuid.uuid4().hex, "Encrypted": False}

    def put_record_batch(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Take records; those refused carry an ErrorCode at their place in the answer."""
        name = request["DeliveryStreamName"]
        stream, records = self._find_stream(name).stream, [record["Data"] for record in request["Records"]]
        if not 1 <= len(records) <= MAX_RECORDS:
            raise _invalid_argument_error(f"a batch holds 1 to {MAX_RECORDS} records, not {len(records)}")
        _check_sizes(records)
        refused = [self._refuse(name, index) for index in range(len(records))]
        stream.put([data for data, is_refused in zip(records, refused, strict=True) if not is_refused])
        self._on_put()
        replies = [_REFUSAL if is_refused else {"RecordId": uuid.uuid4().hex} for is_refused in refused]
        return {"FailedPutCount": sum(refused), "Encrypted": False, "RequestResponses": replies}

    def _find_stream(self, name: str) -> _Registered:
        with self._lock:
            if name not in self._registered:
                raise ServiceError("ResourceNotFoundException", f"Firehose {name} not found under this account.")
            return self._registered[name]

    def _check_configuration(self, configuration: Configuration) -> None:
        found = find_problems(configuration, table_exists=self._table_exists)
        if found:
            raise _invalid_argument_error("; ".join(found))

    def _table_exists(self, database: str, table: str) -> bool:
        try:
            read_columns(self._glue.get_table(DatabaseName=database, Name=table)["Table"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "EntityNotFoundException":
                return False
            raise
        except SchemaError as error:
            raise _invalid_argument_error(
                f"the columns of {database}.{table} are not available locally: {error}"
            ) from error
        return True


def _refuse_unavailable(request: Mapping[str, Any], available: frozenset[str]) -> None:
    unavailable = sorted(set(request) - available)
    if unavailable:
        raise _invalid_argument_error(f"{', '.join(unavailable)} is not available locally")


def _check_sizes(records: Sequence[bytes]) -> None:
    largest = max(len(data) for data in records)
    if largest > MAX_RECORD_BYTES:
        raise _invalid_argument_error(f"a record holds at most {MAX_RECORD_BYTES} bytes, not {largest}")
    total = sum(len(data) for data in records)
    if total > MAX_CALL_BYTES:
        raise _invalid_argument_error(f"a batch holds at most {MAX_CALL_BYTES} bytes, not {total}")


def _invalid_argument_error(message: str) -> ServiceError:
    return ServiceError("InvalidArgumentException", message)
