"""The endpoint as clients see it: boto3 against the JSON server, S3 and Glue of the moto server."""

from __future__ import annotations

import gzip
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from laptop_cloud.server.aws_json import JsonServer
from laptop_cloud.services.firehose.service import FirehoseService
from laptop_cloud_testing.firehose import (
    BUCKET,
    POSTS_COLUMNS,
    lines,
    posts_configuration,
    read_parquet,
    tweets_configuration,
)
from laptop_cloud_testing.response_shapes import checked

if TYPE_CHECKING:
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_s3 import S3Client

# 60 s become 0.06 s and 128 MiB become 134 kB.
SCALE = 0.001
REFUSED_STREAM = "flaky"


@dataclass(frozen=True)
class Cloud:
    service: FirehoseService
    firehose: FirehoseClient
    s3: S3Client

    def objects(self, prefix: str) -> dict[str, Any]:
        listed = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return {item["Key"]: self.s3.get_object(Bucket=BUCKET, Key=item["Key"]) for item in listed}

    def drain(self) -> None:
        deadline = time.monotonic() + 5
        while any(self.service.count_buffered().values()):
            assert time.monotonic() < deadline, self.service.count_buffered()
            time.sleep(0.01)


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def cloud(aws: str) -> Iterator[Cloud]:
    s3, glue = boto3.client("s3", endpoint_url=aws), boto3.client("glue", endpoint_url=aws)
    s3.create_bucket(Bucket=BUCKET)
    glue.create_database(DatabaseInput={"Name": "landing"})
    columns = [{"Name": name, "Type": kind} for name, kind in POSTS_COLUMNS.items()]
    table: Any = {"Name": "posts", "StorageDescriptor": {"Columns": columns}, "PartitionKeys": [{"Name": "dt"}]}
    glue.create_table(DatabaseName="landing", TableInput=table)
    service = FirehoseService(
        s3, glue, "123456789012", "us-east-1", scale=SCALE, refuse=lambda stream, _index: stream == REFUSED_STREAM
    )
    server = JsonServer([checked(service.service())])
    server.start()
    service.start()
    firehose = boto3.client("firehose", endpoint_url=server.url)
    yield Cloud(service, firehose, s3)
    server.stop()
    service.stop()
    for client in (s3, glue, firehose):
        client.close()
    urlopen(Request(f"{aws}/moto-api/reset", method="POST")).close()


def test_lines_become_parquet_under_their_date(cloud: Cloud) -> None:
    arn = cloud.firehose.create_delivery_stream(
        DeliveryStreamName="posts", ExtendedS3DestinationConfiguration=posts_configuration()
    )["DeliveryStreamARN"]
    assert arn == "arn:aws:firehose:us-east-1:123456789012:deliverystream/posts"
    response = cloud.firehose.put_record_batch(
        DeliveryStreamName="posts",
        Records=[
            {"Data": lines({"id": 1, "dt": "2026-01-01", "text": "é"}, {"id": 2, "dt": "2026-01-02"})},
            {"Data": lines({"id": "three", "dt": "2026-01-02"})},
        ],
    )
    assert response["FailedPutCount"] == 0
    assert all(reply["RecordId"] for reply in response["RequestResponses"])
    cloud.drain()

    ((first, stored),) = cloud.objects("posts/dt=2026-01-01/").items()
    assert first.endswith(".parquet")
    assert stored["ContentEncoding"] == "hadoop-snappy"
    assert [(row["id"], row["text"]) for row in read_parquet(stored["Body"].read())] == [(1, "é")]
    (error,) = cloud.objects("errors/posts/format-conversion-failed/").values()
    assert b"DataFormatConversion.MalformedData" in error["Body"].read()


def test_a_single_record_is_delivered_as_gzip(cloud: Cloud) -> None:
    cloud.firehose.create_delivery_stream(
        DeliveryStreamName="tweets", ExtendedS3DestinationConfiguration=tweets_configuration()
    )
    assert cloud.firehose.put_record(DeliveryStreamName="tweets", Record={"Data": b"{}\n"})["RecordId"]
    cloud.drain()

    (stored,) = cloud.objects("tweets/dt=").values()
    assert stored["ContentEncoding"] == "gzip"
    assert gzip.decompress(stored["Body"].read()) == b"{}\n"


def test_descriptions_and_lists_have_the_services_shape(cloud: Cloud) -> None:
    for name, configuration in (("a", tweets_configuration()), ("b", posts_configuration())):
        cloud.firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=configuration)
    cloud.firehose.update_destination(
        DeliveryStreamName="b",
        CurrentDeliveryStreamVersionId="1",
        DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate={"BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60}},
    )
    description = cloud.firehose.describe_delivery_stream(DeliveryStreamName="b")["DeliveryStreamDescription"]
    destination = description["Destinations"][0]["ExtendedS3DestinationDescription"]
    cloud.firehose.delete_delivery_stream(DeliveryStreamName="a")

    assert (description["VersionId"], description["DeliveryStreamStatus"]) == ("2", "ACTIVE")
    assert description["LastUpdateTimestamp"] >= description["CreateTimestamp"]
    assert destination["BufferingHints"] == {"SizeInMBs": 64, "IntervalInSeconds": 60}
    assert destination["Prefix"] == "posts/dt=!{partitionKeyFromQuery:dt}/"
    assert cloud.firehose.list_delivery_streams()["DeliveryStreamNames"] == ["b"]


def test_a_refusal_reaches_the_client_with_its_code_and_reason(cloud: Cloud) -> None:
    with pytest.raises(cloud.firehose.exceptions.InvalidArgumentException, match="must be UNCOMPRESSED"):
        cloud.firehose.create_delivery_stream(
            DeliveryStreamName="posts",
            ExtendedS3DestinationConfiguration=posts_configuration(CompressionFormat="GZIP"),
        )
    with pytest.raises(ClientError) as raised:
        cloud.firehose.put_record(DeliveryStreamName="nowhere", Record={"Data": b"x"})
    assert raised.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_client_can_see_which_entries_were_refused(cloud: Cloud) -> None:
    cloud.firehose.create_delivery_stream(
        DeliveryStreamName=REFUSED_STREAM, ExtendedS3DestinationConfiguration=tweets_configuration()
    )
    response = cloud.firehose.put_record_batch(DeliveryStreamName=REFUSED_STREAM, Records=[{"Data": b"x"}])

    assert response["FailedPutCount"] == 1
    assert response["RequestResponses"] == [{"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}]


def test_threads_that_put_while_others_deliver_lose_nothing(cloud: Cloud) -> None:
    cloud.firehose.create_delivery_stream(
        DeliveryStreamName="posts", ExtendedS3DestinationConfiguration=posts_configuration()
    )

    def put(worker: int) -> None:
        for batch in range(10):
            numbers = range(1000 * worker + 10 * batch, 1000 * worker + 10 * batch + 10)
            data = lines(*({"id": number, "dt": f"2026-01-0{number % 3 + 1}", "text": "x" * 500} for number in numbers))
            cloud.firehose.put_record_batch(DeliveryStreamName="posts", Records=[{"Data": data}])

    threads = [threading.Thread(target=put, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        cloud.service.flush()
    cloud.drain()

    stored = cloud.objects("posts/").values()
    found = Counter(row["id"] for item in stored for row in read_parquet(item["Body"].read()))
    assert found == Counter(1000 * worker + number for worker in range(4) for number in range(100))
