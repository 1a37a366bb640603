"""Workflow: links to runs and to the bot's pull requests, shown as a small card to whom that may be shown."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dbos import DBOS

from bot.application import slack_home_words as words
from bot.application.ports import World
from bot.application.slack_noticing import heard, quietly, user_of
from bot.application.slack_ports import SlackCards
from bot.application.slack_rights import Row, repository_of, seen_by
from bot.domain import slack_blocks as blocks
from bot.domain.policy import Permission
from bot.domain.slack_unfurling import MOST_LINKS, Link, link_of, may_show
from bot.infrastructure.engine import step
from bot.records import Repository, Start
from bot.slack_link_records import SlackUser
from bot.slack_records import Place, Posted

WORKFLOW: Final = "slack.unfurl_v1"

IsBound = Callable[[Place, Repository], Awaitable[bool]]
"""Whether that channel is bound to the repository. Raises Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfurling:
    """What showing links takes; `cards` is None where no Slack app is set up. `bot` and `github` are their
    addresses, without a path.
    """

    world: World
    cards: SlackCards | None
    is_bound: IsBound
    bot: str
    github: str


def shared(user: SlackUser, posted: Posted, urls: Sequence[str], *, key: str) -> Start:
    """Show these, once for each delivery of them."""
    return Start(
        queue="notify",
        workflow=WORKFLOW,
        id=f"slack-unfurl-{key}",
        args=(
            user.enterprise or "", user.team, user.id, posted.channel, posted.ts,
            json.dumps(list(dict.fromkeys(urls))[:MOST_LINKS]),
        ),
        partition=f"slack-unfurl:{user.team}:{posted.channel}",
    )  # fmt: skip


async def show(it: Unfurling, user: SlackUser, posted: Posted, urls: Sequence[str], *, key: str) -> None:
    """Each that may be shown there; of the rest nothing, not even that there is something."""
    if it.cards is None:
        return
    known = [link_of(url, bot=it.bot, github=it.github) for url in urls]
    place = Place(workspace=user.workspace, channel=posted.channel)
    made = {link.url: await card(it, user, place, link) for link in known if link is not None}
    cards = {url: each for url, each in made.items() if each}
    if cards:
        await it.cards.unfurl(place.workspace, posted, cards)


async def card(it: Unfurling, user: SlackUser, place: Place, link: Link) -> Sequence[Mapping[str, Any]]:
    """Where the run stands; nothing where that may not be shown."""
    world = it.world
    row = await _row(link, world)
    if row is None:
        return ()
    account = await heard(user, world)
    seen = await seen_by(account.person if account else None, repository_of(row), world)
    if seen is None:
        return ()
    is_bound = await it.is_bound(place, seen.repository)
    if not may_show(is_private=seen.private, may_read=seen.may(Permission.READ), is_bound=is_bound):
        return ()
    return blocks.message(blocks.sections(words.run(row, seen.page)), more=words.MORE)


async def _row(link: Link, world: World) -> Row | None:
    if link.integration:
        return await world.integrations.get(link.integration)
    rows = await world.integrations.find(repository=link.repository, pull_request=link.pull_request)
    return rows[0] if rows else None


def register(unfurling: Unfurling) -> None:
    """Tell the engine of it; wiring calls this in every process."""

    @DBOS.workflow(name=WORKFLOW)
    async def slack_unfurl_v1(
        enterprise: str, team: str, name: str, channel: str, ts: str, urls: str
    ) -> None:
        """What cannot be shown is in the log."""
        user, posted = user_of(enterprise, team, name), Posted(channel=channel, ts=ts)
        await quietly(step(show, unfurling, user, posted, json.loads(urls), unforeseen="internal"))
