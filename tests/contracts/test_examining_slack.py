"""What the doctor says of Slack, with Slack's stand-in on the other end."""

from collections.abc import AsyncIterator

import pytest

from bot.doctor import Unwell
from bot.infrastructure.observing import Nobody
from bot.settings import Settings
from bot.slack_examining import SlackLook
from bot.suppliers import policies
from standins.slack.app import new_app
from standins.slack.people import Slack
from standins.slack.server import serve

SECRET = "c" * 32


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    it = Slack(app=new_app(client_secret=SECRET))
    it.person("boss", it.workspace("Acme"), kind="admin")
    async with await serve(it):
        yield it


async def says(slack: Slack, **given: str) -> str:
    settings = Settings.read({"SLACK_API_URL": f"{slack.url}/api/", **given})
    return await SlackLook(settings, policies(Nobody())["slack"]).say()


SIGNED = {"SLACK_SIGNING_SECRET": "s" * 32}


def client(slack: Slack, secret: str = SECRET) -> dict[str, str]:
    return {**SIGNED, "SLACK_CLIENT_ID": slack.app.client_id, "SLACK_CLIENT_SECRET": secret}


async def test_without_an_app_there_is_nothing_wrong(slack: Slack) -> None:
    assert (
        await says(slack)
        == "not set up; it takes SLACK_SIGNING_SECRET or SLACK_APP_TOKEN, and what slack.yml says"
    )


async def test_an_app_that_can_be_installed_says_where(slack: Slack) -> None:
    told = await says(slack, **client(slack), PUBLIC_URL="https://bot.example.org")

    assert told == "workspaces install it at https://bot.example.org/slack/install"
    assert slack.effects == []


async def test_a_token_says_whose_it_is(slack: Slack) -> None:
    token = slack.give_token(slack.named("boss").team).value

    assert await says(slack, **SIGNED, SLACK_BOT_TOKEN=token) == "at work in Acme alone"


async def test_a_token_that_may_too_little_says_what_it_lacks(slack: Slack) -> None:
    lesser = [each for each in slack.app.scopes if each != "chat:write"]
    token = slack.give_token(slack.named("boss").team, scopes=lesser).value

    with pytest.raises(Unwell, match="Acme has not given it: chat:write"):
        await says(slack, **SIGNED, SLACK_BOT_TOKEN=token)


async def test_a_secret_that_slack_does_not_know_is_told(slack: Slack) -> None:
    with pytest.raises(Unwell, match="bad_client_secret"):
        await says(slack, **client(slack, "d" * 32))


async def test_a_plain_address_and_an_app_that_cannot_answer_are_told(slack: Slack) -> None:
    with pytest.raises(Unwell, match="not reached over TLS"):
        await says(slack, **client(slack), PUBLIC_URL="http://bot.example.org")
    with pytest.raises(Unwell, match="it is heard, and cannot answer"):
        await says(slack, **SIGNED)
