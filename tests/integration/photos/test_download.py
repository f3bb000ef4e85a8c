"""The downloader against hosts that misbehave, on loopback."""

import datetime as dt
import gzip
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from photolake.errors import PermanentError, RetryableError, SettingsError
from photolake.photos import download
from photolake.photos.download import Downloader
from photolake.photos.urls import choose_address
from tests.fakes.photo_host import PhotoHost, response

from .conftest import photo

URL = "https://pbs.twimg.com/media/a.jpg"
PHOTO = photo(1)


def downloader(host, **options):
    return Downloader(["pbs.twimg.com", "*.example.org"], photo_endpoint=host.url, **options)


def refusal(fetch):
    with pytest.raises(PermanentError) as refused:
        fetch()
    return refused.value.status


def test_the_endpoint_is_asked_in_absolute_form_as_a_proxy_would_be(photo_host):
    photo_host.answers[URL + "?name=orig"] = response(200, PHOTO)
    assert downloader(photo_host).download("http://pbs.twimg.com/media/a.jpg?name=orig#x") == PHOTO
    [(target, headers)] = photo_host.requests
    assert target == URL + "?name=orig"
    assert headers == {
        "host": "pbs.twimg.com",
        "accept": "image/*",
        "accept-encoding": "identity",
        "user-agent": "photolake",
    }


def test_the_endpoint_is_not_asked_for_a_host_that_is_not_allowed(photo_host):
    assert refusal(lambda: downloader(photo_host).download("https://evil.test/a.jpg")) == "blocked_host"
    assert photo_host.requests == []


def test_an_endpoint_of_another_kind_is_refused_at_once():
    with pytest.raises(SettingsError, match="ftp://x"):
        Downloader([], photo_endpoint="ftp://x")


def test_redirects_between_allowed_hosts_are_followed(photo_host):
    photo_host.answers |= {
        URL: response(302, Location="/media/b.jpg"),
        "https://pbs.twimg.com/media/b.jpg": response(301, Location="//eu.example.org/c"),
        "https://eu.example.org/c": response(308, Location="http://pbs.twimg.com/d"),
        "https://pbs.twimg.com/d": response(200, PHOTO),
    }
    assert downloader(photo_host).download(URL) == PHOTO
    assert len(photo_host.requests) == 4


def test_the_fourth_redirect_is_one_too_many(photo_host):
    photo_host.answers[URL] = response(302, Location=URL)
    assert refusal(lambda: downloader(photo_host).download(URL)) == "too_many_redirects"
    assert len(photo_host.requests) == 4


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        "//evil.test/a",
        "https://pbs.twimg.com:8443/a",
        "https://pbs.twimg.com@evil.test/a",
        "file:///etc/passwd",
        "http://[",
        "/caf\xe9",
    ],
)
def test_a_redirect_to_elsewhere_is_not_followed(photo_host, location):
    photo_host.answers[URL] = response(302, Location=location)
    assert refusal(lambda: downloader(photo_host).download(URL)) == "blocked_host"
    assert len(photo_host.requests) == 1


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (404, "gone"),
        (410, "gone"),
        (451, "gone"),
        (403, "http_403"),
        (401, "http_401"),
        (204, "http_204"),
        (302, "http_302"),
    ],
)
def test_a_refusal_that_lasts_is_a_status(photo_host, status, expected):
    photo_host.answers[URL] = response(status)
    assert refusal(lambda: downloader(photo_host).download(URL)) == expected


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 599])
def test_a_refusal_that_may_pass_is_retried(photo_host, status):
    photo_host.answers[URL] = response(status)
    with pytest.raises(RetryableError, match=str(status)):
        downloader(photo_host).download(URL)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        response(200, PHOTO, Content_Length=str(len(PHOTO) + 1)),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_not_a_whole_answer_is_asked_for_again(photo_host, answer):
    photo_host.answers[URL] = answer
    with pytest.raises(RetryableError, match=r"pbs\.twimg\.com"):
        downloader(photo_host).download(URL)


def test_a_host_that_is_down_is_asked_again(photo_host):
    with PhotoHost() as down:
        pass
    with pytest.raises(RetryableError):
        downloader(down).download(URL)


def test_no_more_is_read_than_the_content_length_says(photo_host):
    photo_host.answers[URL] = response(200, PHOTO + b"more", Content_Length=str(len(PHOTO)))
    assert downloader(photo_host).download(URL) == PHOTO


def test_a_photo_may_have_exactly_the_largest_size(photo_host):
    photo_host.answers[URL] = response(200, PHOTO)
    assert downloader(photo_host, max_bytes=len(PHOTO)).download(URL) == PHOTO
    assert refusal(lambda: downloader(photo_host, max_bytes=len(PHOTO) - 1).download(URL)) == "too_large"


