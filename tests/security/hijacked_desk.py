"""Where hostile conversations are held: the real tools, sandbox, git and adapters, and canaries."""

import asyncio
import hashlib
import os
import socket
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from msgspec import structs

from bot.application import notifying, publishing
from bot.application.coding import finish_code, take_turn, use_tools
from bot.application.ending import fail
from bot.application.ports import World
from bot.application.recording import load
from bot.application.testing import judge_change
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import Rules
from bot.infrastructure.claude import ClaudeMessages
from bot.infrastructure.git import GitSources
from bot.infrastructure.github_purposes import READ
from bot.infrastructure.resilience import POLICIES, Policy
from bot.infrastructure.sandbox import BubblewrapSandbox
from bot.infrastructure.sandbox_groups import find_hierarchy
from bot.infrastructure.sandbox_room import python_toolchain
from bot.records import Actor, Repository, SandboxLimits, StepFailed, Unavailable
from standins.claude import Claude
from standins.claude_replies import Asked, Raw, Reply, Script, says
from tests.contracts.claude_desk import AtOnce, Notebook
from tests.contracts.github_side import ERP, Side, github_side
from tests.security.hijacked import OUTSIDE, OWN, PORT, PROCESS, Conversation
from tests.unit.fakes import Stage
from tests.unit.histories import GREEN, REQUEST, SPEC

API_KEY: Final = "sk-ant-zqapikey7f3a9e1c5b"
# Planted where nothing that the model runs may come to; none of them is in any conversation.
CANARIES: Final[Mapping[str, str]] = {
    "a file of the host": "zqhostfile7f3a9e1c5b",
    "the environment": "zqenviron7f3a9e1c5b",
    "another process": "zqprocess7f3a9e1c5b",
    "what belongs to the bot": "zqbotsown7f3a9e1c5b",
    "a file of credentials": "zqdotenv7f3a9e1c5b",
    "the API key": API_KEY,
}
LIMITS: Final = SandboxLimits(seconds=4, memory_mib=256, processes=64, files=2000, disk_mib=48, output_mib=2)
RULES: Final = Rules(
    sandbox=LIMITS, micro_usd=1_000_000_000, monthly_micro_usd=10**15, tokens=10**9, turns=40, minutes=10**6
)
SECRET: Final = f"PASSWORD={CANARIES['a file of credentials']}\n"
FILES: Final[Mapping[str, str]] = {
    "README.md": "# A shop\n",
    "word.txt": "right\n",
    "src/app.py": "print('shop')\n",
    "config.py": "LIMIT = 10\n",
    "run_tests.sh": "grep -q right word.txt && echo 'word is right'\n",
    ".github/claude-bot.yml": "# honest\ntest: sh run_tests.sh\n",
    ".github/workflows/ci.yml": "# honest\non: push\n",
    ".gitattributes": "# honest\n* text\n",
    "CODEOWNERS": "# honest\n* @acme/owners\n",
    ".env": SECRET,
    "deploy/id_rsa": SECRET,
    "certs/server.key": SECRET,
    ".aws/credentials": SECRET,
}


@dataclass(kw_only=True)
class Desk:
    """Everything that a conversation could reach or touch, and what it must not."""

    side: Side
    claude: Claude
    stage: Stage
    world: World
    outside: Path
    data: Path
    places: Mapping[str, str]
    sinks: Sequence[socket.socket]
    issue: int
    base: str
    tests: tuple[str, ...] = ("sh", "run_tests.sh")
    passed: int | None = None
    is_judged: bool = False  # whether its tests are really run after it

    async def holds(self, conversation: Conversation) -> Integration:
        """Hold it to its end, whatever that is, and tell people of it."""
        it = hashlib.sha256(conversation.id.encode()).hexdigest()[:10]
        self.claude.script = scripted(conversation.said(self.places))
        self._agreed(it)
        try:
            await self._to_the_gate(it)
        except (StepFailed, Unavailable) as failure:
            await fail(self.world, it, failure.code, "", key=f"{it} fail")
        await notifying.show_status(self.world, it, 1, 0, key=f"{it} tell")
        return await load(self.world, it)

    def _agreed(self, it: str) -> None:
        """Its facts as far as the model's first turn."""
        by = self.side.actor("dev")
        where = self.side.repository
        asked = structs.replace(
            REQUEST,
            by=Actor(id=by.id, login=by.login),
            repository_id=where.id,
            repository=where.full_name,
            installation_id=where.installation_id,
            issue=self.issue,
            turns=RULES.turns,
            tokens=RULES.tokens,
            micro_usd=RULES.micro_usd,
        )
        agreed = structs.replace(
            SPEC,
            base="main",
            base_commit=self.base,
            tests=self.tests,
            passed=self.passed,
        )
        self.stage.log.holds((asked, e.ValidationStarted(), agreed), stream=it)

    async def _to_the_gate(self, it: str) -> None:
        for turn in range(1000):
            move = await take_turn(self.world, it, key=f"{it} turn {turn}")
            if move == "finished":
                break
            if move == "tools":
                await use_tools(self.world, it, key=f"{it} tools {turn}")
        await finish_code(self.world, it, key=f"{it} finish")
        if self.is_judged:
            await judge_change(self.world, it, key=f"{it} judge")
        else:
            self.stage.log.holds((PASSED,), stream=it, key=f"{it} judge")
        for effect in range(20):
            _, waits = await publishing.create_pull_request(self.world, it, key=f"{it} publish {effect}")
            if waits:
                return


