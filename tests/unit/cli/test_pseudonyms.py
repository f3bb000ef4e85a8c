"""`photolake export --pseudonymize`: no id, name or link of a post or author is in any byte of the export."""

import datetime as dt
import json
import re
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from photolake_cli import main
from photolake_cli.errors import CommandError
from photolake_cli.export.run import ExportRequest, run_export
from photolake_cli.export.view import View, ViewColumn
from photolake_cli.pseudonyms.pseudonyms import Kind, Pseudonyms
from photolake_cli.pseudonyms.rows import RowPseudonymizer
from photolake_cli.pseudonyms.run import open_pseudonyms
from photolake_cli.pseudonyms.salt import MIN_BYTES, VARIABLE, find_salt
from tests.fakes.export_lake import ExportLake
from tests.resolved_template import ROOT

NOW = dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)
SALT = Pseudonyms(b"a salt of the tests only")
MENTIONS = "array<struct<id:bigint,id_str:string,name:string,screen_name:string>>"
MEDIA = "struct<media:array<struct<id:string,media_url_https:string,ext_alt_text:string>>>"
COLUMNS = {
    "id": "bigint",
    "id_str": "string",
    "text": "string",
    "post_url": "string",
    "in_reply_to_status_id": "bigint",
    "in_reply_to_screen_name": "string",
    "matched_query": "string",
    "timestamp_ms": "bigint",
    "favorite_count": "bigint",
    "user": "struct<id:bigint,id_str:string,name:string,screen_name:string,description:string,followers_count:bigint>",
    "entities": f"struct<user_mentions:{MENTIONS},urls:array<struct<url:string,expanded_url:string>>>",
    "extended_entities": MEDIA,
    "a_column_of_tomorrow": "string",
    "dt": "string",
}
VIEW = View("tweets", [ViewColumn(name, kind) for name, kind in COLUMNS.items()], ["id"], "photolake_landing")

ids = st.integers(10**9, 2**62)
handles = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{3,14}", fullmatch=True)
names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z", "P", "S"]), min_size=4, max_size=20)
templates = st.sampled_from(
    [
        "{name} said: @{handle} https://x.com/{handle}/status/{id} ok",
        "@{handle}: twitter.com/{handle} #{name}, mail {handle}@photos.example",
        "RT @{other}: by {author} ({id}) www.{handle}.example/a?b={id}",
        "＠{handle} «{name}» {handle} {id}/{author}\n@{other}@mastodon.example",
        "x.com/i/web/status/{id} pbs.twimg.com/media/{handle}.jpg",
        "from:{handle} OR to:@{other} {name}",
    ]
)


def build_row(post: int, author: int, handle: str, other: str, name: str, text: str) -> dict[str, str | None]:
    said = text.format(id=post, author=author, handle=handle, other=other, name=name)
    url = f"https://x.com/{handle}/status/{post}"
    user = {"id": author, "id_str": str(author), "name": name, "screen_name": handle}
    return {
        "id": str(post),
        "id_str": str(post),
        "text": said,
        "post_url": url,
        "in_reply_to_status_id": str(post - 1),
        "in_reply_to_screen_name": other,
        "matched_query": f"from:{handle}",
        "timestamp_ms": "1772359201987",
        "favorite_count": "7",
        "user": json.dumps({**user, "description": said, "followers_count": 12}),
        "entities": json.dumps(
            {
                "user_mentions": [{"id": author - 1, "id_str": str(author - 1), "name": name, "screen_name": other}],
                "urls": [{"url": f"https://t.co/{handle}", "expanded_url": url}],
            }
        ),
        "extended_entities": json.dumps(
            {
                "media": [
                    {"id": f"3_{post}", "media_url_https": f"https://pbs.twimg.com/{handle}.jpg", "ext_alt_text": said}
                ]
            }
        ),
        "a_column_of_tomorrow": said,
        "dt": "2026-03-01",
    }


