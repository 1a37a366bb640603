"""What is asked of a proxy, read strictly from the bytes of its head."""

import re
from asyncio import IncompleteReadError, LimitOverrunError, StreamReader
from dataclasses import dataclass
from typing import Final

_LARGEST_HEAD: Final = 16 * 1024
_HOST: Final = r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{1,253})"
_TUNNEL: Final = re.compile(rf"CONNECT {_HOST}:(?P<port>[0-9]{{1,5}}) HTTP/1\.[01]")
_PLAIN: Final = re.compile(
    rf"(?P<method>GET|HEAD) http://{_HOST}(?::(?P<port>[0-9]{{1,5}}))?(?P<path>/[!-~]*)? HTTP/1\.[01]"
)
_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ \t]*[^\x00-\x08\x0a-\x1f\x7f]*")
# They are for the proxy, or would keep the connection for what is asked next.
_OWN: Final = (
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
)


class BadRequest(Exception):
    """It cannot be told where this wants to go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Where somebody wants to go; `opening` is what is said there first, nothing for a tunnel."""

    host: str
    port: int
    opening: bytes = b""


async def head_of(reader: StreamReader) -> bytes:
    """The request's first line and its headers. Raises BadRequest."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (IncompleteReadError, LimitOverrunError):
        raise BadRequest("no request") from None
    if len(head) > _LARGEST_HEAD:
        raise BadRequest("the request is too long")
    return head


def read_request(head: bytes) -> Request:
    """A tunnel to a host and port, or a plain request with its whole address. Raises BadRequest."""
    try:
        first, *headers = head.decode("ascii").removesuffix("\r\n\r\n").split("\r\n")
    except UnicodeDecodeError:
        raise BadRequest("not ASCII") from None
    if not all(map(_HEADER.fullmatch, headers)):
        raise BadRequest("not a header")
    if tunnel := _TUNNEL.fullmatch(first):
        return Request(host=tunnel["host"], port=int(tunnel["port"]))
    if plain := _PLAIN.fullmatch(first):
        return _plain(plain, headers)
    raise BadRequest("only CONNECT host:port, or GET and HEAD of an http address")


def _plain(asked: re.Match[str], headers: list[str]) -> Request:
    """It is passed on as the host itself expects it, once, and then the connection ends."""
    host, port = asked["host"], int(asked["port"] or 80)
    kept = [each for each in headers if each.partition(":")[0].lower() not in _OWN]
    lines = [
        f"{asked['method']} {asked['path'] or '/'} HTTP/1.1",
        f"Host: {host}",
        "Connection: close",
        *kept,
    ]
    return Request(host=host, port=port, opening="\r\n".join([*lines, "", ""]).encode())
