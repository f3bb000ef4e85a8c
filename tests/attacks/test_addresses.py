"""Addresses that are not one host on the public internet, and names whose addresses change."""

import ipaddress
import socket

import pytest

from photolake.errors import PermanentError, RetryableError
from photolake.photos.download import Downloader
from photolake.photos.urls import ANY_HOST, choose_address, is_public

# IANA's special-purpose registries, with the blocks they are part of, and what is in neither: multicast, Azure's
# platform, IPv6 that is not allocated or deprecated.
# https://www.iana.org/assignments/iana-ipv4-special-registry https://www.iana.org/assignments/iana-ipv6-special-registry
SPECIAL_BLOCKS = {
    "0.0.0.0/8": "this network",
    "0.0.0.0/32": "this host",
    "10.0.0.0/8": "private use",
    "100.64.0.0/10": "shared address space",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link local",
    "172.16.0.0/12": "private use",
    "192.0.0.0/24": "IETF protocol assignments",
    "192.0.0.0/29": "IPv4 service continuity",
    "192.0.0.8/32": "IPv4 dummy address",
    "192.0.0.9/32": "Port Control Protocol anycast",
    "192.0.0.10/32": "TURN anycast",
    "192.0.0.170/32": "NAT64 and DNS64 discovery",
    "192.0.0.171/32": "NAT64 and DNS64 discovery",
    "192.0.2.0/24": "documentation",
    "192.31.196.0/24": "AS112",
    "192.52.193.0/24": "AMT",
    "192.88.99.0/24": "6to4 relay anycast",
    "192.168.0.0/16": "private use",
    "192.175.48.0/24": "AS112 direct delegation",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "233.252.0.0/24": "documentation of multicast",
    "240.0.0.0/4": "reserved",
    "255.255.255.255/32": "limited broadcast",
    "168.63.129.16/32": "Azure's platform",
    "::/128": "unspecified",
    "::1/128": "loopback",
    "::/96": "IPv4-compatible",
    "::ffff:0:0/96": "IPv4-mapped",
    "::ffff:0:0:0/96": "IPv4-translated",
    "64:ff9b::/96": "NAT64",
    "64:ff9b:1::/48": "local NAT64",
    "100::/64": "discard only",
    "100:0:0:1::/64": "dummy prefix",
    "200::/7": "unallocated",
    "400::/6": "unallocated",
    "1000::/4": "unallocated",
    "2001::/23": "IETF protocol assignments",
    "2001::/32": "Teredo",
    "2001:1::1/128": "Port Control Protocol anycast",
    "2001:1::2/128": "TURN anycast",
    "2001:1::3/128": "DNS-SD anycast",
    "2001:2::/48": "benchmarking",
    "2001:3::/32": "AMT",
    "2001:4:112::/48": "AS112",
    "2001:10::/28": "ORCHID",
    "2001:20::/28": "ORCHIDv2",
    "2001:30::/28": "drone remote identification",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4",
    "2620:4f:8000::/48": "AS112 direct delegation",
    "3fff::/20": "documentation",
    "4000::/3": "unallocated",
    "5f00::/16": "segment routing",
    "8000::/3": "unallocated",
    "fc00::/7": "unique local",
    "fe80::/10": "link local",
    "fec0::/10": "site local",
    "ff00::/8": "multicast",
}
METADATA = {
    "169.254.169.254": "AWS, Azure, Google Cloud, OpenStack, DigitalOcean",
    "169.254.170.2": "credentials of ECS tasks",
    "169.254.170.23": "credentials of EKS pods",
    "169.254.169.253": "DNS of a VPC",
    "169.254.169.123": "time of a VPC",
    "169.254.0.23": "Tencent Cloud",
    "192.0.0.192": "Oracle Cloud",
    "100.100.100.200": "Alibaba Cloud",
    "168.63.129.16": "Azure",
    "fd00:ec2::254": "AWS",
    "fd00:ec2::23": "credentials of EKS pods",
    "fd20:ce::254": "Google Cloud",
    "fd00:c1::a9fe:a9fe": "Oracle Cloud",
    "fe80::a9fe:a9fe": "OpenStack",
}
# Ways to write 169.254.169.254 and 127.0.0.1 as IPv6.
EMBEDDED = """
    ::ffff:169.254.169.254 ::ffff:a9fe:a9fe 0:0:0:0:0:ffff:a9fe:a9fe ::FFFF:A9FE:A9FE ::169.254.169.254
    64:ff9b::169.254.169.254 64:ff9b::a9fe:a9fe 64:ff9b:1::a9fe:a9fe 2002:a9fe:a9fe:: 2002:a9fe:a9fe::a9fe:a9fe
    2001:0:a9fe:a9fe:: 2001:0:53aa:64c::5601:5601 2001::5601:5601 ::ffff:0:a9fe:a9fe ::ffff:127.0.0.1
    ::ffff:0.0.0.0 ::1 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001 ::0001 ::1%lo fe80::1%eth0
    fe80::1%25eth0 fe80::5efe:a9fe:a9fe 2606:4700::1%eth0 ::2 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::
""".split()
PUBLIC = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255
    169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.1 192.0.3.0 192.88.98.255 192.88.100.0
    192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 203.0.114.0 168.63.129.15 168.63.129.17
    223.255.255.255 104.244.42.1 151.101.1.140 2001:200::1 2001:4860:4860::8888 2003::1 2600::1
    2606:4700::6810:84e5 2a04:4e42::396 2620:4f:8001::1 2620:0:ccc::2 2c0f::1 2400::1 2800::1
