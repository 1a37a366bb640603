"""Settings in, object graph out: the only module that knows every adapter, and where the parts meet."""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import handlers
from bot import slack_telling
from bot.application import (
    answering,
    describing,
    fixing,
    gate_looking,
    intake,
    key_upkeep,
    mentioning,
    notifying,
    redelivering,
    reminding,
    replying,
    reviewing,
    saga,
    settling,
    slack_saying,
    sweeping,
    upkeep,
)
from bot.application.ports import Clock, Subscriber, World
from bot.application.retaining import Transcripts
from bot.application.review_words import CHECK
from bot.credentials import AppCredentials
from bot.domain.access import stream_of
from bot.github_opening import github_app
from bot.hearing import intake_of, is_wanted
from bot.infrastructure.adopting import Watch, adopting
from bot.infrastructure.cache import UntilItEnds
from bot.infrastructure.claude import ClaudeMessages
from bot.infrastructure.claude_batches import ClaudeBatches
from bot.infrastructure.database import alone
from bot.infrastructure.engine import Engine, Schedule, start
from bot.infrastructure.git import GitSources
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_branches import GitHubBranches
from bot.infrastructure.github_checks import GitHubChecks
from bot.infrastructure.github_comments import GitHubComments
from bot.infrastructure.github_conversations import GitHubConversations
from bot.infrastructure.github_deliveries import GitHubDeliveries
from bot.infrastructure.github_deployments import GitHubDeployments
from bot.infrastructure.github_files import GitHubFiles
from bot.infrastructure.github_issues import GitHubIssues
from bot.infrastructure.github_labels import GitHubLabels
from bot.infrastructure.github_pulls import GitHubPullRequests
from bot.infrastructure.github_repositories import GitHubRepositories
from bot.infrastructure.github_reviews import GitHubReviews
from bot.infrastructure.github_threads import GitHubThreads
from bot.infrastructure.github_workflows import GitHubWorkflows
from bot.infrastructure.installing import Installations
from bot.infrastructure.line import Line
from bot.infrastructure.notes import Notes
from bot.infrastructure.proxy import WayOut
from bot.infrastructure.resilience import Policy
from bot.infrastructure.roles import Roles
from bot.infrastructure.sandbox import BubblewrapSandbox
from bot.infrastructure.shares import places
from bot.instruments import Instruments
from bot.records import Unavailable
from bot.sandboxing import hiding, installations_of
from bot.settings import Settings
from bot.slack_opening import Slack, heard_in, slack_at_work, speaking
from bot.storage import Storage, storage
from bot.suppliers import claude_of, policies, rules_of, sources_of
from handlers.mention import Ear
from handlers.slack_ear import SlackEar

HEALTH_SECONDS: Final = 60.0
PROBE_SECONDS: Final = 1.0
ANSWERS_DAYS: Final = 1


def world_of(
    settings: Settings,
    stored: Storage,
    app: GitHubApp,
    claude: ClaudeMessages,
    installed: Installations,
    sources: GitSources,
) -> World:
    """Every port, filled."""
    return World(
        clock=stored.clock,
        log=stored.log,
        blobs=stored.blobs,
        effects=stored.effects,
        notes=Notes(stored.database),
        line=Line(stored.database),
        sign_ins=stored.sessions,
        integrations=stored.integrations,
        repositories=GitHubRepositories(app),
        issues=GitHubIssues(app),
        comments=GitHubComments(app),
        conversations=GitHubConversations(app),
        branches=GitHubBranches(app),
        pulls=GitHubPullRequests(app),
        labels=GitHubLabels(app),
        checks=GitHubChecks(app, heeds=CHECK),
        reviews=GitHubReviews(app),
        review_threads=GitHubThreads(app),
        review_checks=GitHubChecks(app, name=CHECK),
        files=GitHubFiles(app),
        deployments=GitHubDeployments(app),
        workflows=GitHubWorkflows(app),
        sources=sources,
        sandbox=installed.sandbox,
        installations=installed,
        claude=claude,
        batches=ClaudeBatches(claude),
        rules=rules_of(settings),
        subscribers=notifying.SUBSCRIBERS,
    )


def register(
    settings: Settings,
    stored: Storage,
    app: GitHubApp,
    world: World,
    sagas: Mapping[str, saga.Steps],
    slack: Slack | None,
) -> list[Schedule]:
    """Every workflow, in every process: an unknown name would get stuck."""
    heard = intake_of(world, stored)
    intake.register(heard)
    rooms = places()
    saga.register(world, rooms, sagas)
    reviewing.register(world, rooms["ai"])
    answering.register(world, rooms["ai"])
    describing.register(world, rooms["ai"])
    replying.register(world, rooms["ai"])
    mentioning.register(
        world,
        rooms["ai"],
        {
            "github": Ear(world=world, known=handlers.COMMANDS),
            "slack": SlackEar(world=world, known=handlers.SLACK_COMMANDS),
        },
    )
    fixing.register(world, rooms["ai"], rooms["sandbox"])
    notifying.register(world)
    slack_saying.register(speaking(stored, slack))
    due_in_slack = slack_telling.register(settings, stored, world, slack)
    gate_looking.register(world)
    transcripts = Transcripts(log=stored.log, integrations=stored.integrations, blobs=stored.blobs)
    kept: dict[str, tuple[upkeep.Store, int]] = {
        "api_answers": (stored.orders, ANSWERS_DAYS),
        "blobs": (transcripts, 0),
        "inbox": (stored.inbox, settings.retention_days.deliveries),
        "sessions": (stored.sessions, 0),
    }
    return [
        *settling.register(world, sagas),
        *due_in_slack,
        *reminding.register(world),
        *redelivering.register(GitHubDeliveries(app), stored.clock),
        *sweeping.register(heard, stored.inbox, stored.clock),
        *key_upkeep.register(stored.signing_keys, stored.grants, stored.clock),
        *upkeep.register(stored.clock, stored.log, kept, workflow_days=settings.retention_days.workflows),
    ]


