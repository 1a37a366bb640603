"""Workflow: somebody's Home in Slack, shown when they open it and anew when something of theirs changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from dbos import DBOS

from bot.application import slack_words
from bot.application.budgets_seen import of_one
from bot.application.ports import World
from bot.application.recording import load
from bot.application.side_by_side import all_of
from bot.application.slack_home_blocks import Home, home
from bot.application.slack_linking import address_of, all_links, link_of, offered
from bot.application.slack_ports import SlackViews
from bot.application.slack_rights import MOST_REPOSITORIES, Row, Seen, seen_of
from bot.application.slack_wishing import wishes_of
from bot.domain.policy import Permission
from bot.domain.slack_notifying import NEEDED, could_help, is_for_people
from bot.domain.slack_people import NotHeard, check_heard
from bot.infrastructure.engine import step
from bot.records import Actor, Start, StepFailed
from bot.slack_link_records import SlackUser

log = structlog.get_logger()

WORKFLOW: Final = "slack.home_v1"
ANEW: Final = "slack.home_anew_v1"
MOST_RUNS: Final = 10
MOST_LOOKED_AT: Final = 40  # runs of one person
MOST_BUDGETS: Final = 5
MOST_SHOWN_ANEW: Final = 50  # people, after one fact
CALM_SECONDS: Final = 5.0
SEEN_LATELY: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What showing Homes needs; `views` is None where no Slack app is set up."""

    world: World
    views: SlackViews | None


def opened(user: SlackUser, *, key: str) -> Start:
    """Show it: they look at it now. One after the other for one person."""
    return Start(
        queue="notify",
        workflow=WORKFLOW,
        id=f"slack-home-{key}",
        args=(user.enterprise or "", user.team, user.id),
        partition=f"slack-home:{user.place}",
    )


async def show(showing: Showing, user: SlackUser, *, key: str) -> None:
    """What is theirs now; nothing of it is of a repository that GitHub does not let them read."""
    if showing.views is None:
        return
    now = showing.world.clock.now()
    made = await home_of(user, showing.world)
    await showing.views.publish(user.workspace, user.id, home(made))
    await showing.world.notes.put(noted(user), now.isoformat())


async def home_of(user: SlackUser, world: World) -> Home:
    """What they are shown. Raises StepFailed, Unavailable."""
    slack = world.slack
    if slack is None:
        raise StepFailed("slack_not_set_up")
    person = await slack.people.person(user.workspace, user.id)
    try:
        check_heard(person, user.workspace, slack.named)
    except NotHeard as no:
        return Home(unheard=slack_words.refused(no))
    held = await link_of(user, world)
    if held is None:
        ticket = offered(user, name=person.name, workspace=user.team, at=world.clock.now())
        return Home(link=address_of(ticket, slack.tickets, slack.address))
    return await _of_person(user, held.person, world)


async def _of_person(user: SlackUser, person: Actor, world: World) -> Home:
    """Their own runs come first; of all that waits, as far as so many repositories go."""
    own = await world.integrations.find(requested_by_id=person.id)
    waiting = [row for what in NEEDED for row in await world.integrations.find(waiting_for=what)]
    seen = await seen_of(person, [*own[:MOST_LOOKED_AT], *waiting], world)
    mine = [row for row in own[:MOST_LOOKED_AT] if row["repository_id"] in seen]
    theirs = [row for row in waiting if _could_open(row, seen)]
    shown = [row for row in theirs[:MOST_LOOKED_AT] if await _waits_for(row, person, world)]
    managed = [each.repository for each in seen.values() if each.may(Permission.BUDGET)]
    return Home(
        login=person.login,
        waiting=[(row, seen[row["repository_id"]].page) for row in shown[:MOST_RUNS]],
        runs=[(row, seen[row["repository_id"]].page) for row in mine[:MOST_RUNS]],
        budgets=await all_of(of_one(each, world) for each in managed[:MOST_BUDGETS]),
        repositories={number: each.repository.full_name for number, each in seen.items()},
        wishes=await wishes_of(user, world),
        is_cut=len(mine) > MOST_RUNS or len(shown) > MOST_RUNS or len(seen) == MOST_REPOSITORIES,
    )


async def name_of(number: int, person: Actor, world: World) -> str | None:
    """What the repository of that number is called, if the person may read it. Raises Unavailable."""
    rows = await world.integrations.find(repository_id=number)
    seen = await seen_of(person, rows[:1], world)
    return seen[number].repository.full_name if number in seen else None


def _could_open(row: Row, seen: Mapping[int, Seen]) -> bool:
    there = seen.get(row["repository_id"])
    return there is not None and there.may(NEEDED[row["waiting_for"]])


async def _waits_for(row: Row, person: Actor, world: World) -> bool:
    it = await load(world, str(row["id"]))
    if it.waiting_for == "answer":
        return it.requested_by.id == person.id
    return is_for_people(it) and could_help(it, person, own_counts=world.rules.self_approval)


def noted(user: SlackUser) -> str:
    """The note of when their Home was shown last."""
    return f"slack-home:{user.place}"


async def to_show_anew(showing: Showing, integration_id: str, *, key: str) -> dict[str, Any]:
    """Those who have looked at theirs lately, whoever asked for it first; and in which moment they are."""
    world = showing.world
    requester = (await load(world, integration_id)).requested_by.id
    links = sorted(await all_links(world), key=lambda link: link.person.id != requester)
    shown, now = await world.notes.all_of([noted(link.user) for link in links]), world.clock.now()
    found = [link.user for link in links if _is_lately(shown.get(noted(link.user)), now)]
    people = [[each.enterprise or "", each.team, each.id] for each in found[:MOST_SHOWN_ANEW]]
    return {"people": people, "moment": int(world.clock.now().timestamp() // CALM_SECONDS)}


def _is_lately(shown: str | None, now: datetime) -> bool:
    return shown is not None and now - datetime.fromisoformat(shown) < SEEN_LATELY


async def nap(showing: Showing, *, key: str) -> float:
    """How long it is left as it is, so that what happens in the same five seconds is shown together."""
    return CALM_SECONDS - showing.world.clock.now().timestamp() % CALM_SECONDS


def anew(user: SlackUser, moment: int) -> Start:
    """Show it anew before long, once for all that happens in this moment, of five seconds."""
    return Start(
        queue="notify",
        workflow=ANEW,
        id=f"slack-home-{user.place}-{moment}",
        args=(user.enterprise or "", user.team, user.id),
        partition=f"slack-home:{user.place}",
    )


def register(showing: Showing) -> None:
    """Tell the engine of it; wiring calls this in every process."""

    @DBOS.workflow(name=WORKFLOW)
    async def slack_home_v1(enterprise: str, team: str, user: str) -> None:
        """At once: somebody looks at it."""
        await shown(showing, SlackUser(enterprise=enterprise or None, team=team, id=user))

    @DBOS.workflow(name=ANEW)
    async def slack_home_anew_v1(enterprise: str, team: str, user: str) -> None:
        """A little later."""
        await DBOS.sleep_async(await step(nap, showing))
        await shown(showing, SlackUser(enterprise=enterprise or None, team=team, id=user))


async def shown(showing: Showing, user: SlackUser) -> None:
    """A Home that cannot be shown is in the log, and breaks nothing."""
    try:
        await step(show, showing, user, unforeseen="internal")
    except StepFailed as no:
        log.warning("slack_home_not_shown", slack=user.place, code=no.code)
