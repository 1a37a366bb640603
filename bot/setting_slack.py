"""The settings of a Slack app: what each is, for the table of them and for whoever gets one wrong."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from bot.setting_forms import Address, SigningSecret

_PERSON: Final = re.compile(r"[A-Z0-9]{1,20}/[A-Z0-9]{1,20}")
_APP_TOKEN: Final = re.compile(r"xapp-[A-Za-z0-9-]{8,}")
_TOKEN: Final = re.compile(r"xox[a-z](\.xox[a-z])?-[A-Za-z0-9-]{8,}")

Signing = Annotated[
    SigningSecret | None,
    Field(
        description="signs what the Slack app sends: at least 32 bytes; while it is being changed, the new "
        "one and the old one with a comma between them; without it there is no door for Slack",
        examples=["the app's signing secret"],
    ),
]


def hears(*ways: SecretStr | None) -> bool:
    """Whether there is a way by which anything of Slack's comes in."""
    return any(way is not None for way in ways)


def at_odds_in(given: Mapping[str, str]) -> list[str]:
    """What is missing, or too much, because something else of Slack is given."""
    client = [name for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET") if name in given]
    problems = []
    if len(client) == 1:
        other = {"SLACK_CLIENT_ID": "SLACK_CLIENT_SECRET"}.get(client[0], "SLACK_CLIENT_ID")
        problems.append(f"{other}: it is missing; installing takes the client id and the client secret")
    if client and "SLACK_BOT_TOKEN" in given:
        problems.append("SLACK_BOT_TOKEN: it is for one workspace, SLACK_CLIENT_ID for many; give one")
    speaks, heard = client or "SLACK_BOT_TOKEN" in given, {"SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"}
    if speaks and heard.isdisjoint(given):
        problems.append("SLACK_SIGNING_SECRET: it is missing; nothing that Slack sends is believed without")
    return problems


def _token(token: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(token.get_secret_value()):
        raise ValueError("it does not look like one: copy the bot's, which begins with xoxb-")
    return token


def _app_token(token: SecretStr) -> SecretStr:
    if not _APP_TOKEN.fullmatch(token.get_secret_value()):
        raise ValueError("it does not look like one: make one with connections:write, beginning with xapp-")
    return token


def _outsiders(given: object) -> object:
    if not isinstance(given, str):
        return given
    names = tuple(part.strip() for part in given.split(",") if part.strip())
    if not names or not all(map(_PERSON.fullmatch, names)):
        raise ValueError("give people as the id of their team and their own, with a slash between")
    return names


def _api(address: str) -> str:
    """The library puts a method's name behind it as it is."""
    if not f"{address}/".endswith("/api/"):
        raise ValueError("it has to end in /api/")
    return f"{address.rstrip('/')}/"


ClientId = Annotated[
    str | None,
    Field(
        pattern=r"^[0-9]+\.[0-9]+$",
        description="the Slack app's client id, by which workspaces install it at `/slack/install`",
        examples=["1234567890.1234567890"],
    ),
]
ClientSecret = Annotated[
    SecretStr | None,
    Field(
        min_length=16,
        description="the Slack app's client secret; nobody can install it without both",
        examples=["the app's client secret"],
    ),
]
BotToken = Annotated[
    Annotated[SecretStr, AfterValidator(_token)] | None,
    Field(
        description="the app's token in one workspace, in place of client id and secret: then it serves that "
        "one alone",
        examples=["the token that begins with xoxb-"],
    ),
]
AppToken = Annotated[
    Annotated[SecretStr, AfterValidator(_app_token)] | None,
    Field(
        description="the app's own token, for Socket Mode: what Slack sends comes in over a connection that "
        "the bot opens, and nothing has to reach it from outside",
        examples=["the token that begins with xapp-"],
    ),
]
Outsiders = Annotated[
    tuple[str, ...],
    BeforeValidator(_outsiders),
    Field(
        description="guests, and people of other organisations, who are heard in Slack all the same: the id "
        "of their own team and theirs; nobody if not set, and no bot in any case",
        examples=["T0123456789/U0123456789"],
    ),
]
Api = Annotated[
    Address,
    AfterValidator(_api),
    Field(
        description="Slack's Web API; another for GovSlack, ending in `/api/`",
        examples=["https://slack-gov.com/api/"],
    ),
]
