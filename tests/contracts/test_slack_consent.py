"""What Slack answers to a code becomes an installation: as its own test servers answer."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.infrastructure.slack_consent import installed_of
from bot.slack_records import SlackTokens, Workspace

DATA: Final = Path(__file__).parent / "data/slack/web-api/transcripts.json"
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)


def transcript(named: str) -> dict[str, Any]:
    every = json.loads(DATA.read_text(encoding="utf-8"))
    found: dict[str, Any] = next(each["response"]["body"] for each in every if each["name"] == named)
    return found


def test_a_workspace_of_a_grid_is_itself_and_knows_its_grid() -> None:
    installed = installed_of(transcript("oauth.v2.access code exchange"), NOW)

    assert installed.workspace == Workspace(team="T9TK3CUKW", enterprise="E12345678")
    assert (installed.name, installed.bot_user, installed.org_wide) == (
        "Slack Softball Team", "U0KRQLJ9H", False,
    )  # fmt: skip
    assert installed.scopes == frozenset({"chat:write", "commands"})
    assert installed.tokens.until is None


def test_a_token_that_ends_comes_with_what_renews_it() -> None:
    installed = installed_of(transcript("oauth.v2.access token rotation (bot)"), NOW)

    assert installed.tokens == SlackTokens(
        access="xoxb-valid-refreshed",
        refresh="xoxe-1-valid-bot-refreshed",
        until=NOW + timedelta(hours=12),
    )


def test_a_grid_that_takes_it_in_as_a_whole_is_the_place() -> None:
    told = transcript("oauth.v2.access code exchange") | {"team": None, "is_enterprise_install": True}

    installed = installed_of(told, NOW)

    assert installed.workspace == Workspace(team="E12345678", enterprise="E12345678")
    assert (installed.name, installed.org_wide) == ("slack-sports", True)


def test_a_workspace_without_a_grid_is_itself() -> None:
    told = transcript("oauth.v2.access code exchange") | {"enterprise": None}

    assert installed_of(told, NOW).workspace == Workspace(team="T9TK3CUKW")
