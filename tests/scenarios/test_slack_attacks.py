"""Whoever presses, fills in or types what they should not in Slack comes by nothing, and is told so."""

import json
from dataclasses import replace
from functools import partial
from typing import Any, Final

import pytest

from bot.domain.slack_acts import Act, read, written
from bot.domain.states import State
from bot.infrastructure.tables import INTEGRATIONS
from standins.faults import Fault
from standins.slack.state import Message
from tests.scenarios.test_slack_home import home_of
from tests.scenarios.test_slack_thread import first_messages, offers, offers_just, waits_at_its_gate
from tests.scenarios.test_slack_window import GOOD, filled
from tests.story import Team

pytestmark = pytest.mark.slack

LIMITED: Final = (
    "/api/chat.postEphemeral",
    "/api/chat.postMessage",
    "/api/chat.update",
    "/api/conversations.info",
    "/api/conversations.open",
    "/api/users.info",
    "/api/views.open",
    "/api/views.publish",
)


def forge(message: Message, act: Act, **seen: str) -> None:
    """The button is about something else from now on, as if it had been shown so."""
    for block in message.blocks:
        for element in block.get("elements", ()):
            if element.get("action_id") == act.action:
                shown = read(element["value"])
                assert shown is not None
                element["value"] = written(replace(shown, **seen))


async def test_sl_12_what_is_over_is_pressed_in_vain(team: Team) -> None:
    _, first = await waits_at_its_gate(team)
    old = [*first.blocks]
    await team.slack.developer.clicks("run-cancel", on=first)
    await team.bot.reaches(State.FAILED, because="cancelled")
    await offers(team, Act.RETRY)
    await team.bot.comes_to_rest()
    facts = await team.bot.facts()

    for act in ("run-approve", "run-cancel"):
        first.blocks[:] = old
        await team.slack.admin.clicks(act, on=first)
    first.blocks[:] = old
    await team.slack.developer.reacts("x", to=first)
    await team.slack.developer.says("stop", thread=first.ts)
    await team.bot.comes_to_rest()

    assert await team.bot.facts() == facts
    assert len(team.slack.whispers("admin")) == 3
    assert len(team.slack.whispers("developer")) == 3


async def test_sl_12_a_button_of_an_earlier_life_stops_nothing(team: Team) -> None:
    _, first = await waits_at_its_gate(team)
    old = [*first.blocks]
    await team.slack.developer.clicks("run-cancel", on=first)
    await team.bot.reaches(State.FAILED, because="cancelled")
    await team.slack.developer.clicks("run-retry", on=await offers(team, Act.RETRY))
    await team.slack.developer.is_told("Tried again by")
    await offers(team, Act.APPROVE)
    await team.bot.comes_to_rest()
    first.blocks[:] = old

    await team.slack.developer.clicks("run-cancel", on=first)

    await team.slack.developer.is_told("shown before")
    await team.bot.comes_to_rest()
    assert (await team.bot.integration()).waiting_for == "approval"


async def test_sl_15_a_button_about_what_one_may_not_read_says_that_it_is_not_there(team: Team) -> None:
    _, first = await waits_at_its_gate(team)
    row = await team.bot.row()
    assert row is not None

    forge(first, Act.APPROVE, integration_id="zzzzzzzzzz")
    await team.slack.admin.clicks("run-approve", on=first)
    forge(first, Act.APPROVE, integration_id=row["id"])
    await team.slack.stranger.clicks("run-approve", on=first)

    told = {await team.slack.person(each).is_told("nothing by that name") for each in ("admin", "stranger")}
    assert len(told) == 1
    assert "Approved" not in await team.bot.facts()


@pytest.mark.parametrize("seen", [{"what": "0" * 40}, {"what": ""}])
async def test_sl_12_a_button_of_what_does_not_stand_there_approves_nothing(
    team: Team, seen: dict[str, str]
) -> None:
    _, first = await waits_at_its_gate(team)

    forge(first, Act.APPROVE, **seen)
    await team.slack.admin.clicks("run-approve", on=first)
    await team.bot.comes_to_rest()

    assert "Approved" not in await team.bot.facts()
    assert len(team.slack.whispers("admin")) == 2  # that the channel is the repository's, and why not


