"""From an order over the API to running code: asked for by one key, approved by another person's."""

from typing import Any, Final

import aiohttp

from bot.domain.states import State
from bot.web.api_door import PREFIX
from tests.scenarios.test_api import asked, key_for
from tests.story import Team
from tests.story.places import Thread

WISH: Final = {"repository": "acme/shop", "what": "send every paid invoice to the ERP"}


async def ordered(
    team: Team, path: str, key: str, body: Any = None, *, once: str | None = None
) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {key}", **({"Idempotency-Key": once} if once else {})}
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"http://127.0.0.1:{team.bot.port}{PREFIX}{path}", headers=headers, json=body or {}
        ) as answer,
    ):
        return answer.status, await answer.json()


def patches(team: Team) -> int:
    """How often GitHub was told to change a pull request."""
    return len([
        each for each in team.github.world.calls if (each.method, "/pulls/" in each.path) == ("PATCH", True)
    ])


async def called(team: Team, path: str, key: str, title: str) -> int:
    """Call it so, whatever it was called."""
    headers = {"Authorization": f"Bearer {key}", "If-Match": "*"}
    url = f"http://127.0.0.1:{team.bot.port}{PREFIX}{path}"
    async with (
        aiohttp.ClientSession() as session,
        session.put(url, headers=headers, json={"title": title}) as answer,
    ):
        return answer.status


async def test_what_it_is_called_is_seen_wherever_people_look(team: Team) -> None:
    mine = await key_for(team, "requester", "write")
    _, it = await ordered(team, "/integrations", mine, WISH)
    path = f"/integrations/{it['id']}"
    early = await called(team, path, mine, "Invoices")
    pull = await team.bot.has_a_pull_request()
    first, patched = pull.issue.title, patches(team)

    late = await called(team, path, mine, "Paid invoices to the ERP")
    await team.bot.comes_to_rest()

    listed = await asked(team, "/integrations", mine)
    thread = Thread(github=team.github.world, repository_name="acme/shop", number=it["issue"])
    [comment] = thread.by_the_bot("status")
    assert (early, late, first) == (202, 202, "Invoices")
    assert pull.issue.title == "Paid invoices to the ERP"
    assert listed[1]["items"][0]["title"] == "Paid invoices to the ERP"
    assert "`Paid invoices to the ERP`. Asked for by" in comment
    assert patches(team) == patched + 1


async def test_an_order_becomes_running_code(team: Team) -> None:
    mine, theirs = await key_for(team, "requester", "write"), await key_for(team, "admin", "admin")

    status, it = await ordered(team, "/integrations", mine, WISH, once="a-1")
    pull = await team.bot.has_a_pull_request()
    again = await ordered(team, "/integrations", mine, WISH, once="a-1")
    path = f"/integrations/{it['id']}"
    head = (await asked(team, path, theirs))[1]["head"]
    own = await ordered(team, f"{path}/approve", mine, {"head": head})
    other = await ordered(team, f"{path}/approve", theirs, {"head": "a" * 40})
    approved = await ordered(team, f"{path}/approve", theirs, {"head": head})
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()

    assert (status, again) == (202, (202, it))
    assert (own[0], own[1]["type"]) == (403, "urn:problem:self_approval")
    assert (other[0], other[1]["type"]) == (409, "urn:problem:stale_approval")
    assert approved[0] == 202
    assert team.github.merged_heads() == [pull.head] == [head]
    thread = Thread(github=team.github.world, repository_name="acme/shop", number=it["issue"])
    assert len(thread.by_the_bot("status")) == 1
    facts = await team.bot.stored.log.read(it["id"])
    assert [(each.type, each.meta["login"]) for each in facts if each.meta.get("door") == "api"] == [
        ("IntegrationRequested", "requester"),
        ("Approved", "admin"),
    ]
