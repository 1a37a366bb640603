"""The Claude port: the real client on the stand-in, with every failure that the API is known for."""

import asyncio
import json
import logging
import subprocess
import sys
import traceback
from dataclasses import replace

import pytest

from bot.infrastructure.claude import ClaudeMessages
from bot.infrastructure.claude_journal import BlobJournal, answer_from, kept
from bot.infrastructure.resilience import Policy
from bot.records import Intent, Spent, StepFailed, Unavailable, Usage
from standins.claude_replies import Raw, Reply, calls, edit, says
from tests.contracts.claude_desk import KEY, QUESTION, AtOnce, Notebook, always, desk

WRITES = calls(edit("toolu_1", "create", "ü.py", file_text='print("日本")\n'), words="I write it.")
COSTLY = Reply(
    content=WRITES.content,
    stop_reason="tool_use",
    usage={
        "input_tokens": 400,
        "cache_read_input_tokens": 3000,
        "cache_creation_input_tokens": 50,
        "output_tokens": 90,
    },
)
UNPAID: list[Spent] = []


async def test_an_answer_comes_whole_however_its_bytes_were_split() -> None:
    async with desk() as here:
        answer = await here.asks()

    assert answer.content == ({"type": "text", "text": "Grüße, 世界 👋"},)
    assert (answer.stop_reason, answer.model) == ("end_turn", "claude-opus-5-5")


async def test_a_tool_call_comes_with_its_whole_input() -> None:
    async with desk(always(WRITES)) as here:
        answer = await here.asks()

    assert answer.stop_reason == "tool_use"
    assert answer.content[1]["input"] == {
        "command": "create",
        "path": "ü.py",
        "file_text": 'print("日本")\n',
    }


async def test_the_same_key_again_gives_the_paid_answer_without_a_second_call() -> None:
    async with desk() as here:
        first = await here.asks()
        again = await here.asks()

    assert again == first
    assert len(here.claude.requests) == 1
    assert here.claude.paid_twice == {}


async def test_what_was_paid_is_told_once_however_often_the_key_is_asked() -> None:
    async with desk() as here:
        first = await here.asks(key="a")
        await here.asks(key="a")
        other = await here.asks(key="b")

    assert here.paid == [first, other]


async def test_f06_an_answer_that_could_not_be_kept_is_kept_later_and_not_paid_again() -> None:
    async with desk() as here:
        here.notebook.is_shut = True
        for _ in range(2):
            with pytest.raises(Unavailable, match="database_unavailable"):
                await here.asks()
        here.notebook.is_shut = False

        answer = await here.asks()
        again = await here.asks()

    assert len(here.claude.requests) == 1
    assert here.paid == [answer] == [again]
    assert [*map(answer_from, here.notebook.answers.values())] == [answer]


async def test_f06_a_database_that_is_away_is_not_held_against_claude() -> None:
    policy = Policy("claude", concurrency=4, attempt_seconds=20, deadline_seconds=20, threshold=2)
    async with desk(policy=policy) as here:
        here.notebook.is_shut = True
        for number in range(4):
            with pytest.raises(Unavailable, match="database_unavailable"):
                await here.asks(key=f"{number}")

        assert (policy.state, len(here.claude.requests)) == ("closed", 4)


async def test_f06_what_could_not_be_kept_is_kept_while_nobody_may_ask() -> None:
    policy = Policy("claude", concurrency=4, attempt_seconds=20, deadline_seconds=20, threshold=1)
    replies: list[Reply | Raw] = [says("Good morning."), Raw(body=b"", status=500)]
    async with desk(lambda _asked: replies.pop(0), policy=policy) as here:
        here.notebook.is_shut = True
        with pytest.raises(Unavailable, match="database_unavailable"):
            await here.asks(key="a")
        here.notebook.is_shut = False
        with pytest.raises(Unavailable, match="claude_failing"):
            await here.asks(key="b")

        answer = await here.asks(key="a")

        assert policy.state == "open"
    assert [*map(answer_from, here.notebook.answers.values())] == [answer]


async def test_another_key_is_another_question() -> None:
    async with desk() as here:
        await here.asks(key="a")
        await here.asks(key="b")

    assert len(here.claude.requests) == 2


