"""What a terminal would obey in posts, names and files, printed by every command."""

import ast
import functools
import io
import json
import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
import typer
from moto import mock_aws
from PIL import Image

from photolake_cli import cloud as clouds
from photolake_cli import console as consoles
from photolake_cli import main
from photolake_cli.cloud import Cloud
from photolake_cli.console import (
    SafeConsole,
    TerminalText,
    format_json,
    make_printable,
    print_note,
    show_progress,
    show_table,
)
from photolake_cli.errors import CommandError, report_errors
from photolake_cli.find_person import service as services
from photolake_cli.inspect import engine as engines
from photolake_cli.query import client as clients
from photolake_cli.query.client import SavedQuery
from photolake_cli.query.result import Column, QueryResult
from photolake_cli.search import client as search_clients
from tests.builders.face_photos import PaintedFace, draw_photo
from tests.fakes.face_rekognition import FakeFaceRekognition
from tests.fakes.rekognition import FakeRekognition, label

COMMAND: Any = typer.main.get_command(main.app)  # once, as it takes a while
SESSION = boto3.Session(region_name="us-east-1")
CLI = Path(main.__file__).parent
HOSTILE = {
    "colour": "\x1b[31mred",
    "clear": "\x1b[2J\x1b[H",
    "cursor up and overwrite": "\x1b[5A\x1b[K$ rm",
    "title": "\x1b]0;owned\x07",
    "title ended by ST": "\x1b]2;owned\x1b\\",
    "link": "\x1b]8;;https://evil.test\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;cm0gLXJm\x07",
    "file transfer": "\x1b]1337;File=inline=1:AAAA\x07",
    "shell integration": "\x1b]133;A\x07\x1b]633;E;rm\x07",
    "palette": "\x1b]4;0;rgb:00/00/00\x07",
    "device status": "\x1b[6n\x1b[c\x1b[>c",
    "answerback": "\x05",
    "device control": "\x1bP$qm\x1b\\",
    "application": "\x1b_Gf=100;AAAA\x1b\\",
    "privacy": "\x1b^x\x1b\\",
    "start of string": "\x1bXx\x1b\\",
    "reset": "\x1bc",
    "alternate screen": "\x1b[?1049h",
    "bracketed paste": "\x1b[?2004l\x1b[201~",
    "print": "\x1b[5i",
    "character set": "\x1b(0\x0eqqq",
    "8-bit control sequence": "\x9b31m",
    "8-bit title": "\x9d0;owned\x9c",
    "8-bit device control": "\x90q\x9c",
    "next line": "\x85",
    "bell": "\x07",
    "backspace": "admin\x08\x08\x08\x08\x08guest",
    "carriage return": "harmless\rhidden",
    "vertical tab": "a\x0bb",
    "form feed": "a\x0cb",
    "NUL": "a\0b",
    "delete": "a\x7fb",
    "shift in and out": "\x0e\x0f",
    "cancel": "\x18\x1a",
    "escape alone": "\x1b",
    "right-to-left override": "\u202egpj.exe",
    "left-to-right override": "\u202dabc",
    "embeddings": "\u202a\u202babc\u202c",
    "isolates": "\u2066\u2067\u2068abc\u2069",
    "arabic letter mark": "\u061cabc",
    "line separator": "a\u2028b",
    "paragraph separator": "a\u2029b",
    "byte order mark": "\ufeffabc",
    "zero-width space": "a\u200bb",
    "interlinear annotation": "\ufff9a\ufffab\ufffb",
    "lone surrogate": "a\ud83db",
    "byte that is not UTF-8": os.fsdecode(b"a\xffb"),
}
ALL = " ".join(HOSTILE.values())
# Rich would draw or refuse these.
MARKUP = [
    "[red]x[/red]",
    "[/red]",
    "[/]",
    "[link=https://evil.test]x[/link]",
    "[@click=x]y[/]",
    "\\[red]",
    "[[red]]",
    ":car:",
    "[blink]x",
]
# What ordinary posts hold, and a table shows as it is.
ORDINARY = [
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\u05e9\u05dc\u05d5\u05dd\u200f!",
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "\u6771\u4eac\u3000\u30bf\u30ef\u30fc",
    "na\xefve\xa0caf\xe9",
    "\u2764\ufe0f",
]
UNSAFE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")


def find_unsafe(text):
    """What is unsafe of a text; a byte of a file's name that is not UTF-8 would come as a lone surrogate."""
    return sorted(set(UNSAFE.findall(text)))


def print_error(text):
    @report_errors
    def fail():
        raise CommandError(text)

    with pytest.raises(Exception, match="1"):
        fail()


def print_progress(text):
    with show_progress("Working", consoles.error_console) as on_line:
        on_line(text)