""".split()


@pytest.mark.parametrize("block", SPECIAL_BLOCKS)
def test_no_address_of_a_special_block_is_connected_to(block):
    network = ipaddress.ip_network(block)
    middle = network[network.num_addresses // 2]
    assert [str(each) for each in (network[0], middle, network[-1]) if is_public(str(each))] == []


@pytest.mark.parametrize("address", [*METADATA, *EMBEDDED])
def test_no_metadata_service_is_connected_to_however_its_address_is_written(address):
    assert not is_public(address)
    with pytest.raises(PermanentError) as refused:
        choose_address("img.example.org", ["8.8.8.8", address])
    assert refused.value.status == "blocked_host"


@pytest.mark.parametrize("address", PUBLIC)
def test_the_neighbours_of_special_blocks_are_connected_to(address):
    assert choose_address("img.example.org", [address]) == address


class Dns:
    """Resolves each name to the next of its answers, and numbers to themselves; records the names."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def __call__(self, host, port, *options, **named):
        try:
            addresses = [str(ipaddress.ip_address(host))]
        except ValueError:
            self.asked.append(host)
            addresses = self.answers.pop(0)
        families = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (families[ipaddress.ip_address(address).version], socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]


@pytest.fixture(scope="module")
def downloader():
    return Downloader([ANY_HOST])


@pytest.fixture
def connected(monkeypatch):
    """The addresses that sockets connect to; nothing listens there."""
    found = []

    def refuse(sock, address):
        found.append(address[:2])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return found


@pytest.mark.parametrize(
    ("answers", "address"),
    [
        ([["8.8.8.8"], ["127.0.0.1"]], "8.8.8.8"),
        ([["8.8.8.8"], ["169.254.169.254"], ["169.254.169.254"]], "8.8.8.8"),
        ([["2606:4700::1"], ["::1"]], "2606:4700::1"),
        ([["2606:4700::1", "8.8.8.8"], ["10.0.0.1"]], "8.8.8.8"),
        ([["8.8.4.4", "8.8.8.8"], ["127.0.0.1"]], "8.8.4.4"),
    ],
)
def test_the_address_that_was_checked_is_connected_to(downloader, monkeypatch, connected, answers, address):
    dns = Dns(*answers)
    monkeypatch.setattr(socket, "getaddrinfo", dns)
    with pytest.raises(RetryableError):
        downloader.download("https://img.example.org/a.jpg")
    assert (dns.asked, connected) == (["img.example.org"], [(address, 443)])


@pytest.mark.parametrize(
    "addresses",
    [
        *(["127.0.0.1"], ["::1"], ["169.254.169.254"], ["8.8.8.8", "127.0.0.1"], ["8.8.8.8", "::ffff:127.0.0.1"]),
        *(
            ["2606:4700::1", "10.0.0.1"],
            ["0.0.0.0"],
            ["192.0.0.192"],
            ["100.100.100.200"],
            ["fe80::1"],
            ["fd00:ec2::254"],
        ),
    ],
)
@pytest.mark.parametrize("host", ["img.example.org", "a.localhost", "127.0.0.1.nip.io", "metadata.google.internal"])
def test_a_name_that_leads_elsewhere_is_not_connected_to(downloader, monkeypatch, connected, host, addresses):
    monkeypatch.setattr(socket, "getaddrinfo", Dns(addresses))
    with pytest.raises(PermanentError) as refused:
        downloader.download(f"https://{host}/a.jpg")
    assert (refused.value.status, connected) == ("blocked_host", [])
