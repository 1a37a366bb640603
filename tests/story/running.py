"""The bot at work, in this process: started, stopped and started again on the same database."""

import gc
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import uuid4

import aiohttp
from dbos import DBOS
from prometheus_client.parser import text_string_to_metric_families

from bot import doors, wiring
from bot.api_opening import api_doors
from bot.application import lapsing, reminding, settling
from bot.domain import events as e
from bot.domain.integration import Integration, fold
from bot.domain.pausing import LONGEST
from bot.domain.states import State
from bot.infrastructure.engine import QUEUES, start
from bot.instruments import Instruments
from bot.records import Start
from bot.services import SERVICES
from bot.settings import Settings
from bot.sign_in_opening import auth_door, sign_in
from bot.slack_opening import slack_install_door
from bot.slack_socket_opening import heard_over_socket
from bot.storage import Storage
from bot.web.gateway import listening
from standins.github.people import GitHub
from standins.slack.people import Slack
from tests.story.places import PullRequest, Repositories, Thread
from tests.story.waiting import NeverCame, until

Row = Mapping[str, Any]

ORDER: Final = tuple(State)
ENDS: Final = (State.ACTIVE, State.FAILED, State.DEPRECATED)
PARKED: Final = (
    *LONGEST,
    "answer",
    "plan_approval",
    "checks",
    "install_approval",
    "approval",
    "deploy_approval",
    "merge",
    "deployment",
    "removal",
)


@asynccontextmanager
async def open_bot(settings: Settings, bent: Mapping[str, Any]) -> AsyncIterator[tuple[wiring.Bot, int]]:
    """The bot at work behind its doors, and the port they are at; `bent` goes to wiring."""
    credentials, instruments = settings.github, Instruments()
    if credentials is None:
        raise AssertionError("a story needs the App")
    working = wiring.at_work(settings, credentials, queues=list(QUEUES), instruments=instruments, **bent)
    async with (
        working as bot,
        sign_in(settings, bot) as signing,
        api_doors(settings, bot, signing) as api,
    ):
        auth = auth_door(settings, bot, signing, api.api if api else None)
        installing = slack_install_door(settings, bot.stored.crypto, bot.slack, api.api) if api else None
        app = doors.app_of(
            settings, SERVICES, bot, instruments.metrics, api=api, auth=auth, installing=installing
        )
        keeping = doors.keeping(settings, bot, instruments.metrics)
        async with (
            listening(app, host="127.0.0.1", port=0) as port,
            heard_over_socket(settings, bot, keeping),
        ):
            yield bot, port


