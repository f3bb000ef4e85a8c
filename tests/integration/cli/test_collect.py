"""`photolake collect` from disk and from S3 into a lake on moto."""

import datetime as dt
import gzip
import io
import json
import tarfile
import zipfile
from types import SimpleNamespace
from typing import Any
from unittest.mock import ANY

import boto3
import pyarrow as pa
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from photolake import rejected
from photolake.aws.firehose import DeliveryStream
from photolake.collect.deletions import DeletionStore
from photolake.rejected import RejectedStore
from photolake.rows.schema import TableSchema
from photolake_cli import cloud as clouds
from photolake_cli import main
from photolake_cli.cloud import Cloud
from photolake_cli.collect import run as collect_run
from photolake_cli.collect import sender as sender_module
from photolake_cli.collect.pacing import Pace
from photolake_cli.collect.post_check import PostCheck
from photolake_cli.collect.sender import FileSender, open_sender
from photolake_cli.errors import CommandError
from tests import resolved_template

REGION: Any = "eu-west-1"
FIRST = 2030000000000000001
TABLE = "raw_tweets"
BUCKETS = ("lake", "archive")


class FakeFirehose:
    """Keeps the rows; refuses everything from call number `refuses_from` on."""

    def __init__(self):
        self.rows = []
        self.calls = 0
        self.refuses_from = 10**9
        self.is_interrupted_at = 0

    def put_record_batch(self, DeliveryStreamName, Records):  # noqa: N803
        self.calls += 1
        if self.calls == self.is_interrupted_at:
            raise KeyboardInterrupt
        if self.calls >= self.refuses_from:
            refused = {"ErrorCode": "ServiceUnavailableException"}
            return {"FailedPutCount": len(Records), "RequestResponses": [refused] * len(Records)}
        self.rows += [json.loads(line) for record in Records for line in record["Data"].splitlines()]
        return {"FailedPutCount": 0, "RequestResponses": []}

    @property
    def numbers(self):
        return [row["id"] - FIRST for row in self.rows]


@pytest.fixture(scope="module")
def aws():
    with mock_aws():
        s3 = boto3.client("s3", REGION)
        for bucket in BUCKETS:
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        glue = boto3.client("glue", REGION)
        glue.create_database(DatabaseInput={"Name": "landing"})
        table: Any = resolved_template.table_input("RawTweetsTable")
        glue.create_table(DatabaseName="landing", TableInput=table)
        yield SimpleNamespace(s3=s3, table=TableSchema.from_glue(glue, "landing", TABLE))


@pytest.fixture
def s3(aws):
    yield aws.s3
    for bucket in BUCKETS:
        for item in aws.s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            aws.s3.delete_object(Bucket=bucket, Key=item["Key"])


@pytest.fixture
def firehose(aws, s3, monkeypatch):
    """The stream that the command sends to; the fields of its `cloud` may be changed."""
    fake: Any = FakeFirehose()
    sender = FileSender(
        DeliveryStream(fake, "tweets", sleep=lambda seconds: None),
        PostCheck(aws.table, dt.date(2026, 1, 1)),
        RejectedStore(s3, "lake"),
        DeletionStore(s3, "lake"),
        Pace(900, lambda: 0.0),
    )
    fake.cloud = {
        "name": "the laptop cloud",
        "key": "laptop 1",
        "session": boto3.Session(region_name=REGION),
        "values": {"ImageApis": "labels,moderation,text,faces,celebrities", "SampleRate": "1"},
        "find_physical_id": str,
    }
    monkeypatch.setattr(clouds, "connect", lambda stack, region, state: Cloud(**fake.cloud, on_laptop=not stack))
    monkeypatch.setattr(sender_module, "open_sender", lambda cloud: sender)
    return fake


@pytest.fixture
def collect(firehose, tmp_path):
    def run(*arguments):
        result = CliRunner().invoke(main.app, ["collect", *map(str, arguments), "--state", str(tmp_path / "state")])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, " ".join(result.output.split())

    return run


