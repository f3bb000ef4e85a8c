"""Posts a second of `photolake collect` against the floor: json.loads and gzip of the same file; and its peak memory.

The file holds made-up API v2 posts, one stream line each with author and photo, or pages of 100, plain and gzip; or it
is the tweets.js of an account archive. What is measured is the collector that the command runs, with a Firehose that
answers at once. Each run is a process of its own. `python -m bench.collect [posts]`, 100,000 by default.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from photolake.aws.firehose import DeliveryStream
from photolake.collect.deletions import DeletionStore
from photolake.rejected import RejectedStore
from photolake.rows.schema import TableSchema
from photolake_cli.collect.files import find_files
from photolake_cli.collect.pacing import Pace
from photolake_cli.collect.post_check import PostCheck
from photolake_cli.collect.sender import FileSender

POSTS = 100_000
TABLE_FILE = "raw_tweets.json"
PAGE = 100
EPOCH_MS = 1288834974657
WORDS = ("fresh", "bread", "coffee", "morning", "light", "street", "window", "rain", "market", "garden", "river")


class SilentFirehose:
    """Accepts every record."""

    def put_record_batch(self, DeliveryStreamName: str, Records: Any) -> dict[str, Any]:  # noqa: N803
        return {"FailedPutCount": 0, "RequestResponses": []}


class FileAsGlue:
    """Knows the table that a file describes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get_table(self, DatabaseName: str, Name: str) -> dict[str, Any]:  # noqa: N803
        return {"Table": json.loads(self._path.read_text())}


def build_posts(count: int) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """Build posts of 100 days, each with its author and its photo."""
    draw = random.Random(1)
    start = int(dt.datetime(2026, 3, 1, tzinfo=dt.UTC).timestamp() * 1000) - EPOCH_MS
    for number in range(count):
        key, author = f"3_{number}", str(1000 + number % 5000)
        text = " ".join(draw.choices(WORDS, k=18))
        # An id holds the time of its post, by which posts of X are told.
        since_epoch = start + number * 86_400_000 * 100 // count
        created = dt.datetime.fromtimestamp((since_epoch + EPOCH_MS) / 1000, dt.UTC)
        yield (
            {
                "id": str((since_epoch << 22) + number),
                "text": f"{text} #bread https://t.example/{number}",
                "author_id": author,
                "created_at": f"{created:%Y-%m-%dT%H:%M:%S}.000Z",
                "lang": "en",
                "conversation_id": str(number),
                "edit_history_tweet_ids": [str(number)],
                "possibly_sensitive": False,
                "public_metrics": {"retweet_count": 1, "reply_count": 2, "like_count": number % 90, "quote_count": 0},
                "attachments": {"media_keys": [key]},
                "entities": {
                    "hashtags": [{"start": 1, "end": 7, "tag": "bread"}],
                    "urls": [{"start": 8, "end": 31, "url": f"https://t.example/{number}", "media_key": key}],
                },
            },
            {
                "id": author,
                "username": f"user_{author}",
                "name": "Ann",
                "created_at": "2020-01-01T00:00:00.000Z",
                "description": "bakes",
                "public_metrics": {"followers_count": 5, "following_count": 6, "tweet_count": 7, "listed_count": 0},
            },
            {"media_key": key, "type": "photo", "url": f"https://pbs.example/{key}.jpg", "width": 1200, "height": 800},
        )


def yield_lines(count: int, page: int) -> Iterator[bytes]:
    """Yield the posts as lines of the stream, or as pages."""
    made = build_posts(count)
    while items := list(islice(made, page)):
        data, users, media = zip(*items, strict=True)
        includes = {"users": list({user["id"]: user for user in users}.values()), "media": media}
        payload = {"data": data[0] if page == 1 else data, "includes": includes, "meta": {"result_count": len(data)}}
        yield json.dumps(payload, separators=(",", ":")).encode() + b"\n"