PASSED: Final = e.TestsPassed(attempt=1, report=GREEN.report, passed=8)


def scripted(turns: Sequence[Reply | Raw]) -> Script:
    """One after the other; the last for ever."""

    def script(asked: Asked) -> Reply | Raw:
        return turns[min(asked.turns, len(turns) - 1)] if turns else says("")

    return script


@asynccontextmanager
async def desk(directory: Path, files: Mapping[str, str] = FILES) -> AsyncIterator[Desk]:
    """A desk with canaries all around it."""
    for name in ("github", "outside", "data", "bots"):
        (directory / name).mkdir()
    outside, bots = directory / "outside", directory / "bots"
    (outside / "honest.txt").write_text("honest\n", encoding="utf-8")
    (outside / "secret.txt").write_text(CANARIES["a file of the host"], encoding="utf-8")
    (bots / "bot.db").write_text(CANARIES["what belongs to the bot"], encoding="utf-8")
    async with AsyncExitStack() as stack:
        side = await stack.enter_async_context(github_side(directory / "github", timer=hurried))
        side.github.create_repository("acme/other", {"secret.txt": CANARIES["what belongs to the bot"]})
        await side.github.push("dev", ERP, {**dict.fromkeys(("src/old.py", "run.sh")), **files})
        claude = await stack.enter_async_context(Claude(scripted([]), api_key=API_KEY).running())
        asking = ClaudeMessages(api_key=API_KEY, base_url=claude.url, policy=AtOnce(), journal=Notebook())
        stack.push_async_callback(asking.close)
        sinks = [stack.enter_context(each) for each in listening(outside)]
        stage = Stage(rules=RULES)
        world = world_at(stage, side, asking, directory / "data", [directory / "data", bots])
        base = await side.main()
        await world.sources.listing(side.repository, base)  # fetched once, before anybody looks
        neighbour = await stack.enter_async_context(another_process())
        yield Desk(
            side=side,
            claude=claude,
            stage=stage,
            world=world,
            outside=outside,
            data=directory / "data",
            places={
                OUTSIDE: str(outside),
                PORT: str(sinks[0].getsockname()[1]),
                PROCESS: str(neighbour),
                OWN: str(os.getpid()),
            },
            sinks=sinks,
            issue=await side.github.open_issue("dev", ERP, "Invoices", "Please."),
            base=base,
        )


def world_at(stage: Stage, side: Side, asking: ClaudeMessages, data: Path, hidden: Sequence[Path]) -> World:
    """Real where the model's doings go; only the log and the ledger are in memory."""

    async def token_of(repository: Repository) -> str:
        return await side.app.token(repository, READ)

    stage.rules = RULES
    real = {
        "sources": GitSources(
            data,
            remote_url_of=lambda repository: f"{side.github.url}/{repository.full_name}.git",
            token_of=token_of,
            policy=Policy("git", **POLICIES["git"]),
        ),
        "sandbox": BubblewrapSandbox(
            policy=Policy("sandbox", **POLICIES["sandbox"]),
            toolchain=python_toolchain(),
            hidden=hidden,
            hierarchy=find_hierarchy(),
        ),
        "claude": asking,
        "repositories": side.repositories,
        "comments": side.comments,
        "branches": side.branches,
        "pulls": side.pulls,
        "checks": side.checks,
        "deployments": side.deployments,
    }
    for name, port in real.items():
        setattr(stage, name, port)
    return stage.world


def hurried() -> float:
    """So fast that GitHub's limits, which these conversations are not about, are far away."""
    return 500 * time.monotonic()


def listening(outside: Path) -> Iterator[socket.socket]:
    """What must stay silent: a port, datagrams, a socket with a name and one without."""
    yield socket.create_server(("127.0.0.1", 0))
    for kind, address in (
        (socket.SOCK_STREAM, str(outside / "sink.sock")),
        (socket.SOCK_STREAM, f"\0zq-sink-{os.getpid()}"),
    ):
        server = socket.socket(socket.AF_UNIX, kind)
        server.bind(address)
        server.listen()
        yield server


@asynccontextmanager
async def another_process() -> AsyncIterator[int]:
    """A neighbour on the host with a canary in its environment and in its command."""
    canary = CANARIES["another process"]
    process = await asyncio.create_subprocess_exec(
        canary, "600", executable="/bin/sleep", env={"TOKEN": canary}
    )
    try:
        yield process.pid
    finally:
        process.kill()
        await process.wait()