JPEG = b"\xff\xd8\xff\xe0"


def pack_zip(members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def post(number, **more):
    return {"id": str(FIRST + number), "text": f"post {number}", "author_id": "7", **more}


def lines(*numbers):
    return "".join(json.dumps(post(number)) + "\n" for number in numbers).encode()


def written(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("mode", ["zip", "w", "w:gz"])
def test_an_archive_in_s3_is_read_member_by_member(collect, firehose, s3, mode):
    packed = io.BytesIO()
    filler = bytes(3_000_000)
    if mode == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("filler", filler)
            archive.writestr("data/posts.jsonl", lines(1, 2))
    else:
        with tarfile.open(fileobj=packed, mode=mode) as tar:
            for name, content in (("filler", filler), ("data/posts.jsonl", lines(1, 2))):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    s3.put_object(Bucket="archive", Key="posts.archive", Body=packed.getvalue())

    status, said = collect("s3://archive/posts.archive")

    assert (status, firehose.numbers) == (0, [1, 2])
    assert "filler: skipped, it holds nothing but NUL bytes" in said
    assert "s3://archive/posts.archive/data/posts.jsonl" in said


@pytest.mark.parametrize(
    "pack",
    [bytes, gzip.compress, lambda content: pa.compress(content, "zstd", asbytes=True)],
    ids=["plain", "gz", "zst"],
)
def test_a_file_is_sent_once_however_it_is_packed(collect, firehose, tmp_path, pack):
    path = written(tmp_path / "posts", pack(lines(1, 2, 1)))

    assert collect(path)[0] == 0
    status, said = collect(path)

    assert (status, firehose.numbers) == (0, [1, 2, 1])
    assert "collected before, 3 posts. To send it again: --again" in said
    assert collect(path, "--again")[0] == 0
    assert firehose.numbers == [1, 2, 1] * 2


def test_a_file_that_was_changed_and_a_lake_that_was_started_again_get_everything(collect, firehose, tmp_path):
    path = written(tmp_path / "posts", lines(1))
    collect(path)
    written(path, lines(1, 2))
    collect(path)
    firehose.cloud["key"] = "laptop 2"
    collect(path)

    assert firehose.numbers == [1, 1, 2, 1, 2]


def test_a_run_that_firehose_refused_goes_on_where_it_stopped(collect, firehose, tmp_path, monkeypatch):
    monkeypatch.setattr(sender_module, "BATCH_POSTS", 2)
    path = written(tmp_path / "posts", lines(*range(7)))
    firehose.refuses_from = 3

    status, said = collect(path)
    assert status == 1
    assert f"Stopped in {path} after 4 posts. Run the command again to resume there." in said
    assert "still refuses" in said

    firehose.refuses_from = 10**9
    status, said = collect(path)
    assert (status, firehose.numbers) == (0, [*range(7)])


def test_a_run_stopped_by_hand_goes_on_where_it_stopped_and_says_what_was_finished(
    collect, firehose, tmp_path, monkeypatch
):
    monkeypatch.setattr(sender_module, "BATCH_POSTS", 2)
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "one", lines(1))
    written(tmp_path / "two", lines(*range(2, 9)))
    firehose.is_interrupted_at = 4

    status, said = collect("one", "two")
    assert status == 130
    assert "Stopped in two after 4 posts. Run the command again to resume there." in said
    assert "one 1 1 0 0 0 0 0" in said

    status, said = collect("one", "two")
    assert (status, firehose.numbers) == (0, [*range(1, 9)])
    assert "two 3 3 0 0 0 0 4" in said


def test_a_checkpoint_that_cannot_be_read_is_named(collect, firehose, tmp_path):
    path = written(tmp_path / "posts", lines(1))
    collect(path)
    (note,) = (tmp_path / "state" / "collected").iterdir()
    note.write_text("{")

    status, said = collect(path)

    assert status == 1
    assert said.replace(" ", "").startswith(f"{note} does not say how far".replace(" ", ""))
    assert collect(path, "--again")[0] == 0
    assert firehose.numbers == [1, 1]


def test_a_table_says_what_became_of_every_entry_of_every_file(collect, tmp_path, s3, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "one", lines(1, 1) + b"{broken\n" * 12 + b'{"delete": {}}\n')
    written(tmp_path / "two", lines(3))

    status, said = collect("one", "two")

    assert status == 0
    assert "one 15 2 1 12 1 0 0" in said
    assert "two 1 1 0 0 0 0 0" in said
    assert "all 16 3 1 12 1 0 0" in said
    assert "one:3: byte 133: Expecting property name" in said
    assert "double quotes (12 times)" in said
    (listed,) = s3.list_objects_v2(Bucket="lake")["Contents"]
    assert f"the rejected records are in s3://lake/{listed['Key']}" in said
    assert "one: without posts: 1 delete messages" in said


def test_references_that_a_program_rounded_are_counted(collect, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    reply = {"id_str": str(FIRST), "full_text": "x", "lang": "en", "in_reply_to_status_id": 2.0299999999999995e18}
    written(tmp_path / "posts", json.dumps(reply).encode())

    status, said = collect("posts")

    assert status == 0
    assert "posts: remarks on posts: 1 ids of other posts and users, rounded by a program and left out" in said


def test_posts_of_two_files_are_repeated_in_the_sum(collect, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "one", lines(1, 2))
    written(tmp_path / "two", lines(2, 3))

    said = collect("one", "two")[1]

    assert "one 2 2 0 0 0 0 0" in said
    assert "all 4 4 1 0 0 0 0" in said


def test_the_result_is_one_json_document_too(tmp_path, firehose, s3):
    path = written(tmp_path / "posts", lines(1, 1) + b"{broken\n" * 2 + b'{"delete": {}}\n')

    result = CliRunner().invoke(main.app, ["collect", str(path), "--json", "--state", str(tmp_path / "state")])

    (listed,) = s3.list_objects_v2(Bucket="lake")["Contents"]
    assert json.loads(result.stdout) == {
        "files": [
            {
                "file": str(path),
                "read": 5,
                "sent": 2,
                "repeated": 1,
                "rejected": 2,
                "notices": {"delete messages": 1},
                "deletions": 0,
                "sent_before": 0,
                "photos_without_url": 0,
                "remarks": {},
                "problems": [{"message": ANY, "line": 3, "count": 2}],
                "rejected_objects": [f"s3://lake/{listed['Key']}"],
            }
        ],
        "repeated": 1,
    }


def test_a_file_of_rejected_records_alone_is_an_error_and_is_read_again(collect, firehose, tmp_path):
    path = written(tmp_path / "log.jsonl", b'{"level": "info"}\n' * 300)

    for _ in range(2):
        status, said = collect(path)

        assert status == 1
        assert f"{path}:1: " in said
        assert "(300 times)" in said
        assert f"{path} holds no posts: all 300 records of it were rejected, 300 of them because: " in said
        assert "collected before" not in said


def test_a_file_of_notices_alone_is_read_and_held_no_posts(collect, tmp_path):
    path = written(tmp_path / "deletes.json", b'{"delete": {}}\n' * 200)

    assert collect(path)[0] == 0
    status, said = collect(path)

    assert status == 0
    assert f"{path}: read before, and held no posts. To read it again: --again" in said


def test_the_deletes_before_its_posts_do_not_hide_a_file_of_a_folder(collect, firehose, tmp_path):
    folder = tmp_path / "stream"
    written(folder / "posts.json", b'{"delete": {}}\n' * 2_000 + lines(1))
    written(folder / "deletes.json", b'{"delete": {}}\n' * 200)

    status, said = collect(folder)

    assert (status, firehose.numbers) == (0, [1])
    assert f"{folder}/deletes.json: skipped, it holds no posts, but 200 delete messages" in said


def test_many_objects_of_rejected_records_are_named_by_the_first_and_last(collect, tmp_path, s3, monkeypatch):
    monkeypatch.setattr(rejected, "PART_BYTES", 1)
    path = written(tmp_path / "posts", lines(1) + b"{broken\n" * 5)

    said = collect(path)[1]

    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="lake")["Contents"]]
    first, last = min(keys, key=len), sorted(keys, key=len)[-1]
    folder = first.rpartition("/")[0]
    assert f"in 5 objects, from s3://lake/{first} to " in said
    assert last.startswith(folder)
    assert f"List them: aws s3 ls s3://lake/{folder}/" in said


