"""Where a photo may be downloaded from: which URLs are requested, and which network addresses are connected to.

A media URL is text from the internet. It must not lead a function to the Lambda runtime API on 127.0.0.1, to instance
metadata on 169.254.169.254, or to anything else that is not on the public internet.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urljoin, urlsplit

from photolake.errors import PermanentError, RetryableError

ANY_HOST = "*"
"""Allows every host by its name, for a URL that its user typed; its addresses must be public all the same."""

_BLOCKED = "blocked_host"

_PLAIN_TEXT = re.compile(r"[!-\[\]-~]+")  # printable ASCII without the space and the backslash
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")
# A host whose last label is a number is an IPv4 address, also 0x7f.1 (https://url.spec.whatwg.org/#ends-in-a-number-checker).
_NUMBER_AT_END = re.compile(r"\.([0-9]+|0x[0-9a-f]*)\Z")
_PORTS = {"https": 443, "http": 80}
_IPV6_PUBLIC = IPv6Network("2000::/3")
# Of IANA's registries of special-purpose addresses, what Python calls global, in some versions or in all: tunnels that
# hold an IPv4 address (6to4, Teredo), anycast to whatever is near, and addresses for documentation.
# https://www.iana.org/assignments/iana-ipv4-special-registry https://www.iana.org/assignments/iana-ipv6-special-registry
_SPECIAL_IPV4 = tuple(
    IPv4Network(block)
    for block in (
        "192.0.0.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.175.48.0/24",
        # The platform of Azure, at this address in every virtual machine:
        # https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
        "168.63.129.16/32",
    )
)
_SPECIAL_IPV6 = tuple(IPv6Network(block) for block in ("2001::/23", "2002::/16", "2620:4f:8000::/48", "3fff::/20"))


@dataclass(frozen=True)
class PhotoUrl:
    """A URL that may be requested: always https on port 443; `target` is the path with the query."""

    host: str
    target: str

    def __str__(self) -> str:
        """The URL in absolute form."""
        return f"https://{self.host}{self.target}"


def check_url(url: str, allowed_hosts: Sequence[str], base: str = "") -> PhotoUrl:
    """Check a URL, relative to `base` if it is that of a redirect, without the DNS; http becomes https.

    A host is allowed by its name, as any subdomain of `example.org` by the entry `*.example.org`, or by ANY_HOST.
    PermanentError `blocked_host`: another host or port, credentials in the URL, or what two parsers could read
    differently (characters beyond printable ASCII, backslashes, IP addresses, encoded hosts).
    """
    if not _PLAIN_TEXT.fullmatch(url):
        raise PermanentError(_BLOCKED, f"the URL {url[:200]!r} is empty or has characters that a URL may not have")
    try:
        parts = urlsplit(urljoin(base, url))
        port = parts.port
    except ValueError as error:
        raise PermanentError(_BLOCKED, f"{url[:200]!r} is not a URL: {error}") from error
    host = parts.hostname or ""
    _check_parts(parts, host, port)
    if not any(_matches(host, allowed.lower()) for allowed in allowed_hosts):
        raise PermanentError(_BLOCKED, f"{host} is not one of the allowed photo hosts")
    return PhotoUrl(host, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def resolve_public_address(host: str) -> str:
    """Resolve the host, once, to the address to connect to; IPv4 first, as Lambda has no IPv6 outside a VPC.

    PermanentError `blocked_host`: one of the host's addresses is not on the public internet.
    RetryableError: the DNS does not respond.
    """
    try:
        found = socket.getaddrinfo(host, _PORTS["https"], type=socket.SOCK_STREAM)
    except OSError as error:
        raise RetryableError(f"cannot resolve {host}: {error}") from error
    return choose_address(host, [str(sockaddr[0]) for *_, sockaddr in found])


def choose_address(host: str, addresses: Sequence[str]) -> str:
    """Choose the address to connect to; PermanentError `blocked_host` if any is not public, RetryableError if none."""
    for address in addresses:
        if not is_public(address):
            raise PermanentError(_BLOCKED, f"{host} resolves to {address}, which is not on the public internet")
    if not addresses:
        raise RetryableError(f"{host} has no address")
    return min(addresses, key=lambda address: ip_address(address).version)


def is_public(address: str) -> bool:
    """Whether an IP address is one host on the public internet; mapped, translated and tunnelled addresses are not."""
    parsed: IPv4Address | IPv6Address = ip_address(address)
    if not parsed.is_global or parsed.is_multicast:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in block for block in _SPECIAL_IPV4)
    # A zone names an interface of this machine.
    is_special = parsed.scope_id is not None or any(parsed in block for block in _SPECIAL_IPV6)
    return parsed in _IPV6_PUBLIC and not is_special


def _check_parts(parts: SplitResult, host: str, port: int | None) -> None:
    if parts.scheme not in _PORTS:
        raise PermanentError(_BLOCKED, f"a photo's URL begins with https://, not {parts.scheme[:20]!r}")
    if "[" in parts.netloc:
        raise PermanentError(_BLOCKED, f"{parts.netloc[:200]!r} is an IP address, not a host name")
    if "@" in parts.netloc:
        raise PermanentError(_BLOCKED, "the URL holds credentials")
    if port not in (None, _PORTS[parts.scheme]):
        raise PermanentError(_BLOCKED, f"port {port} is not the usual one for {parts.scheme}")
    if not _HOST.fullmatch(host):
        raise PermanentError(_BLOCKED, f"{host[:200]!r} is not a host name")
    if _NUMBER_AT_END.search(host):
        raise PermanentError(_BLOCKED, f"{host[:200]!r} is an IP address, not a host name")


def _matches(host: str, allowed: str) -> bool:
    if allowed == ANY_HOST:
        return True
    if allowed.startswith("*."):
        return host.endswith(allowed[1:])
    return host == allowed