def test_a_photo_that_says_it_is_too_large_is_not_waited_for(photo_host):
    photo_host.answers[URL] = photo_host.trickle(response(200, Content_Length="99999999999"), b"x")
    assert refusal(lambda: downloader(photo_host).download(URL)) == "too_large"


@pytest.mark.parametrize("head", [b"", b"Transfer-Encoding: chunked\r\n"])
def test_a_photo_that_never_ends_is_stopped_at_the_largest_size(photo_host, head):
    drop = b"4000\r\n" + b"x" * 0x4000 + b"\r\n" if head else b"x" * 0x4000
    photo_host.answers[URL] = photo_host.trickle(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n", drop)
    assert refusal(lambda: downloader(photo_host, max_bytes=100_000).download(URL)) == "too_large"


def test_compressed_bytes_are_not_unpacked(photo_host):
    photo_host.answers[URL] = response(200, gzip.compress(b"\0" * 1_000_000), Content_Encoding="gzip")
    assert refusal(lambda: downloader(photo_host).download(URL)) == "unsupported_format"


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (response(200, Content_Length="1000000"), b"x"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 ", b"2"),
    ],
)
def test_a_host_that_trickles_is_cut_off_at_the_deadline(photo_host, head, drop):
    photo_host.answers[URL] = photo_host.trickle(head, drop)
    started = time.monotonic()
    with pytest.raises(RetryableError, match=r"not complete after 0\.3 seconds"):
        downloader(photo_host, deadline_seconds=0.3).download(URL)
    assert time.monotonic() - started < 1.5


def test_redirects_do_not_start_the_deadline_anew(photo_host):
    def slow(handler):
        photo_host.stopping.wait(0.2)
        handler.wfile.write(response(302, Location=URL))

    photo_host.answers[URL] = slow
    with pytest.raises(RetryableError, match="not complete"):
        downloader(photo_host, deadline_seconds=0.3).download(URL)


@pytest.fixture
def tls_host(photo_host, tmp_path, monkeypatch):
    """A host with a certificate for pbs.twimg.com, on loopback, whose authority this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "photo host")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime.now(dt.UTC) - dt.timedelta(days=1))
        .not_valid_after(dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("pbs.twimg.com")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "host.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    photo_host.server.socket = context.wrap_socket(photo_host.server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    monkeypatch.setattr(download, "HTTPS_PORT", photo_host.port)
    return photo_host


def test_the_checked_address_is_connected_to_under_the_name_of_the_host(tls_host):
    tls_host.answers["/media/a.jpg?x=1"] = response(200, PHOTO)
    hosts = []

    def resolve(host):
        hosts.append(host)
        return "127.0.0.1"

    assert Downloader(["pbs.twimg.com"], resolve=resolve).download(URL + "?x=1") == PHOTO
    assert hosts == ["pbs.twimg.com"]
    [(target, headers)] = tls_host.requests
    assert (target, headers["host"]) == ("/media/a.jpg?x=1", "pbs.twimg.com")


def test_the_certificate_must_be_the_hosts(tls_host):
    with pytest.raises(RetryableError, match="certificate"):
        Downloader(["other.example.org"], resolve=lambda host: "127.0.0.1").download("https://other.example.org/a")
    assert tls_host.requests == []


def test_a_trickle_under_tls_is_cut_off_too(tls_host):
    tls_host.answers["/media/a.jpg"] = tls_host.trickle(b"HTTP/1.1 200 OK\r\nX: ", b"y")
    with pytest.raises(RetryableError, match="not complete"):
        Downloader(["pbs.twimg.com"], resolve=lambda host: "127.0.0.1", deadline_seconds=0.3).download(URL)


def test_a_handshake_that_trickles_does_not_hold_the_function(photo_host, monkeypatch):
    monkeypatch.setattr(download, "HTTPS_PORT", photo_host.port)
    photo_host.server.RequestHandlerClass.handle = lambda handler: photo_host.trickle(b"", b"\x16")(handler)
    started = time.monotonic()
    with pytest.raises(RetryableError):
        Downloader(["pbs.twimg.com"], resolve=lambda host: "127.0.0.1", deadline_seconds=0.3).download(URL)
    assert time.monotonic() - started < 1.5


def test_a_host_that_resolves_to_this_machine_is_blocked():
    resolves_to_loopback = Downloader(["img.example.org"], resolve=lambda host: choose_address(host, ["127.0.0.1"]))
    assert refusal(lambda: resolves_to_loopback.download("https://img.example.org/a")) == "blocked_host"