def test_of_a_folder_the_files_of_posts_are_taken(collect, firehose, tmp_path):
    folder = tmp_path / "archive"
    tweets = [{"tweet": {"id_str": str(FIRST + 1), "full_text": "bread"}}]
    account = [{"account": {"accountId": "7", "username": "ann"}}]
    for name, value in {"tweets": tweets, "account": account, "like": [{"like": {"tweetId": "9"}}]}.items():
        written(folder / "data" / f"{name}.js", f"window.YTD.{name}.part0 = {json.dumps(value)}".encode())
    written(folder / "more" / "posts.jsonl.gz", gzip.compress(lines(2)))
    written(folder / "package.json", b'{"name": "viewer"}')
    written(folder / ".hidden", lines(3))
    written(folder / "photo.jpg", b"\xff\xd8\xff\0")

    status, said = collect(folder)

    assert (status, firehose.numbers) == (0, [1, 2])
    assert firehose.rows[0]["user"] == {"id": 7, "id_str": "7", "screen_name": "ann"}
    assert f"{folder}/data/like.js: skipped, it holds like, and no posts" in said
    assert f"{folder}/package.json: skipped, it holds no posts: " in said
    assert f"{folder}/photo.jpg: skipped, it is a JPEG photo. For photos: photolake drop" in said


