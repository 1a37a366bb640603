"""What nobody in particular asks at random is refused, and tells nothing of what is there."""

from pathlib import Path

from tests.doors.fuzz import Seen, fuzzed, noted, served


async def test_nothing_that_is_asked_without_a_credential_fails_or_tells_of_what_is_there(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as port:
        seen = await fuzzed(port, most=2_000, seed=1)

    assert seen.answered == 2_000
    assert (seen.failures, seen.leaks) == ([], [])
    assert {200, 400, 401, 404, 405} <= set(seen.statuses)


def test_a_failure_and_a_leak_would_be_noted() -> None:
    seen = Seen()

    noted(seen, b"GET / HTTP/1.1", b'HTTP/1.1 500 Internal Server Error\r\n\r\n{"login": "ada"}')
    noted(seen, b"GET /?q=acme/shop HTTP/1.1", b"HTTP/1.1 400 Bad Request\r\n\r\nacme/shop, metadata, events")

    assert (len(seen.failures), len(seen.leaks)) == (1, 1)
