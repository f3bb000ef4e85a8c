"""S3 objects via SQS -> a note in the table, the text in the stream; an object that says "poison" is refused."""

import json
import os
from typing import Any
from urllib.parse import unquote_plus

import boto3
from greeting import GREETING  # type: ignore[import-not-found]

s3 = boto3.client("s3")
firehose = boto3.client("firehose")
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    failures = [record["messageId"] for record in event.get("Records", []) if not copied(json.loads(record["body"]))]
    return {
        "batchItemFailures": [{"itemIdentifier": message} for message in failures],
        "greeting": GREETING,
        "process_group": os.getpgrp(),
    }


def copied(body: dict[str, Any]) -> bool:
    for record in body.get("Records", []):
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        if text == b"poison":
            return False
        firehose.put_record_batch(DeliveryStreamName=os.environ["STREAM"], Records=[{"Data": text + b"\n"}])
        table.put_item(Item={"id": key})
    return True
