"""Archives are read member by member, as folders are; a hostile or damaged one harms nothing."""

import bz2
import gzip
import io
import json
import struct
import tarfile
import zipfile
from typing import Any

import pytest

from photolake.post_files.reader import read_entries
from photolake.rejected import RejectedRecord
from photolake_cli.collect.containers import open_containers
from photolake_cli.collect.files import find_files
from photolake_cli.collect.formats import probe_file
from photolake_cli.collect.run import choose_files
from photolake_cli.collect.skipped import SkippedFile, describe_skipped
from tests.builders.x_payloads import v1_status

S3: Any = None
JPEG = b"\xff\xd8\xff\xe0"
ACCOUNT = b'window.YTD.account.part0 = [{"account": {"accountId": "7", "username": "ann"}}]'


def lines(*numbers):
    return b"".join(json.dumps(v1_status(number)).encode() + b"\n" for number in numbers)


def tweets_js(*numbers):
    tweets = [{"tweet": {name: item for name, item in v1_status(n).items() if name != "user"}} for n in numbers]
    return b"window.YTD.tweets.part0 = " + json.dumps(tweets, indent=2).encode()


ARCHIVE = {
    "data/account.js": ACCOUNT,
    "data/like.js": b'window.YTD.like.part0 = [{"like": {"tweetId": "1"}}]',
    "data/tweets.js": tweets_js(1, 2),
    "data/tweets_media/1-a.jpg": b"\xff\xd8\xff\xe0",
    "Your archive.html": b"<!DOCTYPE html><html></html>",
}


def write_zip(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_tar(path, members, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def open_members(path):
    return [file for file, _ in open_containers(find_files(str(path), S3))]


def read(file):
    with file.open() as opened:
        found = [entry.content for entry in read_entries(opened.file, file.make_context())]
    posts = [each["text"] for each in found if isinstance(each, dict)]
    return posts, [each for each in found if isinstance(each, RejectedRecord)]


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("twitter.zip", write_zip),
        ("twitter.tar", write_tar),
        ("twitter.tar.gz", lambda path, members: write_tar(path, members, "w:gz")),
        ("twitter.tar.bz2", lambda path, members: write_tar(path, members, "w:bz2")),
        ("twitter.tar.xz", lambda path, members: write_tar(path, members, "w:xz")),
        ("without_ending", write_zip),
    ],
)
def test_the_archive_of_an_account_is_read_as_x_hands_it_over(tmp_path, name, write):
    path = write(tmp_path / name, ARCHIVE)

    (file,) = choose_files([str(path)], S3)

    assert file.name == f"{path}/data/tweets.js"
    assert file.beside.author == {"id_str": "7", "screen_name": "ann"}
    assert read(file) == (["post 1", "post 2"], [])
    assert choose_files([str(tmp_path)], S3)[0].identity == file.identity


def test_files_of_an_archive_may_be_compressed_themselves(tmp_path):
    members = {"./00/01.json.bz2": bz2.compress(lines(1)), "00/02.json.gz": gzip.compress(lines(2))}

    files = choose_files([str(write_tar(tmp_path / "day.tar", members))], S3)

    assert [file.base for file in files] == ["01.json.bz2", "02.json.gz"]
    assert [read(file)[0] for file in files] == [["post 1"], ["post 2"]]


def test_two_members_of_one_name_are_both_read(tmp_path):
    path = tmp_path / "day.tar"
    write_tar(path, {"posts.jsonl": lines(1)})
    write_tar(path, {"posts.jsonl": lines(2)}, "a")

    assert [read(file)[0] for file in choose_files([str(path)], S3)] == [["post 1"], ["post 2"]]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/posts.jsonl", "etc/posts.jsonl"),
        ("/etc/posts.jsonl", "etc/posts.jsonl"),
        ("a\\posts.jsonl", "a/posts.jsonl"),
        ("\x1b[31mposts.jsonl", "\ufffd[31mposts.jsonl"),
    ],
)
def test_hostile_names_of_members_stay_names(tmp_path, name, shown):
    path = write_tar(tmp_path / "hostile.tar", {name: lines(1)})

    (file,) = choose_files([str(path)], S3)

    assert (file.name, read(file)[0]) == (f"{path}/{shown}", ["post 1"])
    assert [each.name for each in tmp_path.iterdir()] == ["hostile.tar"]


def test_hidden_members_are_left_out(tmp_path):
    path = write_zip(tmp_path / "a.zip", {"__MACOSX/._a.jsonl": b"\0", ".DS_Store": b"\0", "a.jsonl": lines(1)})

    assert [file.base for file in open_members(path)] == ["a.jsonl"]


def test_a_member_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path, capsys):
    content = write_zip(tmp_path / "a.zip", {"secret.jsonl": lines(1), "odd.jsonl": lines(2), "b.jsonl": lines(3)})
    data = bytearray(content.read_bytes())
    entries = [at for at in range(len(data)) if data[at : at + 4] == b"PK\x01\x02"]
    data[entries[0] + 8] |= 1
    data[entries[1] + 10 : entries[1] + 12] = struct.pack("<H", 9)
    content.write_bytes(data)

    (file,) = choose_files([str(content)], S3)

    assert file.base == "b.jsonl"
    said = " ".join(capsys.readouterr().err.split())
    assert "secret.jsonl: skipped, it is encrypted" in said
    assert "odd.jsonl: skipped, it is compressed by Deflate64" in said


