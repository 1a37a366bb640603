"""The window of an integration, handed in: looked at again, asked for once, and told to whoever did."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from bot.application.slack_form import LONGEST, faults_in, form_of, options, window
from bot.domain import events as e
from bot.domain.streams import is_integrations
from bot.records import Actor, StepFailed
from handlers import SLACK
from handlers.conversation import Context
from handlers.slack_at_the_door import AtTheDoor
from tests.unit.fake_slack import ALICE
from tests.unit.fakes import Stage
from tests.unit.histories import REQUESTER, STRANGER, VIEWER
from tests.unit.test_slack_commands import HERE, staged

GOOD = {"repository": "acme/shop", "what": "send invoices", "base": "", "budget": "2", "plan": "yes"}


def handed_in(callback: str = "integrate", **fields: str) -> Mapping[str, Any]:
    values = {name: {name: {"value": value}} for name, value in {**GOOD, **fields}.items()}
    return {
        "type": "view_submission",
        "user": {"id": "U1", "team_id": "T1"},
        "team": {"id": "T1"},
        "view": {"callback_id": callback, "private_metadata": "C1", "state": {"values": values}},
    }


async def hands_in(stage: Stage, **fields: str) -> None:
    context = Context(world=stage.world, key="d-1", door="slack")
    await SLACK["slack:view_submission"](handed_in(**fields), context)


def asked_for(stage: Stage) -> list[str]:
    return [stream for stream in stage.log.streams if is_integrations(stream)]


async def test_it_is_asked_for_once_and_told_to_whoever_did_alone() -> None:
    stage = staged(REQUESTER)

    for _ in range(2):
        await hands_in(stage)

    [stream] = asked_for(stage)
    [fact] = stage.log.events(stream)
    assert isinstance(fact, e.IntegrationRequested)
    assert (fact.plan_first, fact.micro_usd) == (True, 2_000_000)
    assert stage.slack is not None
    [(place, user, said)] = stage.slack.window.whispers
    assert (place, user, stream in said) == (HERE, ALICE.id, True)


async def test_where_it_cannot_be_whispered_it_is_written() -> None:
    stage = staged(REQUESTER)
    assert stage.slack is not None
    stage.slack.window.failures.append(StepFailed("slack_not_in_channel"))

    await hands_in(stage)

    [(place, _, said)] = stage.slack.window.posted.values()
    assert (place.channel, said.text.startswith("I am at it")) == ("DU1", True)


@pytest.mark.parametrize(("person", "why"), [(STRANGER, "There is nothing"), (VIEWER, "integration:write")])
async def test_sl_12_the_right_is_asked_for_when_it_is_done(person: Actor, why: str) -> None:
    stage = staged(person)

    await hands_in(stage)

    assert stage.slack is not None
    [(_, _, said)] = stage.slack.window.whispers
    assert why in said
    assert asked_for(stage) == []


async def test_what_is_wrong_all_the_same_is_not_asked_for() -> None:
    stage = staged(REQUESTER)

    await hands_in(stage, what="")
    await hands_in(Stage(), what="x")

    assert asked_for(stage) == []


async def test_without_slack_and_of_another_window_nothing_is_answered_at_once() -> None:
    body = json.dumps(handed_in("another", what="")).encode()

    assert await AtTheDoor(Stage().world)("slack:view_submission", body) is None
    assert await AtTheDoor(staged(REQUESTER).world)("slack:view_submission", body) is None
    assert await AtTheDoor(staged(REQUESTER).world)("slack:event.message", body) is None


async def test_who_is_not_linked_is_offered_nothing() -> None:
    stage, body = staged(REQUESTER), json.dumps({"user": {"id": "U2", "team_id": "T1"}, "value": ""}).encode()

    assert await AtTheDoor(stage.world)("slack:block_suggestion", body) == {"options": []}


def test_a_field_takes_as_much_as_slack_does_and_no_more_is_offered() -> None:
    made = window("C1", None)

    assert made["blocks"][1]["element"]["max_length"] == LONGEST
    assert len(options(f"acme/{nth}" for nth in range(200))["options"]) == 100
    assert options([f"acme/{'x' * 150}"]) == {"options": []}


def test_an_empty_form_is_wrong_where_it_has_to_be_filled_in() -> None:
    assert sorted(faults_in(form_of({}))) == ["repository", "what"]
