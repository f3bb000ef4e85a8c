"""Peak memory of tweet_analyzer on a small and on a large archive object, side by side.

Each size runs in a process of its own, through the code that the function runs, with services that respond at once.
The object is gzip of made-up posts with long texts; sizes are those of the gzip file, in MB.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from photolake.aws.firehose import DeliveryStream
from photolake.aws.s3 import S3Object
from photolake.posts.analyzer import PostAnalyzer
from photolake.posts.comprehend import Comprehend
from photolake.posts.text_analysis import TextAnalysis, TextAnalyzer
from photolake.posts.text_cache import TextCache
from photolake.rows.schema import HiveType, TableSchema

SIZES_MB = (1, 64)
ANALYSIS = TextAnalysis("en", ("NEUTRAL", 0.0, 0.0, 1.0, 0.0), [])
ENTITIES = "array<struct<text:string,type:string,score:double,begin_offset:bigint,end_offset:bigint>>"
STRINGS = ("text", "lang", "source_platform", "collected_at", "processed_at", "dt")
RESULTS = {name: "double" if name.endswith("score") else "string" for name in ANALYSIS.columns()}
KINDS = {"id": "bigint", **dict.fromkeys(STRINGS, "string"), **RESULTS, "text_entities": ENTITIES}
SCHEMA = TableSchema("posts", {name: HiveType.parse(kind) for name, kind in KINDS.items()})


class FileAsS3:
    """Responds to GetObject with ranges of a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get_object(self, *, Range: str, **_: Any) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        first, last = map(int, re.findall(r"\d+", Range))
        with self._path.open("rb") as file:
            file.seek(first)
            data = file.read(last - first + 1)
        return {"ETag": '"1"', "Body": io.BytesIO(data)}


class Comprehension:
    """Responds to Comprehend's batch calls with a sentiment and an entity for every text."""

    def batch_detect_sentiment(self, *, TextList: list[str], **_: Any) -> dict[str, Any]:  # noqa: N803
        scores = {"Positive": 0.0, "Negative": 0.0, "Neutral": 1.0, "Mixed": 0.0}
        return make_batch(TextList, {"Sentiment": "NEUTRAL", "SentimentScore": scores})

    def batch_detect_entities(self, *, TextList: list[str], **_: Any) -> dict[str, Any]:  # noqa: N803
        return make_batch(TextList, {"Entities": [{"Text": "a", "Type": "OTHER", "BeginOffset": 0, "EndOffset": 1}]})

    def batch_detect_dominant_language(self, *, TextList: list[str], **_: Any) -> dict[str, Any]:  # noqa: N803
        return make_batch(TextList, {"Languages": [{"LanguageCode": "en", "Score": 1.0}]})


def make_batch(texts: list[str], result: dict[str, Any]) -> dict[str, Any]:
    """The response of a batch call in which every text has the same result."""
    return {"ResultList": [{"Index": index, **result} for index in range(len(texts))], "ErrorList": []}


class EmptyTable:
    """A DynamoDB table that takes everything and has nothing."""

    name = "cache"

    def __init__(self) -> None:
        self.meta = SimpleNamespace(client=self)

    def batch_get_item(self, **_: Any) -> dict[str, Any]:
        return {"Responses": {}, "UnprocessedKeys": {}}

    def batch_write_item(self, **_: Any) -> dict[str, Any]:
        return {"UnprocessedItems": {}}


class Firehose:
    """Accepts everything."""

    def put_record_batch(self, **_: Any) -> dict[str, Any]:
        return {"FailedPutCount": 0, "RequestResponses": []}


class Jobs:
    """Counts the jobs."""

    def send(self, jobs: Any) -> int:
        return sum(1 for _ in jobs)


def write_object(path: Path, megabytes: int) -> None:
    """Posts until the gzip file has the size; random letters, so that it does not compress much."""
    randomness = random.Random(1)
    with gzip.open(path, "wt", compresslevel=1) as file:
        number = 0
        while path.stat().st_size < megabytes * 1_000_000:
            number += 1
            text = randomness.randbytes(2000).hex()
            post = {"id": number, "text": text, "source_platform": "x", "collected_at": "2026-03-01T00:00:00.000Z"}
            file.write(json.dumps(post) + "\n")


def measure(path: Path) -> None:
    """Print the number of posts and the peak resident memory of this process in MB."""
    firehose: Any = Firehose()
    comprehension: Any = Comprehension()
    table: Any = EmptyTable()
    parts: Any = {"s3": FileAsS3(path), "jobs": Jobs(), "waiting": None}

    def print_result(_: S3Object, posts: int, rejected: int) -> None:
        assert rejected == 0
        print(posts, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)

    analyzer = PostAnalyzer(
        schema=SCHEMA,
        texts=TextAnalyzer(Comprehend(comprehension), TextCache(table, 30), lambda name, value: None),
        posts=DeliveryStream(firehose, "posts", SCHEMA),
        earliest=dt.date(2026, 1, 1),
        sample_rate=1.0,
        on_count=lambda name, value: None,
        on_analyzed=print_result,
        **parts,
    )
    analyzer.analyze_object(S3Object("bench", "object", path.stat().st_size, "1", ""), lambda: 600_000)


def main() -> None:
    """Measure every size, and compare with the first."""
    base = 0.0
    print("gzip MB     posts   peak MB   ratio")
    for size in SIZES_MB:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "object.gz"
            write_object(path, size)
            command = [sys.executable, __file__, str(path)]
            posts, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        base = base or float(peak)
        print(f"{size:7}  {int(posts):8,}  {float(peak):8.1f}  {float(peak) / base:6.2f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))
    else:
        main()
