"""What comes through the door and nobody foresaw: it harms no other delivery, and none is lost by it."""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from dbos import DBOS

from bot.records import Delivery
from standins.github import state
from tests.contracts.by_hand import column, run
from tests.story import Team
from tests.story.team import REQUEST

RECORDED: Final = sorted((Path(__file__).parents[1] / "contracts/data/webhooks").glob("*/*.json"))


def sent(payload: Mapping[str, Any], event: str) -> state.Delivery:
    """As GitHub would send it, under an id of its own."""
    return state.Delivery(
        guid=str(uuid4()),
        event=event,
        action=payload.get("action"),
        body=json.dumps(payload).encode(),
        installation_id=0,
        repository_id=None,
    )


async def arrive(team: Team, deliveries: list[state.Delivery]) -> set[int]:
    """Send them all at once; what the door answered."""
    await asyncio.gather(*map(team.github.world.postman.send, deliveries))
    return {attempt.status for each in deliveries for attempt in each.attempts}


async def commented(team: Team) -> dict[str, Any]:
    """The payload of a comment that is a request, which GitHub has not sent."""
    issue = await team.requester.opens_an_issue()
    team.github.world.postman.holding = True
    await team.requester.comments(REQUEST, on=issue)
    (asked,) = team.github.world.outbox
    team.github.world.outbox.clear()
    team.github.world.postman.holding = False
    return asked.payload


async def errors() -> list[str]:
    """The workflows that ended in error."""
    found = await DBOS.list_workflows_async(status=["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"])
    return [each.workflow_id for each in found]


async def states(team: Team) -> set[str]:
    """What has become of the deliveries."""
    return set(await column(team.bot.stored.database, "SELECT state FROM deliveries"))


async def test_every_recorded_payload_is_taken_at_the_door_and_comes_to_an_end_behind_it(team: Team) -> None:
    payloads = [(json.loads(path.read_bytes()), path.parent.name) for path in RECORDED]

    answers = await arrive(team, [sent(*each) for each in payloads])

    await team.bot.comes_to_rest()
    assert (len(payloads), answers) == (190, {202})
    assert (await errors(), await states(team)) == ([], {"ignored", "settled"})
    assert team.github.repository.comments == {}


async def test_a_webhook_of_the_repositorys_own_with_the_same_secret_asks_for_nothing(team: Team) -> None:
    payload = await commented(team)
    del payload["installation"]

    answers = await arrive(team, [sent(payload, "issue_comment")])

    await team.bot.comes_to_rest()
    assert (answers, await errors()) == ({202}, [])
    assert "set_aside" not in await states(team)
    assert await team.bot.row() is None


def kept(key: str, payload: Mapping[str, Any], kind: str = "issue_comment.created") -> Delivery:
    """As the door hands it to the inbox."""
    return Delivery(
        key=key,
        source="github",
        kind=kind,
        meaning=key,
        body=json.dumps(payload).encode(),
        digest=key.encode(),
        received_at=datetime.fromisoformat(payload["comment"]["created_at"]),
    )


async def test_one_that_nobody_can_read_harms_none_that_came_together_with_it(team: Team) -> None:
    good = await commented(team)
    bad = {name: value for name, value in good.items() if name != "issue"}
    inbox = team.bot.stored.inbox

    await asyncio.gather(inbox.keep(kept("1-bad", bad)), inbox.keep(kept("2-good", good)))

    await team.bot.has_a_pull_request()
    await team.bot.comes_to_rest()
    assert await errors() == []
    aside = await team.bot.stored.aside.listed()
    assert [(each["key"], each["why"]) for each in aside] == [("1-bad", "KeyError")]
    await run(team.bot.stored.database, "DELETE FROM deliveries WHERE key = '1-bad'")  # the operator's word
