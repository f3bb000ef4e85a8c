"""URLs that look like an allowed host's and lead elsewhere, or that two parsers read differently."""

from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util import parse_url

from photolake.errors import PermanentError
from photolake.photos.urls import ANY_HOST, check_url

HOST = "pbs.twimg.com"
ALLOWED = (HOST, "*.example.org")

SCHEMES = """
    file:///etc/passwd file://pbs.twimg.com/etc/passwd ftp://pbs.twimg.com/a gopher://pbs.twimg.com/_x
    data:image/png;base64,AAAA javascript:alert(1)//pbs.twimg.com dict://pbs.twimg.com:11211/stat
    ldap://pbs.twimg.com/ tftp://pbs.twimg.com/a sftp://pbs.twimg.com/a jar:https://pbs.twimg.com!/a
    netdoc:///etc/passwd ws://pbs.twimg.com/ wss://pbs.twimg.com/ s3://pbs.twimg.com/a
    blob:https://pbs.twimg.com/a view-source:https://pbs.twimg.com/a httpss://pbs.twimg.com/
    http+unix://pbs.twimg.com/ unix:/run/docker.sock about:blank mailto:a@pbs.twimg.com //pbs.twimg.com/a
    ///pbs.twimg.com/a pbs.twimg.com /media/a.jpg https:pbs.twimg.com/a https:/pbs.twimg.com/a
    https:///pbs.twimg.com/a https:////pbs.twimg.com/a https//pbs.twimg.com/a :https://pbs.twimg.com/a
    ://pbs.twimg.com/a https;//pbs.twimg.com/a
""".split()
SUFFIXES = """
    https://pbs.twimg.com.evil.test/a https://evilpbs.twimg.com/a https://evil.test/pbs.twimg.com
    https://evil.test?https://pbs.twimg.com/a https://evil.test#pbs.twimg.com https://pbs-twimg.com/a
    https://pbs.twimg.co/a https://pbs.twimg.com.br/a https://twimg.com/a https://a.pbs.twimg.com/a
    https://example.org/a https://notexample.org/a https://a.example.org.evil.test/ https://a.example.orgg/
    https://example.org.evil.test/a https://.example.org/a https://*.example.org/a https://a..example.org/
    https://pbs.twimg.com,evil.test/a https://pbs.twimg.com;evil.test/a https://pbs.twimg.com&evil.test/a
    https://pbs.twimg.com!evil.test/a https://pbs.twimg.com$evil.test/a https://pbs.twimg.com'evil.test/a
    https://pbs.twimg.com_evil.test/a https://pbs_twimg.com/a https://pbs.twimg.com=evil.test/
    https://pbs.twimg.com|evil.test/a https://pbs.twimg.com`evil.test/a https://pbs.twimg.com^evil.test/
    https://{pbs.twimg.com}/a https://<pbs.twimg.com>/a https://"pbs.twimg.com"/a https://(pbs.twimg.com)/
""".split()
USERINFO = """
    https://pbs.twimg.com@evil.test/a https://pbs.twimg.com:443@evil.test/a https://@pbs.twimg.com/a
    https://user@pbs.twimg.com/a https://user:secret@pbs.twimg.com/a https://:@pbs.twimg.com/a
    https://evil.test@pbs.twimg.com@evil.test/a https://a@b@pbs.twimg.com/a https://%40@pbs.twimg.com/
    https://evil.test%40pbs.twimg.com/a https://evil.test:80;@pbs.twimg.com/ https://127.0.0.1:1@pbs.twimg.com/
    https://evil.test#@pbs.twimg.com/a https://evil.test?@pbs.twimg.com/a https://evil.test/@pbs.twimg.com/a
    https://foo@evil.test:80@pbs.twimg.com/ https://pbs.twimg.com%2f@evil.test/
    https://pbs.twimg.com%23@evil.test/
""".split()
PORTS = """
    https://pbs.twimg.com:80/a http://pbs.twimg.com:443/a https://pbs.twimg.com:22/a https://pbs.twimg.com:0/a
    https://pbs.twimg.com:65536/a https://pbs.twimg.com:-443/a https://pbs.twimg.com:+443/a
    https://pbs.twimg.com:4_43/ https://pbs.twimg.com:443:80/a https://pbs.twimg.com:0x1bb/a
    https://pbs.twimg.com:443.0/a https://pbs.twimg.com:4e2/a https://pbs.twimg.com:65979/a
    https://pbs.twimg.com:443a/a https://pbs.twimg.com:8443/a https://pbs.twimg.com:9001/
    https://pbs.twimg.com:%34%34%33/
""".split()
CHARACTERS = [
    "https://evil.test\\@pbs.twimg.com/a",
    "https://pbs.twimg.com\\.evil.test/a",
    "https:\\\\pbs.twimg.com\\a",
    "https://evil.test\\pbs.twimg.com/",
    "https:/\\pbs.twimg.com/a",
    "https:\\/pbs.twimg.com/a",
    "https://pbs.twimg.com/a\\b",
    *(
        f"https://pbs.tw{mark}img.com/a"
        for mark in ("\t", "\n", "\r", "\r\n", "\0", "\x0b", "\x0c", "\x1f", "\x7f", "\x85", "\xa0")
    ),
    *(f"https://{mark}pbs.twimg.com/a" for mark in ("\t", "\n", "\0", " ", "\u2028", "\u2029", "\u3000", "\ufeff")),
    *(f"{mark}https://pbs.twimg.com/a" for mark in ("\t", "\n", "\0", " ", "\x01", "\u200b", "\ufeff")),
    *(f"https://pbs.twimg.com/a{mark}" for mark in ("\t", "\n", "\0", " ", "\x1b[31m", "\u202e", "\ud800")),
    *(f"ht{mark}tps://pbs.twimg.com/a" for mark in ("\t", "\n", "\r", "\0", " ")),
    "https://pbs.twimg.com/a\r\nHost: evil.test",
    "https://pbs.twimg.com/a HTTP/1.1\r\nX: y",
    "https://pbs.twimg.com\r\nX:/",
    "https://pbs.twimg.com/\xe9",
    "https://pbs.twimg.com/a\u560a\u560dSet-Cookie:x",
    "https://pbs.twimg.com/?q=\u2603",
]
ENCODED_HOSTS = """
    https://pbs%2etwimg%2ecom/a https://%70bs.twimg.com/a https://pbs.twimg.com%00.evil.test/a
    https://%31%32%37.0.0.1/ https://pbs.twimg.com%0d%0a/a https://pbs.twimg.com%09/a https://pbs.twimg.com%20/a
    https://pbs.twimg.com%5c/a https://pbs.twimg.com%2f.evil.test/ https://pbs.twimg.com%3f.evil.test/
    https://pbs.twimg.com%25/ https://%5b::1%5d/ https://pbs.twimg.com%E3%80%82evil.test/
    https://pbs&period;twimg.com/ https://pbs&#46;twimg.com/ https://pbs.twimg.com%
""".split()
UNICODE_HOSTS = [
    # Full stops of other scripts, which IDNA takes for dots; letters that look like Latin ones, or fold to them.
    *(f"https://pbs{dot}twimg{dot}com/a" for dot in ("\u3002", "\uff0e", "\uff61", "\u2024", "\ufe52", "\xb7")),
    "https://\uff50\uff42\uff53.twimg.com/a",
    "https://\u24df\u24d1\u24e2.twimg.com/a",
    "https://pb\u017f.twimg.com/a",
    "https://pbs.tw\u0456mg.com/a",
    "https://\u0440bs.twimg.com/a",
    "https://pbs.twimg.c\u043em/a",
    "https://pbs.tw\u0131mg.com/a",
    "https://pbs.tw\u0130mg.com/a",
    "https://pbs.twimg.\u212aom/a",
    "https://pbs.twimg.com\u2044evil.test/",
    "https://pbs.twimg.com\u2215a/",
    "https://pbs.twimg.com\uff0fevil.test/",
    "https://pbs.twimg.com\uff1fx.evil.test/",
    "https://pbs.twimg.com\uff20evil.test/",
    "https://pbs.twimg.com\uff03@evil.test/",
    "https://pbs.twimg.com\uff1a80/",
    "https://evil.test\u2048pbs.twimg.com/",
    "https://pbs\u2100twimg.com/",
    *(
        f"https://pbs.twi{mark}mg.com/a"
        for mark in ("\xad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufe0f", "\u034f", "\u180e")
    ),
    "https://pbs.twimg.com\u202emoc.live/",
    "https://\u2066pbs.twimg.com\u2069/",
    "https://fa\xdf.test/",
    "https://\U0001f600.test/",
]
DOTS_AND_LENGTHS = [
    "https://pbs.twimg.com./a",
    "https://pbs.twimg.com../a",
    "https://.pbs.twimg.com/a",
    "https://pbs..twimg.com/a",
    "https://-pbs.example.org/a",
    "https://pbs-.example.org/a",
    "https://./a",
    "https://../a",
    "https:///",
    "https://",
    "https://" + "a" * 64 + ".example.org/",
    "https://" + "a." * 130 + "example.org/",
    "https://pbs.twimg.com:" + "9" * 5000 + "/",
    "https://pbs.twimg.com:\u0664\u0664\u0663/a",
    "https://" + "a" * 1_000_000,
    "https://" + "a." * 100_000 + "example.org/",
    "https://" + "a-" * 100_000 + ".example.org/",
    "https://" + "@" * 100_000,
    "https://" + "[" * 100_000,
    "https:" + "/" * 100_000 + "pbs.twimg.com",
    "https://" + ":" * 100_000 + "pbs.twimg.com/",
]
ADDRESSES = """
    127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0x7f.1 0177.0.0.1 017700000001 0177.1 0 0.0.0.0 0x0
    00000000177.0.0.1 127.0.0.1. 127.000.000.001 256.256.256.256 4294967296 0xffffffff 1.1.1.1 8.8.8.8
    169.254.169.254 2852039166 0xa9fea9fe 0251.0376.0251.0376 0xa9.0xfe.0xa9.0xfe 169.254.43518 169.16689662
    425.510.425.510 192.168.1.1 10.0.0.1 100.100.100.200 168.63.129.16 a.b.1 1.2.3.0x example.org.0x7f
    example.org.08 a.09 1e1.1 127.0.0.1.example 127.0.0.1.nip.io localhost [::1] [::] [0:0:0:0:0:0:0:1]
    [0000:0000:0000:0000:0000:0000:0000:0001] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [2002:7f00:1::]
    [2001:0:7f00:1::] [64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [fe80::1%25eth0] [fe80::1%eth0] [fd00:ec2::254]
    [fd20:ce::254] [2606:4700::1] [::1 ::1 [::1]pbs.twimg.com [::1].pbs.twimg.com pbs.twimg.com[::1]
    [pbs.twimg.com] [v1.pbs.twimg.com] [v1.a.example.org] [vF.example.org] [127.0.0.1] [::1]] [[::1]] []
    [::1%2525]
""".split()
SINGLE_NAMES = """
    localhost LOCALHOST localhost. metadata broadcasthost ip6-localhost lambda com 0x a
""".split()
REDIRECTS = r"""
    http://169.254.169.254/latest/meta-data/ http://127.0.0.1:9001/2018-06-01/runtime/invocation/next
    http://[::1]/ //evil.test/a //127.0.0.1/ //169.254.170.2/v2/credentials //evil.test\@pbs.twimg.com/
    //pbs.twimg.com@evil.test/ /\evil.test/a \\evil.test\a file:///etc/passwd ftp://pbs.twimg.com/a
    gopher://127.0.0.1:6379/_FLUSHALL javascript:0 data:,a about:blank https://pbs.twimg.com:8443/
    http://pbs.twimg.com:22/ https://user@pbs.twimg.com/ //[ http://[ //pbs.twimg.com:x/ https://0x7f.1/
    https://2852039166/ //pbs%2etwimg.com/ //pbs.twimg.com./
""".split()
ODD_REDIRECTS = [
    "",
    " ",
    "/\t/evil.test/a",
    "\t//evil.test/a",
    "/caf\xe9",
    "https://pbs.twimg.com/ a",
    "//pbs.twimg.com\u3002/",
]
KINDS = {
    "scheme": SCHEMES,
    "suffix": SUFFIXES,
    "userinfo": USERINFO,
    "port": PORTS,
    "character": CHARACTERS,
    "encoded host": ENCODED_HOSTS,
    "unicode host": UNICODE_HOSTS,
    "dots and lengths": DOTS_AND_LENGTHS,
    "address": [f"https://{host}/a" for host in ADDRESSES],
    "single name": [f"https://{host}/a" for host in SINGLE_NAMES],
}
ACCEPTED = {
    # What is odd, and leads to an allowed host all the same.
    "https://pbs.twimg.com?@evil.test/": f"https://{HOST}/?@evil.test/",
    "https://pbs.twimg.com/@evil.test/": f"https://{HOST}/@evil.test/",
    "https://pbs.twimg.com#@evil.test/": f"https://{HOST}/",
    "https://pbs.twimg.com/#\x23": f"https://{HOST}/",
    "https://pbs.twimg.com:/a": f"https://{HOST}/a",
    "https://pbs.twimg.com:0443/a": f"https://{HOST}/a",
    "http://pbs.twimg.com/a": f"https://{HOST}/a",
    "HtTpS://PBS.TWIMG.COM/A": f"https://{HOST}/A",
    "https://pbs.twimg.com//evil.test/a": f"https://{HOST}//evil.test/a",
    "https://pbs.twimg.com/../../a": f"https://{HOST}/../../a",
    "https://pbs.twimg.com/%0d%0aHost:%20evil.test": f"https://{HOST}/%0d%0aHost:%20evil.test",
    "https://pbs.twimg.com/%00": f"https://{HOST}/%00",
    "https://pbs.twimg.com/a;b=c?d=e&f[]=g": f"https://{HOST}/a;b=c?d=e&f[]=g",
    "https://pbs.twimg.com/https://evil.test/": f"https://{HOST}/https://evil.test/",
    "https://pbs.twimg.com/a?u=http://169.254.169.254/": f"https://{HOST}/a?u=http://169.254.169.254/",
    "https://xn--e1awd7f.example.org/": "https://xn--e1awd7f.example.org/",
    "https://127.0.0.1.example.org/": "https://127.0.0.1.example.org/",
    "https://pbs.twimg.com.example.org/": "https://pbs.twimg.com.example.org/",
}
PIECES = (
    "https://",
    "http://",
    "//",
    "/",
    "\\",
    "@",
    ":",
    "#",
    "?",
    "[",
    "]",
    ".",
    "%2e",
    ";",
    "443",
    "80",
    "127.0.0.1",
    "::1",
)