def test_objects_are_read_from_s3(collect, firehose, s3):
    s3.put_object(Bucket="archive", Key="a/one.jsonl", Body=lines(1))
    s3.put_object(Bucket="archive", Key="a/b/two.jsonl.gz", Body=gzip.compress(lines(2)))
    s3.put_object(Bucket="archive", Key="other.jsonl", Body=lines(3))

    assert collect("s3://archive/a/")[0] == 0
    assert collect("s3://archive/other.jsonl")[0] == 0
    s3.put_object(Bucket="archive", Key="readme.txt", Body=b"hello")
    status, said = collect("s3://archive", "--again")

    assert firehose.numbers == [2, 1, 3, 2, 1, 3]
    assert (status, "s3://archive/readme.txt: skipped, it holds no JSON" in said) == (0, True)


TABLE_MAP = "id=tweet_id,text=body,url=link"
TABLE_OF_POSTS = f"tweet_id;body;link\n{FIRST + 1};one;https://x.com/i/status/1\n2.03E+18;two;\n".encode("utf-16")


def test_a_table_is_sent_by_the_columns_that_are_named(collect, firehose, tmp_path):
    path = written(tmp_path / "posts.csv", TABLE_OF_POSTS)

    status, said = collect(path, "--map", TABLE_MAP)

    assert (status, firehose.numbers) == (0, [1])
    assert "not all digits, so a spreadsheet or data frame has rounded it" in said
    assert "collected before" in collect(path, "--map", TABLE_MAP)[1]
    assert "collected before" not in collect(path, "--map", f"{TABLE_MAP},platform=x")[1]