@pytest.mark.parametrize(
    ("field", "value"),
    [("base", "main\nrm"), ("base", "-x"), ("budget", "1e9"), ("budget", "\u0661")],
)
async def test_what_no_window_lets_one_fill_in_is_refused_at_its_field(
    team: Team, field: str, value: str
) -> None:
    modal = await team.slack.requester.opens()

    delivery = await team.slack.requester.submits(modal, {**GOOD, **filled(**{field: value})})

    assert list(json.loads(delivery.reply)["errors"]) == [field]


async def test_a_window_that_is_handed_in_twice_asks_for_one(team: Team) -> None:
    modal = await team.slack.requester.opens()
    world = team.slack.world

    await team.slack.requester.submits(modal, GOOD)
    world.views[modal.id] = modal
    await team.slack.requester.submits(modal, GOOD)
    await team.bot.waits_for("approval")
    await team.bot.comes_to_rest()

    assert len(await team.bot.stored.integrations.find()) == 1


async def test_a_home_with_hundreds_of_runs_and_long_titles_is_one_that_slack_takes(team: Team) -> None:
    await team.has_a_pull_request()
    row = await team.bot.row()
    assert row is not None
    title = "<!channel> &amp; " * 200
    for number in range(300):
        made = {**row, "id": f"run{number:07}", "title": title}
        await team.bot.stored.database.write(partial(_insert, made))

    home = await home_of(team, "requester", "Your runs", "run0000299")

    assert "<!channel>" not in home
    await team.bot.stored.database.write(_forget)  # they have no facts


def _forget(connection: Any) -> None:
    connection.execute(INTEGRATIONS.delete().where(INTEGRATIONS.c.id.like("run0%")))


def _insert(row: dict[str, Any], connection: Any) -> None:
    connection.execute(INTEGRATIONS.insert().values({each.name: row[each.name] for each in INTEGRATIONS.c}))


async def test_f52_every_method_may_be_limited_in_the_middle_of_a_run(team: Team) -> None:
    wait = {"Retry-After": "1"}
    for route in LIMITED:
        team.slack.world.faults.add(
            Fault(kind="refuse", route=route, status=429, message="ratelimited", headers=wait, times=3)
        )

    issue, first = await waits_at_its_gate(team)
    await team.slack.developer.clicks("run-approve", on=first)
    await team.slack.developer.is_told("Approved by @developer")
    await team.bot.waits_for("deploy_approval", on=issue)
    await team.slack.admin.clicks("run-deploy", on=await offers(team, Act.DEPLOY))
    await team.bot.reaches(State.ACTIVE)
    await offers_just(team, Act.ROLLBACK)
    await team.bot.comes_to_rest()

    assert len(first_messages(team)) == 1
    assert team.slack.by_the_bot(thread=first.ts) == [
        "@developer approved <commit>, in Slack.", "@admin let it go out, in Slack."
    ]  # fmt: skip


async def test_who_slack_does_not_know_is_told_why_where_they_pressed(team: Team) -> None:
    _, first = await waits_at_its_gate(team)
    team.slack.world.faults.add(
        Fault(route="/api/users.info", kind="refuse", status=200, message="user_not_found", times=1)
    )

    await team.slack.admin.clicks("run-approve", on=first)

    await team.slack.admin.is_told("There is no such person")
    assert "Approved" not in await team.bot.facts()


@pytest.mark.parametrize("text", [
    "integrate \u201csend every paid invoice\u201d \u2014repo acme/shop",
    "integrate\u00a0send it --repo\u00a0acme/shop",
    "integrate <@U123> <!channel> <https://evil.example|fine> \u202etxt.exe --repo acme/shop",
])  # fmt: skip
async def test_odd_text_is_text(team: Team, text: str) -> None:
    said = await team.slack.requester.types(text)
    await team.bot.waits_for("approval")
    row = await team.bot.row()
    assert row is not None
    title = team.github.issue(row["issue"]).issue.title
    await team.bot.comes_to_rest()

    assert said.startswith("I am at it: <id> in acme/shop")
    assert "\u202e" not in title
    shown = str([each.blocks for each in team.slack.messages()])
    assert "<!channel>" not in shown
    assert "<@U123>" not in shown
