"""What is expected that there is not, over a real socket: refused in the one shape, before all else."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.web.api_door import PREFIX
from tests.doors.fuzz import served


async def answered(port: int, path: str, expected: bytes, version: bytes = b"1.1") -> tuple[bytes, Any]:
    """The head of the answer, and its body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = b"GET %s HTTP/%s\r\nHost: x\r\nConnection: close\r\nX: \xe9\r\nexpect: %s\r\n\r\n"
    writer.write(head % (path.encode(), version, expected))
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return head, json.loads(body) if body.startswith(b"{") else body


@pytest.mark.parametrize("path", [f"{PREFIX}/me", "/healthz", "/nowhere", "/auth/token"])
async def test_web_15_an_expectation_that_nobody_can_read_is_refused_wherever_it_is_said(
    tmp_path: Path, path: str
) -> None:
    async with served(tmp_path) as port:
        for expected, status in ((b"\xff", 400), (b"100-continue\xe9", 400), (b"a-miracle", 417)):
            head, said = await answered(port, path, expected)

            assert head.startswith(b"HTTP/1.1 %d " % status)
            assert (said["status"], said["type"]) == (status, "urn:problem:expectation_failed")
            assert b"Content-Type: application/problem+json" in head
            assert f"X-Request-Id: {said['request_id']}".encode() in head
            assert b"X-Content-Type-Options: nosniff" in head
            assert b"\r\nServer:" not in head


async def test_what_is_there_may_be_expected_and_an_old_client_expects_nothing(tmp_path: Path) -> None:
    async with served(tmp_path) as port:
        usual, body = await answered(port, "/healthz", b"100-Continue")
        old, _ = await answered(port, "/healthz", b"\xff", b"1.0")
        after, said = await answered(port, f"{PREFIX}/openapi.json", b"")

    assert usual == b"HTTP/1.1 100 Continue"
    assert body.startswith(b"HTTP/1.1 200 ")
    assert old.startswith(b"HTTP/1.0 200 ")
    assert after.startswith(b"HTTP/1.1 200 ")
    assert said["openapi"] == "3.1.0"
