"""The whole matrix: every role, route, place and kind of credential, answered as the declarations say."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from bot.domain.policy import Permission
from bot.infrastructure.database import Database
from bot.web.api import ROUTES
from bot.web.openapi import Route
from tests.doors.api import Opened
from tests.doors.api_filled import copied
from tests.doors.api_places import NAMES, OURS_HIDDEN, SHOP, THEIR_OWN
from tests.doors.matrix import (
    ROLES,
    SCOPE_SETS,
    Stand,
    arranged,
    asked_with,
    expected,
    gate_of,
    is_named,
    opened_on,
    session_of,
    stands,
)
from tests.doors.webapp import Client, Connect
from tests.unit.histories import DEVELOPER

DIFFERENT: Final = frozenset(("x-request-id", "ratelimit-remaining", "ratelimit-reset", "date"))
UNSEEN: Final = (OURS_HIDDEN, THEIR_OWN, "of-hidden", "of-foreign")
NO_CREDENTIAL: Final = {
    "none": "no_key",
    "expired": "key_expired",
    "revoked": "key_revoked",
    "malformed": "key_malformed",
    "mistyped": "key_mistyped",
    "unknown": "key_unknown",
    "forged": "key_unknown",
}


@pytest.fixture(scope="module")
def places(
    filled_api: tuple[str, Mapping[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Mapping[str, str]]:
    """A database with something in every place, made once."""
    url, texts = filled_api
    own = copied(url, tmp_path_factory.mktemp("matrix"))

    async def fill() -> None:
        database = await Database.open(own)
        await arranged(database, texts)
        await database.close()

    asyncio.run(fill())
    return own, texts


@asynccontextmanager
async def at(places: tuple[str, Mapping[str, str]], tmp_path: Path, role: str) -> AsyncIterator[Opened]:
    """The API on a database of its own."""
    url, texts = places
    database = await Database.open(copied(url, tmp_path))
    yield opened_on(database, texts, role)
    await database.close()


async def said(client: Client, route: Route[Any], stand: Stand, key: Mapping[str, str]) -> tuple[Any, ...]:
    """Status, headers and body, without what differs between two that are the same."""
    asked = asked_with(route, stand)
    answer = await client.request(
        route.method, stand.fills(route.path), **{**asked, "headers": {**asked["headers"], **key}}
    )
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in DIFFERENT}
    if route.is_stream and answer.status == 200:
        answer.close()
        return answer.status, headers, ""
    text = await answer.text()
    if answer.content_type == "application/problem+json":
        text = json.dumps({**json.loads(text), "request_id": ""})
    return answer.status, headers, text


def code_in(text: str) -> str:
    return str(json.loads(text)["type"]).removeprefix("urn:problem:") if '"urn:problem:' in text else ""


async def shown_as(means: str, opened: Opened, client: Client, scopes: str) -> dict[str, str]:
    """The headers of somebody who shows a key of these scopes, a token made of it, or a session."""
    if means == "session":
        return await session_of(opened)
    key = await opened.key(DEVELOPER, scopes)
    if means == "key":
        return key
    form = {"grant_type": "api_key", "api_key": key["Authorization"].removeprefix("Bearer ")}
    granted = await (await client.post("/auth/token", data=form)).json()
    return {"Authorization": f"Bearer {granted['access_token']}"}


MEANS: Final = [
    *(("key", scopes) for scopes in SCOPE_SETS),
    ("token", "write"),
    ("session", "admin"),  # it allows what its person may, and GitHub says what that is
]


@pytest.mark.parametrize("role", ROLES)
async def test_every_route_answers_as_its_right_the_scopes_and_the_role_say(
    places: tuple[str, Mapping[str, str]], tmp_path: Path, aiohttp_client: Connect, role: str
) -> None:
    wrong: list[object] = []
    for means, scopes in MEANS:
        async with at(places, tmp_path, role) as opened:
            opened.by_session = gate_of(opened)
            client = await opened.served(aiohttp_client)
            spare = (await opened.key(DEVELOPER, "read"))["Authorization"].split("_")[1]
            shown, there = await shown_as(means, opened, client, scopes), stands(opened, spare)
            for route in ROUTES:
                found = await differences(client, route, there, shown, role, SCOPE_SETS[scopes])
                wrong += [(means, scopes, route.method, route.path, *each) for each in found]
            await client.close()

    assert not wrong, "\n".join(map(str, wrong[:20]))


async def differences(
    client: Client,
    route: Route[Any],
    there: Mapping[str, Stand],
    shown: Mapping[str, str],
    role: str,
    allowed: frozenset[Permission],
) -> list[tuple[object, ...]]:
    """What is answered otherwise than the declarations say, in each place."""
    wrong: list[tuple[object, ...]] = []
    answers = {
        where: await said(client, route, stand, shown)
        for where, stand in reversed([*there.items()])
        if where == "own" or is_named(route)
    }
    for where, (status, headers, text) in answers.items():
        wanted, code = expected(route, where, role, allowed)
        is_right = status not in {401, 403, 404, 500} if wanted == 0 else status == wanted
        if not is_right or (code and code_in(text) != code):
            wrong.append((where, status, text, "expected", wanted, code))
        if where != "own" and (status, headers, text) != answers["nowhere"]:
            wrong.append((where, status, headers, text, "is not what is said of nothing", answers["nowhere"]))
        if hidden := leaked(text, role):
            wrong.append((where, "tells of", hidden))
    return wrong


def leaked(text: str, role: str) -> list[str]:
    """What one may not see and is told of all the same."""
    unseen = [*UNSEEN, *(name for number, name in NAMES.items() if number != SHOP or role == "none")]
    return [name for name in unseen if name in text]


@pytest.mark.parametrize("role", ["none", "admin"])
async def test_what_is_no_credential_opens_no_route_whatever_the_role(
    places: tuple[str, Mapping[str, str]], tmp_path: Path, aiohttp_client: Connect, role: str
) -> None:
    wrong: list[object] = []
    async with at(places, tmp_path, role) as opened:
        client = await opened.served(aiohttp_client)
        for whose, code in NO_CREDENTIAL.items():
            shown = {} if whose == "none" else opened.bearer(whose)
            for route in ROUTES:
                answers = [
                    await said(client, route, stand, shown)
                    for where, stand in stands(opened, "0" * 12).items()
                    if where in {"own", "nowhere"}
                ]
                wanted = (200, "") if route.right.is_open else (401, code)
                found = [(status, code_in(text) if status != 200 else "") for status, _, text in answers]
                wrong += [] if found == [wanted] * 2 and answers[0] == answers[1] else [(whose, route, found)]

    assert not wrong, "\n".join(map(str, wrong[:20]))
