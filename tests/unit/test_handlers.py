"""From a payload to what happens and what is said, once a delivery."""

# ruff: noqa: E501  a sentence is pinned as it is said

import json
from typing import Any

import pytest
from inline_snapshot import snapshot
from msgspec import structs

from bot.domain import events as e
from bot.domain.money import micro_dollars
from bot.records import Actor, Unavailable
from handlers import APOLOGIES, COMMANDS, GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import Payload, closed, comment, deployment_status
from tests.unit.fakes import Died, Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    ASKED,
    BRANCH,
    COMMIT,
    DEPLOYING,
    DEVELOPER,
    ID,
    ISSUE,
    MERGED_FOR_A_DEVELOPER,
    PULL,
    REQUEST,
    REQUESTER,
    STRANGER,
    UP_FOR_REVIEW,
    VIEWER,
    WORKED,
    WRITTEN,
    History,
    failed,
)

OTHER_ID = "zzzzzzzzzz"
MERGE_QUEUE = Actor(id=91, login="github-merge-queue[bot]")


def staged(history: History = UP_FOR_REVIEW) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    stage.pulls.has(PULL, BRANCH, COMMIT)
    return stage


async def deliver(kind: str, payload: Payload, stage: Stage, key: str = "d-1") -> None:
    await GITHUB[kind](payload, Context(world=stage.world, key=key))


async def says(body: str, stage: Stage, *, key: str = "d-1", **where: Any) -> list[str]:
    """What the bot answers to it, without markers."""
    payload = comment(body, **where)
    await deliver("issue_comment.created", payload, stage, key)
    replies = stage.comments.on(payload["issue"]["number"])
    return [reply.partition(" -->\n")[2] for reply in replies]


def new(stage: Stage, history: History = UP_FOR_REVIEW) -> list[str]:
    return [type(fact).__name__ for fact in stage.log.events()[len(history) :]]


async def test_a_request_is_seen_and_taken_and_answered_by_the_status_comment_alone() -> None:
    stage = Stage()

    replies = await says("/claude integrate send invoices --base next --budget 2.50", stage)

    [[fact]] = [stage.log.events(stream) for stream in stage.log.streams]
    assert isinstance(fact, e.IntegrationRequested)
    assert (fact.by, fact.issue, fact.base, fact.micro_usd) == (REQUESTER, ISSUE, "next", 2_500_000)
    assert (replies, stage.comments.reactions) == ([], [(700, "eyes")])


async def test_id_07_the_request_is_what_the_signed_payload_says() -> None:
    stage = Stage()

    await says("/claude integrate send invoices\nto the ERP", stage)

    [[fact]] = [stage.log.events(stream) for stream in stage.log.streams]
    assert isinstance(fact, e.IntegrationRequested)
    assert json.loads(stage.blobs.contents[fact.request]) == {
        "request": "send invoices\nto the ERP",
        "issue_title": "ERP",
        "issue_body": "Please.",
        "issue_author": [21031067, "Codertocat"],
    }


async def test_an_integration_of_nothing_is_asked_back() -> None:
    stage = Stage()

    assert await says("/claude integrate", stage) == ["Say what to integrate: `/claude integrate <what>`."]
    assert stage.log.streams == {}


@pytest.mark.parametrize(
    ("amount", "micro"),
    [("2", 2_000_000), ("$2.50", 2_500_000), ("0.000001", 1), ("999999", 999_999_000_000)],
)
def test_an_amount_of_dollars(amount: str, micro: int | None) -> None:
    assert micro_dollars(amount) == micro


@pytest.mark.parametrize(
    "amount",
    ["0", "-1", "$-1", "x", "NaN", "Infinity", "1e3", "1e999999", "٣", "1_0", "2,5", "1.0000001", "$"],
)
async def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    stage = Stage()

    [reply] = await says(f"/claude integrate it --budget {amount}", stage)

    assert reply.startswith("The value of `--budget` is not an amount of dollars")
    assert stage.log.streams == {}