def print_to_terminal(text):
    out = io.StringIO()
    TerminalText(out).writelines([text, "\n"])
    consoles.console.file.write(out.getvalue())


DOORS = {
    "table": lambda text: show_table(text, [text, "b"], [(text, 1), ("c", 2)], text, "b"),
    "note": print_note,
    "error": print_error,
    "progress": print_progress,
    "terminal": print_to_terminal,
    "json": lambda text: consoles.console.file.write(format_json({text: [text]}, indent=2)),
    "console": lambda text: consoles.console.print(text, style="bold"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", HOSTILE)
def test_no_door_prints_what_a_terminal_would_obey(capsys, door, name):
    DOORS[door](HOSTILE[name])
    printed = capsys.readouterr()
    assert find_unsafe(printed.out + printed.err) == []


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_printed_as_it_is(capsys, text):
    show_table(text, [text], [(text,)], text)
    print_note(text)
    print_error(text)
    printed = capsys.readouterr()
    assert (printed.out.count(text), printed.err.count(text)) == (4, 2)


@pytest.mark.parametrize("text", MARKUP)
def test_progress_on_a_terminal_shows_markup_and_controls_as_text(text):
    out = io.StringIO()
    with show_progress("Working", SafeConsole(file=out, force_terminal=True, width=200)) as on_line:
        on_line(f"{text} \x1b]0;owned\x07")
    assert f"{text} \\x1b]0;owned\\x07" in out.getvalue()
    assert "\x1b]0" not in out.getvalue()


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_of_any_language_is_printed_as_it_is(capsys, text):
    show_table("", ["text"], [(text,)])
    assert text in capsys.readouterr().out
    assert make_printable(text) == text


@pytest.mark.parametrize("text", [*HOSTILE.values(), *ORDINARY, *MARKUP, ALL, '"\\u202e\\'])
def test_json_holds_the_very_same_value(text):
    assert json.loads(format_json({text: text})) == {text: text}


@functools.cache
def list_calls():
    """Every call in the command's modules, with its path."""
    return [
        (path, node)
        for path in CLI.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    ]


def test_no_module_prints_but_through_the_consoles():
    """Else a place would need care of its own; the exceptions print what this file tries out, or no lake data."""
    direct = {
        f"{path.relative_to(CLI)}: {ast.unparse(node.func)}"
        for path, node in list_calls()
        if re.fullmatch(
            r"print|(typer|click)\.(secho|echo)|sys\.std(out|err)\.\w+|Console|Text\.from_markup|.*\.from_markup",
            ast.unparse(node.func),
        )
    }
    assert direct == {
        "commands/cloud.py: typer.echo",
        "json_output.py: typer.echo",
        "main.py: typer.echo",
        "console.py: sys.stdout.isatty",
        "query/export.py: sys.stdout.fileno",
        "query/export.py: sys.stdout.flush",
        "query/export.py: sys.stdout.isatty",
    }


def test_no_bar_draws_markup_in_what_it_describes():
    columns = [ast.unparse(node) for _, node in list_calls() if ast.unparse(node.func) == "TextColumn"]
    assert columns
    assert [column for column in columns if "markup=False" not in column] == []


class FakeQueries:
    """A lake whose every value and name is hostile."""

    def __init__(self, cloud):
        self.result = QueryResult([Column(ALL, "varchar"), Column("n", "bigint")], iter([[[ALL, "1"], [None, "2"]]]))

    def run(self, sql, values=(), on_state=lambda line: None):
        on_state(ALL)
        if sql == "fail":
            raise clients.QueryFailedError(ALL)
        return self.result

    def list_saved(self):
        return {ALL: SavedQuery(ALL, ALL, f"-- Parameter: x varchar {ALL}\nselect 1")}

    def run_saved(self, query, values=(), on_state=lambda line: None):
        return self.result

    def find_saved(self, name):
        raise CommandError(f"There is no saved query {name!r}. Saved queries: {ALL}")


class FakeSearch:
    def __init__(self, cloud):
        pass

    def find(self, parameters, limit, on_count):
        image = {"image_id": "a" * 64, "date": ALL, "confidence": 9.5, "labels": [ALL], "text": [ALL], "url": None}
        return [image]


@pytest.fixture(scope="module")
def s3():
    with mock_aws():
        client = SESSION.client("s3")
        client.create_bucket(Bucket="lake")
        yield client


@pytest.fixture
def run(s3, monkeypatch, capsys, tmp_path):
    """Runs a command over a lake of hostile data; returns its status and all that it printed."""
    monkeypatch.chdir(tmp_path)
    values = {
        "ImageApis": "labels",
        "SampleRate": "1",
        "LakeBucketName": "lake",
        "DailyImageBudget": "9",
        "EarliestDate": "2026-01-01",
    }
    lake = Cloud("the laptop cloud", "laptop 1", SESSION, values, str, on_laptop=True)
    monkeypatch.setattr(clouds, "connect", lambda stack, region, state: lake)
    monkeypatch.setattr(clients, "QueryClient", FakeQueries)
    monkeypatch.setattr(search_clients, "SearchClient", FakeSearch)
    monkeypatch.setattr(engines, "open_engine", open_engine)
    monkeypatch.setattr(services, "open_service", lambda stack, region, state, places: open_service(lake))

    def invoke(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            COMMAND.main(list(arguments), prog_name="photolake")
        printed = capsys.readouterr()
        return ended.value.code, printed.out + printed.err

    return invoke


@contextmanager
def open_engine(stack, region, state, engine_set):
    fake: Any = FakeRekognition([label(ALL, parents=[ALL + "p"], aliases=[ALL], categories=[ALL])])
    yield engines.Engine(ALL, True, fake, None, ("labels",), "")


@contextmanager
def open_service(lake):
    service = services.FaceService(lake)
    service.requests = service.build_requests(FakeFaceRekognition().client)
    yield service


def encode_photo():
    out = io.BytesIO()
    Image.new("RGB", (90, 90), "teal").save(out, "PNG")
    return out.getvalue()


def write_files(folder, data, suffix):
    """Files whose names hold every hostile text that a name can hold, some to a file."""
    folder.mkdir()
    texts = [text.replace("/", "") for text in [*HOSTILE.values(), *MARKUP] if not {"\0", "\ud83d"} & set(text)]
    for at in range(0, len(texts), 10):
        (folder / f"{at}{' '.join(texts[at : at + 10])}{suffix}").write_bytes(data)


COMMANDS = {
    "query": (0, ["query", "select 1"]),
    "query --format json": (0, ["query", "select 1", "--format", "json"]),
    "query --list": (0, ["query", "--list"]),
    "query that fails": (1, ["query", "fail"]),
    "query --saved of nothing": (1, ["query", "--saved", "x"]),
    "query --output": (1, ["query", "select 1", "--output", "\x1b[2J.xyz"]),
    "search": (0, ["search", "\x1b[2J\u202ecar"]),
    "search --json": (0, ["search", "car", "--json"]),
    "search --out": (0, ["search", "car", "--out", "\x1b[2J.html"]),
    "inspect": (0, ["inspect", "\x1b[2J[red].png"]),
    "inspect --json": (0, ["inspect", "\x1b[2J[red].png", "--json"]),
    "inspect --annotate": (0, ["inspect", "\x1b[2J[red].png", "--annotate", "\x1b]0;x\x07.png"]),
    "inspect of nothing": (1, ["inspect", "nothing\x1b[2J"]),
    "inspect of a text": (1, ["inspect", "\x1b[2J.txt"]),
    "inspect of a URL": (1, ["inspect", "https://a\x1b[2J.test/"]),
    "drop --dry-run": (0, ["drop", "photos", "--dry-run"]),
    "drop of texts": (1, ["drop", "texts"]),
    "drop of nothing": (1, ["drop", "nothing\x1b[2J"]),
    "collect": (1, ["collect", "texts"]),
    "collect of nothing": (1, ["collect", "nothing\x1b[2J\u202e"]),
    "find-person": (0, ["find-person", "portrait\x1b[2J.png", "--in", "photos"]),
    "find-person --csv": (0, ["find-person", "portrait\x1b[2J.png", "--in", "photos", "--csv"]),
    "find-person --json": (0, ["find-person", "portrait\x1b[2J.png", "--in", "photos", "--json"]),
    "find-person in texts": (0, ["find-person", "portrait\x1b[2J.png", "--in", "texts"]),
    "no command": (2, ["\x1b[2J"]),
    "no option": (2, ["query", "--\x1b[2J\x9b"]),
    "no choice": (2, ["query", "--format", "\x1b[2J\u202e"]),
    "no laptop cloud": (1, ["status", "--state", "\x1b[2J"]),
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_prints_what_a_terminal_would_obey(run, tmp_path, command):
    status, arguments = COMMANDS[command]
    person = draw_photo(PaintedFace("ric"))
    Path("portrait\x1b[2J.png").write_bytes(person)
    Path("\x1b[2J[red].png").write_bytes(encode_photo())
    Path("\x1b[2J.txt").write_bytes(b"words")
    if "photos" in arguments:
        write_files(tmp_path / "photos", person, ".png")
    if "texts" in arguments:
        write_files(tmp_path / "texts", b"words", ".jsonl")

    ended, printed = run(*arguments)

    assert ended == status, printed
    assert printed.strip()
    assert find_unsafe(printed) == []
