"""Files are recognised by their first bytes, which are read once."""

import json
import random
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

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
