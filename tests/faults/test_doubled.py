"""Deliveries as GitHub really sends them: twice, at once, late and out of order; the story ends the same."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import pytest

from bot.domain.states import State
from standins.github.state import Delivery
from tests.story import Team
from tests.story.places import EACH_ONCE
from tests.story.scripts import REPOSITORY

TIMES = 20
CONFIGURED = ".github/claude-bot.yml"
TWO = {**REPOSITORY, CONFIGURED: f"{REPOSITORY[CONFIGURED]}approvals: 2\n"}


async def sends(team: Team, deliveries: Sequence[Delivery]) -> None:
    """All of them at once."""
    postman = team.github.world.postman
    await asyncio.gather(*(postman.send(each) for each in deliveries))


def held(team: Team) -> list[Delivery]:
    """What the postman was kept from sending."""
    waiting, team.github.world.outbox[:] = list(team.github.world.outbox), []
    return waiting


async def test_f40_everything_twice_is_everything_once(team: Team) -> None:
    team.github.world.postman.twice = True
    issue, pull = await team.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert team.github.effects() == EACH_ONCE
    assert len(issue.last_words()) == len(pull.replies()) == 1


async def test_f40_twenty_equal_requests_at_once_are_one(team: Team) -> None:
    """Under one delivery id, and each under a fresh one: a comment is one act."""
    team.github.world.postman.holding = True
    issue = await team.asks()
    (asked,) = (each for each in held(team) if each.event == "issue_comment")
    team.github.world.postman.holding = False

    await sends(team, [asked] * TIMES + [replace(asked, guid=str(uuid4())) for _ in range(TIMES)])

    await team.bot.has_a_pull_request()
    await team.bot.comes_to_rest()
    assert len(await team.bot.stored.integrations.find()) == len(issue.statuses()) == 1
    assert issue.reactions() == ["eyes"]


async def test_f40_twenty_equal_approvals_at_once_are_one(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    team.github.world.postman.holding = True
    await team.admin.comments("/claude approve", on=pull)
    (approved,) = held(team)
    team.github.world.postman.holding = False

    await sends(team, [approved] * TIMES)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert team.github.effects() == EACH_ONCE
    assert len(pull.replies()) == (await team.bot.facts()).count("Approved") == 1


async def test_f41_the_end_of_a_deployment_may_be_told_before_its_beginning(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    await team.admin.comments("/claude approve", on=pull)
    team.github.world.postman.holding = True
    await team.bot.waits_for("deployment")
    await team.github.has_told("deployment_status", times=2)

    await team.github.world.postman.release([each.guid for each in reversed(team.github.world.outbox)])
    team.github.world.postman.holding = False

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert team.github.effects() == EACH_ONCE


async def test_f42_what_comes_again_after_the_end_changes_nothing(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    before, said = await team.bot.facts(), len(team.github.repository.comments)

    await sends(team, [replace(each, guid=str(uuid4())) for each in reversed(team.github.world.deliveries)])

    await team.bot.comes_to_rest()
    assert await team.bot.facts() == before
    assert team.github.effects() == EACH_ONCE
    assert len(team.github.repository.comments) == said


async def test_f46_approved_and_cancelled_at_once_is_one_of_the_two(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    team.github.world.postman.holding = True
    await team.admin.comments("/claude approve", on=pull)
    await team.requester.comments("/claude cancel", on=issue)
    both = held(team)
    team.github.world.postman.holding = False

    await sends(team, both)

    await team.bot.has_ended()
    await team.bot.comes_to_rest()
    it = await team.bot.integration()
    assert (it.state, it.reason) in {(State.FAILED, "cancelled"), (State.ACTIVE, None)}
    assert len(issue.last_words()) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["as it was", "the other way round"])
@pytest.mark.parametrize(
    ("event", "body"), [("APPROVE", ""), ("REQUEST_CHANGES", "Say who is sent what.")], ids=["yes", "a wish"]
)
@pytest.mark.parametrize("files", [TWO])
async def test_f41_a_review_that_was_dismissed_counts_in_no_order(
    team: Team, event: str, body: str, order: tuple[int, ...]
) -> None:
    _, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    postman = team.github.world.postman
    postman.holding = True
    review = await team.developer.reviews(pull, event, body=body)
    await team.admin.dismisses(review, of=pull)
    told = [each for each in held(team) if each.event == "pull_request_review"]
    postman.holding = False

    for nth in order:
        again = replace(told[nth], guid=str(uuid4()))
        await sends(team, [told[nth], told[nth], again])
        await team.bot.comes_to_rest()

    assert [json.loads(each.body)["action"] for each in told] == ["submitted", "dismissed"]
    it = await team.bot.integration()
    assert (it.approvals, it.waiting_for) == ((), "approval")
    assert "ChangesRequested" not in await team.bot.facts()
