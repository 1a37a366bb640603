"""What a policy promises of every outgoing call."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import pytest
from gidgethub import BadRequest
from structlog.testing import capture_logs

from bot.infrastructure.resilience import POLICIES, Policy
from bot.records import StepFailed, Unavailable


class Heard:
    """An observer with a memory."""

    def __init__(self) -> None:
        self.points: list[str] = []

    def before(self, point: str) -> None:
        self.points.append(f"before {point}")

    def after(self, point: str) -> None:
        self.points.append(f"after {point}")


def policy(
    *,
    concurrency: int = 2,
    attempt_seconds: float = 5,
    deadline_seconds: float = 5,
    threshold: int = 2,
    ttl_seconds: float = 60,
    observer: Heard | None = None,
) -> Policy:
    return Policy(
        "github",
        concurrency=concurrency,
        attempt_seconds=attempt_seconds,
        deadline_seconds=deadline_seconds,
        threshold=threshold,
        ttl_seconds=ttl_seconds,
        observer=observer,
    )


async def answers() -> str:
    return "answer"


async def hangs() -> str:
    await asyncio.Event().wait()
    return "never"


def fails(error: Exception) -> Callable[[], Awaitable[str]]:
    async def attempt() -> str:
        raise error

    return attempt


async def failing(github: Policy, error: Exception, *, times: int) -> None:
    for _ in range(times):
        with pytest.raises(type(error)):
            await github.call("try", fails(error))


async def test_a_call_gives_what_the_dependency_answers() -> None:
    assert await policy().call("ask", answers) == "answer"


async def test_the_observer_hears_of_the_call_before_and_after() -> None:
    heard = Heard()

    await policy(observer=heard).call("create_comment", answers)

    assert heard.points == ["before github.create_comment", "after github.create_comment"]


async def test_the_observer_hears_the_end_of_a_call_that_failed() -> None:
    heard = Heard()

    await failing(policy(observer=heard), StepFailed("no"), times=1)

    assert heard.points == ["before github.try", "after github.try"]


async def test_an_attempt_that_takes_too_long_is_a_timeout() -> None:
    with pytest.raises(Unavailable) as failure:
        await policy(attempt_seconds=0.01).call("ask", hangs)

    assert failure.value.code == "github_timeout"


async def test_the_deadline_ends_an_attempt_that_began_late() -> None:
    with pytest.raises(Unavailable) as failure:
        await policy(deadline_seconds=0.01).call("ask", hangs)

    assert failure.value.code == "github_timeout"


async def test_who_finds_no_place_before_the_deadline_is_told_busy() -> None:
    github, entered = policy(concurrency=1), asyncio.Event()

    async def takes_the_place() -> str:
        entered.set()
        return await hangs()

    async with asyncio.TaskGroup() as group:
        first = group.create_task(github.call("ask", takes_the_place))
        await entered.wait()
        github.deadline_seconds = 0.02

        with pytest.raises(Unavailable, match="github_busy"):
            await github.call("ask", hangs)
        first.cancel()


async def test_no_more_than_its_number_run_at_once() -> None:
    github, seen = policy(concurrency=2), []

    async def attempt() -> None:
        seen.append(github.in_flight)
        await asyncio.sleep(0)

    await asyncio.gather(*(github.call("ask", attempt) for _ in range(6)))

    assert max(seen) == 2
    assert github.in_flight == 0


async def test_failures_in_a_row_open_the_circuit_and_nothing_is_called_then() -> None:
    heard = Heard()
    github = policy(threshold=2, ttl_seconds=60, observer=heard)
    await failing(github, Unavailable("github_broken"), times=2)
    heard.points.clear()

    with pytest.raises(Unavailable) as failure:
        await github.call("ask", answers)

    assert (failure.value.code, failure.value.retry_after) == ("github_circuit_open", 60)
    assert (github.state, heard.points) == ("open", [])


async def test_timeouts_open_the_circuit() -> None:
    github = policy(attempt_seconds=0.001, threshold=1)

    with pytest.raises(Unavailable):
        await github.call("ask", hangs)

    assert github.state == "open"


@pytest.mark.parametrize(
    "error",
    [StepFailed("github_invalid"), BadRequest(HTTPStatus.NOT_FOUND), BadRequest(HTTPStatus.FORBIDDEN)],
    ids=["step failed", "404", "403"],
)
async def test_a_plain_no_leaves_the_circuit_closed(error: Exception) -> None:
    github = policy(threshold=2)

    await failing(github, error, times=5)

    assert github.state == "closed"


async def test_too_many_requests_count_as_failures() -> None:
    github = policy(threshold=2)

    await failing(github, BadRequest(HTTPStatus.TOO_MANY_REQUESTS), times=2)

    assert github.state == "open"


async def test_calls_that_nobody_waited_for_leave_the_circuit_closed() -> None:
    github = policy(threshold=1)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(github.call("ask", hangs), 0.01)

    assert (github.state, github.in_flight) == ("closed", 0)


async def test_an_open_circuit_closes_again_when_a_later_call_succeeds() -> None:
    github = policy(threshold=1, ttl_seconds=0.001)
    await failing(github, Unavailable("github_broken"), times=1)
    await asyncio.wait_for(until_answered(github), 5)

    assert github.state == "closed"


async def until_answered(github: Policy) -> str:
    """Ask until the circuit lets a call through."""
    while True:
        try:
            return await github.call("ask", answers)
        except Unavailable:
            await asyncio.sleep(0)


async def test_a_circuit_that_stays_open_does_not_grow_with_every_refusal() -> None:
    github = policy(threshold=1)
    await failing(github, Unavailable("github_broken"), times=1)

    await failing(github, Unavailable("github_circuit_open"), times=3)
    with pytest.raises(Unavailable) as failure:
        await github.call("ask", answers)

    assert failure.value.__context__ is None


@pytest.mark.parametrize("name", POLICIES)
def test_each_dependency_has_a_policy_that_leaves_time_for_one_whole_attempt(name: str) -> None:
    made = Policy(name, **POLICIES[name])

    assert made.attempt_seconds <= made.deadline_seconds
    assert made.state == "closed"


async def test_a_call_that_may_succeed_later_is_logged_and_so_is_the_circuit() -> None:
    github = policy(threshold=2, ttl_seconds=0.001)

    with capture_logs() as logged:
        await failing(github, Unavailable("github_broken", "words of somebody's"), times=2)
        await until_answered(github)

    lines = [line for line in logged if line.get("code") != "github_circuit_open"]
    assert lines == [
        {
            "event": "outside_call_failed",
            "log_level": "warning",
            "dependency": "github",
            "what": "try",
            "code": "github_broken",
        },
        {"event": "breaker_opened", "log_level": "warning", "dependency": "github"},
        lines[0],
        {"event": "breaker_closed", "log_level": "warning", "dependency": "github"},
    ]


async def test_a_plain_no_is_no_line_of_the_log() -> None:
    with capture_logs() as logged:
        await failing(policy(), StepFailed("github_invalid"), times=1)

    assert logged == []
