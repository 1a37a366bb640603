"""When an answer may be told again, and with what: rules without a socket and without a clock."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from bot.api_records import Caller, Mark, Quota

LARGEST: Final = 128 * 1024
OVERHEAD: Final = 2_048  # bytes that an entry takes beside its parts, or less
KEPT: Final = frozenset((HTTPStatus.OK, HTTPStatus.NOT_MODIFIED))
NOT_AGAIN: Final = frozenset(("connection", "set-cookie", "transfer-encoding"))
# They differ from request to request, and the content of no answer is decided by them.
UNHEARD: Final = frozenset((b"x-request-id", b"x-forwarded-for", b"traceparent", b"tracestate"))
# They differ from answer to answer; all others are told as they were.
OWN: Final = ("Date", "X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """An answer with all that it stands on: who asked, and since when the log and GitHub's word are known.

    It is cut where it says what is its own, in the order of `OWN`. `of` is the stream that it tells of, ""
    where it tells of many; `said` writes the log's line, given the request's id. Of the question there is a
    digest alone.
    """

    parts: tuple[bytes, ...]
    status: int
    route: str
    caller: Caller
    mark: Mark
    of: str
    said: Callable[[str], None] = field(compare=False)

    @property
    def size(self) -> int:
        return sum(map(len, self.parts)) + OVERHEAD


def question_of(method: str, path: str, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """What two requests have in common that ask the same, to the byte and to the order of their headers."""
    lines = [method.encode(), path.encode(errors="surrogateescape")]
    for each in headers:
        if each[0].lower() not in UNHEARD:
            lines += each
    return hashlib.blake2b(b"\r\n".join(lines), digest_size=32).digest()


def is_to_keep(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an answer is one that can be told again, on a connection that stays."""
    own = tuple(name for name in headers if name in OWN)
    may_be = status in KEPT and NOT_AGAIN.isdisjoint(map(str.lower, headers))
    return may_be and own == OWN and len(body) <= LARGEST


def parts_of(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> tuple[bytes, ...]:
    """An answer, cut where it says what is its own."""
    parts, last = [], f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
    for name, text in headers:
        if name in OWN:
            parts.append(f"{last}{name}: ".encode())
            last = "\r\n"
        else:
            last += f"{name}: {text}\r\n"
    return (*parts, f"{last}\r\n".encode() + body)


def put_together(parts: tuple[bytes, ...], *, request_id: str, quota: Quota, date: str) -> bytes:
    """The answer with what is this one's own."""
    before, date_is, id_is, most, left, wait = parts
    return b"%b%b%b%b%b%d%b%d%b%d%b" % (
        *(before, date.encode(), date_is, request_id.encode(), id_is),
        *(quota.most, most, quota.left, left, quota.wait_seconds, wait),
    )
