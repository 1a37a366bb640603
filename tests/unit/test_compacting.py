"""A conversation that grows too long loses what tools said earlier, in large pieces, and goes on."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest
from msgspec import structs

from bot.application.coding import take_turn
from bot.application.fact_words import told
from bot.domain import events as e
from bot.domain.compacting import FULL_TOKENS, LEFT_OUT, compacted_to, is_full
from bot.records import Answer, StepFailed, Usage
from tests.unit.fakes import FakeClaude, Stage
from tests.unit.histories import AGREED, CHANGE, ID, History, integration, kept, turn

DONE: Final = Answer(
    content=({"type": "text", "text": "Done."},),
    stop_reason="end_turn",
    usage=Usage(input_tokens=1, output_tokens=1, cache_read_tokens=0, cache_write_tokens=0),
    model="claude-opus-5-5",
)
TOO_LONG: Final = (None, StepFailed("context_exceeded"))


def talk(rounds: int, *, tokens: int) -> History:
    """Agreed, and so many turns with their tools; the last turn read so much."""
    told = kept(json.dumps([{"type": "tool_result", "tool_use_id": "t1", "content": "a long file"}]))
    facts = list[e.Event](AGREED)
    for number in range(2, rounds + 2):
        used = structs.replace(turn(number, stop_reason="tool_use"), cache_read_tokens=tokens)
        facts += [used, e.ToolsRun(attempt=1, turn=number, results=told, change=CHANGE)]
    return tuple(facts)


def staged(history: History, *broken: Any) -> Stage:
    stage = Stage(claude=FakeClaude(answers=[DONE], broken=list(broken)))
    stage.log.holds(history)
    return stage


def results(message: Mapping[str, Any]) -> list[str]:
    return [block["content"] for block in message["content"] if block["type"] == "tool_result"]


def shown(stage: Stage) -> list[str]:
    """What the model was shown of the results of its tools, in order."""
    return [each for message in stage.claude.asked[-1].messages for each in results(message)]


async def test_a_conversation_that_fits_is_shown_whole() -> None:
    stage = staged(talk(10, tokens=FULL_TOKENS - 2000))

    await take_turn(stage.world, ID, key="k")

    assert shown(stage) == ["a long file"] * 10


async def test_f62_of_a_full_one_what_earlier_tools_said_is_left_out_and_stays_out() -> None:
    stage = staged(talk(10, tokens=FULL_TOKENS))

    for _ in range(2):
        await take_turn(stage.world, ID, key="k")

    assert shown(stage) == [LEFT_OUT] * 6 + ["a long file"] * 4
    assert [type(fact).__name__ for fact in stage.log.events()[-2:]] == ["ContextCompacted", "TurnTaken"]
    assert not is_full(integration(stage.log.events()))


async def test_f62_what_the_model_cannot_read_is_made_as_short_as_can_be_and_asked_again() -> None:
    stage = staged(talk(10, tokens=10), TOO_LONG)

    assert await take_turn(stage.world, ID, key="k") == "finished"

    assert shown(stage) == [LEFT_OUT] * 9 + ["a long file"]
    assert "what this call did stays done" in LEFT_OUT  # nobody is to write the same twice


async def test_f62_what_is_too_long_even_then_ends_the_run_and_is_not_tried_on_and_on() -> None:
    stage = staged(talk(10, tokens=10), TOO_LONG, TOO_LONG)

    with pytest.raises(StepFailed, match="context_exceeded"):
        await take_turn(stage.world, ID, key="k")

    assert stage.claude.asked == []


async def test_f62_a_request_that_is_too_long_by_itself_ends_the_run() -> None:
    stage = staged(AGREED, TOO_LONG)

    with pytest.raises(StepFailed, match="context_exceeded"):
        await take_turn(stage.world, ID, key="k")


async def test_another_failure_makes_no_room() -> None:
    stage = staged(talk(10, tokens=10), (None, StepFailed("claude_unpaid")))

    with pytest.raises(StepFailed, match="claude_unpaid"):
        await take_turn(stage.world, ID, key="k")

    assert [fact for fact in stage.log.events() if isinstance(fact, e.ContextCompacted)] == []


async def test_a_full_conversation_without_results_to_leave_out_is_asked_as_it_is() -> None:
    stage = staged(talk(3, tokens=FULL_TOKENS))

    await take_turn(stage.world, ID, key="k")

    assert shown(stage) == ["a long file"] * 3


def test_what_is_left_out_already_makes_no_room_once_more() -> None:
    it = integration((*talk(10, tokens=1), e.ContextCompacted(upto=12, tokens=5)))

    assert compacted_to(it) is None
    assert compacted_to(it, kept=4) == 16


@pytest.mark.parametrize(("tokens", "of"), [(123_456, " of 123,456 tokens"), (0, "")])
def test_a_history_says_so(tokens: int, of: str) -> None:
    fact = e.ContextCompacted(upto=2, tokens=tokens)

    assert told(fact) == f"what tools had said earlier was left out of the conversation{of}, to make room"