COMMANDS_SAID = {
    "answer": ("/claude answer SAP", REQUESTER, ASKED, "Answered", "Thank you, @requester."),
    "approve": ("/claude approve", DEVELOPER, UP_FOR_REVIEW, "Approved", "Approved by @developer"),
    "reject": ("/claude reject too risky", DEVELOPER, UP_FOR_REVIEW, "Rejected", "Rejected by @developer."),
    "deploy": ("/claude deploy", ADMIN, MERGED_FOR_A_DEVELOPER, "DeployReleased", "@admin lets it go out."),
    "cancel": ("/claude cancel", DEVELOPER, WORKED, "CancelRequested", "Stopped by @developer."),
}


@pytest.mark.parametrize(("body", "by", "history", "fact", "said"), COMMANDS_SAID.values(), ids=COMMANDS_SAID)
async def test_a_command_is_a_fact_and_an_answer(
    body: str, by: Any, history: History, fact: str, said: str
) -> None:
    stage = staged(history)

    [reply] = await says(body, stage, by=by)

    assert new(stage, history) == [fact]
    assert reply.startswith(said)


@pytest.mark.parametrize(("body", "by", "history", "fact", "said"), COMMANDS_SAID.values(), ids=COMMANDS_SAID)
async def test_a_delivery_that_is_handled_twice_is_one_fact_and_one_answer(
    body: str, by: Any, history: History, fact: str, said: str
) -> None:
    stage = staged(history)

    await says(body, stage, by=by)
    replies = await says(body, stage, by=by)

    assert (new(stage, history), len(replies)) == ([fact], 1)


async def test_killed_between_an_answer_and_its_note_it_is_found_again() -> None:
    stage = staged()
    stage.effects.dies_at = "reply:"
    with pytest.raises(Died):
        await says("/claude approve", stage, by=DEVELOPER)

    replies = await says("/claude approve", stage, by=DEVELOPER)

    assert (len(replies), new(stage)) == (1, ["Approved"])


async def test_a_refusal_is_final_although_it_can_be_said_only_later() -> None:
    stage = staged(WRITTEN)
    stage.comments.away = True
    with pytest.raises(Unavailable):
        await says("/claude approve", stage, by=DEVELOPER)
    stage.comments.away = False
    stage.log.holds(UP_FOR_REVIEW[len(WRITTEN) :])

    replies = await says("/claude approve", stage, by=DEVELOPER)

    assert replies == ["Nothing here waits for that now. `/claude status` shows where it stands."]
    assert new(stage) == []


async def test_what_can_be_done_does_not_wait_until_it_can_be_shown_that_it_was_seen() -> None:
    stage = staged()
    stage.comments.away = True

    with pytest.raises(Unavailable):
        await says("/claude cancel", stage, by=DEVELOPER)

    assert new(stage) == ["CancelRequested"]


async def test_wh_17_an_approval_that_was_said_before_there_was_anything_to_see_is_refused() -> None:
    stage = staged()

    [reply] = await says("/claude approve", stage, by=DEVELOPER, at="2026-01-01T09:00:06Z")

    assert reply == snapshot(
        "You said that before #12 showed what it shows now, so it cannot have been about that. Look at it, then say it again."
    )
    assert new(stage) == []


async def test_wh_17_what_comes_after_the_end_has_no_effect_and_is_explained() -> None:
    history = failed(*UP_FOR_REVIEW)
    stage = staged(history)

    replies = [await says(f"/claude {word}", stage, by=ADMIN, key=word) for word in ("approve", "cancel")]

    assert set(replies[-1]) == {"Nothing here waits for that now. `/claude status` shows where it stands."}
    assert (len(replies[-1]), new(stage, history)) == (2, [])


async def test_a_command_on_the_pull_request_means_its_integration() -> None:
    stage = staged()

    [reply] = await says("/claude approve", stage, by=DEVELOPER, on=PULL)

    assert reply.startswith("Approved by @developer for `c0dec0d`")


