"""The API of a running bot: every example of its page, and what a role that changes does to a key."""

import asyncio
import json
import re
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

from bot.application.keys import create
from bot.records import Actor
from bot.web import api_orders
from bot.web.api import ROUTES
from bot.web.api_door import PREFIX
from tests.scenarios.test_freezing import CODING, since_the_freeze
from tests.scenarios.test_set_aside import has_one_set_aside
from tests.story import Team

PAGE: Final = (Path(__file__).parents[2] / "docs/guide/api.md").read_text(encoding="utf-8")
NAMED: Final = {"id": "ID", "freeze": "freeze", "delivery": "delivery", "key": "KEY_ID"}
METHOD: Final = {"GET": "curl", "POST": "-X POST|--json", "PUT": "-X PUT", "DELETE": "-X DELETE"}
BLOCKS: Final = [block for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "curl" in block]
# Orders on integrations have theirs tried in `tests/doors`, each on an integration that can take it.
EXAMPLES: Final = [block for block in BLOCKS if "-X" not in block or "v1/integrations" not in block]


async def key_for(team: Team, login: str, *scopes: str) -> str:
    """A key of that person for the team's installation."""
    stored, (installation,) = team.bot.stored, team.github.world.installations
    account = team.github.world.account(login)
    _, text = await create(
        stored.keys,
        person=Actor(id=account.id, login=login),
        installation_id=installation,
        scopes=scopes or ["read"],
        days=1,
        now=stored.clock.now(),
    )
    return text


async def ran(block: str, environment: Mapping[str, str]) -> str:
    """What the example says; it must not fail."""
    command = ("bash", "-euo", "pipefail", "-c", block)
    process = await asyncio.create_subprocess_exec(
        *command, env={"PATH": "/usr/bin:/bin:/usr/local/bin", **environment}, stdout=PIPE, stderr=STDOUT
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, f"{block}\n{out.decode()}"
    return out.decode()


async def test_every_question_of_the_page_works_and_every_route_has_one(team: Team) -> None:
    await team.has_a_pull_request()
    await has_one_set_aside(team)
    row = await team.bot.row()
    assert row is not None
    bot = f"http://127.0.0.1:{team.bot.port}"
    given = {
        "BOT": bot,
        "KEY": await key_for(team, "viewer"),
        "ADMIN": await key_for(team, "admin", "admin"),
        "ID": row["id"],
    }

    facts = await team.bot.facts()

    said = {block: await ran(block, given) for block in EXAMPLES}

    for route in ROUTES:
        path = re.escape(re.sub(r"{(\w+)}", lambda it: f"${NAMED[it[1]]}", f"$BOT{PREFIX}{route.path}"))
        tried = [block for block in EXAMPLES if re.search(rf"{path}[\"?) \n]", block)]
        has_one = any(re.search(METHOD[route.method], block) for block in tried)
        assert has_one or route in api_orders.ROUTES, (route.method, route.path)
    me, one = (
        next(json.loads(it) for block, it in said.items() if at in block) for at in ("v1/me", "/$ID\n")
    )
    assert me["person"]["login"] == "viewer"
    assert (one["id"], one["state"], one["waiting_for"]) == (row["id"], "reviewing", "approval")
    lines = next(out for block, out in said.items() if "ndjson" in block).splitlines()
    assert [json.loads(line)["type"] for line in lines][: len(facts)] == facts


@pytest.mark.parametrize("environment", [{"API_RATE_LIMITS": "3,5"}], ids=["three a minute"])
async def test_the_quota_is_what_the_setting_says(team: Team) -> None:
    key = await key_for(team, "viewer")

    answers = [await asked(team, "/me", key) for _ in range(4)]

    assert [status for status, _ in answers] == [200, 200, 200, 429]


async def asked(team: Team, path: str, key: str) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(
            f"http://127.0.0.1:{team.bot.port}{PREFIX}{path}", headers={"Authorization": f"Bearer {key}"}
        ) as answer,
    ):
        return answer.status, await answer.json()


async def test_web_13_a_stranger_with_a_key_finds_nothing_and_github_is_asked_once_a_minute(
    team: Team,
) -> None:
    await team.has_a_pull_request()
    row = await team.bot.row()
    assert row is not None
    key = await key_for(team, "stranger", "admin")
    permission = "/collaborators/stranger/permission"
    before = [call for call in team.github.world.calls if call.path.endswith(permission)]

    one, many = await asked(team, f"/integrations/{row['id']}", key), await asked(team, "/integrations", key)

    calls = [call for call in team.github.world.calls if call.path.endswith(permission)]
    assert (one[0], one[1]["type"]) == (404, "urn:problem:no_integration")
    assert (many[0], many[1]["items"]) == (200, [])
    assert len(calls) - len(before) == 1


async def sent(team: Team, method: str, path: str, key: str, **said: Any) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method,
            f"http://127.0.0.1:{team.bot.port}{PREFIX}{path}",
            headers={"Authorization": f"Bearer {key}"},
            **said,
        ) as answer,
    ):
        return answer.status


async def test_a_freeze_by_rest_stops_what_runs_within_five_seconds_and_lets_it_go_on(team: Team) -> None:
    team.claude.fail("stall", where=CODING)
    issue = await team.asks()
    await team.claude_is_asked(times=2)
    wish = {"scope": "repository", "repository": "acme/shop", "why": "ERP migration"}

    refused = await sent(team, "POST", "/freezes", await key_for(team, "developer", "admin"), json=wish)
    key = await key_for(team, "admin", "admin")
    frozen = await sent(team, "POST", "/freezes", key, json=wish)
    await team.bot.waits_for("frozen")

    assert (refused, frozen) == (403, 201)
    assert await since_the_freeze(team) < 5
    status, said = await asked(team, "/freezes", await key_for(team, "viewer"))
    assert (status, [it["why"] for it in said["items"]]) == (200, ["ERP migration"])
    await team.bot.comes_to_rest()
    assert "by admin: `ERP migration`" in issue.status_comment()

    lifted = await sent(team, "DELETE", f"/freezes/{said['items'][0]['id']}", key)

    assert lifted == 204
    await team.bot.has_a_pull_request()