@pytest.mark.parametrize(
    ("content", "table_map", "said"),
    [
        (TABLE_OF_POSTS, "id=key,text=body,url=link", "has no column 'key'; its columns are tweet_id, body, link"),
        (TABLE_OF_POSTS, "id=tweet_id", "--map: no column is named for text. Example: --map id=tweet_id"),
        (lines(1), TABLE_MAP, "is not a table (CSV), but --map names columns. Collect it without"),
    ],
)
def test_a_map_that_does_not_fit_is_an_error(collect, firehose, tmp_path, content, table_map, said):
    status, output = collect(written(tmp_path / "posts.csv", content), "--map", table_map)

    assert (status, firehose.numbers) == (1, [])
    assert said in output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"PK\x03\x04", "is a zip archive that is cut off or damaged (File is not a zip file). Download it again"),
        (b"\x00\x01\x02", "holds no JSON, but binary data, or text whose encoding is not known. Name a file of posts"),
        ("[]".encode("utf-16"), "holds no JSON, but binary data, or text whose encoding is not known"),
        (b"BZh91AY", "is bzip2 data that is cut off or damaged at its beginning. Download it again"),
        (b"PK\x05\x06" + bytes(18), "is an archive without files. Name a file of posts, or an archive of them"),
        (pack_zip({"cut.json": b"{", "a.jpg": JPEG}), "holds no posts: none of its 2 files does. Name a file of posts"),
        (b"hello\nworld\n", "holds no JSON. Name a file of posts"),
        (b"key;body\n1;x\n", "is a table of no tool that photolake knows; its columns are key, body. Say which"),
        (b"window.YTD.direct_messages.part0 = [ {", "holds direct_messages, and no posts"),
        (gzip.compress(b"x", mtime=0)[:10], "the gzip data is damaged from here on"),
        (b"\x28\xb5\x2f\xfdjunk", "the Zstandard data is damaged from here on"),
    ],
)
def test_a_file_without_posts_is_an_error_before_anything_is_sent(collect, firehose, tmp_path, content, said):
    good, bad = written(tmp_path / "good", lines(1)), written(tmp_path / "bad", content)

    status, output = collect(good, bad)

    assert (status, firehose.numbers) == (1, [])
    assert f"{bad} {said}" in output


def test_a_named_archive_without_posts_says_what_its_files_are(collect, tmp_path):
    output = collect(written(tmp_path / "bad", pack_zip({"a.jpg": JPEG, "b.txt": b"hello"})))[1]

    assert f"{tmp_path}/bad/a.jpg: skipped, it is a JPEG photo" in output
    assert f"{tmp_path}/bad/b.txt: skipped, it holds no JSON" in output
    assert f"{tmp_path}/bad holds no posts: none of its 2 files does." in output


def test_a_broken_archive_in_a_folder_is_skipped_with_its_reason(collect, firehose, tmp_path):
    written(tmp_path / "posts" / "good.jsonl", lines(1))
    bad = written(tmp_path / "posts" / "bad.zip", b"PK\x03\x04")

    status, output = collect(tmp_path / "posts")

    assert (status, firehose.numbers) == (0, [1])
    assert f"{bad}: skipped, it is a zip archive that is cut off or damaged" in output


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere.jsonl", "nowhere.jsonl cannot be read: No such file or directory. Name a file of posts"),
        ("s3://nobody/x", "There is no bucket nobody. List the buckets: aws s3 ls"),
        ("s3://nobody/x/", "There is no bucket nobody. List the buckets: aws s3 ls"),
        ("s3://archive/x", "There is no object s3://archive/x. For all objects below it: s3://archive/x/;"),
        ("s3://archive/x/", "There is no object below s3://archive/x/."),
    ],
)
def test_a_file_that_is_not_there_is_named(collect, name, said):
    status, output = collect(name)

    assert status == 1
    assert output.startswith(said)


def test_a_pipe_is_an_error(collect):
    assert collect("/dev/null")[1].startswith("/dev/null is a pipe or a device")


def test_an_empty_folder_is_named(collect, tmp_path):
    assert collect(tmp_path)[1].startswith(f"{tmp_path} holds no file.")