@settings(max_examples=150, deadline=None)
@given(ids, ids, handles, handles, names, templates)
def test_no_id_name_or_link_of_a_row_is_left_in_it(post, author, handle, other, name, text):
    row = build_row(post, author, handle, other, name, text)

    written = RowPseudonymizer(VIEW, SALT, keeps_text=True).read(tuple(row.values()))

    stored = json.dumps(written, ensure_ascii=False).casefold()
    words = [str(each) for each in (post, post - 1, author, author - 1)] + [handle, other]
    # A name may be a word of our own ("media") or of JSON ("null"), which then stands there as a key or a value.
    fixed = (
        json.dumps(list(COLUMNS)).casefold()
        + "followers_count extended_entities said mail by ok or to from rt link null true false"
    )
    left = [word for word in words if re.search(rf"(?<![a-z0-9_]){re.escape(word.casefold())}(?![a-z0-9_])", stored)]
    assert [word for word in left if word.casefold() not in fixed] == []
    assert name.casefold() in fixed or not re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", stored)


MARKED = build_row(
    1234567890123456789,
    987654321987654321,
    "MarkwortA",
    "otherB",
    "Ada Markworth",
    "Hi @MarkwortA, {name}: {id} t.co/x1",
)
TRACES = ["1234567890123456", "98765432198765432", "markworta", "otherb", "ada markworth", "t.co", "pbs.twimg", '987"']


def export(lake: Any, to: str, **options: Any) -> None:
    run_export(lake, lake, ExportRequest("tweets", to, **options), ROOT / "athena/views", NOW)


@pytest.fixture
def lake() -> ExportLake:
    return ExportLake([dict(MARKED)], columns=dict(COLUMNS))


def find_traces(path: Path) -> list[str]:
    stored = path.read_bytes().lower()
    return [trace for trace in TRACES if trace.encode() in stored]


@pytest.mark.parametrize("kind", ["csv", "json", "parquet", "db"])
def test_no_byte_of_a_file_or_database_has_a_trace_of_the_author(lake, tmp_path, kind):
    path = tmp_path / f"export.{kind}"
    to = f"sqlite:///{path}" if kind == "db" else str(path)

    export(lake, to)
    assert find_traces(path) or kind == "parquet", "without the option they are there"
    path.unlink()
    export(lake, to, pseudonyms=SALT)

    assert find_traces(path) == []


def test_the_whole_row_with_pseudonyms(lake, tmp_path):
    export(lake, str(tmp_path / "a.json"), pseudonyms=SALT)

    (row,) = json.loads((tmp_path / "a.json").read_text())
    handle, post = SALT.find_word(Kind.HANDLE, "markworta"), SALT.find_word(Kind.POST, "1234567890123456789")
    name, link = SALT.find_word(Kind.NAME, "Ada Markworth"), SALT.find_word(Kind.LINK, "t.co/x1")
    user = json.loads(row["user"])
    assert user == {
        "id": SALT.find_number(Kind.AUTHOR, "987654321987654321"),
        "id_str": SALT.find_word(Kind.AUTHOR, "987654321987654321"),
        "name": name,
        "screen_name": handle,
        "description": None,
        "followers_count": 12,
    }
    assert row["id"] == str(SALT.find_number(Kind.POST, "1234567890123456789"))  # browsers round it
    assert row["text"] == f"Hi @{handle}, {name}: {post} link:{link}"
    assert (row["timestamp_ms"], row["favorite_count"], row["dt"]) == (1772359201000, 7, "2026-03-01")
    assert row["matched_query"] == f"from:{handle}"
    assert row["a_column_of_tomorrow"] is None


def test_without_text_no_text_is_written(lake, tmp_path):
    export(lake, str(tmp_path / "a.json"), pseudonyms=SALT, keeps_text=False)

    (row,) = json.loads((tmp_path / "a.json").read_text())
    assert row["text"] is None
    assert json.loads(row["extended_entities"])["media"][0]["ext_alt_text"] is None


