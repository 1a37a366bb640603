"""What the bot says and asks in Slack, over real sockets; and what becomes of it when Slack says no."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.application.slack_fault_words import WHY, why_not_said
from bot.domain import slack_blocks as blocks
from bot.infrastructure.slack_wire import NAMED, PASSING
from bot.records import StepFailed, Unavailable
from bot.slack_records import Posted, Said, SlackChannel
from standins.faults import rate_limited
from tests.contracts.slack_side import Side, slack_side

HELLO = Said(text="hello", blocks=blocks.sections("*hello*"))
VIEW = blocks.modal("Run", blocks.sections("what?"), callback="run", more="more", submit="Go")


@pytest.fixture
async def side() -> AsyncIterator[Side]:
    async with slack_side() as it:
        yield it


async def test_what_is_said_stands_there_and_is_found_by_its_marker_alone(side: Side) -> None:
    posted = await side.window.post(side.place(), HELLO, marker="said-1")

    assert side.said() == ["hello"]
    assert await side.window.find(side.place(), marker="said-1") == posted
    assert await side.window.find(side.place(), marker="said-2") is None


async def test_what_somebody_else_says_with_its_marker_is_not_taken_for_the_bots(side: Side) -> None:
    theirs = await side.slack.says("alice", "deploys", "hello")
    theirs.blocks = [{"type": "divider", "block_id": "said-1"}]

    assert await side.window.find(side.place(), marker="said-1") is None


async def test_words_alone_can_be_found_again_too(side: Side) -> None:
    posted = await side.window.post(side.place(), Said(text="just words"), marker="said-1")

    assert await side.window.find(side.place(), marker="said-1") == posted


async def test_an_answer_stands_in_its_thread_and_is_found_there(side: Side) -> None:
    first = await side.slack.says("alice", "deploys", "begin")
    there = side.place(thread=first.ts)

    posted = await side.window.post(there, HELLO, marker="said-1")

    assert side.slack.said_in("deploys")[-1].thread_ts == first.ts
    assert await side.window.find(there, marker="said-1") == posted


async def test_sl_14_nothing_that_is_said_unfolds_or_becomes_a_link(side: Side) -> None:
    await side.window.post(side.place(), HELLO, marker="said-1")

    message, call = side.slack.said_in("deploys")[0], side.slack.calls[-1]
    assert (message.unfurl_links, message.unfurl_media) == (False, False)
    assert (call.arguments["parse"], call.arguments["link_names"]) == ("none", False)
    assert message.blocks[0]["text"]["verbatim"] is True


async def test_what_stands_there_is_changed_in_place(side: Side) -> None:
    posted = await side.window.post(side.place(), HELLO, marker="said-1")

    await side.window.update(side.workspace, posted, Said(text="done"), marker="said-1")

    assert side.said() == ["done"]
    assert await side.window.find(side.place(), marker="said-1") == posted


async def test_one_person_alone_is_shown_something(side: Side) -> None:
    alice = side.slack.named("alice").id

    await side.window.whisper(side.place(), alice, Said(text="psst"))

    assert [(each.user, each.text) for each in side.slack.ephemerals] == [(alice, "psst")]
    assert side.said() == []


async def test_a_message_has_an_address(side: Side) -> None:
    posted = await side.window.post(side.place(), HELLO, marker="said-1")

    link = await side.window.permalink(side.workspace, posted)

    assert link.endswith(f"/archives/{posted.channel}/p{posted.ts.replace('.', '')}")


async def test_a_modal_opens_once_for_its_act(side: Side) -> None:
    trigger = side.slack.new_trigger(side.slack.named("alice")).id

    view = await side.window.open(side.workspace, VIEW, trigger=trigger)

    assert side.slack.views[view].view["callback_id"] == "run"
    with pytest.raises(StepFailed, match="slack_exchanged_trigger_id"):
        await side.window.open(side.workspace, VIEW, trigger=trigger)


async def test_somebodys_home_is_published(side: Side) -> None:
    alice = side.slack.named("alice").id

    await side.window.publish(side.workspace, alice, blocks.home(blocks.sections("runs"), more="more"))

    assert alice in side.slack.homes


async def test_people_are_known_for_what_they_are(side: Side) -> None:
    umbrella = side.slack.workspace("Umbrella")
    side.slack.person("stranger", umbrella)
    team = side.slack.named("boss").team
    side.slack.create_channel("shared", team, members=["claude", "stranger"], shared_with=[umbrella])
    side.slack.named("alice").deleted = True

    found = {
        name: await side.window.person(side.workspace, side.slack.named(name).id)
        for name in ("boss", "guest", "stranger", "alice", "claude")
    }

    marks = ("is_bot", "is_guest", "is_stranger", "is_deactivated")
    assert {name: [mark for mark in marks if getattr(it, mark)] for name, it in found.items()} == {
        "boss": [], "guest": ["is_guest"], "stranger": ["is_stranger"], "alice": ["is_deactivated"],
        "claude": ["is_bot"],
    }  # fmt: skip
    assert found["stranger"].team == umbrella.id


async def test_channels_are_known_for_what_they_are(side: Side) -> None:
    deploys, random = [
        await side.window.channel(side.workspace, side.place(each).channel) for each in ("deploys", "random")
    ]
    direct = await side.window.direct(side.workspace, side.slack.named("alice").id)
    alone = await side.window.channel(side.workspace, direct.channel)

    assert deploys == SlackChannel(id=side.place().channel, name="deploys", is_member=True)
    assert random.is_member is False
    assert (alone.is_direct, alone.is_member) == (True, True)


@pytest.mark.parametrize("code", sorted(NAMED))
async def test_each_no_of_slacks_has_a_code_and_a_sentence_that_says_what_to_do(
    side: Side, code: str
) -> None:
    side.says_no("chat.postMessage", code)

    with pytest.raises(StepFailed) as no:
        await side.window.post(side.place(), HELLO, marker="said-1")

    assert no.value.code == f"slack_{code}"
    assert why_not_said(no.value.code) == WHY[f"slack_{code}"]
    assert side.policy.state == "closed"


async def test_a_no_that_nobody_foresaw_is_one_too_and_its_words_are_in_the_log(side: Side) -> None:
    side.says_no("chat.postMessage", "team_access_not_granted")

    with pytest.raises(StepFailed) as no:
        await side.window.post(side.place(), HELLO, marker="said-1")

    assert (no.value.code, no.value.detail) == (
        "slack_refused", "chat.postMessage: team_access_not_granted",
    )  # fmt: skip


async def test_a_scope_that_is_missing_is_named(side: Side) -> None:
    team = side.slack.named("boss").team
    side.lender.token = side.slack.give_token(team, scopes=["commands"]).value

    with pytest.raises(StepFailed) as no:
        await side.window.post(side.place(), HELLO, marker="said-1")

    assert (no.value.code, no.value.detail) == ("slack_missing_scope", "chat:write")


@pytest.mark.parametrize("code", sorted(PASSING))
async def test_slacks_own_trouble_is_worth_another_try(side: Side, code: str) -> None:
    side.says_no("chat.postMessage", code)

    with pytest.raises(Unavailable, match="slack_broken"):
        await side.window.post(side.place(), HELLO, marker="said-1")

    assert why_not_said("slack_broken") == "Slack cannot be reached now; it is tried again"


@pytest.mark.parametrize(
    ("kind", "code"),
    [("refuse", "slack_broken"), ("cut", "slack_unreachable"), ("lose", "slack_broken")],
)
async def test_one_call_is_one_try(side: Side, kind: Any, code: str) -> None:
    side.fails(kind, "chat.postMessage")

    with pytest.raises(Unavailable, match=code):
        await side.window.post(side.place(), HELLO, marker="said-1")

    assert len([each for each in side.slack.calls if each.method == "chat.postMessage"]) == 1


async def test_what_was_said_although_no_answer_came_is_found(side: Side) -> None:
    side.fails("cut_after", "chat.postMessage")
    with pytest.raises(Unavailable):
        await side.window.post(side.place(), HELLO, marker="said-1")

    found = await side.window.find(side.place(), marker="said-1")

    assert isinstance(found, Posted)
    assert side.said() == ["hello"]


async def test_a_limit_holds_its_method_and_channel_until_it_is_over_and_nothing_else(side: Side) -> None:
    side.slack.channel_named("random").members.add(side.slack.named("claude").id)
    side.slack.faults.add(rate_limited(retry_after=7, route="/api/chat.postMessage"))

    waits = []
    for _ in range(3):
        with pytest.raises(Unavailable, match="slack_rate_limited") as limited:
            await side.window.post(side.place(), HELLO, marker="said-1")
        waits.append(limited.value.retry_after)
        side.seconds.now += 2
    elsewhere = await side.window.post(side.place("random"), HELLO, marker="said-2")
    await side.window.person(side.workspace, side.slack.named("alice").id)
    side.seconds.now += 1.1
    await side.window.post(side.place(), HELLO, marker="said-1")

    assert waits == [7, 5, 3]
    assert elsewhere.channel == side.place("random").channel
    posts = [each.status for each in side.slack.calls if each.method == "chat.postMessage"]
    assert posts == [429, 200, 200]  # what came too early never went out
    assert side.policy.state == "closed"


async def test_what_goes_out_and_comes_back_is_in_no_log_however_much_is_logged(
    side: Side, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    side.says_no("chat.postMessage", "channel_not_found")

    with pytest.raises(StepFailed) as no:
        await side.window.post(side.place(), Said(text="canary-words"), marker="said-1")

    logged = caplog.text + repr(no.value) + repr(no.value.__context__)
    assert "canary-words" not in logged
    assert side.lender.token not in logged


async def test_a_thread_is_read_up_to_a_message_with_whose_each_is(side: Side) -> None:
    first = await side.slack.says("alice", "deploys", "begin")
    there = side.place(thread=first.ts)
    await side.window.post(there, HELLO, marker="said-1")
    notes = side.slack.attach("alice", "notes.txt", b"x")
    await side.slack.says("alice", "deploys", "&lt;go on&gt;", thread=first.ts, files=[notes])
    asked = await side.slack.says("alice", "deploys", "well?", thread=first.ts)
    await side.slack.says("alice", "deploys", "later", thread=first.ts)

    thread = await side.window.thread(there, before=asked.ts)

    bot = (await side.window.me(there.workspace)).user
    said = [(each.by, each.text, each.is_bot) for each in thread.messages]
    alice = first.by.id
    assert said == [(alice, "begin", False), (bot, "*hello*", True), (alice, "&lt;go on&gt;", False)]
    assert [each.name for each in thread.messages[-1].files] == ["notes.txt"]
    assert (thread.earlier, thread.is_whole) == (0, True)


async def test_of_a_huge_thread_the_newest_are_kept_and_the_others_counted(side: Side) -> None:
    first = await side.slack.says("alice", "deploys", "begin")
    for nth in range(450):
        await side.slack.says("alice", "deploys", f"line {nth}", thread=first.ts)
    asked = await side.slack.says("alice", "deploys", "well?", thread=first.ts)

    thread = await side.window.thread(side.place(thread=first.ts), before=asked.ts)

    assert (len(thread.messages), thread.messages[-1].text, thread.earlier) == (200, "line 449", 251)
    assert side.slack.violations == []


async def test_who_the_bot_is_and_what_the_workspace_is_called(side: Side) -> None:
    me = await side.window.me(side.place().workspace)

    assert side.slack.users[me.user].kind == "bot"
    assert me.workspace
