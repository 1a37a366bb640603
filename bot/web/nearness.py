"""Whether a request comes from this very machine."""

import ipaddress
from typing import Final

from aiohttp import web

from bot.records import Refused

_RELAYED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def is_loopback(host: str) -> bool:
    """An address of this machine that nobody outside can reach, or localhost."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_is_near(request: web.Request) -> None:
    """Refuse what comes from elsewhere: over the network, through a proxy, or by another host's name."""
    relayed = any(name in request.headers for name in _RELAYED)
    if relayed or not is_loopback(request.remote or "") or not is_loopback(request.url.host or ""):
        raise Refused(403, "not_near", "this answers only to the machine it runs on")
