"""Which URLs are asked for, and which addresses are connected to."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.errors import PermanentError, RetryableError
from photolake.photos.urls import ANY_HOST, PhotoUrl, check_url, choose_address, is_public, resolve_public_address

HOSTS = ("pbs.twimg.com", "*.example.org")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://pbs.twimg.com/media/a.jpg", PhotoUrl("pbs.twimg.com", "/media/a.jpg")),
        ("http://pbs.twimg.com/media/a.jpg", PhotoUrl("pbs.twimg.com", "/media/a.jpg")),
        ("http://pbs.twimg.com:80/a", PhotoUrl("pbs.twimg.com", "/a")),
        ("https://pbs.twimg.com:443/a", PhotoUrl("pbs.twimg.com", "/a")),
        (
            "HTTPS://PBS.Twimg.COM/Media/A?format=jpg&name=orig#top",
            PhotoUrl("pbs.twimg.com", "/Media/A?format=jpg&name=orig"),
        ),
        ("https://pbs.twimg.com", PhotoUrl("pbs.twimg.com", "/")),
        ("https://pbs.twimg.com/media/a.jpg:large", PhotoUrl("pbs.twimg.com", "/media/a.jpg:large")),
        ("https://eu.img.example.org/%20b", PhotoUrl("eu.img.example.org", "/%20b")),
    ],
)
def test_an_allowed_url_is_asked_for_over_https(url, expected):
    assert check_url(url, HOSTS) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pbs.twimg.com/media/a.jpg",
        "//pbs.twimg.com/a",
        "ftp://pbs.twimg.com/a",
        "file:///etc/passwd",
        "https://evil.test/a",
        "https://example.org/a",
        "https://notexample.org/a",
        "https://pbs.twimg.com.evil.test/a",
        "https://evil.test/https://pbs.twimg.com/a",
        "https://pbs.twimg.com@evil.test/a",
        "https://pbs.twimg.com:secret@pbs.twimg.com/a",
        "https://@pbs.twimg.com/a",
        "https://evil.test\\@pbs.twimg.com/a",
        "https://evil.test#@pbs.twimg.com/a",
        "https://pbs.twimg.com:8443/a",
        "https://pbs.twimg.com:80/a",
        "http://pbs.twimg.com:443/a",
        "https://pbs.twimg.com:port/a",
        "https://pbs.twimg.com:0/a",
        "https://pbs.twimg.com./a",
        "https://pbs%2etwimg.com/a",
        "https://pbs。twimg.com/a",
        "https://pbs.twimg.com/ｍedia/a.jpg",
        "https://pbs.twimg.com/a b.jpg",
        "https://pbs.twimg.com/a\r\nHost: evil.test",
        "https://pbs.twimg.com\t/a",
        " https://pbs.twimg.com/a",
        "https://[::1]/a",
        "https://[/a",
        "https://127.0.0.1/a",
        "https://2130706433/a",
        "https://a..example.org/a",
        "https://-a.example.org/a",
        "https://" + "a." * 130 + "example.org/a",
        "https://" + "a" * 64 + ".example.org/a",
    ],
)
def test_any_other_url_is_blocked(url):
    with pytest.raises(PermanentError) as refused:
        check_url(url, HOSTS)
    assert refused.value.status == "blocked_host"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://pbs.twimg.com/a b", r"'https://pbs\.twimg\.com/a b' is empty or has characters"),
        ("https://pbs.twimg.com:port/a", r"'https://pbs\.twimg\.com:port/a' is not a URL: "),
        ("ftp://pbs.twimg.com/a", "not 'ftp'"),
        ("https://[::1]/a", r"'\[::1\]' is an IP address"),
        ("https://a@pbs.twimg.com/a", "holds credentials"),
        ("https://pbs.twimg.com:8443/a", "port 8443 is not the usual one for https"),
        ("https://localhost/a", "'localhost' is not a host name"),
        ("https://10.0.0.1/a", r"'10\.0\.0\.1' is an IP address"),
        ("https://evil.test/a", r"evil\.test is not one of the allowed photo hosts"),
    ],
)
def test_the_reason_of_a_blocked_url_names_what_is_wrong(url, reason):
    with pytest.raises(PermanentError, match=reason):
        check_url(url, HOSTS)


def test_an_ip_address_is_blocked_even_if_somebody_allows_it():
    with pytest.raises(PermanentError, match="not on the public internet"):
        choose_address("127.0.0.1", ["127.0.0.1"])


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/other/b.png?x=1", PhotoUrl("pbs.twimg.com", "/other/b.png?x=1")),
        ("c.png", PhotoUrl("pbs.twimg.com", "/media/c.png")),
        ("//img.example.org/d", PhotoUrl("img.example.org", "/d")),
        ("http://img.example.org/d", PhotoUrl("img.example.org", "/d")),
    ],
)
def test_a_redirect_is_relative_to_the_url_it_came_from(location, expected):
    assert check_url(location, HOSTS, base="https://pbs.twimg.com/media/a.jpg") == expected


@pytest.mark.parametrize(
    "location", ["http://169.254.169.254/latest/meta-data", "//127.0.0.1:9001/", "//[", "javascript:0"]
)
def test_a_redirect_to_elsewhere_is_blocked(location):
    with pytest.raises(PermanentError) as refused:
        check_url(location, HOSTS, base="https://pbs.twimg.com/media/a.jpg")
    assert refused.value.status == "blocked_host"


@given(st.text(max_size=60))
def test_no_text_at_all_gets_past_the_allowed_hosts(text):
    for url in (text, f"https://{text}", f"https://pbs.twimg.com{text}", f"https://{text}pbs.twimg.com/a"):
        assert _host_or_status(url) in {"pbs.twimg.com", "blocked_host"}


def _host_or_status(url):
    try:
        return check_url(url, ("pbs.twimg.com",)).host
    except PermanentError as refused:
        return refused.status


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "104.244.42.1", "151.101.1.140", "2606:4700::6810:84e5", "2a04:4e42::396"]
)
def test_an_address_on_the_public_internet_is_connected_to(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.8.8.8",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::8.8.8.8",
        "::ffff:8.8.8.8",
        "::ffff:127.0.0.1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_no_other_address_is_connected_to(address):
    assert not is_public(address)


def test_one_address_that_is_not_public_blocks_the_host():
    with pytest.raises(PermanentError) as refused:
        choose_address("pbs.twimg.com", ["8.8.8.8", "10.0.0.1"])
    assert refused.value.status == "blocked_host"


def test_an_ipv4_address_comes_first_because_lambda_has_no_ipv6():
    assert choose_address("pbs.twimg.com", ["2606:4700::1", "8.8.8.8"]) == "8.8.8.8"


def test_a_host_without_an_address_is_asked_for_again_later():
    with pytest.raises(RetryableError, match=r"pbs\.twimg\.com"):
        choose_address("pbs.twimg.com", [])


def test_the_name_of_this_machine_is_blocked():
    with pytest.raises(PermanentError, match=r"localhost resolves to .* not on the public internet"):
        resolve_public_address("localhost")


def test_the_dns_is_asked_once_for_the_host_and_the_port_of_https(monkeypatch):
    asked = []

    def answer(*args, **options):
        asked.append((args, options))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)

    assert resolve_public_address("pbs.twimg.com") == "8.8.8.8"
    assert asked == [(("pbs.twimg.com", 443), {"type": socket.SOCK_STREAM})]


def test_a_host_that_the_dns_does_not_know_now_is_asked_for_again_later(monkeypatch):
    def no_answer(*args, **options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_answer)
    with pytest.raises(RetryableError, match=r"pbs\.twimg\.com"):
        resolve_public_address("pbs.twimg.com")


def test_any_host_means_any_name_and_no_address():
    assert str(check_url("http://pictures.example.org/a.jpg", [ANY_HOST])) == "https://pictures.example.org/a.jpg"
    for url in ("https://localhost/a.jpg", "https://[::1]/", "ftp://example.org/a.jpg"):
        with pytest.raises(PermanentError):
            check_url(url, [ANY_HOST])
