"""Slack's requests in, small frozen objects out: the only reader of what Slack sends."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self
from urllib.parse import parse_qsl

from bot.records import StepFailed
from bot.slack_link_records import SlackUser
from bot.slack_records import Workspace

_ID: Final = re.compile(r"[A-Z0-9]{1,20}")
_MOMENT: Final = re.compile(r"[0-9]{10}\.[0-9]{6}")


def read(body: bytes) -> Mapping[str, Any]:
    """What is in it: an event's JSON, what people pressed, or the fields of a form."""
    if body.lstrip().startswith(b"{"):
        said: Mapping[str, Any] = json.loads(body)
        return said
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    pressed: Mapping[str, Any] = json.loads(form["payload"]) if "payload" in form else form
    return pressed


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackCommand:
    """A slash command: who typed it, where, and the address at which they are answered; in the `thread` where
    it was written to the bot instead.

    The names are what people read; they identify nobody.
    """

    by: SlackUser
    name: str
    workspace: Workspace
    workspace_name: str
    channel: str
    command: str
    text: str
    answer_to: str
    thread: str | None = None

    @classmethod
    def from_form(cls, form: Mapping[str, str]) -> Self:
        """Raises StepFailed where it lacks what every command has."""
        team, enterprise = id_in(form, "team_id"), id_if_any(form.get("enterprise_id"))
        return cls(
            by=SlackUser(team=team, id=id_in(form, "user_id"), enterprise=enterprise),
            name=form.get("user_name", ""),
            workspace=Workspace(team=team, enterprise=enterprise),
            workspace_name=form.get("team_domain", ""),
            channel=id_in(form, "channel_id"),
            command=form.get("command", ""),
            text=form.get("text", ""),
            answer_to=form.get("response_url", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """A window that somebody filled in: by the name of each part what was chosen there, or written."""

    user: SlackUser
    callback: str
    about: str
    values: Mapping[str, str]

    @classmethod
    def from_act(cls, data: Mapping[str, Any]) -> Self:
        """Raises StepFailed where it lacks what the act always has."""
        view = data.get("view") or {}
        given = (view.get("state") or {}).get("values") or {}
        parts = {name: value for each in given.values() for name, value in each.items()}
        return cls(
            user=actor_of(data),
            callback=str(view.get("callback_id", "")),
            about=str(view.get("private_metadata", "")),
            values={name: _value_of(each) for name, each in parts.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPerson:
    """A member of a workspace who is told anew; `is_gone` where they are in it no more.

    Whoever is of another workspace, as people of a grid are, is known here by both.
    """

    users: tuple[SlackUser, ...]
    is_gone: bool
    zone: str

    @classmethod
    def from_event(cls, data: Mapping[str, Any]) -> Self:
        """Raises StepFailed where it lacks what the event always has."""
        person, here = data["event"]["user"], heard_in(data)
        teams = dict.fromkeys((id_if_any(person.get("team_id")) or here.team, here.team))
        users = [SlackUser(team=each, id=id_in(person, "id"), enterprise=here.enterprise) for each in teams]
        return cls(users=tuple(users), is_gone=bool(person.get("deleted")), zone=person.get("tz") or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """What Slack tells of the app in a workspace: it is gone, or, where `bots` are told, tokens are void."""

    workspace: Workspace
    told_at: datetime
    bots: frozenset[str] | None

    @classmethod
    def from_event(cls, data: Mapping[str, Any]) -> Self:
        """Raises StepFailed where it lacks what the event always has."""
        event = data["event"]
        of = event["tokens"].get("bot") or () if event["type"] == "tokens_revoked" else None
        return cls(
            workspace=_gone_from(data),
            told_at=_happened(event.get("event_ts"), data["event_time"]),
            bots=None if of is None else frozenset(of),
        )


def actor_of(data: Mapping[str, Any]) -> SlackUser:
    """Who pressed it or handed it in: of the workspace where they did, as with a command. Raises StepFailed.

    So somebody of another organisation is nobody who could have linked an account there: of a window that
    they opened from a shared channel Slack tells where the app is installed, and beside it their own team.
    """
    user, team = data.get("user") or {}, data.get("team") or {}
    enterprise = (data.get("enterprise") or {}).get("id") or team.get("enterprise_id")
    installed = (data.get("view") or {}).get("app_installed_team_id")
    is_elsewhere = installed and team.get("id") and team["id"] != installed
    whose = installed or team.get("id") or user.get("team_id")
    return SlackUser(
        team=id_in({"team": whose}, "team"),
        id=id_in(user, "id"),
        enterprise=None if is_elsewhere else id_if_any(enterprise),
    )


def heard_in(event: Mapping[str, Any]) -> Workspace:
    """The workspace whose app hears this event: of a shared channel another one may stand in front.

    An app that is in all of a grid hears it where it happened. Raises StepFailed.
    """
    own: Mapping[str, Any] = next(iter(event.get("authorizations") or ()), {})
    team = None if own.get("is_enterprise_install") is True else id_if_any(own.get("team_id"))
    enterprise = id_if_any(own.get("enterprise_id")) if own else id_if_any(event.get("enterprise_id"))
    return Workspace(team=team or id_in(event, "team_id"), enterprise=enterprise)


def user_in(event: Mapping[str, Any]) -> SlackUser:
    """Whose event it is, as the workspace knows them whose app hears it. Raises StepFailed."""
    where = heard_in(event)
    return SlackUser(team=where.team, id=id_in(event["event"], "user"), enterprise=where.enterprise)


def _value_of(element: Mapping[str, Any]) -> str:
    chosen = element.get("selected_option") or {}
    return str(chosen.get("value") or element.get("selected_time") or element.get("value") or "")


def _gone_from(data: Mapping[str, Any]) -> Workspace:
    """The workspace, or the grid where the app was in all of it."""
    enterprise = id_if_any(data.get("enterprise_id"))
    of_grid = any(each.get("is_enterprise_install") is True for each in data.get("authorizations") or ())
    team = enterprise if of_grid and enterprise else id_in(data, "team_id")
    return Workspace(team=team, enterprise=enterprise)


def _happened(exactly: Any, second: float) -> datetime:
    """When: to the microsecond where that is told, since an app may come and go within a second."""
    is_told = isinstance(exactly, str) and _MOMENT.fullmatch(exactly)
    return datetime.fromtimestamp(float(exactly) if is_told else second, tz=UTC)


def id_in(said: Mapping[str, Any], name: str) -> str:
    """The id of this name. Raises StepFailed where there is none."""
    found = id_if_any(said.get(name))
    if found is None:
        raise StepFailed("odd_payload", name)
    return found


def id_if_any(given: Any) -> str | None:
    """An id as Slack makes them; None where it is none."""
    return given if isinstance(given, str) and _ID.fullmatch(given) else None
