"""Which addresses a set-up may be led to, and where those that a resolver names lie: pure rules."""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

HTTPS, HTTP = 443, 80
_LONGEST_NAME: Final = 253
# Addresses that carry another one inside, by which a host of this network could be meant.
_CARRYING: Final = tuple(
    map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"))
)


def why_refused(host: str, port: int, *, hosts: Collection[str]) -> str | None:
    """Why nobody is led there, as a stable code; None where the operator allows this very host and port."""
    name = host.lower()
    if _is_literal(name):
        return "an_address"
    if not name.isascii() or len(name) > _LONGEST_NAME or named(name, port) not in hosts:
        return "not_allowed"
    return None


def named(host: str, port: int) -> str:
    """Host and port as the list of allowed ones spells them: the port of HTTPS goes without saying."""
    return host if port == HTTPS else f"{host}:{port}"


def is_public(address: str) -> bool:
    """Whether the address is one of the internet: none of this machine, its network or its cloud."""
    at = ip_address(address.partition("%")[0])
    if isinstance(at, IPv6Address):
        if at.ipv4_mapped is not None:
            return _is_public(at.ipv4_mapped)
        if any(at in network for network in _CARRYING):
            return False
    return _is_public(at)


def _is_public(at: IPv4Address | IPv6Address) -> bool:
    return at.is_global and not (at.is_multicast or at.is_reserved or at.is_private or at.is_unspecified)


def _is_literal(name: str) -> bool:
    """Whether it is an address in any spelling that a resolver takes for one: its last part is a number."""
    last = name.strip("[]").rstrip(".").rpartition(".")[2]
    return ":" in name or last.isdecimal() or last.startswith("0x")