async def test_an_answer_survives_the_journal_unchanged() -> None:
    async with desk(always(WRITES)) as here:
        answer = await here.asks()

    assert answer_from(kept(answer)) == answer


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("rate_limited", "claude_rate_limited"),
        ("overloaded", "claude_overloaded"),
        ("internal", "claude_failing"),
        ("error_event", "claude_overloaded"),
        ("cut", "claude_cut_off"),
        ("reset", "claude_unreachable"),
        ("stall", "claude_stalled"),
        ("garbled", "claude_garbled"),
        ("spend_limit", "claude_spend_limit"),
        ("usage_limit", "claude_spend_limit"),
        ("bad_key", "claude_refused_account"),
        ("no_payment", "claude_refused_account"),
        ("forbidden", "claude_refused_account"),
        ("unknown_model", "claude_unknown_model"),
    ],
)
async def test_what_may_pass_is_tried_later_and_nothing_is_kept(fault: str, code: str) -> None:
    async with desk(always(WRITES), idle_seconds=0.5) as here:
        here.claude.fail(fault)

        with pytest.raises(Unavailable) as failure:
            await here.asks()

        assert failure.value.code == code
        assert here.notebook.answers == {}
        assert (await here.asks()).stop_reason == "tool_use"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("too_long", "context_exceeded"),
        ("too_large", "context_exceeded"),
    ],
)
async def test_what_will_not_pass_is_not_tried_again(fault: str, code: str) -> None:
    async with desk() as here:
        here.claude.fail(fault)

        with pytest.raises(StepFailed) as failure:
            await here.asks()

    assert failure.value.code == code
    assert len(here.claude.requests) == 1


@pytest.mark.parametrize("seconds", [1, 30, 600])
async def test_a_told_wait_is_passed_on_and_not_slept(seconds: float) -> None:
    async with desk() as here:
        here.claude.fail("rate_limited", retry_after=seconds)

        with pytest.raises(Unavailable) as failure:
            await here.asks()

    assert failure.value.retry_after == seconds
    assert len(here.claude.requests) == 1


async def test_a_stream_cut_at_any_event_is_never_an_answer() -> None:
    async with desk(always(WRITES)) as here:
        for length in (0, 300, 600, 900, 1200, 1500, -300, -1):  # the last one lacks message_stop alone
            here.claude.fail("cut", after_bytes=length)
            with pytest.raises(Unavailable):
                await here.asks(key=f"cut at {length}")

        assert here.notebook.answers == {}


@pytest.mark.parametrize(
    ("fault", "stop_reason"),
    [
        ("refusal", "refusal"),
        ("pause_turn", "pause_turn"),
        ("max_tokens", "max_tokens"),
        ("unknown_stop", "a_reason_of_tomorrow"),
        ("context_exceeded", "model_context_window_exceeded"),
    ],
)
async def test_every_other_ending_is_an_answer_that_says_so(fault: str, stop_reason: str) -> None:
    async with desk(always(WRITES)) as here:
        here.claude.fail(fault)
        answer = await here.asks()

    assert answer.stop_reason == stop_reason
    assert len(here.notebook.answers) == 1


async def test_a_call_whose_input_broke_off_is_never_run() -> None:
    half = {"type": "tool_use", "id": "t", "name": "bash", "cut_json": '{"command": "rm -r build'}
    async with desk(always(Reply(content=(half,), stop_reason="tool_use"))) as here:
        with pytest.raises(Unavailable, match="claude_garbled"):
            await here.asks()

    assert here.notebook.answers == {}


async def test_nobody_at_the_other_end_is_unavailable() -> None:
    async with desk() as here:
        address = here.claude.url
    client = ClaudeMessages(api_key=KEY, base_url=address, policy=AtOnce(), journal=Notebook())

    with pytest.raises(Unavailable, match="claude_unreachable"):
        await client.ask(QUESTION, key="k", repository_id=1, lost=UNPAID.append)

    await client.close()
    assert UNPAID == []