def test_a_damaged_member_is_read_up_to_the_damage(tmp_path):
    path = write_zip(tmp_path / "a.zip", {"a.jsonl": lines(1, 2), "b.jsonl": lines(3)}, zipfile.ZIP_STORED)
    data = path.read_bytes()
    at = data.index(b"post 2")
    path.write_bytes(data[:at] + b"P" + data[at + 1 :])

    first, second = open_members(path)

    assert read(first)[1][-1].message == "the zip archive is damaged here: Bad CRC-32 for file 'a.jsonl'"
    assert read(second) == (["post 3"], [])


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_tar_archive_that_is_cut_off_gives_what_is_there_and_says_so(tmp_path, pack):
    content = write_tar(tmp_path / "a.tar", {"a.jsonl": lines(1), "b.jsonl": lines(2, 3)}).read_bytes()
    path = tmp_path / "cut.tar.gz"
    path.write_bytes(pack(content[: content.index(b"post 3")]))

    _, last, archive = open_members(path)

    posts, [rejected] = read(last)
    assert posts == ["post 2"]
    assert rejected.message.startswith("the tar archive is cut off: ")
    assert (archive.name, archive.unreadable) == (
        str(path),
        "is a tar archive that ends too early: no file after its first 2 can be found (unexpected end of data)",
    )


def test_a_compressed_tar_archive_that_is_cut_off_says_so(tmp_path):
    content = write_tar(tmp_path / "a.tar.gz", {"a.jsonl": lines(*range(1, 50)), "b.jsonl": lines(50)}, "w:gz")
    content.write_bytes(content.read_bytes()[:-200])

    first, archive = open_members(content)[0], open_members(content)[-1]

    assert read(first)[0][:2] == ["post 1", "post 2"]
    assert "the gzip data is damaged from here on" in (probe_file(archive).reason or "")


@pytest.mark.parametrize(
    ("members", "cut", "reason"),
    [
        ({"a.jsonl": lines(1)}, 30, "is a zip archive that is cut off or damaged"),
        ({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}, 0, "is an Excel workbook"),
        ({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}, 0, "is a Word document"),
    ],
)
def test_a_zip_archive_without_files_is_named(tmp_path, members, cut, reason):
    path = write_zip(tmp_path / "a.zip", members)
    path.write_bytes(path.read_bytes()[: -cut or None])

    (file,) = open_members(path)

    assert (probe_file(file).reason or "").startswith(reason)


def test_an_archive_inside_an_archive_is_named(tmp_path):
    inner = write_zip(tmp_path / "inner.zip", {"a.jsonl": lines(1)})
    path = write_tar(tmp_path / "outer.tar", {"inner.zip": inner.read_bytes()})

    (file,) = open_members(path)

    assert "is a zip archive inside another file" in (probe_file(file).reason or "")


def test_a_large_neighbour_is_not_read_and_the_user_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("photolake_cli.collect.containers.MAX_SIBLING_BYTES", 10)
    path = write_zip(tmp_path / "a.zip", {"account.js": ACCOUNT, "tweets.js": tweets_js(1)})

    (beside,) = [probe.beside for file in open_members(path) if not (probe := probe_file(file, True)).reason]

    assert beside.author is None
    assert beside.problems == ("account.js beside it is larger than 64 MiB and is not read: split it",)


def test_the_many_other_files_of_an_account_archive_are_counted_by_kind(tmp_path, capsys):
    parts = {f"data/part-{n}.js": b'window.YTD.part_%d.part0 = [{"a": 1}]' % n for n in range(60)}
    photos = {f"data/tweets_media/{n}-a.jpg": JPEG for n in range(1200)}
    path = write_zip(tmp_path / "a.zip", ARCHIVE | parts | photos | {"data/profile_media/7-me.jpg": JPEG})

    choose_files([str(path)], S3)

    # `account.js` and `like.js` are parts, too.
    assert [line.replace(f"{path}/", "") for line in capsys.readouterr().err.splitlines()] == [
        "Your archive.html: skipped, it is an HTML page. Name a file of JSON",
        "data/profile_media/7-me.jpg: skipped, it is a JPEG photo. For photos: photolake drop",
        "62 files, such as data/account.js: skipped, each is another part of an account archive, which holds no posts",
    ]


def test_files_that_are_skipped_for_many_reasons_are_named_up_to_five(tmp_path):
    path = write_zip(tmp_path / "a.zip", {"a.jsonl": lines(1), "b.jsonl": lines(2)})
    file, other = open_members(path)
    skipped = [SkippedFile(file, f"is odd ({number})") for number in range(8)] + [SkippedFile(other, "is empty")] * 3

    assert list(describe_skipped(skipped, ())) == [
        *(f"{file.name}: skipped, it is odd ({number})" for number in range(5)),
        f"3 files, such as {other.name}: skipped, each is empty",
        f"3 other files, such as {file.name}: skipped, they hold no posts for other reasons",
    ]
    assert len(list(describe_skipped(skipped[:5], ()))) == 5
