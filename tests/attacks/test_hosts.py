"""Hosts that answer with something other than a photo, on loopback, through the downloader."""

import gzip
import time

import pytest

from photolake.errors import PermanentError, RetryableError
from photolake.photos.download import Downloader
from tests.fakes.photo_host import PhotoHost, response

URL = "https://pbs.twimg.com/media/a.jpg"
ELSEWHERE = "https://eu.example.org/b"
MAX_BYTES = 100_000
SECONDS = 0.1
PHOTO = b"\x89PNG" + b"p" * 996
BIG = b"x" * (2 * MAX_BYTES)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
RETRY = "again later"


def chunks(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


# What comes of an answer: the bytes, the status of the photo, or another attempt.
ANSWERS = {
    "chunks": (CHUNKED + chunks(PHOTO[:500], PHOTO[500:]) + b"0\r\n\r\n", PHOTO),
    "chunks with extensions": (CHUNKED + b"3e8;a=b;c\r\n" + PHOTO + b"\r\n0;x\r\n\r\n", PHOTO),
    "chunks with a trailer": (CHUNKED + chunks(PHOTO) + b"0\r\nX-Evil: 1\r\n\r\n", PHOTO),
    "an upper-case chunk size": (CHUNKED + b"3E8\r\n" + PHOTO + b"\r\n0\r\n\r\n", PHOTO),
    "chunks without an end": (CHUNKED + chunks(PHOTO), RETRY),
    "a chunk cut off": (CHUNKED + b"3e8\r\n" + PHOTO[:100], RETRY),
    "a chunk longer than all memory": (CHUNKED + b"ffffffffffffffff\r\n" + PHOTO, RETRY),
    "a chunk size of 5,000 digits": (CHUNKED + b"f" * 5000 + b"\r\n" + PHOTO, RETRY),
    "a chunk size of 100,000 digits": (CHUNKED + b"f" * 100_000 + b"\r\n" + PHOTO, RETRY),
    "a negative chunk": (CHUNKED + b"-3e8\r\n" + PHOTO + b"\r\n0\r\n\r\n", RETRY),
    "a negative chunk, then too much": (CHUNKED + b"-1\r\n" + BIG, "too_large"),
    "a chunk size with an underscore": (CHUNKED + b"3_e8\r\n" + PHOTO + b"\r\n0\r\n\r\n", PHOTO),
    "chunk garbage": (CHUNKED + b"\xff\xfe\x00\r\n" + PHOTO, RETRY),
    "an empty chunk size": (CHUNKED + b"\r\n" + PHOTO, RETRY),
    "many chunks of one byte": (CHUNKED + chunks(*[b"x"] * 20_000) + b"0\r\n\r\n", b"x" * 20_000),
    "too many chunks": (CHUNKED + chunks(*[b"x" * 1000] * 200), "too_large"),
    "no length": (OK + b"\r\n" + PHOTO, PHOTO),
    "no length and too much": (OK + b"\r\n" + BIG, "too_large"),
    "too long a body": (response(200, BIG), "too_large"),
    "a length of one terabyte": (response(200, PHOTO, Content_Length=str(10**12)), "too_large"),
    "a length of 5,000 digits": (response(200, PHOTO, Content_Length="9" * 5000), PHOTO),
    "a length of too few bytes": (response(200, PHOTO + b"HTTP/1.1 200 OK\r\n\r\n", Content_Length="1000"), PHOTO),
    "a length of too many bytes": (response(200, PHOTO, Content_Length="1001"), RETRY),
    "a negative length": (response(200, PHOTO, Content_Length="-1"), PHOTO),
    "a negative length and too much": (response(200, BIG, Content_Length="-1"), "too_large"),
    "a length that is not a number": (response(200, PHOTO, Content_Length="many"), PHOTO),
    "two equal lengths": (OK + b"Content-Length: 1000\r\nContent-Length: 1000\r\n\r\n" + PHOTO, PHOTO),
    "two different lengths": (OK + b"Content-Length: 10\r\nContent-Length: 1000\r\n\r\n" + PHOTO, RETRY),
    "a length and chunks": (
        OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(PHOTO) + b"0\r\n\r\n",
        PHOTO,
    ),
    "an empty body": (response(200), b""),
    "a bomb by Content-Encoding gzip": (
        response(200, gzip.compress(bytes(10_000_000)), Content_Encoding="gzip"),
        "unsupported_format",
    ),
    "a bomb by Content-Encoding GZIP": (response(200, PHOTO, Content_Encoding="GZIP"), "unsupported_format"),
    "a bomb by x-gzip": (response(200, PHOTO, Content_Encoding="x-gzip"), "unsupported_format"),
    "a bomb by deflate": (response(200, PHOTO, Content_Encoding="deflate"), "unsupported_format"),
    "a bomb by br": (response(200, PHOTO, Content_Encoding="br"), "unsupported_format"),
    "a bomb by zstd": (response(200, PHOTO, Content_Encoding="zstd"), "unsupported_format"),
    "a bomb in a bomb": (response(200, PHOTO, Content_Encoding="gzip, gzip"), "unsupported_format"),
    "an encoding of 60,000 characters": (response(200, PHOTO, Content_Encoding="x" * 60_000), "unsupported_format"),
    "the identity encoding": (response(200, PHOTO, Content_Encoding="Identity"), PHOTO),
    "an empty encoding": (response(200, PHOTO, Content_Encoding=""), PHOTO),
    "a transfer of gzip": (OK + b"Transfer-Encoding: gzip\r\n\r\n" + gzip.compress(PHOTO), gzip.compress(PHOTO)),
    "a page instead": (response(200, b"<html>", Content_Type="text/html"), b"<html>"),
    "no status line": (b"<html>hello</html>\r\n\r\n", RETRY),
    "HTTP/0.9": (PHOTO, RETRY),
    "HTTP/2": (b"HTTP/2 200\r\n\r\n" + PHOTO, RETRY),
    "a status of five digits": (b"HTTP/1.1 20000 OK\r\n\r\n" + PHOTO, RETRY),
    "a status of 5,000 digits": (b"HTTP/1.1 " + b"2" * 5000 + b"\r\n\r\n", RETRY),
    "a negative status": (b"HTTP/1.1 -200 OK\r\n\r\n" + PHOTO, RETRY),
    "a status that is not a number": (b"HTTP/1.1 OK 200\r\n\r\n" + PHOTO, RETRY),
    "early hints": (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + response(200, PHOTO), "http_103"),
    "other protocols": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "http_101"),
    "a login": (response(401, WWW_Authenticate='Basic realm="x"'), "http_401"),
    "a proxy's login": (response(407, Proxy_Authenticate='Basic realm="x"'), "http_407"),
    "a part": (response(206, PHOTO, Content_Range="bytes 0-999/99999"), "http_206"),
    "an odd status": (response(299, PHOTO), "http_299"),
    "a status of the last class": (response(999, PHOTO), RETRY),
    "a thousand headers": (OK + b"X: y\r\n" * 1000 + b"\r\n", RETRY),
    "a header of 100,000 bytes": (OK + b"X: " + b"y" * 100_000 + b"\r\n\r\n", RETRY),
    "a header without a colon": (OK + b"hello\r\nContent-Length: 1000\r\n\r\n" + PHOTO, PHOTO),
    "a header with NUL": (OK + b"X\0: \0\r\nContent-Length: 1000\r\n\r\n" + PHOTO, PHOTO),
    "folded headers": (OK + b"X: a\r\n\tb\r\nContent-Length: 1000\r\n\r\n" + PHOTO, PHOTO),
    "headers with bare line feeds": (b"HTTP/1.1 200 OK\nContent-Length: 1000\n\n" + PHOTO, PHOTO),
    "headers in Latin-1": (OK + b"X: caf\xe9\r\nContent-Length: 1000\r\n\r\n" + PHOTO, PHOTO),
    "nothing": (b"", RETRY),
}


