"""Requests and responses on connections that stay open."""

import http.client
import socket
import threading

import pytest

from laptop_cloud.server.loopback import LoopbackServer


@pytest.fixture
def serve():
    servers = []

    def start(application):
        servers.append(LoopbackServer(application, "test"))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def connect():
    connections = []

    def open_connection(server):
        connections.append(http.client.HTTPConnection(server.address, timeout=5))
        return connections[-1]

    yield open_connection
    for connection in connections:
        connection.close()


def echo(environ, start_response):
    body = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} ".encode() + environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def ignore(environ, start_response):
    """Answers without reading the request, in two blocks of no announced length."""
    start_response("200 OK", [])
    yield b"not "
    yield b""
    yield b"read"


def fail(environ, start_response):
    if environ["PATH_INFO"] == "/early":
        raise ValueError("early")
    start_response("200 OK", [])
    yield b"begun"
    raise ValueError("late")


def ask(connection, method="GET", path="/", **request):
    connection.request(method, path, **request)
    response = connection.getresponse()
    return response.status, response.read()


def test_many_requests_use_one_connection(serve, connect):
    connection = connect(serve(echo))
    assert ask(connection, "POST", "/a", body=b"one") == (200, b"POST /a one")
    used = connection.sock

    assert ask(connection, "PUT", "/b%20c", body=b"x" * 3_000_000)[1] == b"PUT /b c " + b"x" * 3_000_000
    assert ask(connection, "POST", "/d", body=iter([b"in ", b"chunks"]), encode_chunked=True)[1] == b"POST /d in chunks"
    assert ask(connection, "HEAD", "/e") == (200, b"")
    assert ask(connection) == (200, b"GET / ")
    assert connection.sock is used


@pytest.mark.parametrize("body", [b"x" * 2_000_000, iter([b"some ", b"chunks"])], ids=["length", "chunks"])
def test_what_the_application_leaves_unread_is_not_taken_for_the_next_request(serve, connect, body):
    connection = connect(serve(ignore))

    assert ask(connection, "POST", body=body) == (200, b"not read")
    used = connection.sock
    assert ask(connection, "HEAD") == (200, b"")
    assert ask(connection) == (200, b"not read")
    assert connection.sock is used


def test_an_error_of_the_application_is_a_500_or_ends_the_response_and_the_connection(serve, connect, capfd):
    connection = connect(serve(fail))

    assert ask(connection, path="/early")[0] == 500
    with pytest.raises(http.client.IncompleteRead):
        ask(connection, path="/late")
    connection.close()
    assert ask(connection, path="/early")[0] == 500
    assert "ValueError: late" in capfd.readouterr().err


def test_a_client_of_http_1_0_gets_the_body_as_it_is_and_the_end_of_the_connection(serve):
    host, port = serve(ignore).address.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        with client.makefile("rb") as received:
            head, _, body = received.read().partition(b"\r\n\r\n")

    assert body == b"not read"
    assert b"Connection: close" in head


def test_a_client_that_expects_100_continue_is_told_so_before_it_sends_the_body(serve):
    host, port = serve(echo).address.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as client:
        client.sendall(b"PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"abc")
        assert client.recv(1000).endswith(b"PUT /a abc")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nshort",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: ten\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_a_broken_request_ends_its_connection_and_no_other(serve, connect, request_bytes):
    server = serve(echo)
    host, port = server.address.split(":")
    other = connect(server)
    assert ask(other)[0] == 200
    with socket.create_connection((host, int(port)), timeout=5) as client:
        client.sendall(request_bytes)
        client.shutdown(socket.SHUT_WR)
        with client.makefile("rb") as received:
            assert b"200 OK" not in received.read()
    assert ask(other)[0] == 200


def test_a_stopped_server_completes_its_response_and_takes_no_request_of_an_open_connection(connect):
    is_asked, go_on = threading.Event(), threading.Event()

    def answer_late(environ, start_response):
        if environ["PATH_INFO"] == "/late":
            is_asked.set()
            go_on.wait(5)
        return echo(environ, start_response)

    server = LoopbackServer(answer_late, "test")
    busy, idle = connect(server), connect(server)
    assert ask(idle)[0] == 200
    busy.request("GET", "/late")
    is_asked.wait(5)

    server.stop()
    go_on.set()

    assert busy.getresponse().read() == b"GET /late "
    idle.auto_open = False
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        ask(idle)
