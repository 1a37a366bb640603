"""An integration asked for in a window: it opens at once, shows what is wrong at its fields, and asks as words do."""

# ruff: noqa: E501  a sentence is pinned as it is said

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.story import Team

pytestmark = pytest.mark.slack


def filled(**fields: str) -> Mapping[str, Mapping[str, Any]]:
    """What Slack says of the fields, each in a block of its name."""
    chosen = {"repository", "plan"}
    return {
        name: {
            name: {"type": "external_select", "selected_option": {"value": value}}
            if name in chosen
            else {"type": "plain_text_input", "value": value}
        }
        for name, value in fields.items()
    }


GOOD = filled(repository="acme/shop", what="send every paid invoice to the ERP", plan="no", budget="2")


@pytest.mark.parametrize("words", ["", "integrate"])
async def test_the_window_opens_and_what_is_handed_in_is_asked_for(team: Team, words: str) -> None:
    modal = await team.slack.requester.opens(words)
    delivery = await team.slack.requester.submits(modal, GOOD)
    said = await team.slack.requester.is_told("I am at it")
    await team.bot.waits_for("approval")

    assert (delivery.accepted, delivery.reply, team.slack.requester.modals) == (True, "", [])
    row = await team.bot.row()
    assert row is not None
    assert (row["requested_by"], row["budget_micro_usd"]) == ("requester", 2_000_000)
    assert "in acme/shop" in said


async def test_it_shows_the_channels_repository_to_who_may_read_it(team: Team) -> None:
    await team.slack.admin.types("default acme/shop")

    shown = [(await each.opens()).view["blocks"][0] for each in (team.slack.viewer, team.slack.stranger)]

    chosen = [block["element"].get("initial_option", {}).get("value") for block in shown]
    assert chosen == ["acme/shop", None]


async def test_sl_15_it_offers_the_repositories_that_one_may_write(team: Team) -> None:
    await team.slack.admin.types("default acme/shop")

    offered = {}
    for each in (team.slack.developer, team.slack.viewer, team.slack.stranger):
        modal = await each.opens()
        offered[each.name] = [
            await each.looks_for(typed, field="repository", of=modal)
            for typed in ("", "SHOP", "other", "acme/shop")
        ]

    assert offered == {
        "developer": [["acme/shop"], ["acme/shop"], [], ["acme/shop"]],
        "viewer": [[], [], [], []],
        "stranger": [[], [], [], []],
    }


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"what": " "}, {"what": "Say what to integrate."}),
        ({"base": "a b"}, {"base": "Give the name of a branch."}),
        ({"budget": "much"}, {"budget": "Give an amount of dollars, such as 2.50."}),
        ({"repository": "acme/none"}, {"repository": "You may not ask for anything there."}),
    ],
)
async def test_what_is_wrong_is_shown_at_its_field_and_nothing_is_asked_for(
    team: Team, fields: Mapping[str, str], wrong: Mapping[str, str]
) -> None:
    modal = await team.slack.requester.opens()

    delivery = await team.slack.requester.submits(modal, {**GOOD, **filled(**fields)})
    await team.bot.comes_to_rest()

    assert json.loads(delivery.reply) == {"response_action": "errors", "errors": wrong}
    assert [each.id for each in team.slack.requester.modals] == [modal.id]
    assert await team.bot.row() is None


async def test_sl_12_who_may_only_read_asks_for_nothing_by_it(team: Team) -> None:
    modal = await team.slack.viewer.opens()

    delivery = await team.slack.viewer.submits(modal, GOOD)

    assert "may not" in json.loads(delivery.reply)["errors"]["repository"]
    assert await team.bot.row() is None


async def test_who_is_not_linked_is_shown_the_private_link_in_its_place(team: Team) -> None:
    said = await team.slack.newcomer.types("")

    assert said.startswith("Link this Slack account to yours on GitHub")
    assert team.slack.newcomer.modals == []


async def test_where_the_window_comes_too_late_the_words_are_answered(team: Team) -> None:
    team.slack.world.trigger_life -= team.slack.world.trigger_life

    assert (await team.slack.requester.types("integrate")).startswith("Say what to integrate")


async def test_where_the_bot_is_not_in_the_channel_it_answers_directly(team: Team) -> None:
    modal = await team.slack.requester.opens(channel="random")

    await team.slack.requester.submits(modal, GOOD)
    await team.bot.waits_for("approval")
    await team.bot.comes_to_rest()

    assert any(said.startswith("I am at it") for said in team.slack.told_directly("requester"))
