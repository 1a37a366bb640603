"""When an answer may be told again, and which part of it is its own."""

from collections.abc import Mapping
from typing import Final

import pytest

from bot.api_records import Quota
from bot.web.retelling import LARGEST, OWN, is_to_keep, parts_of, put_together, question_of

HEADERS: Final = ((b"Host", b"x"), (b"Authorization", b"Bearer one"))
ANSWER: Final[Mapping[str, str]] = {"Content-Length": "2", **dict.fromkeys(OWN, "before"), "Vary": "%d"}
QUOTA: Final = Quota(most=60, left=59, wait_seconds=7)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/b", HEADERS),
        ("/a?x=1&y=2", HEADERS),
        ("/a?y=2&x=1", HEADERS),
        ("/a", HEADERS[:1]),
        ("/a", HEADERS[::-1]),
        ("/a", (*HEADERS, (b"Accept", b"*/*"))),
        ("/a", (*HEADERS, HEADERS[1])),
        ("/a", ((b"Host", b"x"), (b"Authorization", b"Bearer two"))),
        ("/a", ((b"Host", b"x"), (b"authorization", b"Bearer one"))),
        ("/a", ((b"Host", b"x\nAuthorization"), (b"Bearer", b"one"))),
        ("/\udcff", HEADERS),
    ],
)
def test_whatever_is_asked_otherwise_is_another_question(
    path: str, headers: tuple[tuple[bytes, bytes], ...]
) -> None:
    assert question_of("GET", path, headers) != question_of("GET", "/a", HEADERS)
    assert question_of("GET", path, headers) == question_of("GET", path, headers)


@pytest.mark.parametrize("name", [b"X-Request-Id", b"x-forwarded-for", b"traceparent", b"TraceState"])
def test_what_differs_each_time_and_decides_nothing_does_not_count(name: bytes) -> None:
    assert question_of("GET", "/a", (*HEADERS, (name, b"1"))) == question_of("GET", "/a", HEADERS)


def test_of_a_question_nothing_is_kept_that_could_be_read() -> None:
    assert b"one" not in question_of("GET", "/a", HEADERS)


@pytest.mark.parametrize(
    ("status", "headers", "size", "is_kept"),
    [
        (200, ANSWER, LARGEST, True),
        (304, ANSWER, 0, True),
        (200, ANSWER, LARGEST + 1, False),
        (404, ANSWER, 2, False),
        (429, ANSWER, 2, False),
        (200, {**ANSWER, "Connection": "close"}, 2, False),
        (200, {**ANSWER, "SET-COOKIE": "x"}, 2, False),
        (200, {**ANSWER, "Transfer-Encoding": "chunked"}, 2, False),
        (200, {name: text for name, text in ANSWER.items() if name != "Date"}, 2, False),
        (200, dict(reversed([*ANSWER.items()])), 2, False),
    ],
)
def test_only_what_is_whole_and_short_and_good_is_kept(
    status: int,
    headers: Mapping[str, str],
    size: int,
    is_kept: bool,  # noqa: FBT001
) -> None:
    assert is_to_keep(status, headers, bytes(size)) == is_kept


def test_each_answer_says_for_itself_what_is_its_own_and_the_rest_is_as_it_was() -> None:
    parts = parts_of(200, ANSWER.items(), b"%b")

    assert put_together(parts, request_id="r-1", quota=QUOTA, date="now") == (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nDate: now\r\nX-Request-Id: r-1\r\nRateLimit-Limit: 60\r\n"
        b"RateLimit-Remaining: 59\r\nRateLimit-Reset: 7\r\nVary: %d\r\n\r\n%b"
    )