@pytest.mark.parametrize("fault", ["bad_key", "too_long", "overloaded", "error_event", "garbled", "reset"])
async def test_sx_04_neither_credential_nor_words_are_in_a_failure_or_a_log(
    fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with desk() as here:
        here.claude.fail(fault)
        with pytest.raises((Unavailable, StepFailed)) as failure:
            await here.asks()

    told = "".join(traceback.format_exception(failure.value)) + caplog.text
    assert "CANARY" not in told
    assert KEY not in told
    assert failure.value.__context__ is None


async def test_the_stable_part_of_a_conversation_is_read_from_the_cache() -> None:
    long = replace(QUESTION, system="Be terse. " * 1000)
    async with desk(always(says("Yes. " * 50))) as here:
        first = await here.asks(long, key="1")
        turns = (
            *long.messages,
            {"role": "assistant", "content": list(first.content)},
            *long.messages,
        )
        second = await here.asks(replace(long, messages=turns), key="2")

    assert first.usage.cache_read_tokens == 0
    assert second.usage.cache_read_tokens == first.usage.cache_write_tokens > 0
    assert second.usage.input_tokens == 0


async def test_a_turn_of_more_blocks_than_the_api_looks_back_over_is_read_from_the_cache() -> None:
    calls = [{"type": "tool_use", "id": f"toolu_{nth}", "name": "bash", "input": {}} for nth in range(20)]
    results = [{"type": "tool_result", "tool_use_id": call["id"], "content": "done"} for call in calls]
    long = replace(QUESTION, system="Be terse. " * 1000)
    turns = ({"role": "assistant", "content": calls}, {"role": "user", "content": results})
    async with desk(always(says("Yes."))) as here:
        first = await here.asks(long, key="1")
        second = await here.asks(replace(long, messages=(*long.messages, *turns)), key="2")

    assert second.usage.cache_read_tokens == first.usage.cache_write_tokens > 0


async def test_a_schema_and_tools_are_sent_as_the_api_takes_them() -> None:
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    tools = ({"type": "bash_20250124", "name": "bash"},)
    async with desk() as here:
        await here.asks(replace(QUESTION, schema=schema, tools=tools))

    assert here.claude.requests[0]["output_config"] == {"format": {"type": "json_schema", "schema": schema}}
    assert here.claude.requests[0]["tools"] == [*tools]
    assert here.claude.unexpected == []


async def test_a_call_that_takes_too_long_is_broken_off_by_the_policy() -> None:
    policy = Policy("claude", concurrency=1, attempt_seconds=3, deadline_seconds=5)
    async with desk(always(COSTLY)) as here:
        here.claude.fail("stall")
        client = ClaudeMessages(api_key=KEY, base_url=here.claude.url, policy=policy, journal=Notebook())
        with pytest.raises(Unavailable, match="claude_timeout"):
            await client.ask(QUESTION, key="k", repository_id=1, lost=here.lost.append)
        await client.close()

    assert [spent.usage.input_tokens for spent in here.lost] == [400]


@pytest.mark.parametrize("fault", ["cut", "reset", "error_event", "garbled", "stall"])
async def test_f56_what_an_answer_cost_that_broke_off_is_told(fault: str) -> None:
    async with desk(always(COSTLY), idle_seconds=3) as here:
        here.claude.fail(fault)
        with pytest.raises(Unavailable):
            await here.asks()
        answer = await here.asks()

    assert here.paid == [*here.lost, answer]
    assert here.lost == [
        Spent(
            model=QUESTION.model,
            usage=Usage(input_tokens=400, output_tokens=1, cache_read_tokens=3000, cache_write_tokens=50),
        )
    ]


async def test_what_is_known_of_the_output_by_then_is_told_too() -> None:
    async with desk(always(COSTLY)) as here:
        here.claude.fail("cut", after_bytes=-1)  # message_stop alone is missing
        with pytest.raises(Unavailable):
            await here.asks()

    assert [spent.usage.output_tokens for spent in here.lost] == [90]


@pytest.mark.parametrize("fault", ["overloaded", "rate_limited", "bad_key"])
async def test_what_was_refused_before_it_began_costs_nothing(fault: str) -> None:
    async with desk(always(COSTLY)) as here:
        here.claude.fail(fault)
        with pytest.raises((Unavailable, StepFailed)):
            await here.asks()

    assert here.lost == []


async def test_an_answer_that_nobody_waits_for_any_more_is_told_as_well() -> None:
    async with desk(always(COSTLY)) as here:
        await here.asks(key="the first one takes longer")
        here.claude.fail("stall")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(here.asks(), 3)

    assert [spent.usage.input_tokens for spent in here.lost] == [400]


async def test_a_stream_that_begins_without_its_cost_is_broken_and_no_more() -> None:
    begun = json.dumps({"type": "message_start", "message": {"id": "m", "content": []}})
    async with desk(always(Raw(body=f"event: message_start\ndata: {begun}\n\n".encode()))) as here:
        with pytest.raises(Unavailable, match="claude_cut_off"):
            await here.asks()

    assert [(spent.model, spent.usage.input_tokens) for spent in here.lost] == [(QUESTION.model, 0)]


async def test_the_journal_keeps_the_answer_as_a_blob_and_its_digest_as_the_effect() -> None:
    kept_blobs: dict[str, bytes] = {}
    results: dict[str, str] = {}

    class Effects:
        async def begin(self, key: str) -> Intent:
            return Intent(fresh=key not in results, result=results.get(key))

        async def finish(self, key: str, *, result: str) -> None:
            results[key] = result

    class Blobs:
        async def put(self, _repository_id: int, content: bytes) -> str:
            kept_blobs["digest"] = content
            return "digest"

        async def get(self, _repository_id: int, digest: str) -> bytes:
            return kept_blobs[digest]

    journal = BlobJournal(Blobs(), Effects())

    assert await journal.get("k", 1) is None
    await journal.put("k", 1, "the answer")
    assert await journal.get("k", 1) == "the answer"
    assert results == {"claude:k": "digest"}


def test_the_sdk_is_not_imported_before_the_first_question() -> None:
    code = "import sys, bot.infrastructure.claude; sys.exit('anthropic' in sys.modules)"

    assert subprocess.call([sys.executable, "-c", code]) == 0  # noqa: S603  our own words


def test_the_journal_is_plain_json() -> None:
    answer = answer_from(
        json.dumps({
            "content": [{"type": "text", "text": "é"}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 1, "output_tokens": 2, "cache_read_tokens": 3, "cache_write_tokens": 4},
            "model": "m",
        })
    )

    assert json.loads(kept(answer))["content"] == [{"type": "text", "text": "é"}]