def test_exports_with_the_same_salt_can_be_joined_and_others_not():
    photos = View("tweet_photos", [ViewColumn("tweetid", "bigint"), ViewColumn("dt", "string")], ["tweetid"], "l")
    row = (MARKED["id"], "2026-03-01")
    (tweet, *_) = RowPseudonymizer(VIEW, SALT, keeps_text=True).read(tuple(MARKED.values()))

    assert RowPseudonymizer(photos, SALT, keeps_text=True).read(row)[0] == tweet
    assert RowPseudonymizer(photos, Pseudonyms(b"another salt of tests"), keeps_text=True).read(row)[0] != tweet


def test_a_deleted_post_leaves_a_table_of_pseudonyms_too(lake, tmp_path):
    to = f"sqlite:///{tmp_path}/a.db"
    export(lake, to, pseudonyms=SALT)
    lake.deleted = [str(MARKED["id"])]
    export(lake, to, pseudonyms=SALT, since="2026-03-04")

    with sqlite3.connect(tmp_path / "a.db") as database:
        assert database.execute("select count(*) from tweets").fetchone() == (0,)


def test_rows_of_another_salt_or_with_names_do_not_go_into_the_same_table(lake, tmp_path):
    to = f"sqlite:///{tmp_path}/a.db"
    export(lake, to, pseudonyms=SALT)

    for others in (Pseudonyms(b"another salt of tests"), None):
        with pytest.raises(CommandError, match="has the rows of another lake"):
            export(lake, to, pseudonyms=others)


def test_a_missing_salt_is_made_for_its_owner_only_and_its_place_is_said_and_not_the_salt(tmp_path, capsys):
    path = tmp_path / "sub" / "salt"

    first = open_pseudonyms(path, keeps_text=True)
    told = " ".join(capsys.readouterr().err.split())

    assert str(path).replace(" ", "") in told.replace(" ", "")
    assert "which was made just now" in told
    assert "--without-text leaves them out" in told
    assert path.read_text().strip() not in told
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_text().strip()) == 64
    assert open_pseudonyms(path, keeps_text=False).find_word(Kind.POST, "1") == first.find_word(Kind.POST, "1")
    assert path.read_text().strip() not in repr(find_salt(path))


def test_the_salt_of_the_environment_is_used_unless_a_file_is_named(tmp_path):
    environment = {VARIABLE: "0123456789abcdef\n"}
    (tmp_path / "salt").write_text("a salt in a file of its own")

    assert find_salt(None, environment).secret == b"0123456789abcdef"
    assert find_salt(tmp_path / "salt", environment).secret == b"a salt in a file of its own"


@pytest.mark.parametrize("text", ["", "short", "x" * (MIN_BYTES - 1)])
def test_a_salt_that_can_be_guessed_is_refused(text):
    with pytest.raises(CommandError, match="could be guessed"):
        find_salt(None, {VARIABLE: text})


def test_a_salt_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"cannot be read.*--salt"):
        find_salt(tmp_path, {})


@pytest.mark.parametrize("option", ["--without-text", "--salt=a"])
def test_options_of_pseudonyms_alone_are_refused(option, tmp_path, monkeypatch):
    monkeypatch.setattr("photolake_cli.cloud.connect", lambda *arguments: None)
    result = CliRunner().invoke(main.app, ["export", "tweets", "--to", str(tmp_path / "a.csv"), option])

    assert result.exit_code == 1
    assert f"{option.partition('=')[0]} goes with --pseudonymize" in result.stderr


def test_numbers_of_pseudonyms_are_bigints_that_differ():
    numbers = {SALT.find_number(Kind.POST, str(value)) for value in range(1000)}

    assert len(numbers) == 1000
    assert all(0 <= number < 2**63 for number in numbers)
