"""The services that the handlers call, on one loopback port for each function, each response after its latency."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from bench.pipeline.analysis import answer_comprehend, answer_rekognition
from bench.pipeline.dynamodb import DynamoDB
from bench.pipeline.http import Reply, Request, serve_connection
from bench.pipeline.latencies import MILLISECONDS, Clock, Lateness
from bench.pipeline.object_store import ObjectStore
from bench.pipeline.posts import draw_photo

_TARGETS = {
    "DynamoDB_20120810": "dynamodb",
    "Firehose_20150804": "firehose",
    "Comprehend_20171127": "comprehend",
    "RekognitionService": "rekognition",
    "AWSGlue": "glue",
    "AmazonSQS": "sqs",
}
Call = tuple[str, str, str]
"""A function, a service, an operation; of DynamoDB with the tables that it names."""


class Services:
    """Holds what the services hold, counts their calls, and lets each response wait for its time.

    The time that a response takes to be made is part of its latency, so that it counts only if it is longer.
    """

    def __init__(
        self,
        clock: Clock,
        tables: Mapping[str, Mapping[str, Any]],
        glue_tables: Mapping[str, Mapping[str, Any]],
        on_message: Callable[[str, str], None],
        on_object: Callable[[str], None],
    ) -> None:
        """`on_message` gets the queue and the body of each message, `on_object` the key of each written object."""
        self.calls: Counter[Call] = Counter()
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.lateness = Lateness()
        self.errors: list[Exception] = []
        self.store = ObjectStore(on_object)
        self._servers: list[asyncio.Server] = []
        self._clock = clock
        self._tables = tuple(tables)
        self._dynamodb = DynamoDB(tables)
        self._glue_tables = glue_tables
        self._on_message = on_message
        self._json_services: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
            "firehose": self._answer_firehose,
            "comprehend": answer_comprehend,
            "rekognition": self._answer_rekognition,
            "glue": self._answer_glue,
            "sqs": self._answer_sqs,
        }

    async def listen(self, function: str) -> str:
        """Open the port of a function, and return the URL of all its services."""
        answer = partial(self._answer_in_time, function)
        server = await asyncio.start_server(partial(serve_connection, answer), "127.0.0.1", 0, backlog=1000)
        self._servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        """Close the ports."""
        for server in self._servers:
            server.close()

    def empty(self) -> None:
        """Forget everything but the tables' definitions."""
        self.calls, self.rows, self.lateness = Counter(), {}, Lateness()
        self.store.objects.clear()
        self._dynamodb.empty()

    async def _answer_in_time(self, function: str, request: Request) -> Reply:
        loop = asyncio.get_running_loop()
        arrival = loop.time()
        try:
            service, operation, reply = self._answer(request)
        except Exception as error:
            self.errors.append(error)
            raise
        self.calls[function, service, operation] += 1
        due = arrival + self._clock.to_wall(MILLISECONDS[service])
        await asyncio.sleep(due - loop.time())
        if MILLISECONDS[service]:
            self.lateness.add(loop.time() - due)
        return reply

    def _answer(self, request: Request) -> tuple[str, str, Reply]:
        if request.target.startswith("http"):  # as to a proxy
            media_id = request.target.rpartition("/")[2].partition(".")[0]
            return "download", "GET", Reply(200, draw_photo(media_id), {"Content-Type": "image/jpeg"})
        prefix, _, operation = request.headers.get("x-amz-target", "").partition(".")
        if not prefix:
            operation, reply = self.store.answer(request)
            return "s3", operation, reply
        service = _TARGETS[prefix]
        if service == "dynamodb":
            named = [table for table in self._tables if f'"{table}' in request.body.decode()]
            return service, f"{operation} {'+'.join(named)}", self._dynamodb.answer(operation, request.body)
        response = self._json_services[service](operation, json.loads(request.body))
        headers = {"Content-Type": "application/x-amz-json-1.1"}
        return service, operation, Reply(200, json.dumps(response).encode(), headers)

    def _answer_firehose(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        records = body["Records"] if operation == "PutRecordBatch" else [body["Record"]]
        rows = self.rows.setdefault(body["DeliveryStreamName"], [])
        for record in records:
            rows += map(json.loads, base64.b64decode(record["Data"]).splitlines())
        results = [{"RecordId": str(len(rows))} for _ in records]
        return {"FailedPutCount": 0, "RequestResponses": results} if operation == "PutRecordBatch" else results[0]

    def _answer_rekognition(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        image = body["Image"]
        stored = image.get("S3Object")
        return answer_rekognition(
            operation, self.store.objects[stored["Name"]] if stored else base64.b64decode(image["Bytes"])
        )

    def _answer_glue(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        assert operation == "GetTable", operation
        return {"Table": self._glue_tables[body["Name"]]}

    def _answer_sqs(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        entries = body["Entries"] if operation == "SendMessageBatch" else [body]
        queue = body["QueueUrl"].rpartition("/")[2]
        results = []
        for entry in entries:
            self._on_message(queue, entry["MessageBody"])
            digest = hashlib.md5(entry["MessageBody"].encode()).hexdigest()
            results.append({"Id": entry.get("Id", "0"), "MessageId": digest, "MD5OfMessageBody": digest})
        return {"Successful": results, "Failed": []} if operation == "SendMessageBatch" else results[0]
