"""How the app comes into a workspace, renews its token, and leaves."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from standins.slack.people import Slack
from standins.slack.state import Team
from tests.contracts.slack_standin.client import Client
from tests.contracts.slack_standin.conftest import Door

BACK = "https://bot.example.org/slack/oauth_redirect"


@pytest.fixture(autouse=True)
def _registered(slack: Slack) -> None:
    slack.app.redirect_urls.add(BACK)
    slack.authorizations.at_the_browser = "boss"


async def _consent(client: Client, **bent: str) -> tuple[int, dict[str, list[str]]]:
    asked = {
        "client_id": client.slack.app.client_id,
        "scope": "chat:write,commands",
        "redirect_uri": BACK,
        "state": "s1",
    }
    url = f"{client.slack.url}/oauth/v2/authorize"
    async with client.session.get(url, params={**asked, **bent}, allow_redirects=False) as answer:
        return answer.status, parse_qs(urlsplit(answer.headers.get("Location", "")).query)


async def _exchange(client: Client, given: str, **bent: str) -> dict[str, Any]:
    app = client.slack.app
    proof = {"client_id": app.client_id, "client_secret": app.client_secret}
    return (
        await client.form("oauth.v2.access", **{**proof, "code": given, "redirect_uri": BACK, **bent})
    ).body


async def test_a_person_consents_and_the_code_becomes_a_token_once(slack: Slack, client: Client) -> None:
    status, back = await _consent(client)
    code = back["code"][0]
    granted = await _exchange(client, code)
    again = await _exchange(client, code)

    client.token = granted["access_token"]
    who = (await client.query("auth.test")).body
    assert (status, back["state"], granted["scope"]) == (302, ["s1"], "chat:write,commands")
    assert (who["team"], who["user_id"]) == ("Acme", granted["bot_user_id"])
    assert again["error"] == "code_already_used"


async def test_whoever_refuses_is_sent_back_with_that(slack: Slack, client: Client) -> None:
    slack.authorizations.at_the_browser = None

    assert await _consent(client) == (302, {"error": ["access_denied"], "state": ["s1"]})


@pytest.mark.parametrize(
    "bent",
    [{"client_id": "1.2"}, {"redirect_uri": "https://evil.example.org/"}, {"scope": "admin"}],
    ids=["an unknown app", "another address", "a scope that the app does not have"],
)
async def test_a_page_that_does_not_fit_the_app_sends_nobody_anywhere(
    client: Client, bent: dict[str, str]
) -> None:
    assert await _consent(client, **bent) == (400, {})


@pytest.mark.parametrize(
    ("bent", "error"),
    [
        ({"code": "nonsense"}, "invalid_code"),
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"client_secret": "wrong"}, "bad_client_secret"),
        ({"redirect_uri": "https://evil.example.org/"}, "bad_redirect_uri"),
    ],
)
async def test_an_exchange_that_does_not_fit_gives_nothing(
    slack: Slack, client: Client, bent: dict[str, str], error: str
) -> None:
    before = set(slack.tokens)
    _, back = await _consent(client)

    assert (await _exchange(client, back["code"][0], **bent))["error"] == error
    assert set(slack.tokens) == before


async def test_a_code_ends_after_ten_minutes(slack: Slack, client: Client) -> None:
    _, back = await _consent(client)
    slack.skew += timedelta(minutes=10, seconds=1)

    assert (await _exchange(client, back["code"][0]))["error"] == "invalid_code"


async def test_a_token_ends_after_twelve_hours_and_is_renewed_once(slack: Slack, client: Client) -> None:
    _, back = await _consent(client)
    first = await _exchange(client, back["code"][0])
    renewal = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = await _exchange(client, "", **renewal)
    third = await _exchange(client, "", **renewal)
    slack.skew += timedelta(hours=12)

    client.token = first["access_token"]
    assert (first["expires_in"], third["error"]) == (43200, "invalid_refresh_token")
    assert (await client.query("auth.test")).error == "token_expired"
    assert second["refresh_token"] != first["refresh_token"]


async def test_an_app_that_leaves_is_told_twice_and_its_tokens_are_void(
    slack: Slack, client: Client, acme: Team, listening: Door
) -> None:
    bot = slack.installation_in(acme).bot.id

    await slack.uninstall(acme, by="boss")

    assert [each.type for each in slack.deliveries] == ["tokens_revoked", "app_uninstalled"]
    assert slack.told("tokens_revoked")[0]["event"]["tokens"] == {"oauth": [], "bot": [bot]}
    assert (await client.query("auth.test")).error == "token_revoked"
