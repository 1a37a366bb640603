"""Which pull requests are thought of when they are opened, made ready or pushed to."""

from typing import Any

import pytest

from bot.application.review_asking import OWN
from bot.records import Start
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import Payload, example, user
from tests.unit.fakes import Stage
from tests.unit.histories import REQUESTER, SHOP

KINDS = ("opened", "reopened", "synchronize", "ready_for_review")


def payload(kind: str, *, repo: dict[str, Any] | None, draft: bool = False) -> Payload:
    found = example("pull_request/ready-for-review.1") | {"action": kind}
    found["sender"] |= user(REQUESTER)
    found["pull_request"] |= {"draft": draft}
    found["pull_request"]["head"] |= {"repo": repo}
    return found


async def begun(kind: str, data: Payload) -> list[Any]:
    context = Context(world=Stage().world, key="d-1")
    await GITHUB[f"pull_request.{kind}"](data, context)
    return context.follow_ups


@pytest.mark.parametrize("kind", KINDS)
async def test_each_is_thought_of_once_for_a_delivery(kind: str) -> None:
    [start] = await begun(kind, payload(kind, repo={"id": SHOP.id}))

    assert isinstance(start, Start)
    assert (start.id, start.queue, start.partition) == ("consider-d-1", "github", str(SHOP.installation_id))
    assert start.args == (SHOP.id, SHOP.full_name, SHOP.installation_id, SHOP.owner_id, 2, kind, "d-1")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("repo", [None, {"id": 999}])
async def test_of_a_forks_is_said_what_it_is(kind: str, repo: dict[str, Any] | None) -> None:
    [start] = await begun(kind, payload(kind, repo=repo))

    assert start.args[4:] == (2, kind, "d-1", "fork")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_draft_is_not(kind: str) -> None:
    assert await begun(kind, payload(kind, repo={"id": SHOP.id}, draft=True)) == []


BOT = "claude-code-bot[bot]"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", [BOT, "requester"])
async def test_the_bots_own_are_thought_of_as_such_whoever_moved_them(kind: str, by: str) -> None:
    own = payload(kind, repo={"id": SHOP.id})
    own["sender"]["login"] = by
    own["pull_request"]["user"]["login"] = BOT

    [start] = await begun(kind, own)

    assert start.args[-2] == OWN


@pytest.mark.parametrize("kind", ["opened", "reopened", "synchronize"])
async def test_what_the_bot_pushes_to_somebody_elses_is_thought_of_as_any(kind: str) -> None:
    moved = payload(kind, repo={"id": SHOP.id})
    moved["sender"]["login"] = BOT

    [start] = await begun(kind, moved)

    assert start.args[-2] == kind
