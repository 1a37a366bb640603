"""What somebody wants to be told in Slack: set as a fact, and looked up."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from bot.application.ports import Kept
from bot.application.recording import append_beside
from bot.domain import slack_notifying as rules
from bot.domain.slack_notifying import Wishes
from bot.slack_link_records import SlackUser

log = structlog.get_logger()


async def wishes_of(user: SlackUser, kept: Kept) -> Wishes:
    """What counts now. Raises Unavailable."""
    return rules.wishes_in(await kept.log.read(rules.settings_of(user)))


async def wish(user: SlackUser, wishes: Wishes, *, key: str, kept: Kept) -> None:
    """It counts from now on; the same key sets it once. Raises Unavailable."""
    own = f"slack-notices:{key}"
    await append_beside(
        kept, rules.settings_of(user), rules.wished(user, wishes), key=own, meta={"door": "slack", "key": own}
    )
    log.info("slack_notices_set", slack=user.place)


async def move(user: SlackUser, zone: str, *, key: str, kept: Kept) -> None:
    """They are in another time zone now: hours that they set go by that. Raises Unavailable."""
    past = await kept.log.read(rules.settings_of(user))
    if past and zone and rules.wishes_in(past).zone != zone:
        await wish(user, replace(rules.wishes_in(past), zone=zone), key=key, kept=kept)


def local(now: datetime, zone: str) -> datetime:
    """That moment on their wall; by UTC where this machine does not know the zone."""
    return now.astimezone(zone_of(zone))


def is_known(zone: str) -> bool:
    """Whether this machine knows it; hours go by UTC where it does not."""
    return zone in {"", "UTC"} or zone_of(zone) is not UTC


def zone_of(name: str) -> tzinfo:
    """The zone of that name, UTC where there is none here."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def merged(old: Wishes, said: Mapping[str, Any], *, repository: int | None, zone: str) -> Wishes:
    """What is wanted after a form was handed in; what it does not say stays."""
    if repository is not None:
        elsewhere = {number: ways for number, ways in old.repositories.items() if number != repository}
        ways = {repository: said["ways"]} if said["ways"] else {}
        return replace(old, repositories={**elsewhere, **ways}, zone=zone)
    return replace(old, ways=said["ways"], digest=said["digest"], quiet=said["quiet"], zone=zone)
