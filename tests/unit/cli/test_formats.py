"""Files are recognised by their first bytes, which are read once."""

import gzip
import json
import pickle
import random
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from photolake.post_formats.beside import MAX_SIBLING_BYTES
from photolake_cli.collect.files import find_files
from photolake_cli.collect.formats import probe_file

S3: Any = None
POST = {"id": "2030000000000000001", "text": "bread", "author_id": "7"}


def write_file(path, content):
    path.write_bytes(content)
    (file,) = find_files(str(path), S3)
    return file


@pytest.mark.parametrize("needs_post", [False, True])
def test_a_file_is_opened_once(tmp_path, needs_post):
    file = write_file(tmp_path / "posts.jsonl", json.dumps(POST).encode() + b"\n")
    opened = []

    def open_raw():
        opened.append(file.name)
        return file.open_raw()

    assert probe_file(replace(file, open_raw=open_raw), needs_post).reason is None
    assert len(opened) == 1


def test_a_file_that_begins_with_a_thousand_rejected_records_holds_no_posts(tmp_path):
    broken = b'{"name": "viewer"}\n'
    file = write_file(tmp_path / "viewer.json", broken * 1_000 + json.dumps(POST).encode())
    few = write_file(tmp_path / "posts.json", broken * 999 + json.dumps(POST).encode())

    assert str(probe_file(file, needs_post=True).reason).startswith("holds no posts in its first 1,000 records: ")
    assert probe_file(file).reason is None
    assert probe_file(few, needs_post=True).reason is None


def test_zstandard_blocks_that_hardly_compress_are_recognised(tmp_path):
    text = random.Random(1).randbytes(300_000).hex()
    content = pa.compress(json.dumps({**POST, "text": text}).encode(), "zstd", asbytes=True)

    assert probe_file(write_file(tmp_path / "posts.zst", content)).reason is None


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"PAR1\x15\x04", "is Parquet"),
        (b"SQLite format 3\0", "is a SQLite database"),
        (pickle.dumps({"a": [POST]}), "is a pickle of Python, which is not loaded"),
        (b"Obj\x01\x04\x14avro.codec", "is Avro"),
        (b"7z\xbc\xaf\x27\x1c", "is a 7z archive"),
        (b"Rar!\x1a\x07\x01\x00", "is a RAR archive"),
        (b"%PDF-1.7", "is a PDF document"),
        (b"\n<!DOCTYPE html><p>", "is an HTML page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "is XML"),
        (b"\xff\xd8\xff\xe0", "is a JPEG photo. For photos: photolake drop"),
        (b"RIFF\0\0\0\0WEBP", "is a WebP image"),
        (b"\0\0\0\x20ftypisom", "is a video"),
        (bytes(3000), "holds nothing but NUL bytes here"),
        (gzip.compress(b"RDX3\nX\n", mtime=0), "is an R object"),
        (b"plain words", "holds no JSON"),
        (b"2030000000000000001\n2030000000000000002\n", "holds ids of posts without the posts"),
        (b"[2030000000000000001, 2030000000000000002]", "holds ids of posts without the posts"),
        (b'["2030000000000000001"]', "holds ids of posts without the posts"),
        (b" \n", "is empty"),
    ],
)
def test_what_holds_no_posts_is_named_as_what_it_is(tmp_path, head, reason):
    assert (probe_file(write_file(tmp_path / "posts", head)).reason or "").startswith(reason)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("before", ["", "\x1e", "\0" * 100, "noise\n", "window.posts = ["])
def test_what_may_hold_posts_is_read(tmp_path, encoding, before):
    content = (before + json.dumps(POST)).encode("utf-8" if "\0" in before else encoding)

    assert probe_file(write_file(tmp_path / "posts", content), needs_post=True).reason is None


@pytest.mark.parametrize("text", [repr(POST), repr(json.dumps(POST).encode()), json.dumps(json.dumps(POST))])
def test_posts_in_strings_and_of_python_are_read(tmp_path, text):
    assert probe_file(write_file(tmp_path / "posts", text.encode()), needs_post=True).reason is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([{"id": 4, "type": "message", "date": "then", "from": "Ann"}] * 3, "a message of Telegram"),
        ({"name": "c", "type": "public_channel", "id": 1, "messages": []}, "an export of Telegram"),
    ],
)
def test_a_file_of_another_network_is_refused_by_name(tmp_path, content, reason):
    file = write_file(tmp_path / "posts.json", json.dumps(content).encode())

    assert (probe_file(file).reason or "").startswith(f"holds {reason}, which photolake does not read")


def test_a_file_with_one_post_among_foreign_lines_is_read(tmp_path):
    telegram = {"id": 4, "type": "message", "date": "then", "from": "Ann"}
    content = "\n".join(json.dumps(value) for value in (telegram, POST, telegram))

    assert probe_file(write_file(tmp_path / "posts.jsonl", content.encode())).reason is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"window.YTD.like.part0 = [", "holds like, and no posts"),
        (b"window.YTD.note_tweet.part0 = [", "holds long texts, which are read with the posts in tweets.js"),
        (b"window.YTD.deleted_tweets.part0 = [", "holds posts that their author deleted"),
        (b"var tweet_index =  [", "holds tweet_index, and no posts"),
    ],
)
def test_a_part_of_an_account_archive_without_posts_is_refused_by_name(tmp_path, content, reason):
    assert (probe_file(write_file(tmp_path / "part.js", content)).reason or "").startswith(reason)


@pytest.mark.parametrize("part", ["tweet", "tweets", "community_tweet"])
def test_the_parts_of_an_account_archive_with_posts_are_read_with_the_files_beside(tmp_path, part):
    (tmp_path / "account.js").write_text('window.YTD.account.part0 = [{"account": {"accountId": "7"}}]')
    file = write_file(tmp_path / "posts.js", b"window.YTD.%b.part1 = []" % part.encode())

    assert (probe_file(file).reason, probe_file(file).beside.author) == (None, {"id_str": "7"})


def test_a_file_beside_that_is_too_large_is_not_read(tmp_path):
    with (tmp_path / "note-tweet.js").open("wb") as large:
        large.truncate(MAX_SIBLING_BYTES + 1)
    file = write_file(tmp_path / "tweets.js", b"window.YTD.tweets.part0 = []")

    assert probe_file(file).beside.problems == (
        "note-tweet.js beside it is larger than 64 MiB and is not read: split it",
    )