def test_a_dry_run_counts_and_forecasts_and_sends_nothing(collect, firehose, tmp_path):
    pages = [
        {
            "data": [post(1, attachments={"media_keys": ["3_1"]}), post(2, text="x" * 450), post(3, lang=5)],
            "includes": {"media": [{"media_key": "3_1", "type": "photo", "url": "https://pbs.example/1.jpg"}]},
        },
        {"data": post(4, text="x" * 450, attachments={"media_keys": ["3_1"]})},
    ]
    path = written(tmp_path / "posts", "".join(json.dumps(page) + "\n" for page in pages).encode())

    status, said = collect(path, "--dry-run")

    assert (status, firehose.rows) == (0, [])
    assert "posts 3, rejected 1, notices 0, deletions 0" in said
    assert "To analyse: 3 posts with 8 units of text ($0.01) and 1 photos for 5 APIs ($0.01)" in said
    assert "On AWS that would cost $0.01, or less" in said


def test_a_dry_run_needs_no_lake(tmp_path):
    page = {
        "data": [post(1, attachments={"media_keys": ["3_1"]})],
        "includes": {"media": [{"media_key": "3_1", "type": "photo", "url": "https://pbs.example/1.jpg"}]},
    }
    path = written(tmp_path / "posts", json.dumps(page).encode() + b"\n{broken\n")
    command = ["collect", str(path), "--dry-run", "--state", str(tmp_path / "none")]

    result = CliRunner().invoke(main.app, command)

    assert result.exit_code == 0
    said = " ".join(result.output.split())
    assert "posts 1, rejected 1, notices 0" in said
    assert "To analyse: 1 posts with 3 units of text ($0.01) and 1 photos for 5 APIs ($0.01)" in said
    assert json.loads(CliRunner().invoke(main.app, [*command, "--json"]).stdout)["photos"] == 1
    assert not (tmp_path / "none").exists()


def test_many_posts_are_sent_to_aws_only_with_consent(collect, firehose, tmp_path, monkeypatch):
    monkeypatch.setattr(collect_run, "SAMPLE_POSTS", 3)
    few, many = written(tmp_path / "few", lines(1, 2)), written(tmp_path / "many", lines(3, 4, 5))

    assert collect(few, "--stack", "lake")[0] == 0
    status, said = collect(many, "--stack", "lake")
    assert (status, firehose.numbers) == (1, [1, 2])
    assert "Nothing has been sent. To spend that in the laptop cloud: --yes" in said

    assert collect(many, "--stack", "lake", "--yes")[0] == 0
    assert collect(many, "--again")[0] == 0
    assert firehose.numbers == [1, 2, 3, 4, 5, 3, 4, 5]


def test_a_sender_paces_itself_by_the_buffering_interval_of_the_stack(s3):
    boto3.client("firehose", REGION).create_delivery_stream(
        DeliveryStreamName="posts-stream",
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::123456789012:role/delivery",
            "BucketARN": "arn:aws:s3:::lake",
            "BufferingHints": {"SizeInMBs": 128, "IntervalInSeconds": 120},
        },
    )
    values = {
        "LandingDatabaseName": "landing",
        "LakeBucketName": "lake",
        "TweetsStreamName": "tweets-stream",
        "EarliestDate": "2026-02-03",
    }
    session = boto3.Session(region_name=REGION)
    cloud = Cloud("the stack", "lake", session, values, {"PostsStream": "posts-stream"}.__getitem__, time_scale=0.5)

    sender = open_sender(cloud)

    assert sender._pace._interval == 60
    assert sender.check.find_partition({"id": FIRST, "source_platform": "x", "id_str": str(FIRST)}, 0) == "2026-03-06"


def test_a_stack_without_its_stream_is_an_error_that_names_it(s3):
    cloud = Cloud("the stack lake", "lake", boto3.Session(region_name=REGION), {}, str)

    with pytest.raises(CommandError, match=r"^the stack lake refused the request: ResourceNotFoundException"):
        open_sender(cloud)
