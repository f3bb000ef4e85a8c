"""A lake with a post of each kind that shares something, or is anywhere that a post may be; each with markers."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
from PIL import Image

from laptop_cloud.lambda_runtime.pollers import build_sqs_record
from photolake.collect.deletions import DeletionStore
from photolake.photos.job import list_photo_jobs
from photolake.rows.ids import hash_to_bigint, make_snowflake
from photolake.sources.bluesky.collected_posts import CollectedPosts
from photolake.sources.bluesky.identifiers import PostKey
from tests.faults.clock import CLOCK
from tests.faults.photo_host import HostedPhoto
from tests.faults.stack import make_context

if TYPE_CHECKING:
    from tests.faults.site import Site

DAY_MS = 86_400_000
NOW_MS = 1_773_144_000_000  # 2026-03-10T12:00:00Z
DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
COLLECTED_AT = "2026-03-10T12:00:00.000Z"
ROUNDS = 12


@dataclass
class MarkedPost:
    """A post, and the words that nothing else has."""

    letter: str
    photo: str
    days_ago: int = 0
    media: str = ""
    lang: str | None = "en"
    text: str = ""
    uri: str = ""
    markers: list[str] = field(default_factory=list)

    @property
    def id(self) -> int:
        """Its id."""
        if self.uri:
            return hash_to_bigint(self.uri)
        return make_snowflake(NOW_MS - self.days_ago * DAY_MS) + ord(self.letter)

    @property
    def id_str(self) -> str:
        """Its name."""
        return self.uri or str(self.id)

    @property
    def url(self) -> str:
        """The URL of its photo."""
        return f"https://pbs.twimg.com/media/{self.media or f'medium{self.letter}'}.jpg"

    def mark(self, kind: str) -> str:
        """A word that stands for what of this post is where."""
        word = f"mark{kind}{self.letter}end"
        if word not in self.markers:
            self.markers.append(word)
        return word

    def row(self) -> Any:
        """What a source makes of it."""
        media = self.media or f"medium{self.letter}"
        return {
            "id": self.id,
            "id_str": self.id_str,
            "source_platform": "bluesky" if self.uri else "x",
            "created_at": "Tue Mar 10 12:00:00 +0000 2026",
            "timestamp_ms": NOW_MS - self.days_ago * DAY_MS,
            "text": self.text or f"{self.mark('text')} in Paris is a lovely day",
            "lang": self.lang,
            "user": {"id": 5, "id_str": "5", "name": self.mark("name"), "screen_name": self.mark("handle")},
            "entities": {"urls": [{"url": f"https://t.co/{self.mark('url')}", "indices": [0, 5]}]},
            "extended_entities": {
                "media": [{"id": media, "type": "photo", "media_url_https": self.url, "ext_alt_text": self.mark("alt")}]
            },
            "collected_at": COLLECTED_AT,
            "matched_query": "photos",
            "source_json": json.dumps({"text": self.mark("source")}),
        }


def build_photo(name: str) -> bytes:
    """A photo with its name in its bytes."""
    buffer = io.BytesIO()
    colour = tuple(hash_to_bigint(name) >> shift & 255 for shift in (0, 8, 16))
    Image.new("RGB", (96, 96), colour).save(buffer, "JPEG", comment=f"photo{name}end".encode())
    return buffer.getvalue()


@dataclass
class SmallLake:
    """Posts `dead` are going to be deleted, posts `living` stay."""

    site: Site
    dead: dict[str, MarkedPost] = field(default_factory=dict)
    living: dict[str, MarkedPost] = field(default_factory=dict)

    def fill(self) -> None:
        """Put everything where it may lie."""
        posts = [
            MarkedPost("A", "own"),
            MarkedPost("C", "shared"),
            MarkedPost("E", "retweeted", media="mediumEF"),
            MarkedPost("G", "sky", uri=f"at://{DID}/app.bsky.feed.post/3mgqxyz2abc2d"),
            MarkedPost("H", "provided", days_ago=3),
            MarkedPost("I", "undetermined", lang=None),
            MarkedPost("L", "waiting"),
            MarkedPost("R", "rejected"),
        ]
        self.dead = {post.letter: post for post in posts}
        others = [
            MarkedPost("B", "other"),
            MarkedPost("D", "shared"),
            MarkedPost("F", "retweeted", media="mediumEF"),
            MarkedPost("M", "waiting too"),
            MarkedPost("K", "kept"),
            MarkedPost("N", "older", days_ago=3),
        ]
        self.living = {post.letter: post for post in others}
        self._host_photos([*posts, *others])
        in_pipeline = [post for post in [*posts, *others] if post.letter not in "LMRK"]
        self.archive("first", in_pipeline[::2])
        self.archive("second", in_pipeline[1::2])
        self.work_off()
        self._put_rest()

    def delete(self) -> None:
        """Store the deletions."""
        rows = [
            {"id": post.id, "id_str": post.id_str, "reason": "deleted by its author"} for post in self.dead.values()
        ]
        DeletionStore(self.site.stack.s3, self.site.stack.bucket).put(rows)

    def archive(self, name: str, posts: Sequence[MarkedPost]) -> None:
        """Let an object of posts arrive."""
        lines = "".join(f"{json.dumps(post.row())}\n" for post in posts)
        self.put(f"tweets/dt=2026-03-10/{name}.jsonl.gz", gzip.compress(lines.encode()))

    def put(self, key: str, body: bytes) -> None:
        """Put an object into the lake."""
        self.site.stack.s3.put_object(Bucket=self.site.stack.bucket, Key=key, Body=body)

    def work_off(self) -> None:
        """Deliver every message and every buffered row, until there is none."""
        stack = self.site.stack
        for _ in range(ROUNDS):
            CLOCK.pass_time(1)
            for function, source in stack.sources.items():
                while messages := stack.sqs.receive_message(
                    QueueUrl=source.queue_url, MaxNumberOfMessages=10, AttributeNames=["All"]
                ).get("Messages", []):
                    records = [build_sqs_record(each, source.queue_arn) for each in messages]
                    result = self.call(function, {"Records": records})
                    assert not result["batchItemFailures"], (function, result)
                    for each in messages:
                        stack.sqs.delete_message(QueueUrl=source.queue_url, ReceiptHandle=each["ReceiptHandle"])
            if not any(stack.firehose.count_buffered().values()):
                return
            assert stack.firehose.flush()
        raise AssertionError("there is always something to do")

    def call(self, function: str, event: dict[str, Any]) -> Any:
        """Call a function."""
        context = make_context(function, lambda: 600_000)
        return self.site.stack.handlers[function][0].lambda_handler(event, context)

    def _host_photos(self, posts: Sequence[MarkedPost]) -> None:
        self.site.host.photos = {
            post.url: HostedPhoto(build_photo(post.photo), 404 if post.photo == "provided" else 200) for post in posts
        }
        self.put("provided/pbs.twimg.com/media/mediumH.jpg", build_photo("provided"))
        self.put("provided/pbs.twimg.com/media/mediumN.jpg", build_photo("older"))

    def _put_rest(self) -> None:
        """What failed, what is remembered, what somebody asked for."""
        stack, dead, living = self.site.stack, self.dead, self.living
        url = stack.sqs.get_queue_url(QueueName="photolake-PhotoJobDeadLetterQueue")["QueueUrl"]
        for post in (dead["L"], living["M"]):
            (job,) = list_photo_jobs(post.row(), "2026-03-10")
            stack.sqs.send_message(QueueUrl=url, MessageBody=json.dumps(job.to_message()))
        rejected = [{"line": 1, "message": "no", "rawData": _encode(each.row())} for each in (dead["R"], living["K"])]
        self.put("errors/malformed/tweets/a.jsonl", _write_lines(rejected))
        self.put("errors/malformed/tweets/b.jsonl", _write_lines(rejected[:1]))
        self.put("redriven/malformed/tweets/b.jsonl.json", b"{}")
        rows = [{"rawData": _encode(each.row()), "errorCode": "no"} for each in (dead["A"], living["B"])]
        self.put("errors/posts/format-conversion-failed/2026-03-10/c", _write_lines(rows).replace(b"\n", b""))
        (dead_photo,) = list_photo_jobs(dead["A"].row(), "2026-03-10")
        self.put("errors/photos/d", _write_lines([{"rawData": _encode(dict(dead_photo.columns()))}]))
        CollectedPosts(stack.table("CheckpointTable")).add(filter(None, [PostKey.parse(dead["G"].uri)]))
        image = stack.ask(f"select image_id from tweet_photos where tweetid = {dead['A'].id}")[0][0]
        partial = {"id": f"partial#{image}", "digest": gzip.compress(dead["A"].mark("partial").encode())}
        stack.table("CacheTable").put_item(Item=partial)
        athena: Any = boto3.client("athena")
        workgroup = stack.handlers["Forgetter"][0].settings.workgroup
        athena.start_query_execution(
            QueryString="select text from photolake_landing.posts",
            WorkGroup=workgroup,
            QueryExecutionContext={"Database": "photolake"},
        )


def _encode(row: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(row).encode()).decode()


def _write_lines(documents: Sequence[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(document)}\n" for document in documents).encode()