@pytest.fixture(scope="module")
def host():
    with PhotoHost() as running:
        yield running


@pytest.fixture(scope="module")
def downloaders(host):
    """One for each limit of seconds, as making one reads all certificates."""
    return {
        seconds: Downloader(
            ["pbs.twimg.com", "*.example.org"], photo_endpoint=host.url, max_bytes=MAX_BYTES, deadline_seconds=seconds
        )
        for seconds in (SECONDS, 10.0)
    }


@pytest.fixture
def download(host, downloaders):
    """Downloads URL: the photo's bytes, the status that it ends with, or RETRY."""
    host.answers = {}
    host.requests.clear()
    return lambda seconds=10.0: run(downloaders[seconds])


def run(downloader):
    try:
        return downloader.download(URL)
    except PermanentError as error:
        return error.status
    except RetryableError:
        return RETRY


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_gives_a_photo_a_status_or_another_attempt(host, download, name):
    answer, expected = ANSWERS[name]
    host.answers[URL] = answer
    assert download() == expected


SLOW = {
    "a byte a time": (response(200, Content_Length="1000"), b"x"),
    "a byte a time without a length": (OK + b"\r\n", b"x"),
    "chunks of a byte": (CHUNKED, b"1\r\nx\r\n"),
    "a chunk size without an end": (CHUNKED, b"0"),
    "chunk extensions without an end": (CHUNKED + b"1;", b"x"),
    "trailers without an end": (CHUNKED + b"0\r\n", b"X: y\r\n"),
    "headers without an end": (OK, b"X: y\r\n"),
    "one header without an end": (OK + b"X: ", b"y"),
    "a status line without an end": (b"HTTP/1.1 200 ", b"O"),
    "continue for ever": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "line ends for ever": (b"", b"\r\n"),
    "silence after the head": (response(200, Content_Length="1000"), b""),
    "silence": (b"", b""),
    "a compressed body for ever": (OK + b"Transfer-Encoding: gzip\r\n\r\n", b"x"),
}


