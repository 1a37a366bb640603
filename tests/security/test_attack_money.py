"""Money: what one person, or many runs at once, can make the bot spend."""

import pytest
from msgspec import structs

from bot.application import refusal_words
from bot.application.asked import RequestIntegration
from bot.application.coding import take_turn
from bot.application.commands import handle
from bot.domain.policy import Rules, TooManyUnderWay
from bot.infrastructure.claude import MOST_SPOILED
from bot.records import Actor, StepFailed, Unavailable
from standins.claude_faults import Fault
from standins.claude_replies import calls, edit
from tests.contracts.claude_desk import always, desk
from tests.unit.fakes import Stage
from tests.unit.histories import AGREED, DEVELOPER, ID, REQUESTER, SHOP, SPEC, TAKEN_UP, failed, turn

BROKEN = ("cut", "garbled")
WRITES = calls(edit("toolu_1", "create", "a.py", file_text="print(1)\n"), words="I write it.")
OTHERS = ("secondrun2", "thirdrun33")


async def test_ab_01_runs_side_by_side_stop_at_the_repositorys_budget_of_the_month() -> None:
    stage = Stage(rules=Rules(monthly_micro_usd=1_000_000))
    stage.log.holds(AGREED)
    for stream in OTHERS:
        costly = structs.replace(turn(1, step="validate_request"), micro_usd=500_000)
        stage.log.holds((*TAKEN_UP, costly, SPEC), stream=stream)

    with pytest.raises(StepFailed, match="monthly_budget"):
        await take_turn(stage.world, ID, key="k")

    assert stage.claude.asked == []


def request(by: Actor = REQUESTER) -> RequestIntegration:
    return RequestIntegration(by=by, repository=SHOP, issue=1, request="{}")


async def ask_often(stage: Stage, times: int) -> None:
    for number in range(times):
        await handle(request(), key=f"d-{number}", door="github", world=stage.world)


async def test_ab_03_one_person_has_only_so_many_under_way() -> None:
    stage = Stage(rules=Rules(under_way=3))
    await ask_often(stage, 3)

    with pytest.raises(TooManyUnderWay) as refused:
        await handle(request(), key="one more", door="github", world=stage.world)

    assert len(stage.log.integrations) == len(stage.log.follow_ups) == 3
    assert "You have 3 integrations under way here" in refusal_words.refusal(refused.value)


async def test_ab_03_others_may_still_ask_and_so_may_they_once_one_has_ended() -> None:
    stage = Stage(rules=Rules(under_way=3))
    await ask_often(stage, 3)
    await handle(request(DEVELOPER), key="another person", door="github", world=stage.world)
    first = next(iter(stage.log.streams))
    stage.log.holds(failed(), stream=first)

    await handle(request(), key="one more", door="github", world=stage.world)

    assert len(stage.log.integrations) == 5


async def test_ab_03_what_was_taken_is_not_refused_when_it_is_delivered_again() -> None:
    stage = Stage(rules=Rules(under_way=3))

    await ask_often(stage, 3)
    await ask_often(stage, 3)

    assert len(stage.log.integrations) == 3


@pytest.mark.parametrize("kind", BROKEN)
async def test_ab_01_an_answer_that_breaks_off_is_not_paid_for_again_and_again(kind: str) -> None:
    async with desk(always(WRITES)) as here:
        here.claude.faults.append(Fault(kind=kind, times=100))
        for _ in range(MOST_SPOILED - 1):
            with pytest.raises(Unavailable):
                await here.asks()
        with pytest.raises(StepFailed, match="answer_incomplete"):
            await here.asks()

    assert len(here.claude.requests) == MOST_SPOILED


async def test_ab_01_a_claude_that_is_down_costs_nothing_and_is_asked_again() -> None:
    async with desk() as here:
        here.claude.faults.append(Fault(kind="overloaded", times=MOST_SPOILED))
        for _ in range(MOST_SPOILED):
            with pytest.raises(Unavailable):
                await here.asks()

        answer = await here.asks()

    assert answer.stop_reason == "end_turn"