@dataclass(kw_only=True)
class Bot:
    """What a story asks of the bot, and how it is stopped and started."""

    environment: dict[str, str]
    hub: Repositories
    slack: Slack | None = None
    bent: Mapping[str, Any] = field(default_factory=dict)
    working: wiring.Bot | None = None
    port: int = 0
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def stored(self) -> Storage:
        return self.at_work.stored

    @property
    def at_work(self) -> wiring.Bot:
        if self.working is None:
            raise AssertionError("the bot is stopped")
        return self.working

    async def starts(self) -> None:
        """Start it on its database, and tell GitHub and Slack where it listens."""
        opened = open_bot(Settings.read(self.environment), self.bent)
        self.working, self.port = await self._stack.enter_async_context(opened)
        self.hub.world.webhook_url = f"http://127.0.0.1:{self.port}/webhooks/github"
        if self.slack is not None:
            self.slack.door_url = f"http://127.0.0.1:{self.port}/slack/events"

    async def stops(self) -> None:
        """Stop it; what is delivered meanwhile reaches nobody."""
        self.working = None
        await self._stack.aclose()

    async def restarts(self) -> None:
        await self.stops()
        gc.collect()  # what it left open is this story's, and no later one's
        await self.starts()

    async def figures(self) -> Mapping[str, Mapping[str, float]]:
        """What it tells a Prometheus: by name and labels, such as `fresh="true"`."""
        return await figures_at(self.port)

    async def row(self, thread: Thread | None = None) -> Row | None:
        """The newest integration of that issue, or of all."""
        columns = {} if thread is None else {"issue": thread.number, "repository_id": thread.repository.id}
        rows = await self.stored.integrations.find(**columns)
        return rows[0] if rows else None

    async def integration(self, thread: Thread | None = None) -> Integration:
        """What the facts make of it."""
        row = await self.row(thread)
        if row is None:
            raise AssertionError("nothing was asked for")
        return fold(row["id"], e.decode(await self.stored.log.read(row["id"])))

    async def facts(self, thread: Thread | None = None) -> list[str]:
        """The names of its facts."""
        row = await self.row(thread)
        return [] if row is None else [each.type for each in await self.stored.log.read(row["id"])]

    async def seconds_between(self, earlier: str, later: str, *, on: Thread | None = None) -> float:
        """From the first fact of one name to the first of the other."""
        row = await self.row(on)
        facts = [] if row is None else await self.stored.log.read(row["id"])
        began, ended = (next(each.at for each in facts if each.type == name) for name in (earlier, later))
        return (ended - began).total_seconds()

    async def reaches(
        self, state: State, *, because: str | None = None, on: Thread | None = None
    ) -> Integration:
        """Wait until it stands there and has come to rest; a failure also with its reason."""
        row = await self._until(f"{state} {because or ''}", lambda row: _stands(row, state), on)
        if state is State.FAILED:
            await self._until_undone(on)
        if row["reason"] != because:
            raise NeverCame(f"it failed because of {row['reason']}\n{await self.story_so_far()}")
        return await self.integration(on)

    async def is_in(self, state: State, *, on: Thread | None = None) -> None:
        """Wait until it has got so far."""
        await self._until(state, lambda row: row["state"] == state, on)

    async def waits_for(self, what: str, *, on: Thread | None = None) -> None:
        """Wait until it waits for that: answer, plan_approval, approval, deploy_approval or deployment."""
        await self._until(f"waiting for {what}", lambda row: row["waiting_for"] == what, on)

    async def has_ended(self) -> None:
        """Wait until nothing more will happen by itself."""
        await self._until_undone(None)

    async def has_asked(self, *, times: int) -> None:
        """Wait until it has asked so often, and waits for the answer."""

        async def asked() -> bool:
            return (await self.facts()).count("QuestionsAsked") == times

        await until(asked, otherwise=partial(self.story_so_far, f"it did not ask {times} times"))
        await self.waits_for("answer")

    async def has_noted(self, fact: str) -> None:
        """Wait until a fact of this name is there."""

        async def noted() -> bool:
            return fact in await self.facts()

        await until(noted, otherwise=partial(self.story_so_far, f"there is no {fact}"))

    async def has_come_to(self, state: State) -> None:
        """Wait until it is there, or was."""

        async def come() -> bool:
            row = await self.row()
            return row is not None and ORDER.index(State(row["state"])) >= ORDER.index(state)

        await until(come, otherwise=partial(self.story_so_far, f"it never came to {state}"))

    async def has_a_pull_request(self, *, on: Thread | None = None) -> PullRequest:
        """Wait until one is up for approval."""
        await self.waits_for("approval", on=on)
        return await self.has_opened_one(on=on)

    async def has_opened_one(self, *, on: Thread | None = None) -> PullRequest:
        """Wait until there is a pull request, however far it has got."""
        row = await self._until("a pull request", lambda row: row["pull_request"] is not None, on)
        number = int(row["pull_request"])
        return self.hub.pull(number, repository=on.repository_name if on else None)

    async def comes_to_rest(self) -> None:
        """Wait until nothing is left to do but what people or others have to do."""

        async def resting() -> bool:
            unsent = self.hub.world.outbox or (self.slack is not None and self.slack.outbox)
            return not unsent and not await busy(self.stored)

        await until(resting, otherwise=partial(self.story_so_far, "it does not come to rest"))

    async def looks_for_what_hangs(self) -> None:
        """What it does every minute, now, and to its end."""
        now = Start(queue="ops", workflow=settling.WORKFLOW, id=f"now-{uuid4()}", args=(str(uuid4()), ""))
        await start(now)
        await self.comes_to_rest()

    async def looks_whom_to_remind(self) -> None:
        """What it does every ten minutes, now, and to its end."""
        now = Start(queue="ops", workflow=reminding.WORKFLOW, id=f"now-{uuid4()}", args=(str(uuid4()), ""))
        await start(now)
        await self.comes_to_rest()

    async def looks_for_lapses(self) -> None:
        """What it does every ten minutes beside, now, and to its end."""
        now = Start(queue="ops", workflow=lapsing.WORKFLOW, id=f"now-{uuid4()}", args=(str(uuid4()), ""))
        await start(now)
        await self.comes_to_rest()

    async def story_so_far(self, missing: str = "") -> str:
        return f"{missing}\n{await told(self)}"

    async def _until(self, what: str, is_so: Callable[[Row], bool], on: Thread | None) -> Row:
        async def found() -> Row | None:
            row = await self.row(on)
            if row is None or is_so(row):
                return row
            if State(row["state"]) in ENDS and await self._has_ended(on):
                raise NeverCame(await self.story_so_far(f"{what}: it has ended otherwise"))
            return None

        return await until(found, otherwise=partial(self.story_so_far, f"{what}: it never came"))

    async def _until_undone(self, on: Thread | None) -> None:
        async def undone() -> bool:
            return await self._has_ended(on)

        await until(undone, otherwise=partial(self.story_so_far, "it never came to an end"))

    async def _has_ended(self, on: Thread | None) -> bool:
        return await self.row(on) is not None and (await self.integration(on)).ended


