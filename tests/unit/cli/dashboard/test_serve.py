"""The server gives the files of one folder to this machine's browsers."""

import http.client
import threading

import pytest

from photolake_cli.dashboard.serve import get_url, open_server, serve_folder
from photolake_cli.errors import CommandError


@pytest.fixture
def port(tmp_path):
    out = tmp_path / "out"
    (out / "data").mkdir(parents=True)
    (out / "index.html").write_text("<p>ü")
    (out / "data/index.js").write_text("photolakeData()")
    (out / "a.webp").write_bytes(b"RIFF")
    (tmp_path / "secret.txt").write_text("secret")
    with open_server(out, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def ask(port, path, host="127.0.0.1:1", method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/", "text/html; charset=utf-8", "<p>ü"),
        ("/data/index.js", "text/javascript; charset=utf-8", "photolakeData()"),
        ("/a.webp", "image/webp", "RIFF"),
    ],
)
def test_files_have_their_types_and_are_asked_for_again(path, kind, body, port):
    response, found = ask(port, path, "localhost:1")

    assert (response.status, response.headers["Content-Type"], found.decode()) == (200, kind, body)
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/data/", "/nothing.js", "/../secret.txt", "/%2e%2e/secret.txt", "//secret.txt", "/data/../../secret.txt"]
)
def test_folders_and_what_lies_outside_are_not_found(path, port):
    response, body = ask(port, path)

    assert response.status == 404
    assert b"secret.txt" not in body
    assert b"index.js" not in body


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "", "127.0.0.1.evil.example:80"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_request_under_another_name_is_refused(host, method, port):
    assert ask(port, "/", host, method)[0].status == 403


def test_nothing_can_be_written(port):
    assert ask(port, "/index.html", method="PUT")[0].status == 501


def test_a_taken_port_is_an_error_that_says_what_to_do(tmp_path):
    with open_server(tmp_path, 0) as server:
        port = server.server_address[1]
        with pytest.raises(CommandError, match=f"Port {port} cannot be used: .*--port 0"):
            open_server(tmp_path, port)


def test_it_says_where_it_is_opens_that_and_stops_at_an_interruption(tmp_path, monkeypatch, capsys):
    opened: list[str] = []

    def find_no_browser(url):
        opened.append(url)
        return False

    monkeypatch.setattr("photolake_cli.dashboard.serve.webbrowser.open", find_no_browser)

    def interrupt(server):
        assert get_url(server) == opened[0]
        raise KeyboardInterrupt

    monkeypatch.setattr("photolake_cli.dashboard.serve.ThreadingHTTPServer.serve_forever", interrupt)
    serve_folder(tmp_path, 0, opens_page=True)

    said = capsys.readouterr().err
    assert f"Served at {opened[0]}. Stop it: Ctrl-C" in said
    assert "No browser could be opened. Open the page yourself" in said
