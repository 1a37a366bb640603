"""Recorded conversations: the client reads them, and the stand-in speaks as they do."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from pydantic import TypeAdapter

from bot.application.looking_tools import LOOKING_TOOLS
from bot.infrastructure.claude import request_of
from bot.records import StepFailed, Unavailable
from standins import claude_stream, stories
from standins.claude import Claude
from standins.claude_faults import REFUSALS
from standins.claude_replies import Raw, Reply, calls, edit, says
from tests.contracts.claude_desk import QUESTION, always, desk

DATA: Final = Path(__file__).parent / "data" / "anthropic"
LETTERS: Final = {
    "message_start": "(",
    "content_block_start": "<",
    "content_block_delta": "d",
    "content_block_stop": ">",
    "message_delta": "m",
    "message_stop": ")",
}
# A block that broke off at the limit has no end; pings and unknown events may stand anywhere.
GRAMMAR: Final = re.compile(r"\((?:<d*>)*(?:<d*)?m\)")
HEADERS: Final = {"authorization": "Bearer x", "anthropic-version": "2026-10-21"}


def recorded_streams() -> Iterator[tuple[str, str]]:
    for path in sorted(DATA.glob("*.sse")):
        yield path.name, path.read_text() + "\n\n"  # the copies end with the last line of text
    for path in sorted(DATA.glob("*.*.json")):
        for exchange in json.loads(path.read_text())["exchanges"]:
            yield path.name, exchange["response"].get("sse", "")


STREAMS: Final = [(name, sse) for name, sse in recorded_streams() if sse]


def shape(stream: str) -> str:
    names = re.findall(r"^event: (\w+)", stream, re.MULTILINE)
    return "".join(LETTERS.get(name, "") for name in names).removeprefix(">")


@pytest.mark.parametrize(("name", "stream"), STREAMS)
def test_every_recorded_stream_follows_the_grammar(name: str, stream: str) -> None:
    assert GRAMMAR.fullmatch(shape(stream))


@pytest.mark.parametrize(
    "reply",
    [
        says("Hello there, this is a longer text than one delta takes."),
        calls(edit("toolu_1", "view", "a"), edit("toolu_2", "view", "b"), words="Two at once."),
        Reply(content=(), stop_reason="refusal"),
        Reply(
            content=(
                {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
                {"type": "text", "text": "So."},
            ),
            stop_reason="end_turn",
        ),
    ],
)
async def test_every_stream_of_the_stand_in_follows_the_same_grammar(reply: Reply) -> None:
    async with raw_stream(always(reply)) as stream:
        assert GRAMMAR.fullmatch(shape(stream))


async def test_a_call_cut_at_the_limit_has_the_shape_of_the_recorded_one() -> None:
    async with desk(always(calls(edit("toolu_1", "view", "a")))) as here:
        here.claude.fail("max_tokens")
        answer = await here.asks()

    assert answer.stop_reason == "max_tokens"
    assert answer.content[0]["input"] == {"command": "create"}
    assert GRAMMAR.fullmatch(shape((DATA / "incomplete_partial_json_response.sse").read_text()))


@pytest.mark.parametrize(("name", "stream"), STREAMS)
async def test_the_client_reads_every_recorded_stream(name: str, stream: str) -> None:
    async with desk(always(Raw(body=stream.encode()))) as here:
        answer = await here.asks()

    assert answer.stop_reason == last_stop_reason(stream)
    assert len(answer.content) == stream.count('"content_block_start"')


def parts(stream: str) -> tuple[str, dict[str, int]]:
    """A recorded stream up to where its message begins, and what it said by then that it costs."""
    begun, end, _ = stream.partition("\n\n")
    while "message_start" not in begun:
        more, end, _ = stream.removeprefix(begun + end).partition("\n\n")
        begun += f"\n\n{more}"
    told = json.loads(begun.rpartition("data: ")[2])
    return begun + end, told["message"]["usage"]


@pytest.mark.parametrize(("name", "stream"), STREAMS)
async def test_every_recorded_stream_is_paid_for_from_its_first_event_on(name: str, stream: str) -> None:
    begun, usage = parts(stream)
    async with desk(always(Raw(body=begun.encode()))) as here:
        with pytest.raises(Unavailable, match="claude_cut_off"):
            await here.asks()

    [spent] = here.lost
    assert (spent.usage.input_tokens, spent.usage.output_tokens) == (
        usage["input_tokens"],
        usage["output_tokens"],
    )


@pytest.mark.parametrize(("name", "stream"), STREAMS)
async def test_one_that_lacks_its_end_alone_costs_as_much_as_a_whole_one(name: str, stream: str) -> None:
    cut = stream[: stream.rindex("event: message_stop")]
    async with desk(always(Raw(body=stream.encode()))) as here:
        whole = await here.asks()
    async with desk(always(Raw(body=cut.encode()))) as here:
        with pytest.raises(Unavailable, match="claude_cut_off"):
            await here.asks()

    assert [spent.usage for spent in here.lost] == [whole.usage]


async def test_redacted_thinking_is_kept_to_be_given_back() -> None:
    stream = dict(STREAMS)["pydantic-ai.anthropic_model_thinking_part_redacted_stream.json"]
    async with desk(always(Raw(body=stream.encode()))) as here:
        answer = await here.asks()

    assert [block["type"] for block in answer.content] == ["redacted_thinking", "redacted_thinking", "text"]
    assert all(block["data"] for block in answer.content[:2])


def shapes() -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((DATA / "error-shapes.json").read_text())["cases"]
    return [case for case in cases if "body" in case]


@pytest.mark.parametrize("case", shapes(), ids=lambda case: case["name"])
async def test_the_client_knows_every_published_error(case: dict[str, Any]) -> None:
    reply = Raw(body=json.dumps(case["body"]).encode(), status=case["status"], headers=case["headers"])
    async with desk(always(reply)) as here:
        with pytest.raises((Unavailable, StepFailed)) as failure:
            await here.asks()

    final = case["status"] in {400, 413} and "spend" not in case["name"]
    assert isinstance(failure.value, StepFailed) == final
    assert case["headers"].get("request-id", "") in str(failure.value)


@pytest.mark.parametrize("case", shapes(), ids=lambda case: case["name"])
def test_the_stand_in_has_each_of_them(case: dict[str, Any]) -> None:
    own = [body["error"] for status, body in REFUSALS.values() if status == case["status"]]

    assert any(keys_of(error) == keys_of(case["body"]["error"]) for error in own)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("pydantic-ai.model_name_suggestion-anthropic.json", "claude_unknown_model"),
        (
            "pydantic-ai.anthropic_explicit_effort_xhigh_unsupported_model_errors.json",
            "claude_refused_request",
        ),
    ],
)
async def test_the_client_knows_the_recorded_errors(name: str, code: str) -> None:
    response = json.loads((DATA / name).read_text())["exchanges"][0]["response"]
    body = json.dumps(response["body"]).encode()
    headers = {"content-type": "application/json"}
    async with desk(always(Raw(body=body, status=response["status"], headers=headers))) as here:
        with pytest.raises((StepFailed, Unavailable), match=code):
            await here.asks()


def test_a_message_of_the_stand_in_is_one_of_the_sdk() -> None:
    from anthropic.types import Message  # noqa: PLC0415  heavy

    claude = Claude(always(says("x")))
    reply = calls(edit("toolu_1", "view", "a"), words="I look.")
    message = claude._message({"model": "claude-opus-5-5", "messages": []}, reply)  # noqa: SLF001  what it sends

    assert Message.model_validate(message).stop_reason == "tool_use"


async def test_a_plain_answer_says_the_same_as_a_stream() -> None:
    body = request_of(QUESTION)
    async with Claude(always(says("Hello."))).running() as claude, aiohttp.ClientSession() as web:
        answer = await web.post(f"{claude.url}/v1/messages", json=body, headers={"x-api-key": "x", **HEADERS})
        message = await answer.json()

    assert (answer.status, message["content"]) == (200, [{"type": "text", "text": "Hello."}])
    assert sum(name.startswith("anthropic-ratelimit-") for name in answer.headers) == 12
    assert "request-id" in answer.headers


def test_where_no_tool_may_be_called_they_are_named_all_the_same() -> None:
    from anthropic.types.message_create_params import MessageCreateParamsNonStreaming  # noqa: PLC0415  heavy

    last = request_of(replace(QUESTION, tools=LOOKING_TOOLS, may_call=False))
    known = TypeAdapter(MessageCreateParamsNonStreaming).validate_python(last)

    assert (known["tool_choice"], len(list(known["tools"]))) == ({"type": "none"}, 3)
    assert "tool_choice" not in request_of(replace(QUESTION, tools=LOOKING_TOOLS))
    assert "tool_choice" not in request_of(replace(QUESTION, may_call=False))


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"authorization": "Bearer x"}, 400), ({"x-api-key": "other", **HEADERS}, 401)],
)
async def test_the_stand_in_admits_only_whom_the_api_would(headers: dict[str, str], status: int) -> None:
    async with Claude(always(says("x")), api_key="x").running() as claude, aiohttp.ClientSession() as web:
        answer = await web.post(f"{claude.url}/v1/messages", json=request_of(QUESTION), headers=headers)

    assert answer.status == status
    assert claude.requests == []


@pytest.mark.parametrize(
    "bent",
    [
        {"messages": []},
        {"max_tokens": 0},
        {"temperature": 1},
        {"tools": [{"type": "bash_20250124", "name": "shell"}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": " "}]}]},
        {"messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t"}]}]},
        {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
    ],
)
async def test_a_request_that_the_api_would_refuse_is_refused_and_remembered(bent: dict[str, Any]) -> None:
    async with Claude(always(says("x"))).running() as claude, aiohttp.ClientSession() as web:
        body = {**request_of(QUESTION), **bent}
        answer = await web.post(f"{claude.url}/v1/messages", json=body, headers=HEADERS)

    assert answer.status == 400
    assert len(claude.unexpected) == 1


async def test_what_no_script_expects_is_refused_and_remembered() -> None:
    async with desk(lambda _asked: None) as here:
        with pytest.raises(StepFailed, match="claude_refused_request"):
            await here.asks()

    assert len(here.claude.unexpected) == 1


async def test_tokens_are_counted_for_who_asks() -> None:
    body = {name: value for name, value in request_of(QUESTION).items() if name != "max_tokens"}
    async with Claude(always(says("x"))).running() as claude, aiohttp.ClientSession() as web:
        answer = await web.post(f"{claude.url}/v1/messages/count_tokens", json=body, headers=HEADERS)
        counted = await answer.json()

    assert counted["input_tokens"] > 10


async def test_the_stand_in_runs_as_a_process_and_is_steered_over_http() -> None:
    async with process("standins.stories:invoices") as url, aiohttp.ClientSession() as web:
        await web.post(f"{url}/_standin/faults", json={"kind": "overloaded"})
        refused = await web.post(f"{url}/v1/messages", json=request_of(QUESTION), headers=HEADERS)
        state = await (await web.get(f"{url}/_standin/state")).json()

    assert refused.status == 529
    assert (len(state["requests"]), state["faults"]) == (1, [])


def test_the_story_is_the_same_however_often_it_is_told() -> None:
    assert stories.build(0) == stories.build(0)
    assert list(claude_stream.chunks(b"x" * 5000)) == list(claude_stream.chunks(b"x" * 5000))


def keys_of(error: dict[str, Any]) -> tuple[str, list[str]]:
    return error["type"], sorted(error)


def last_stop_reason(stream: str) -> str:
    found: list[str] = re.findall(r'"stop_reason":\s*"(\w+)"', stream)
    return found[-1]


@asynccontextmanager
async def raw_stream(script: Any) -> AsyncIterator[str]:
    body = {**request_of(QUESTION), "stream": True}
    async with Claude(script).running() as claude, aiohttp.ClientSession() as web:
        answer = await web.post(f"{claude.url}/v1/messages", json=body, headers=HEADERS)
        yield await answer.text()


@asynccontextmanager
async def process(script: str) -> AsyncIterator[str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "standins.claude", "--script", script, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert child.stdout is not None
        yield json.loads(await child.stdout.readline())["url"]
    finally:
        child.terminate()
        await child.wait()