@pytest.mark.parametrize(
    ("kind", "url"), [(kind, url) for kind, urls in KINDS.items() for url in urls], ids=lambda text: ascii(text)[:60]
)
def test_a_url_that_does_not_plainly_name_an_allowed_host_is_blocked(kind, url):
    assert read_status(url, ALLOWED) == "blocked_host"


@pytest.mark.parametrize("host", [*ADDRESSES, *SINGLE_NAMES])
def test_where_any_host_is_allowed_addresses_and_single_names_are_not(host):
    # Names that resolve to this machine, such as 127.0.0.1.nip.io, are blocked by their address.
    named = {"127.0.0.1.example", "127.0.0.1.nip.io"}
    assert read_status(f"https://{host}/a", (ANY_HOST,)) == ("ok" if host in named else "blocked_host")


@pytest.mark.parametrize("location", [*REDIRECTS, *ODD_REDIRECTS], ids=lambda text: ascii(text)[:60])
def test_a_redirect_that_leads_elsewhere_is_blocked(location):
    assert read_status(location, ALLOWED, base=f"https://{HOST}/media/a.jpg") == "blocked_host"


@pytest.mark.parametrize("location", ["///evil.test/a", "////evil.test/a", "https:///evil.test", "https:evil.test/a"])
def test_a_redirect_that_others_may_read_as_a_host_stays_on_the_host_that_sent_it(location):
    assert check_url(location, ALLOWED, base=f"https://{HOST}/media/a.jpg").host == HOST