@pytest.mark.parametrize(("named", "stopped"), [("", OTHER_ID), (f" {ID}", ID), (f" {OTHER_ID}", OTHER_ID)])
async def test_the_newest_is_meant_unless_another_is_named(named: str, stopped: str) -> None:
    stage = staged(WORKED)
    stage.log.holds(WORKED, stream=OTHER_ID)

    await says(f"/claude cancel{named}", stage)

    facts = {stream: len(stage.log.events(stream)) - len(WORKED) for stream in (ID, OTHER_ID)}
    assert facts == {ID: int(stopped == ID), OTHER_ID: int(stopped == OTHER_ID)}


async def test_on_a_pull_request_both_are_meant_what_it_was_opened_for_and_what_was_asked_for_there() -> None:
    stage = staged()
    stage.log.holds((structs.replace(REQUEST, issue=PULL), *WORKED[1:]), stream=OTHER_ID)

    [reply] = await says("/claude status", stage, on=PULL)

    assert [line.partition(";")[0] for line in reply.splitlines()] == [
        f"- `{OTHER_ID}`: **generating**",
        f"- `{ID}`: **reviewing**, waiting for approval, #{PULL}",
    ]


async def test_where_there_is_nothing_nothing_waits() -> None:
    assert await says("/claude cancel", Stage()) == [
        "Nothing here waits for that now. `/claude status` shows where it stands."
    ]


@pytest.mark.parametrize("body", ["/claude integrate it", "/claude approve", "/claude cancel"])
async def test_who_may_not_is_told_who_could(body: str) -> None:
    stage = staged()

    [reply] = await says(body, stage, by=VIEWER)

    assert reply.startswith("This needs `integration:")
    assert reply.endswith("Somebody who is developer or admin could do it.")
    assert new(stage) == []


async def test_a_right_that_cannot_be_asked_for_leaves_the_delivery_for_later() -> None:
    stage = staged()
    stage.repositories.roles = None

    with pytest.raises(Unavailable):
        await says("/claude approve", stage, by=DEVELOPER)

    assert (new(stage), stage.comments.bodies) == ([], {})


async def test_help_shows_only_what_the_asker_may_run() -> None:
    shown = {
        person.login: {name for name in COMMANDS if f"`/claude {name}" in text}
        for person in (VIEWER, DEVELOPER, ADMIN)
        for text in await says("/claude", Stage(), by=person)
    }

    assert shown == {
        "viewer": {"help", "status", "list", "plan", "why", "history", "config"},
        "developer": set(COMMANDS) - {"budget", "deploy", "deprecate", "freeze", "rollback", "unfreeze"},
        "admin": set(COMMANDS),
    }


async def test_the_status_of_an_issue_is_a_line_for_each_integration() -> None:
    stage = staged(failed(*WORKED))
    stage.log.holds(UP_FOR_REVIEW, stream=OTHER_ID)

    [reply] = await says("/claude status", stage, by=VIEWER)

    assert [line.partition(";")[0] for line in reply.splitlines()] == [
        f"- `{OTHER_ID}`: **reviewing**, waiting for approval, #{PULL}",
        f"- `{ID}`: **failed** (tests)",
    ]


async def test_the_status_of_nothing_says_how_to_begin() -> None:
    assert await says("/claude status", Stage(), by=VIEWER) == [
        "There is no integration here yet. `/claude integrate <what>` asks for one."
    ]


async def test_what_was_not_understood_is_answered_and_not_done() -> None:
    stage = staged()

    assert await says("/claude aprove", stage, by=DEVELOPER) == [
        "I do not know the command `aprove`. Did you mean `/claude approve`? "
        "`/claude help` shows what there is."
    ]
    assert (new(stage), stage.comments.reactions) == ([], [])


async def test_what_is_no_command_is_not_even_seen() -> None:
    stage = staged()

    assert await says("Nice work!", stage, by=DEVELOPER) == []
    assert (new(stage), stage.comments.reactions) == ([], [])


