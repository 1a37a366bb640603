"""What Slack sends, as far as a door looks into it: what kind it is, whose, and by which name it is known.

Whether a body is JSON or a form its own bytes say, which are signed; the header that says so is not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from bot.records import Refused
from bot.web.payload import Payload, Reader, at

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ID: Final = re.compile(r"[A-Za-z0-9]{1,64}")
_TRIGGER: Final = re.compile(r"[A-Za-z0-9.]{1,200}")
_LONGEST_CHALLENGE: Final = 1000
_MOST_FIELDS: Final = 100

_EVENTS: Final = Reader(
    values=["type", "challenge", "event_id", "event.type", "event.subtype", "team_id", "enterprise_id"],
    names=[],
)
_ACTS: Final = Reader(values=["type", "trigger_id", "team.id", "enterprise.id", "user.team_id"], names=[])


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a body is: its kind, the name of its act where it has one, and the workspace it is of.

    `event` is Slack's own id of an event, the same each time that it is sent.
    """

    kind: str
    event: str | None = None
    trigger: str | None = None
    workspace: str | None = None
    challenge: str | None = None


def said_in(body: bytes) -> Said | None:
    """What is signed, looked into; None where Slack only tries its own way here. Raises Refused."""
    if body.lstrip()[:1] in {b"{", b"["}:
        return _said_as_json(body)
    form = _form(body)
    if "ssl_check" in form:
        return None
    if "payload" in form:
        return _act(form["payload"])
    return _command(form)


def _said_as_json(body: bytes) -> Said:
    said = _EVENTS.read(body)
    kind, workspace = _name(at(said, ("type",))), _workspace(said, "team_id", "enterprise_id")
    match kind:
        case "url_verification":
            return Said(kind=f"slack:{kind}", challenge=_challenge(said))
        case "event_callback":
            return Said(kind=_event(said), event=_id(at(said, ("event_id",))), workspace=workspace)
        case _:
            return Said(kind=f"slack:{kind}", workspace=workspace)


def _event(said: Payload) -> str:
    kind, subtype = _name(at(said, ("event", "type"))), at(said, ("event", "subtype"))
    return f"slack:event.{kind}" if subtype is None else f"slack:event.{kind}.{_name(subtype)}"


def _challenge(said: Payload) -> str:
    challenge = at(said, ("challenge",))
    if not isinstance(challenge, str) or not 0 < len(challenge) <= _LONGEST_CHALLENGE:
        raise Refused(400, "invalid_challenge", "a url_verification carries a challenge, a short text")
    return challenge


def _act(payload: str) -> Said:
    act = _ACTS.read(payload.encode(errors="surrogatepass"))
    return Said(
        kind=f"slack:{_name(at(act, ('type',)))}",
        trigger=_trigger(at(act, ("trigger_id",))),
        workspace=_workspace(act, "team.id", "enterprise.id", "user.team_id"),
    )


def _command(form: Mapping[str, str]) -> Said:
    if not form.get("command"):
        return Said(kind="slack:other")
    return Said(
        kind="slack:command",
        trigger=_trigger(form.get("trigger_id")),
        workspace=_id(form.get("team_id")) or _id(form.get("enterprise_id")),
    )


def _form(body: bytes) -> dict[str, str]:
    """The fields of a form, each named once. Raises Refused."""
    try:
        text = body.decode()
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise Refused(400, "invalid_form", "the body is neither JSON nor a form in UTF-8") from None
    if len(form := dict(fields)) != len(fields):
        raise Refused(400, "invalid_form", "a field is there twice")
    return form


def _workspace(said: Payload, *paths: str) -> str | None:
    return next(filter(None, (_id(at(said, path.split("."))) for path in paths)), None)


def _name(given: Any) -> str:
    """The name of a kind; what has none that Slack would give is `other`."""
    return given if isinstance(given, str) and _NAME.fullmatch(given) else "other"


def _id(given: Any) -> str | None:
    return given if isinstance(given, str) and _ID.fullmatch(given) else None


def _trigger(given: Any) -> str | None:
    return given if isinstance(given, str) and _TRIGGER.fullmatch(given) else None