async def figures_at(port: int) -> Mapping[str, Mapping[str, float]]:
    """The figures of the process that listens there."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        families = text_string_to_metric_families(await answer.text())
    found: dict[str, dict[str, float]] = {}
    for each in (sample for family in families for sample in family.samples):
        labels = ",".join(f'{name}="{value}"' for name, value in sorted(each.labels.items()))
        found.setdefault(each.name, {})[labels] = each.value
    return found


def _stands(row: Row, state: State) -> bool:
    return bool(row["state"] == state)


async def busy(stored: Storage) -> list[str]:
    """The workflows that still have something to do: a saga that waits for somebody has not."""
    waiting = [row["id"] for row in await stored.integrations.find() if row["waiting_for"] in PARKED]
    parked = [f"{kind}-{each}" for each in waiting for kind in ("int", "remove")]
    found = await DBOS.list_workflows_async(
        status=["ENQUEUED", "PENDING", "DELAYED"], load_input=False, load_output=False
    )
    return [each.workflow_id for each in found if named(each.workflow_id) not in parked]


def named(workflow_id: str) -> str:
    """The workflow without which life it is of, and which time."""
    return "-".join(workflow_id.partition(".")[0].split("-")[:2])


async def told(bot: Bot) -> str:
    """The story so far, for whoever reads why it failed."""
    lines = []
    for row in await bot.stored.integrations.find():
        lines.append(f"integration {dict(row)}")
        lines += [f"  {each.type} {dict(each.data)}" for each in await bot.stored.log.read(row["id"])]
    found = await DBOS.list_workflows_async(status=["ERROR", "ENQUEUED", "PENDING", "DELAYED"])
    lines += [f"workflow {each.workflow_id} {each.name} {each.status} {each.error!r}" for each in found]
    lines += [f"set aside {dict(each)}" for each in await bot.stored.aside.listed()]
    lines += [] if bot.slack is None else _said_in(bot.slack)
    return "\n".join([*lines, *_said(bot.hub.world)])


def _said(world: GitHub) -> list[str]:
    comments = [each for place in world.repositories.values() for each in place.comments.values()]
    lines = [f"#{each.issue} {each.by.login}: {each.body}" for each in comments]
    broken = [f"{each.method} {each.path}: {each.status}" for each in world.calls if each.status >= 400]
    return [*lines, *broken, *(f"violation: {each}" for each in world.violations)]


def _said_in(slack: Slack) -> list[str]:
    channels = [(place, each) for place in slack.channels.values() for each in place.messages.values()]
    lines = [
        f"{place.name or place.id} {each.thread_ts or each.ts} {each.by.name}: {each.text}"
        for place, each in channels
    ]
    alone = [f"to {each.user} alone: {each.text}" for each in slack.ephemerals]
    broken = [f"{each.method}: {each.status} {each.error}" for each in slack.calls if each.error]
    return [*lines, *alone, *broken, *(f"violation: {each}" for each in slack.violations)]
