"""What holds a step up is told once it lasts, and that it goes on."""

from collections.abc import Awaitable, Sequence
from datetime import timedelta

import pytest

from bot.application.patience import held_up_by, patient
from bot.application.ports import World
from bot.domain import events as e
from bot.records import StepFailed, Unavailable
from tests.unit.fakes import Stage
from tests.unit.histories import HELD_UP, ID, UP_FOR_REVIEW, WORKED, History, turn

UNREACHABLE = Unavailable("claude_unreachable")
LIMITED = Unavailable("claude_rate_limited", retry_after=30)


async def tries(
    stage: Stage, *ends: Exception | None, seconds: float = 6, facts: Sequence[e.Event] = ()
) -> list[e.Event]:
    """What one step appends whose tries end so, each so long after the one before."""
    left, before = list(ends), len(stage.log.events())

    async def ask(world: World, integration_id: str, extra: str, *, key: str) -> str:
        end = left.pop(0)
        if end is not None:
            raise end
        stage.log.holds(facts)
        return f"{integration_id} {extra} {key}"

    step = patient(ask)
    assert step.__name__ == "ask"
    for end in ends:
        await once(step(stage.world, ID, "x", key="k"), end)
        stage.clock.time += timedelta(seconds=seconds)
    return stage.log.events()[before:]


async def once(trial: Awaitable[str], end: Exception | None) -> None:
    if end is None:
        assert await trial == f"{ID} x k"
        return
    with pytest.raises(type(end)) as raised:
        await trial
    assert raised.value is end


def staged(history: History = WORKED) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    return stage


async def test_what_lasts_is_told_once_and_so_is_its_end() -> None:
    assert await tries(staged(), *(4 * [UNREACHABLE]), None) == [HELD_UP, e.WentOn()]


async def test_a_moments_trouble_is_not_told() -> None:
    assert await tries(staged(), *(4 * [UNREACHABLE]), None, seconds=1) == []


async def test_a_wait_that_is_asked_for_is_told_at_once() -> None:
    assert await tries(staged(), LIMITED) == [e.HeldUp(by="claude", code="claude_rate_limited")]


async def test_a_fact_that_shows_that_it_goes_on_suffices() -> None:
    assert await tries(staged(), LIMITED, None, facts=[turn(4)]) == [
        e.HeldUp(by="claude", code="claude_rate_limited"),
        turn(4),
    ]


async def test_what_holds_it_up_again_is_told_again() -> None:
    assert await tries(staged((*WORKED, HELD_UP, e.WentOn())), LIMITED) == [
        e.HeldUp(by="claude", code="claude_rate_limited")
    ]


@pytest.mark.parametrize("error", [StepFailed("budget"), Unavailable("database", retry_after=30)])
async def test_only_what_is_outside_is_told_of(error: Exception) -> None:
    assert await tries(staged(), error, error) == []


async def test_what_waits_for_people_is_not_held_up() -> None:
    assert await tries(staged(UP_FOR_REVIEW), LIMITED) == []


@pytest.mark.parametrize(
    ("code", "by"),
    [
        ("claude_unreachable", "claude"),
        ("github_circuit_open", "github"),
        ("git_unreachable", "git"),
        ("disk_full", "disk"),
        ("disk_failing", "disk"),
        ("claude_busy", None),
        ("sandbox_timeout", None),
        ("stream_busy", None),
        ("mirror_damaged", None),
        ("database", None),
    ],
)
def test_what_held_it_up_is_in_its_code(code: str, by: str | None) -> None:
    assert held_up_by(Unavailable(code)) == by
