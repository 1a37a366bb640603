"""Whoever takes the App's authorisation back at GitHub is signed in nowhere any more."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from bot.infrastructure.user_tokens import UserTokenStore
from bot.records import Actor
from bot.session_records import Session, UserTokens
from tests.contracts.by_hand import column
from tests.scenarios.test_odd_deliveries import arrive, errors, sent, states
from tests.story import Team

REVOKED: Final = Path(__file__).parents[1] / "contracts/data/webhooks/github_app_authorization/revoked.1.json"
EVE: Final = Actor(id=66, login="eve")
PAIR: Final = UserTokens(access="ghu_canary-access", refresh="ghr_canary-refresh")


def recorded() -> dict[str, Any]:
    """GitHub's own example, to the byte; it has no installation."""
    payload: dict[str, Any] = json.loads(REVOKED.read_bytes())
    assert "installation" not in payload
    return payload


def whose(payload: dict[str, Any]) -> Actor:
    return Actor(id=payload["sender"]["id"], login=payload["sender"]["login"])


@pytest.fixture
def tokens(team: Team) -> UserTokenStore:
    stored = team.bot.stored
    return UserTokenStore(stored.database, stored.crypto, team.bot.at_work.settings.github_url)


async def signs_in(team: Team, tokens: UserTokenStore, person: Actor, text: str) -> None:
    now = team.bot.stored.clock.now()
    session = Session(person=person, installation_id=None, created_at=now, seen_at=now)
    await team.bot.stored.sessions.begin(text, session, instead_of=None)
    await tokens.keep(person.id, PAIR)


async def test_web_06_taking_the_authorisation_back_signs_out_in_every_browser_and_nobody_else(
    team: Team, tokens: UserTokenStore
) -> None:
    payload, sessions = recorded(), team.bot.stored.sessions
    octocat = whose(payload)
    await signs_in(team, tokens, octocat, "a" * 43)
    await signs_in(team, tokens, octocat, "b" * 43)
    await signs_in(team, tokens, EVE, "e" * 43)

    answers = await arrive(team, [sent(payload, "github_app_authorization")])

    await team.bot.comes_to_rest()
    assert (answers, await errors(), await states(team)) == ({202}, [], {"settled"})
    assert [await sessions.get(each * 43) for each in "ab"] == [None, None]
    assert await tokens.get(octocat.id) is None
    assert await sessions.get("e" * 43) is not None
    assert await tokens.get(EVE.id) is not None


async def test_web_06_the_second_time_says_the_same_bytes_and_counts_as_well(
    team: Team, tokens: UserTokenStore
) -> None:
    payload = recorded()
    await arrive(team, [sent(payload, "github_app_authorization")])
    await team.bot.comes_to_rest()
    await signs_in(team, tokens, whose(payload), "a" * 43)

    await arrive(team, [sent(payload, "github_app_authorization")])

    await team.bot.comes_to_rest()
    assert await team.bot.stored.sessions.get("a" * 43) is None
    assert await column(team.bot.stored.database, "SELECT count(*) FROM deliveries") == [2]


async def test_web_06_what_is_said_of_something_else_under_that_name_signs_nobody_out(
    team: Team, tokens: UserTokenStore
) -> None:
    payload = recorded()
    await signs_in(team, tokens, whose(payload), "a" * 43)
    star = {"starred_at": None, "repository": {"id": 7, "full_name": "acme/shop"}}

    answers = await arrive(
        team,
        [
            sent({**payload, **star}, "github_app_authorization"),
            sent({**payload, "action": "created"}, "github_app_authorization"),
        ],
    )

    await team.bot.comes_to_rest()
    assert answers == {202, 400}
    assert await team.bot.stored.sessions.get("a" * 43) is not None
