"""Workflow: a fact, told in Slack to whom it concerns, as they set it; held over while they want quiet."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application import slack_home
from bot.application import slack_notice_words as words
from bot.application.notifying import look
from bot.application.ports import Subscriber, World
from bot.application.recording import append_beside, load
from bot.application.slack_home import Showing, to_show_anew
from bot.application.slack_linking import all_links, link_of
from bot.application.slack_ports import SlackDirectory
from bot.application.slack_rights import seen_by
from bot.application.slack_saying import Speaking, say_once
from bot.application.slack_wishing import local, wishes_of
from bot.domain import slack_blocks as blocks
from bot.domain import slack_notifying as rules
from bot.domain.integration import Integration
from bot.domain.policy import Permission
from bot.domain.slack_notifying import Kind, Notice, Way
from bot.domain.slack_people import NotHeard, check_heard
from bot.infrastructure.engine import start, step
from bot.records import FollowUp, Repository, Start, StepFailed
from bot.slack_link_records import Link, SlackUser
from bot.slack_records import Place, Said, Workspace

log = structlog.get_logger()

WORKFLOW: Final = "slack.notice_v1"
ONE: Final = "slack.notice_one_v1"
MOST_ASKED_ABOUT: Final = 50  # people, of one gate: each is a question to GitHub
MOST_PLAIN: Final = 300  # characters that a screen shows of what comes in

ChannelOf = Callable[[Workspace, Repository], Awaitable[str | None]]
"""The channel of a workspace that is bound to a repository, if one is. Raises Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticing:
    """What telling people needs; `directory` is None where no Slack app is set up."""

    world: World
    speaking: Speaking
    directory: SlackDirectory | None
    channel_of: ChannelOf


def on_fact(before: Integration, after: Integration) -> FollowUp | None:
    """What people may be told of, and what changes what they see on their Home."""
    kinds = rules.kinds_of(before, after)
    if not kinds and _seen(before) == _seen(after):
        return None
    return Start(
        queue="notify",
        workflow=WORKFLOW,
        id=f"slack-notice-{after.id}-{after.version}",
        args=(after.id, after.version, ",".join(kinds)),
        partition=f"slack-notice:{after.id}",
    )


SUBSCRIBERS: Final[tuple[Subscriber, ...]] = (on_fact,)


def _seen(it: Integration) -> tuple[object, ...]:
    return (it.state, it.waiting_for, it.titles, it.ended, it.pull_request)


async def concerned(noticing: Noticing, integration_id: str, kind: Kind, *, key: str) -> list[list[str]]:
    """The Slack accounts that a notice is for, by who they act as."""
    world = noticing.world
    it = await load(world, integration_id)
    links = await all_links(world)
    if rules.is_for_requester(kind, it):
        mine = [link for link in links if link.person.id == it.requested_by.id]
        return [flat(link.user) for link in mine]
    if not rules.is_for_people(it):
        return []
    needs = rules.NEEDED[it.waiting_for or ""]
    able = [link for link in links if rules.could_help(it, link.person, own_counts=world.rules.self_approval)]
    asked = (await _who_want_it(able, kind, it.repository, world))[:MOST_ASKED_ABOUT]
    return [flat(link.user) for link in asked if await may(link, it.repository, needs, world)]


async def _who_want_it(links: Sequence[Link], kind: Kind, repository: Repository, world: World) -> list[Link]:
    """Whom nothing would be told GitHub is not asked about; who had to do with the repository comes first."""
    set_by = {rules.user_in(each): rules.wishes_of(each) for each in await world.log.newest(rules.SETTINGS)}
    usual = rules.Wishes()
    wanted = [link for link in links if set_by.get(link.user, usual).way(kind, repository.id) != "none"]
    rows = await world.integrations.find(repository_id=repository.id)
    known = {row["requested_by_id"] for row in rows}
    at_home = {user for user, wishes in set_by.items() if repository.id in wishes.repositories}
    return sorted(wanted, key=lambda link: (link.user not in at_home, link.person.id not in known))


async def may(link: Link, repository: Repository, needs: Permission, world: World) -> bool:
    """Whether they may do that there, asked of GitHub now. Raises Unavailable."""
    seen = await seen_by(link.person, repository, world)
    return seen is not None and seen.may(needs)