@pytest.mark.parametrize("body", ["", None])
async def test_a_comment_without_a_body_is_none(body: Any) -> None:
    assert await says(body, staged()) == []


@pytest.mark.parametrize(("merged", "cause"), [(False, "pull_request_closed"), (True, "merged_by_hand")])
@pytest.mark.parametrize("by", [(STRANGER, "User"), (MERGE_QUEUE, "Bot")], ids=["a person", "another bot"])
async def test_who_else_closes_or_merges_it_stops_the_run_at_the_gate(
    by: tuple[Actor, str],
    merged: bool,  # noqa: FBT001  a table's column
    cause: str,
) -> None:
    stage = staged()

    await deliver("pull_request.closed", closed(by=by[0], kind=by[1], merged=merged), stage)

    assert stage.log.events()[-1] == e.CancelRequested(by=by[0], cause=cause)


@pytest.mark.parametrize(
    ("history", "payload"),
    [
        (UP_FOR_REVIEW, closed(number=99)),
        (UP_FOR_REVIEW, closed(by=Actor(id=90, login="claude-code-bot[bot]"), kind="Bot")),
        (DEPLOYING, closed(merged=True)),
        (ACTIVE, closed()),
    ],
    ids=["another pull request", "the bot itself", "the bot's own merge", "what runs"],
)
async def test_any_other_closing_changes_nothing(history: History, payload: Payload) -> None:
    stage = staged(history)

    await deliver("pull_request.closed", payload, stage)

    assert new(stage, history) == []


@pytest.mark.parametrize("state", ["success", "failure", "error"])
async def test_a_deployments_end_is_a_fact_once(state: str) -> None:
    stage = staged(DEPLOYING)

    for key in ("d-1", "d-2"):
        await deliver("deployment_status.created", deployment_status(state), stage, key)

    assert stage.log.events()[len(DEPLOYING) :] == [e.DeploymentReported(deployment=51, outcome=state)]


@pytest.mark.parametrize(
    "payload",
    [
        deployment_status("success", deployment=52),
        deployment_status("in_progress"),
        deployment_status("queued"),
        deployment_status("inactive"),
    ],
    ids=["another deployment", "in progress", "queued", "inactive"],
)
async def test_any_other_deployment_status_changes_nothing(payload: Payload) -> None:
    stage = staged(DEPLOYING)

    await deliver("deployment_status.created", payload, stage)

    assert new(stage, DEPLOYING) == []


@pytest.mark.parametrize(
    ("body", "by", "replies"),
    [
        ("/claude approve", STRANGER, 1),
        ("\n/claude", STRANGER, 1),
        ("/claude aprove", DEVELOPER, 1),
        ("/claude aprove", STRANGER, 0),
        ("/claudette approve", DEVELOPER, 0),
        ("Nice work!", DEVELOPER, 0),
    ],
)
async def test_what_went_wrong_is_said_where_the_bot_was_meant(body: str, by: Actor, replies: int) -> None:
    stage = staged()
    context = Context(world=stage.world, key="d-1")

    for _ in range(2):
        await APOLOGIES["issue_comment.created"](comment(body, by=by), context)

    assert len(stage.comments.on(ISSUE)) == replies


def test_every_command_is_declared_with_its_word_its_help_and_its_usage() -> None:
    declared = {name: command for name, (command, _) in COMMANDS.items()}

    assert all(command.name == name and command.usage.startswith(name) for name, command in declared.items())
    assert all(command.help and command.help[0].islower() for command in declared.values())
    assert [name for name, command in declared.items() if command.needs is None] == ["help"]


@pytest.mark.parametrize("command", ["cancel", "approve", "deploy"])
async def test_another_name_is_not_taken_for_the_newest_here(command: str) -> None:
    stage = staged(UP_FOR_REVIEW)

    said = await says(f"/claude {command} aaaaaaaaaa", stage, by=ADMIN)

    assert "Nothing here waits for that now." in said[0]
    assert new(stage, UP_FOR_REVIEW) == []
