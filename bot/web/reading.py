"""Reading a body that nobody has vouched for yet: not too much, not too slowly, not too many at once."""

import asyncio
from dataclasses import dataclass
from typing import Final, Self

from aiohttp import web

from bot.records import Refused, Unavailable

LARGEST_BODY: Final = 25 * 1024 * 1024  # GitHub sends no payload above 25 MB
READ_SECONDS: Final = 8.0  # GitHub waits ten for the answer
UNCOUNTED: Final = 64 * 1024
"""The first bytes of each body are free: a usual delivery is never turned away because of big ones."""


@dataclass(slots=True)
class Allowance:
    """How many bytes of unchecked bodies may lie in memory, all requests together."""

    most: int = 96 * 1024 * 1024
    held: int = 0

    def share(self) -> "Share":
        """One request's part of it, given back at the end of its block."""
        return Share(self)


@dataclass(slots=True)
class Share:
    """What one request holds of the allowance."""

    allowance: Allowance
    taken: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.allowance.held -= self.taken

    def cover(self, size: int) -> None:
        """Take as much as a body of this size needs. Raises Unavailable where too much is held already."""
        more = max(0, size - UNCOUNTED) - self.taken
        if more <= 0:
            return
        if self.allowance.held + more > self.allowance.most:
            raise Unavailable("too_many_bytes", "too many large requests at once", retry_after=10)
        self.allowance.held += more
        self.taken += more


async def read_body(
    request: web.Request, share: Share, *, seconds: float = READ_SECONDS, most: int = LARGEST_BODY
) -> bytes:
    """The raw bytes. Raises Refused: too_large, too_slow, broken_body; Unavailable: too_many_bytes."""
    check_size(request.content_length or 0, most)
    if request.content.is_eof():
        body = request.content.read_nowait()  # all of it came with the headers: nothing to wait for
        share.cover(len(body))
        return body
    return await _in_time(request, share, seconds, most)


async def read_short(request: web.Request, *, seconds: float = READ_SECONDS) -> bytes:
    """All of a body whose length was judged before, in however many pieces it comes.

    Raises Refused: too_slow, broken_body.
    """
    return await _in_time(request, Allowance().share(), seconds, LARGEST_BODY)


async def _in_time(request: web.Request, share: Share, seconds: float, most: int) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, share, most)
    except TimeoutError:
        raise Refused(408, "too_slow", f"send the whole body within {seconds:.0f} seconds") from None
    except (web.RequestPayloadError, ConnectionError):
        raise Refused(400, "broken_body", "the body ended early or was framed wrongly") from None


async def _read(request: web.Request, share: Share, most: int) -> bytes:
    body = bytearray()
    while chunk := await request.content.readany():
        check_size(len(body) + len(chunk), most)
        share.cover(len(body) + len(chunk))
        body += chunk
    return bytes(body)


def check_size(size: int, most: int) -> None:
    """Refuse what is larger than anything that is sent to this door."""
    if size > most:
        raise Refused(413, "too_large", f"nothing above {most >> 20} MB is sent here")
