"""Where a set-up may be led to (security catalogue, SB-02): by name and port, then by address."""

import pytest

from bot.infrastructure.addresses import is_public, why_refused
from bot.infrastructure.proxy_wire import BadRequest, Request, read_request

HOSTS = frozenset({"index.example.org", "plain.example.org:80"})


@pytest.mark.parametrize(
    ("host", "port"), [("index.example.org", 443), ("INDEX.example.org", 443), ("plain.example.org", 80)]
)
def test_sb_02_a_set_up_is_led_to_the_very_hosts_and_ports_that_the_operator_names(
    host: str, port: int
) -> None:
    assert why_refused(host, port, hosts=HOSTS) is None


@pytest.mark.parametrize(
    ("host", "port", "why"),
    [
        ("index.example.org", 80, "not_allowed"),
        ("plain.example.org", 443, "not_allowed"),
        ("index.example.org", 22, "not_allowed"),
        ("example.org", 443, "not_allowed"),
        ("a.index.example.org", 443, "not_allowed"),
        ("index.example.org.evil.org", 443, "not_allowed"),
        ("index.example.org.", 443, "not_allowed"),
        ("іndex.example.org", 443, "not_allowed"),  # noqa: RUF001  a Cyrillic letter
        ("localhost", 443, "not_allowed"),
        ("a" * 254, 443, "not_allowed"),
        ("127.0.0.1", 443, "an_address"),
        ("2130706433", 443, "an_address"),
        ("0x7f000001", 443, "an_address"),
        ("127.1", 443, "an_address"),
        ("1.1.1.1.", 443, "an_address"),
        ("[::1]", 443, "an_address"),
        ("[2606:4700:4700::1111]", 443, "an_address"),
        ("::1", 443, "an_address"),
    ],
)
def test_sb_02_a_set_up_is_led_nowhere_else(host: str, port: int, why: str) -> None:
    assert why_refused(host, port, hosts=HOSTS) == why


def test_sb_02_an_address_is_refused_even_where_the_list_has_it() -> None:
    assert why_refused("1.1.1.1", 443, hosts=frozenset({"1.1.1.1"})) == "an_address"


@pytest.mark.parametrize("address", ["1.1.1.1", "151.101.0.223", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_sb_02_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1"),  # noqa: S104
        *("169.254.169.254", "169.254.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.7"),
        *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.0.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1"),
        *("64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:4136:e378::"),
    ],
)
def test_sb_02_no_address_of_this_machine_its_network_or_its_cloud_is_public(address: str) -> None:
    assert not is_public(address)


def test_a_tunnel_is_asked_for_by_host_and_port() -> None:
    head = b"CONNECT index.example.org:443 HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\n\r\n"

    assert read_request(head) == Request(host="index.example.org", port=443)


def test_a_plain_request_is_passed_on_for_its_own_host_and_once() -> None:
    head = (
        b"GET http://index.example.org/simple/a/?b HTTP/1.1\r\nHost: evil.example.org\r\nAccept: */*\r\n"
        b"Proxy-Authorization: Basic x\r\nConnection: keep-alive\r\n\r\n"
    )

    assert read_request(head) == Request(
        host="index.example.org",
        port=80,
        opening=b"GET /simple/a/?b HTTP/1.1\r\nHost: index.example.org\r\n"
        b"Connection: close\r\nAccept: */*\r\n\r\n",
    )


@pytest.mark.parametrize(
    "head",
    [
        b"\r\n\r\n",
        b"GET /simple/ HTTP/1.1\r\nHost: index.example.org\r\n\r\n",
        b"GET https://index.example.org/ HTTP/1.1\r\n\r\n",
        b"GET http://user:key@index.example.org/ HTTP/1.1\r\n\r\n",
        b"GET http://index.example.org@evil.example.org/ HTTP/1.1\r\n\r\n",
        b"GET http://index.example.org /evil HTTP/1.1\r\n\r\n",
        b"PUT http://index.example.org/ HTTP/1.1\r\n\r\n",
        b"CONNECT index.example.org HTTP/1.1\r\n\r\n",
        b"CONNECT index.example.org:443:443 HTTP/1.1\r\n\r\n",
        b"CONNECT index.example.org:443 HTTP/2\r\n\r\n",
        b"CONNECT index.example.org:443 HTTP/1.1\r\nA: b\nC: d\r\n\r\n",
        b"CONNECT index.example.org:443 HTTP/1.1\r\n folded\r\n\r\n",
        b"CONNECT index.example.org:443\x00 HTTP/1.1\r\n\r\n",
        b"CONNECT \xd1\x96ndex.example.org:443 HTTP/1.1\r\n\r\n",
    ],
)
def test_sb_02_what_can_be_read_in_two_ways_is_not_read(head: bytes) -> None:
    with pytest.raises(BadRequest):
        read_request(head)
