"""`photolake search`: its requests, what it shows, and its contact sheet."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
import pytest
import requests
from PIL import Image

from photolake_cli.errors import CommandError
from photolake_cli.search.client import SearchClient
from photolake_cli.search.contact_sheet import build_contact_sheet
from photolake_cli.search.run import SearchOptions, run_search
from photolake_cli.search.thumbnails import SIDE, Thumbnail, load_thumbnails

HOSTILE = "<script>alert(1)</script>\n[red]\u202e"


def found(number: int, **more: Any) -> dict[str, Any]:
    image = {"image_id": f"{number:064x}", "date": "2026-11-20", "confidence": 98.76, "labels": ["Car", HOSTILE]}
    return {**image, "text": [HOSTILE], "url": None, "width": 640, "height": 480, **more}


def response(status: int, body: bytes) -> requests.Response:
    answer = requests.Response()
    answer.status_code, answer._content, answer.reason = status, body, "Reason"
    return answer


class Api:
    """A search API with as many images as are asked for, `page` at a time; `status` is what it answers."""

    def __init__(self, images: int = 0, page: int = 100, status: int = 200, body: Any = None) -> None:
        self._images, self._page, self._status, self._body = images, page, status, body
        self.requests: list[tuple[str, list[tuple[str, str]], Mapping[str, str]]] = []

    def send(self, url: str, *, headers: Mapping[str, str], timeout: Any) -> requests.Response:
        parameters = parse_qsl(urlsplit(url).query)
        self.requests.append((url, parameters, headers))
        if self._status != 200:
            return response(self._status, json.dumps(self._body).encode())
        start, limit = int(dict(parameters).get("next", 0)), int(dict(parameters)["limit"])
        end = min(start + min(limit, self._page), self._images)
        page = {
            "images": [found(number) for number in range(start, end)],
            "next": str(end) if end < self._images else None,
        }
        return response(200, json.dumps(page).encode())

    def client(self, **values: str) -> SearchClient:
        session = boto3.Session(aws_access_key_id="key", aws_secret_access_key="secret", region_name="eu-west-1")
        cloud: Any = SimpleNamespace(
            name="the stack photolake", session=session, values={"SearchUrl": "https://search.example/", **values}
        )
        return SearchClient(cloud, self.send)


def test_pages_are_read_until_there_are_enough_images() -> None:
    api = Api(images=1000)

    images = api.client().find([("label", "Car & Van")], 250, lambda count: None)

    assert [image["image_id"] for image in images] == [f"{number:064x}" for number in range(250)]
    assert [dict(parameters) for _, parameters, _ in api.requests] == [
        {"label": "Car & Van", "limit": "100"},
        {"label": "Car & Van", "limit": "100", "next": "100"},
        {"label": "Car & Van", "limit": "50", "next": "200"},
    ]


def test_empty_pages_are_read_over() -> None:
    assert len(Api(images=7, page=3).client().find([], 20, lambda count: None)) == 7


def test_a_request_is_signed_for_the_function_and_its_blanks_are_no_plus_signs() -> None:
    api = Api()

    api.client().find([("q", "a b+c")], 1, lambda count: None)

    url, _, headers = api.requests[0]
    assert url == "https://search.example/images?q=a%20b%2Bc&limit=1"
    assert "/eu-west-1/lambda/aws4_request" in headers["Authorization"]


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (400, {"message": "next: no"}, "^next: no$"),
        (403, {"Message": "Forbidden"}, r"does not let you search \(Forbidden\).*policy arn:policy"),
        (502, "x", "failed: 502"),
    ],
)
def test_a_refused_search_says_why(status: int, body: Any, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        Api(status=status, body=body).client(SearchPolicyArn="arn:policy").find([], 1, lambda count: None)


def test_a_stack_without_the_api_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="Deploy again"):
        Api().client(SearchUrl="").find([], 1, lambda count: None)


def test_images_are_shown_as_a_table_and_hostile_text_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    run_search(Api(images=2).client(), SearchOptions({"label": ["Car"], "q": [HOSTILE]}))

    shown = capsys.readouterr().out
    assert "000000000000" in shown
    assert "<script>" in shown
    assert "[red]" in shown
    assert "2 images" in shown


def test_images_are_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    run_search(Api(images=1).client(), SearchOptions({}, as_json=True))

    assert json.loads(capsys.readouterr().out) == [found(0)]


def test_a_contact_sheet_shows_hostile_text_as_text_and_loads_nothing() -> None:
    html = build_contact_sheet(
        HOSTILE,
        [found(1, image_id='"><b>'), found(2)],
        [Thumbnail("data:image/jpeg;base64,AAAA"), Thumbnail(None, HOSTILE)],
    )

    assert "<script" not in html
    assert "<b>" not in html
    assert html.count("&lt;script&gt;") >= 5
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html
    assert "http" not in html.replace("http-equiv", "")


def test_a_contact_sheet_is_written_where_it_is_wanted(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: not opened.append(url))  # type: ignore[func-returns-value]
    sheet = tmp_path / "sheet.html"

    run_search(Api(images=3).client(), SearchOptions({"label": ["Car"]}, output=sheet, open_sheet=True))

    assert sheet.read_text().count("<figure>") == 3
    assert opened == [sheet.as_uri()]
    with pytest.raises(CommandError, match="--out FILE"):
        run_search(Api().client(), SearchOptions({}, output=tmp_path / "missing" / "sheet.html"))


def png(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, (200, 10, 10, 128)).save(out, "PNG")
    return out.getvalue()


def test_thumbnails_are_small_and_what_cannot_be_read_says_why() -> None:
    bodies = {
        "ok": (200, png((1000, 500))),
        "gone": (404, b""),
        "denied": (403, b""),
        "text": (200, b"<html>"),
        "cut": (200, png((64, 64))[:60]),
    }

    def send(url: str, *, timeout: Any) -> requests.Response:
        if url == "down":
            raise requests.ConnectTimeout
        return response(*bodies[url])

    counts: list[int] = []
    loaded = load_thumbnails(["ok", None, *bodies, "down"], counts.append, send)

    assert counts == list(range(1, 9))
    assert [thumbnail.reason for thumbnail in loaded] == [
        "",
        "not analysed yet",
        "",
        "the image is no longer stored",
        "it could not be loaded: HTTPError",
        "it is not an image that can be read",
        "it is not an image that can be read",
        "it could not be loaded: ConnectTimeout",
    ]
    data = (loaded[0].data or "").removeprefix("data:image/jpeg;base64,")
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        assert image.size == (SIDE, SIDE // 2)