@asynccontextmanager
async def engine_at_work(
    settings: Settings, queues: Sequence[str], register: Callable[[], list[Schedule]]
) -> AsyncIterator[None]:
    """The engine, working these queues, and taking up what other processes left when they ended."""
    embedded = settings.database_url.startswith("sqlite")
    engine = Engine(
        url=settings.database_url,
        executor="embedded" if embedded else f"bot-{secrets.token_hex(4)}",
        listens_to=tuple(queues),
        polls=settings.engine_polls_seconds,
        connections=settings.pool_sizes.database,
    )
    pool = engine.configure()
    await engine.launch(register())
    await start(redelivering.at_once(secrets.token_hex(4)))
    adoption = nullcontext() if embedded else adopting(Watch(settings.database_url, engine.executor))
    try:
        async with adoption:
            yield
    finally:
        await engine.stop(pool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A bot at work."""

    settings: Settings
    stored: Storage
    app: GitHubApp
    world: World
    sandbox: BubblewrapSandbox
    guards: Mapping[str, Policy]
    roles: Roles
    slack: Slack | None
    looked_at: UntilItEnds[str, str]
    probed: UntilItEnds[str, str]

    def breakers(self) -> Mapping[str, str]:
        """What each circuit breaker lets through."""
        return {name: guard.state for name, guard in self.guards.items()}

    async def database_health(self) -> str:
        """Whether it answers, asked a moment ago at most, by whomever."""
        return await self.probed.get("database", self._try_database)

    async def sandbox_health(self) -> str:
        """Whether code can be run here, as found out at most a minute ago."""
        return await self.looked_at.get("sandbox", self._try_sandbox)

    async def _try_database(self) -> str:
        try:
            await self.stored.log.head()
        except Unavailable as fault:
            return fault.code
        return "ok"

    async def _try_sandbox(self) -> str:
        return "ok" if await self.sandbox.check() is None else "sandbox_unavailable"


@asynccontextmanager
async def at_work(  # noqa: PLR0913  what a process or a story may choose
    settings: Settings,
    credentials: AppCredentials,
    *,
    queues: Sequence[str],
    instruments: Instruments,
    subscribers: tuple[Subscriber, ...] = notifying.SUBSCRIBERS,
    sagas: Mapping[str, saga.Steps] = saga.SAGAS,
    clock: Clock | None = None,
    out: WayOut | None = None,
) -> AsyncIterator[Bot]:
    """The bot without its doors: storage, GitHub, Claude, sandbox, and the engine working these queues.

    What is asked for from now on is carried by the last of the sagas; what runs keeps its own.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(alone(settings.database_url))
        stored = await stack.enter_async_context(
            storage(settings, instruments.observer, is_wanted, clock=clock)
        )
        await stack.enter_async_context(upkeep.noting_heads(stored.log))
        guards = policies(instruments.observer)
        app = await stack.enter_async_context(
            github_app(settings, credentials, guards["github"], instruments.hidden, stored)
        )
        slack = await stack.enter_async_context(
            slack_at_work(settings, stored, guards["slack"], instruments.hidden)
        )
        sandbox = hiding(settings, guards["sandbox"])
        sources = sources_of(settings, app, guards["git"], stored.shared)
        await sandbox.sweep()  # what a killed process left behind: groups, and directories
        await sources.sweep()
        claude = claude_of(settings, stored, guards["claude"], instruments.metrics)
        stack.push_async_callback(claude.close)
        ports = world_of(settings, stored, app, claude, installations_of(settings, sandbox, out), sources)
        world = replace(
            ports,
            subscribers=(*subscribers, *(slack_telling.SUBSCRIBERS if slack else ())),
            slack=heard_in(settings, stored, slack),
            saga=list(sagas)[-1],
            reads_here="ai" in queues,
        )
        registered = partial(register, settings, stored, app, world, sagas, slack)
        await stack.enter_async_context(engine_at_work(settings, queues, registered))
        yield Bot(
            settings=settings,
            stored=stored,
            app=app,
            world=world,
            sandbox=sandbox,
            guards=guards,
            roles=Roles(
                world.repositories.role_name, mark=lambda number: stored.news.mark(stream_of(number))
            ),
            slack=slack,
            looked_at=UntilItEnds(size=1, seconds=lambda _: HEALTH_SECONDS),
            probed=UntilItEnds(size=1, seconds=lambda _: PROBE_SECONDS),
        )
