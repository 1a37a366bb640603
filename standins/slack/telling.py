"""What the app hears of: the bodies of events, commands and acts, put into the outbox."""

import json
from typing import Any, Final
from urllib.parse import urlencode

from standins.slack import shapes
from standins.slack.state import Channel, Delivery, Installation, Message, Team, User, View
from standins.slack.world import World

CHANNEL_TYPES: Final = {"public": "channel", "private": "group", "direct": "im"}
MESSAGE_EVENTS: Final = {"public": "message.channels", "private": "message.groups", "direct": "message.im"}
# Told whether or not the app asked.
ALWAYS_TOLD: Final = frozenset(("app_uninstalled", "tokens_revoked"))


def tell(
    world: World,
    installation: Installation,
    event: dict[str, Any],
    *,
    asked: str = "",
    source: Team | None = None,
    **more: Any,
) -> None:
    """Put an event into the outbox, if the app hears of its kind; `asked` is the kind by another name.

    `source` is the workspace that it comes from, where that is another than the app is in.
    """
    kind = asked or event["type"]
    if not world.is_heard or kind not in {*world.app.events, *ALWAYS_TOLD}:
        return
    team, event_id = installation.team, world.new_id("Ev")
    front = source or team
    payload = {
        "token": world.app.verification_token,
        "team_id": front.id,
        **({"enterprise_id": front.enterprise} if front.enterprise else {}),
        "api_app_id": world.app.id,
        "event": event | {"event_ts": event.get("event_ts") or world.new_ts()},
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(world.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": team.enterprise,
                "team_id": team.id,
                "user_id": installation.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        **more,
    }
    _send_later(world, "event", event_id, event["type"], payload)


def tell_channel(
    world: World, channel: Channel, event: dict[str, Any], *, asked: str = "", by: User | None = None
) -> None:
    """Tell whoever has the app in this channel; of a shared one the team of who did it stands in front."""
    source = by.team if by is not None and channel.shared_with else None
    for installation in world.installations.values():
        if installation.bot.id in channel.members:
            context = f"4-{channel.id}"
            shared = bool(channel.shared_with)
            about = {"is_ext_shared_channel": shared, "event_context": context}
            tell(world, installation, event, asked=asked, source=source, **about)


def tell_message(world: World, channel: Channel, message: Message) -> None:
    """A message, and where it speaks of the bot a mention too."""
    shown = shapes.message(message, channel) | {"channel": channel.id, "event_ts": message.ts}
    kind = {"channel_type": CHANNEL_TYPES[channel.kind]}
    if message.files:
        kind["subtype"] = "file_share"
    tell_channel(world, channel, shown | kind, asked=MESSAGE_EVENTS[channel.kind], by=message.by)
    source = message.by.team if channel.shared_with else None
    for installation in world.installations.values():
        if f"<@{installation.bot.id}>" in message.text and channel.kind != "direct":
            shared = bool(channel.shared_with)
            told = shown | {"type": "app_mention"}
            tell(world, installation, told, source=source, is_ext_shared_channel=shared)


def tell_changed(world: World, channel: Channel, message: Message, before: dict[str, Any]) -> None:
    event = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "message": shapes.message(message, channel),
        "previous_message": before,
        "channel": channel.id,
        "ts": world.new_ts(),
        "channel_type": CHANNEL_TYPES[channel.kind],
    }
    tell_channel(world, channel, event, asked=MESSAGE_EVENTS[channel.kind])


def tell_deleted(world: World, channel: Channel, before: dict[str, Any]) -> None:
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "deleted_ts": before["ts"],
        "previous_message": before,
        "channel": channel.id,
        "ts": world.new_ts(),
        "channel_type": CHANNEL_TYPES[channel.kind],
    }
    tell_channel(world, channel, event, asked=MESSAGE_EVENTS[channel.kind])


def tell_command(world: World, channel: Channel, user: User, command: str, text: str) -> Delivery:
    """A slash command, as the form that Slack sends."""
    team = user.team
    fields = {
        "token": world.app.verification_token,
        "team_id": team.id,
        "team_domain": team.domain,
        **_grid(team),
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.kind == "direct" else channel.name,
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": world.app.id,
        "is_enterprise_install": "false",
        "response_url": world.new_response_url("commands", channel, user),
        "trigger_id": world.new_trigger(user).id,
    }
    return _form_later(world, "command", command, fields, fields)


def _grid(team: Team) -> dict[str, str]:
    if team.enterprise is None:
        return {}
    return {"enterprise_id": team.enterprise, "enterprise_name": team.enterprise_name or ""}


def tell_act(world: World, user: User, payload: dict[str, Any], *, view: str | None = None) -> Delivery:
    """A click, a modal handed in or closed: the form field `payload`."""
    team = user.team
    grid = {"id": team.enterprise, "name": team.enterprise_name} if team.enterprise else None
    full = {
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": team.id},
        "api_app_id": world.app.id,
        "token": world.app.verification_token,
        "trigger_id": world.new_trigger(user, view=view).id,
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": grid,
        "is_enterprise_install": False,
        **payload,
    }
    return _form_later(world, "interaction", payload["type"], {"payload": json.dumps(full)}, full)


def in_message(world: World, channel: Channel, message: Message, user: User) -> dict[str, Any]:
    """Where a button of a message stands."""
    url = world.new_response_url("actions", channel, user, ts=message.ts, thread_ts=message.thread_ts)
    thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
    return {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": False,
            **thread,
        },
        "channel": {"id": channel.id, "name": channel.name or "directmessage"},
        "message": shapes.message(message, channel),
        "state": {"values": {}},
        "response_url": url,
    }


def in_view(world: World, view: View, bot: User) -> dict[str, Any]:
    """Where a button of a modal or of a Home stands."""
    return {
        "container": {"type": "view", "view_id": view.id},
        "view": shapes.view(world, view, bot),
    }


def _form_later(
    world: World, kind: Any, name: str, fields: dict[str, Any], payload: dict[str, Any]
) -> Delivery:
    form = "application/x-www-form-urlencoded"
    return _later(
        world,
        Delivery(
            key=world.new_id("K"),
            kind=kind,
            type=name,
            content_type=form,
            body=urlencode(fields).encode(),
            payload=payload,
        ),
    )


def _send_later(world: World, kind: Any, key: str, name: str, payload: dict[str, Any]) -> Delivery:
    body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
    made = Delivery(
        key=key, kind=kind, type=name, content_type="application/json", body=body, payload=payload
    )
    return _later(world, made)


def tell_handshake(world: World, challenge: str) -> Delivery:
    """What Slack asks once of an address: to say the challenge back."""
    payload = {"token": world.app.verification_token, "challenge": challenge, "type": "url_verification"}
    return _send_later(world, "handshake", world.new_id("K"), "url_verification", payload)


def tell_limited(world: World, team: Team) -> Delivery:
    """That so much happened in a minute that the app is told of no more of it."""
    payload = {
        "token": world.app.verification_token,
        "type": "app_rate_limited",
        "team_id": team.id,
        "minute_rate_limited": int(world.now().timestamp()),
        "api_app_id": world.app.id,
    }
    return _send_later(world, "event", world.new_id("K"), "app_rate_limited", payload)


def _later(world: World, delivery: Delivery) -> Delivery:
    world.deliveries.append(delivery)
    world.outbox.append(delivery)
    return delivery