@pytest.mark.parametrize(("url", "checked"), ACCEPTED.items())
def test_a_url_that_leads_to_an_allowed_host_is_requested_as_it_was_checked(url, checked):
    assert str(check_url(url, ALLOWED)) == checked


@pytest.mark.parametrize(("url", "checked"), ACCEPTED.items())
def test_other_parsers_read_the_same_host_in_a_checked_url(url, checked):
    assert read_hosts(checked) == {check_url(url, ALLOWED).host}


@given(st.lists(st.sampled_from((*PIECES, HOST, "evil.test", "a.example.org")) | st.text(max_size=3), max_size=8))
def test_whatever_is_accepted_names_an_allowed_host_for_every_parser(pieces):
    url = "".join(pieces)
    for candidate, base in ((url, ""), (f"https://{url}", ""), (url, f"https://{HOST}/a")):
        try:
            checked = check_url(candidate, ALLOWED, base=base)
        except PermanentError:
            continue
        assert checked.host == HOST or checked.host.endswith(".example.org")
        assert read_hosts(str(checked)) == {checked.host}


def read_status(url, allowed, base=""):
    try:
        check_url(url, allowed, base=base)
    except PermanentError as refused:
        return refused.status
    return "ok"


def read_hosts(url):
    """The hosts that urllib, urllib3 and requests read in a URL."""
    prepared = requests.Request("GET", url).prepare().url or ""
    return {urlsplit(url).hostname, parse_url(url).host, urlsplit(prepared).hostname}