def yield_archive(count: int) -> Iterator[bytes]:
    """Yield the parts of a tweets.js, which has the posts indented in one array."""
    yield b"window.YTD.tweets.part0 = [\n"
    for number, (post, _, _) in enumerate(build_posts(count)):
        tweet = {
            "id": post["id"],
            "id_str": post["id"],
            "created_at": f"{dt.datetime.fromisoformat(post['created_at']):%a %b %d %H:%M:%S +0000 %Y}",
            "full_text": post["text"],
            "lang": "en",
            "favorite_count": "3",
            "retweet_count": "0",
            "truncated": False,
            "display_text_range": ["0", "80"],
            "entities": {"hashtags": [{"text": "bread", "indices": ["1", "7"]}], "user_mentions": [], "urls": []},
        }
        yield (b",\n" if number else b"") + json.dumps({"tweet": tweet}, indent=2).encode()
    yield b"\n]"


def run_archive_floor(path: Path) -> int:
    """Parse the whole file at once, and compress it again."""
    content = path.read_bytes()
    with gzip.open("/dev/null", "wb", 6) as packed:
        packed.write(content)
    return len(json.loads(content.partition(b"= ")[2]))


def run_floor(path: Path) -> int:
    """Read, parse and compress again: the least that any collector must do. Returns the number of posts."""
    posts = 0
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file, gzip.open("/dev/null", "wb", 6) as packed:
        for line in file:
            data = json.loads(line)["data"]
            posts += len(data) if isinstance(data, list) else 1
            packed.write(line)
    return posts


def run_collect(path: Path) -> int:
    """Read, parse, map, check and deliver. Returns the number of posts."""
    glue: Any = FileAsGlue(path.with_name(TABLE_FILE))
    nothing: Any = None
    firehose: Any = SilentFirehose()
    sender = FileSender(
        DeliveryStream(firehose, "tweets"),
        PostCheck(TableSchema.from_glue(glue, "landing", "raw_tweets"), dt.date(2026, 1, 1)),
        RejectedStore(nothing, "lake"),
        DeletionStore(nothing, "lake"),
        Pace(900, time.monotonic),
    )
    (file,) = find_files(str(path), nothing)
    tally = sender.send(file)
    assert tally.is_balanced, tally
    return tally.sent


def measure(name: str, path: Path) -> None:
    """Print seconds, posts and megabytes of one run, as JSON."""
    began = time.process_time()
    floor = run_archive_floor if path.suffix == ".js" else run_floor
    count = {"floor": floor, "collect": run_collect}[name](path)
    seconds = time.process_time() - began
    print(json.dumps([seconds, count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000]))


def measure_best_of_three(name: str, path: Path) -> tuple[float, int, float]:
    """Return seconds, posts and megabytes of the fastest of three runs."""
    command = [sys.executable, "-m", "bench.collect", name, str(path)]
    outputs = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(3)]
    seconds, count, megabytes = min(outputs)
    return seconds, count, megabytes


def print_measurement(path: Path, count: int) -> None:
    """Measure both on a file and print a row."""
    least, _, least_mb = measure_best_of_three("floor", path)
    seconds, sent, peak = measure_best_of_three("collect", path)
    assert sent == count
    print(
        f"{path.name:18}{path.stat().st_size / 1e6:8.1f}{count / least:15,.0f}{count / seconds:17,.0f}"
        f"{seconds / least:7.1f}{least_mb:10.0f}{peak:9.0f}"
    )


def main(count: int) -> None:
    """Write the files, run both on each, and print a table."""
    print(f"{'file':18}{'MB':>8}{'floor posts/s':>15}{'collect posts/s':>17}{'ratio':>7}{'floor MB':>10}{'peak MB':>9}")
    # Imported here because resolving the template takes more memory than the measured processes.
    from tests.resolved_template import table_input

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, TABLE_FILE).write_text(json.dumps(table_input("RawTweetsTable")))
        for page in (1, PAGE):
            for suffix in ("jsonl", "jsonl.gz"):
                path = Path(folder, f"{'pages' if page > 1 else 'lines'}.{suffix}")
                with gzip.open(path, "wb", 6) if suffix.endswith("gz") else path.open("wb") as file:
                    file.writelines(yield_lines(count, page))
                print_measurement(path, count)
        path = Path(folder, "tweets.js")
        with path.open("wb") as file:
            file.writelines(yield_archive(count))
        print_measurement(path, count)


if __name__ == "__main__":
    if sys.argv[1:2] and not sys.argv[1].isdigit():
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else POSTS)