async def notify(noticing: Noticing, user: SlackUser, it: Notice, *, key: str) -> None:
    """Tell one of them, by their way; or keep it until their quiet hours are over."""
    wishes, world = await wishes_of(user, noticing.world), noticing.world
    repository = (await load(world, it.integration)).repository
    way = wishes.way(it.kind, repository.id)
    if way == "none":
        return
    name = f"notice:{user.place}:{it.kind}:{it.integration}:{it.version}"
    if wishes.is_quiet(local(world.clock.now(), wishes.zone)):
        own = f"slack-held:{name}"
        await append_beside(world, rules.held_of(user), rules.held(user, it), key=own, meta={"key": own})
        return
    text = await told(user, it, world)
    if text is not None:
        await say(noticing, user, text, name=name, way=way, repository=repository)


async def told(user: SlackUser, notice: Notice, world: World) -> str | None:
    """It in words; None where it is over, or they are not heard, or may not read that any more."""
    link = await heard(user, world)
    if link is None:
        return None
    it, view = await look(world, notice.integration)
    row, seen = await world.integrations.get(it.id), await seen_by(link.person, it.repository, world)
    if row is None or seen is None or not seen.may(Permission.READ) or not rules.still(notice, it):
        return None
    return words.notice(notice.kind, view, row, seen.page)


async def heard(user: SlackUser, world: World) -> Link | None:
    """The link that holds, of somebody whom the bot hears there; asked of their workspace now."""
    link = await link_of(user, world)
    if link is None or world.slack is None:
        return None
    try:
        person = await world.slack.people.person(user.workspace, user.id)
        check_heard(person, user.workspace, world.slack.named)
    except (NotHeard, StepFailed):
        return None
    return link


async def say(
    noticing: Noticing,
    user: SlackUser,
    text: str,
    *,
    name: str,
    way: Way = "direct",
    repository: Repository | None = None,
) -> None:
    """Once by its name: where they and the bot talk, or in the channel of the repository if it has one.

    The text is as Slack takes it.
    """
    workspace, directory = user.workspace, noticing.directory
    if directory is None:
        return
    channel = None
    if way == "channel" and repository is not None:
        channel = await noticing.channel_of(workspace, repository)
    if channel is not None:
        place, text = Place(workspace=workspace, channel=channel), words.called(user.id, text)
    else:
        place = await directory.direct(workspace, user.id)
    shown = blocks.message(blocks.sections(text), more=words.SETTINGS)
    said = Said(text=blocks.plain(text, MOST_PLAIN)["text"], blocks=shown)
    await say_once(noticing.speaking, place, said, name=name)


def flat(user: SlackUser) -> list[str]:
    """The account as a workflow carries it."""
    return [user.enterprise or "", user.team, user.id]


def user_of(enterprise: str, team: str, name: str) -> SlackUser:
    """The account again."""
    return SlackUser(enterprise=enterprise or None, team=team, id=name)


def register(noticing: Noticing, showing: Showing) -> None:
    """Tell the engine of it; wiring calls this in every process."""

    @DBOS.workflow(name=ONE)
    async def slack_notice_one_v1(
        enterprise: str, team: str, name: str, kind: Kind, integration_id: str, version: int
    ) -> None:
        """Nobody's work fails because Slack does: what cannot be told is in the log."""
        user = user_of(enterprise, team, name)
        notice = Notice(kind=kind, integration=integration_id, version=version)
        with bound_contextvars(integration=integration_id):
            await quietly(step(notify, noticing, user, notice, unforeseen="internal"))

    @DBOS.workflow(name=WORKFLOW)
    async def slack_notice_v1(integration_id: str, version: int, kinds: str) -> None:
        """Each is told by themselves: whom Slack does not reach keeps nobody else from it."""
        with bound_contextvars(integration=integration_id):
            await quietly(_shows_anew(showing, integration_id))
            for kind in (each for each in rules.KINDS if each in kinds.split(",")):
                notice = Notice(kind=kind, integration=integration_id, version=version)
                await quietly(_tells(noticing, notice))


async def _shows_anew(showing: Showing, integration_id: str) -> None:
    seen = await step(to_show_anew, showing, integration_id, unforeseen="internal")
    for who in seen["people"]:
        await start(slack_home.anew(user_of(*who), seen["moment"]))


async def _tells(noticing: Noticing, it: Notice) -> None:
    for who in await step(concerned, noticing, it.integration, it.kind, unforeseen="internal"):
        place = user_of(*who).place
        told = Start(
            queue="notify",
            workflow=ONE,
            id=f"slack-notice-{it.integration}-{it.version}-{it.kind}-{place}",
            args=(*who, it.kind, it.integration, it.version),
            partition=f"slack-notice:{place}",
        )
        await start(told)


async def quietly(telling: Awaitable[None]) -> None:
    """What fails of it is in the log."""
    try:
        await telling
    except StepFailed as no:
        log.warning("slack_not_told", code=no.code, detail=no.detail)
