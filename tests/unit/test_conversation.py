"""What follows from each answer of the model."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.domain.conversation import (
    AskAgain,
    Finished,
    GoOn,
    Move,
    RunTools,
    Stop,
    asked,
    doing,
    is_stuck,
    next_move,
    replied,
    said,
    told_last,
    within,
)
from bot.records import Answer, Usage

USAGE = Usage(input_tokens=1, output_tokens=1, cache_read_tokens=0, cache_write_tokens=0)
CALL = {"type": "tool_use", "id": "t", "name": "bash", "input": {"command": "ls"}}


def answer(stop_reason: str | None, *content: Mapping[str, Any]) -> Answer:
    return Answer(content=content, stop_reason=stop_reason, usage=USAGE, model="m")


@pytest.mark.parametrize(
    ("given", "move"),
    [
        (
            answer("end_turn", {"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": " Done.\n"}),
            Finished("Done."),
        ),
        (answer("end_turn"), Finished("")),
        (answer("tool_use", CALL), RunTools()),
        (answer("tool_use"), Stop("answer_unintelligible")),
        (answer("max_tokens", CALL), AskAgain(4000)),
        (answer("pause_turn"), GoOn()),
        (answer("refusal"), Stop("refused_by_model")),
        (answer("model_context_window_exceeded", CALL), Stop("context_exceeded")),
        (answer(None, CALL), Stop("answer_incomplete")),
        (answer("stop_sequence"), Stop("unknown_stop_reason")),
        (answer("a_reason_of_tomorrow", CALL), Stop("unknown_stop_reason")),
    ],
)
def test_f59_every_stop_reason_has_its_move(given: Answer, move: Move) -> None:
    assert next_move(given, max_tokens=1000) == move


def test_f58_a_larger_limit_is_tried_once() -> None:
    assert next_move(answer("max_tokens"), max_tokens=4000, enlarged=True) == Stop("answer_too_long")


@pytest.mark.parametrize(("limit", "larger"), [(16_000, 64_000), (50_000, 64_000), (100_000, 100_000)])
def test_a_larger_limit_stays_within_what_a_model_gives(limit: int, larger: int) -> None:
    assert next_move(answer("max_tokens"), max_tokens=limit) == AskAgain(larger)


def test_f59_a_model_that_pauses_again_and_again_is_stopped() -> None:
    assert next_move(answer("pause_turn"), max_tokens=1, pauses=2) == GoOn()
    assert next_move(answer("pause_turn"), max_tokens=1, pauses=3) == Stop("model_paused_too_often")


def test_f61_the_same_calls_over_and_over_are_noticed() -> None:
    other = answer("tool_use", {**CALL, "input": {"command": "make"}})

    assert is_stuck([answer("tool_use", {**CALL, "id": str(n)}) for n in range(4)])
    assert not is_stuck([answer("tool_use", CALL)] * 3)
    assert not is_stuck([answer("tool_use", CALL)] * 3 + [other])
    assert not is_stuck([answer("end_turn")] * 5)


def test_turns_have_the_shapes_of_the_api() -> None:
    result = {"type": "tool_result", "tool_use_id": "t", "content": "x"}

    assert asked("Hi") == {"role": "user", "content": [{"type": "text", "text": "Hi"}]}
    assert said(answer("tool_use", CALL)) == {"role": "assistant", "content": [CALL]}
    assert said(answer("end_turn")) == {
        "role": "assistant",
        "content": [{"type": "text", "text": "(nothing)"}],
    }
    assert said(answer("tool_use", {"type": "text", "text": " "}, CALL))["content"] == [CALL]
    assert replied([result]) == {"role": "user", "content": [result]}


@pytest.mark.parametrize(
    ("given", "about"),
    [
        ({"command": "pytest -q"}, ("runs", "pytest -q")),
        ({"command": "view", "path": "src"}, ("views", "src")),
        ({"command": "create", "path": "new.py", "file_text": "x"}, ("edits", "new.py")),
        ({"restart": True}, None),
        ({"command": ["rm"]}, None),
        ("pytest", None),
    ],
)
def test_what_an_answer_is_about_is_what_its_last_call_is_about(
    given: Any, about: tuple[str, str] | None
) -> None:
    calls = [CALL, {**CALL, "id": "u", "input": given}]

    assert doing(answer("tool_use", *calls)) == about
    assert doing(answer("end_turn")) is None


def test_a_last_word_stands_behind_what_the_user_said_or_in_a_turn_of_its_own() -> None:
    answer = replied([{"type": "tool_result", "tool_use_id": "t", "content": "c"}])
    spoken = {"role": "assistant", "content": [{"type": "text", "text": "I look"}]}

    [last] = told_last([answer], "Now answer.")

    assert last["content"] == [*answer["content"], {"type": "text", "text": "Now answer."}]
    assert told_last([answer, spoken], "Go on.") == (answer, spoken, asked("Go on."))


def test_of_results_those_are_told_that_have_room() -> None:
    results = [{"tool_use_id": str(nth), "content": "c" * size} for nth, size in enumerate((4, 9, 5))]

    kept, room = within(results, 10, otherwise="No.")

    assert [each["content"] for each in kept] == ["cccc", "No.", "ccccc"]
    assert [each.get("is_error", False) for each in kept] == [False, True, False]
    assert room == 1
