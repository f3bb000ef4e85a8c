"""Peak memory of tweet_analyzer on a small and on a large archive object, side by side.

Each size runs in a process of its own, through the code that the function runs, with services that answer at once.
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
from typing import Any

from photolake.aws.firehose import DeliveryStream
from photolake.aws.s3 import S3RangeReader
from photolake.posts.analyzer import PostAnalyzer
from photolake.posts.archive_reader import read_lines
from photolake.posts.text_analysis import TextAnalysis
from photolake.rows.schema import HiveType, TableSchema

SIZES_MB = (1, 64)
ANALYSIS = TextAnalysis("en", ["NEUTRAL", 0.0, 0.0, 1.0, 0.0], [])
STRINGS = ("text", "lang", "source_platform", "collected_at", "processed_at", "dt")
ANSWERS = {name: "double" if name.endswith("score") else "string" for name in ANALYSIS.columns()}
KINDS = {"id": "bigint", **dict.fromkeys(STRINGS, "string"), **ANSWERS, "text_entities": "array<string>"}
TABLE = TableSchema("posts", {name: HiveType.parse(kind) for name, kind in KINDS.items()})


class FileAsS3:
    """Answers GetObject with ranges of a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get_object(self, *, Range: str, **_: Any) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        first, last = map(int, re.findall(r"\d+", Range))
        with self._path.open("rb") as file:
            file.seek(first)
            data = file.read(last - first + 1)
        return {"ETag": '"1"', "Body": io.BytesIO(data)}


class Texts:
    """Knows every text already."""

    def analyze(self, texts: Any) -> list[TextAnalysis]:
        return [ANALYSIS for _ in texts]


class Firehose:
    """Accepts everything."""

    def put_record_batch(self, **_: Any) -> dict[str, Any]:
        return {"FailedPutCount": 0, "RequestResponses": []}


class Jobs:
    """Counts the jobs."""

    def send(self, jobs: Any) -> int:
        return sum(1 for _ in jobs)


def write_object(path: Path, megabytes: int) -> None:
    """Posts until the gzip file has the size; random letters, so that it is not packed to nothing."""
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
    parts: Any = {"texts": Texts(), "jobs": Jobs()}
    analyzer = PostAnalyzer(
        table=TABLE,
        posts=DeliveryStream(firehose, "posts", TABLE),
        earliest=dt.date(2026, 1, 1),
        sample_rate=1.0,
        count=lambda name, value: None,
        **parts,
    )
    s3: Any = FileAsS3(path)
    posts = analyzer.analyze(
        read_lines("s3://bench/object", S3RangeReader(s3, "bench", "object")), print, lambda: 600_000
    )
    print(posts, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)


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