@pytest.mark.parametrize("name", SLOW)
def test_a_host_that_is_slow_or_never_ends_is_left_in_time(host, download, name):
    host.answers[URL] = host.trickle(*SLOW[name])
    started = time.monotonic()
    assert download(SECONDS) == RETRY
    assert time.monotonic() - started < SECONDS + 1


@pytest.mark.parametrize("head", [OK + b"\r\n", CHUNKED, OK + b"Content-Length: -1\r\n\r\n"])
def test_a_host_that_sends_for_ever_is_left_after_the_largest_photo(host, download, head):
    drop = b"x" * 0x4000 if head != CHUNKED else b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    host.answers[URL] = host.trickle(head, drop)
    assert download() == "too_large"


CHAINS = {
    "to itself": lambda number: URL,
    "to the next of a thousand": lambda number: f"/media/{number + 1}",
    "to the next query": lambda number: f"?{number + 1}",
    "between two hosts": lambda number: ELSEWHERE if number % 2 == 0 else URL,
    "down to http and up": lambda number: f"http://pbs.twimg.com/{number + 1}",
    "to a fragment": lambda number: f"#{number}",
}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("chain", CHAINS)
def test_a_chain_of_redirects_ends_after_three(host, download, chain, status):
    def redirect(handler):
        handler.wfile.write(response(status, Location=CHAINS[chain](len(host.requests) - 1)))

    host.answers = Everything(redirect)
    assert download() == "too_many_redirects"
    assert len(host.requests) == 4


LOCATIONS = {
    "elsewhere": ("https://evil.test/a", "blocked_host"),
    "to metadata": ("http://169.254.169.254/latest/meta-data/iam/", "blocked_host"),
    "to the Lambda runtime": ("http://127.0.0.1:9001/2018-06-01/runtime/invocation/next", "blocked_host"),
    "to another scheme": ("file:///etc/passwd", "blocked_host"),
    "to a port": ("https://pbs.twimg.com:8443/", "blocked_host"),
    "with credentials": ("https://user:secret@pbs.twimg.com/", "blocked_host"),
    "with a header": ("/a\r\n X-Evil: 1", "blocked_host"),
    "in Latin-1": ("/caf\xe9", "blocked_host"),
    "of 60,000 characters": ("/" + "a" * 60_000, "http_404"),
    "of 70,000 characters": ("/" + "a" * 70_000, RETRY),
    "with dots": ("/" + "../" * 10_000 + "a", "http_404"),
    "to nowhere": ("", "http_302"),
    "to two places": ("https://pbs.twimg.com/a, https://evil.test/", "blocked_host"),
}


@pytest.mark.parametrize("name", LOCATIONS)
def test_a_redirect_is_checked_as_the_url_was(host, download, name):
    location, expected = LOCATIONS[name]
    host.answers[URL] = response(302, Location=location)
    assert download() == ("gone" if expected == "http_404" else expected)
    assert [target for target, _ in host.requests if "evil" in target or "169.254" in target] == []


def test_cookies_and_credentials_do_not_follow_a_redirect(host, download, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine pbs.twimg.com login ann password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    host.answers |= {
        URL: response(302, Location=ELSEWHERE, Set_Cookie="session=1; Domain=example.org; Path=/"),
        ELSEWHERE: response(302, Location="/c", Set_Cookie="session=2", Authorization="Basic x"),
        "https://eu.example.org/c": response(200, PHOTO),
    }
    assert download() == PHOTO
    sent = {name for _, headers in host.requests for name in headers}
    assert sent == {"host", "accept", "accept-encoding", "user-agent"}


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY", "http_proxy"])
def test_no_proxy_of_the_environment_is_asked(host, download, monkeypatch, name):
    monkeypatch.setenv(name, "http://evil.test:3128")
    host.answers[URL] = response(200, PHOTO)
    assert download() == PHOTO


class Everything(dict):
    """The same answer for every URL."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def get(self, url, default=None):
        return self.answer
