"""What a review costs, beside PR-Agent: tokens sent, questions, GitHub calls and time, on the same changes.

Each is told by webhook, between stand-ins of its own: the bot that a review is asked for, PR-Agent that a
pull request was opened (by its defaults: /describe, /review, /improve). Claude answers at once, with
findings; GitHub at once, and once more after 150 ms. A token is four characters of what is sent: the rules,
the question, the tools and the schema of the answer. Each process was asked once before anything is counted.
"""

import asyncio
import json
import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.pr_agent import installed, running_pr_agent
from benchmarks.pr_agent_replies import answers, is_review
from benchmarks.published import PAIRS, Change, versions
from benchmarks.review_replies import finds, is_first_look, schema_of
from benchmarks.running import running_bot
from standins.claude import Claude
from standins.claude_replies import Asked, Raw, Reply, Script
from standins.claude_usage import tokens
from standins.faults import Fault
from standins.github.people import GitHub
from standins.github.server import GIT_ROUTE

TARGETS: Final[Mapping[str, float]] = {"small": 0.35, "medium": 0.35, "large": 0.5}
TARGET_AGAIN: Final = 0.15
TARGET_CALLS: Final = 12
TARGET_FIRST: Final = 1.0
LATENCY: Final = 0.15
PATIENCE_SECONDS: Final = 300.0
QUIET_SECONDS: Final = 1.0
WHO: Final = "requester"
CACHED: Final = "cache_read_input_tokens"
# What the bot asks by the way, whether anything is reviewed or not.
BY_THE_WAY: Final = "/app/hook/"
OURS: Final = re.compile(r"^(?:\d+\+|L\d+-)", re.MULTILINE)
THEIRS: Final = re.compile(r"^(?:\d+ +\+|-(?!-))", re.MULTILINE)
WARMING: Final = Change(name="shop", before={}, after={"count.py": b"def count() -> int:\n    return 1\n"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one review took: what was sent, in how many questions, and how many changed lines were shown."""

    sent: int
    cached: int
    questions: int
    calls: int
    git: int
    first: float
    seconds: float
    shown: int


@dataclass(slots=True, kw_only=True)
class Watched:
    """A script, and when it was asked."""

    script: Script
    times: list[float] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply | Raw | None:
        self.times.append(time.perf_counter())
        return self.script(asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two, and how many changed lines one of its questions shows."""

    github: GitHub
    claude: Claude
    watched: Watched
    shows: Callable[[Mapping[str, Any]], int]

    async def cost(self, act: Callable[[], Awaitable[Any]], ends: Callable[[], int]) -> Cost:
        """What comes of that act, until there is one end more than before and nothing follows."""
        await self.quiet()
        calls, questions, before = len(self.github.calls), len(self.claude.requests), ends()
        cached = self.claude.used[CACHED]
        began = time.perf_counter()
        await act()
        while ends() == before:
            assert time.perf_counter() - began < PATIENCE_SECONDS, "it did not get there"
            await asyncio.sleep(0.005)
        ended = time.perf_counter()
        await self.quiet()
        bodies = self.claude.requests[questions:]
        routes = [each.route for each in self.github.calls[calls:] if not each.route.startswith(BY_THE_WAY)]
        return Cost(
            sent=sum(map(sent, bodies)),
            cached=self.claude.used[CACHED] - cached,
            questions=len(bodies),
            calls=sum(route != GIT_ROUTE for route in routes),
            git=routes.count(GIT_ROUTE),
            first=self.watched.times[questions] - began,
            seconds=ended - began,
            shown=sum(map(self.shows, bodies)),
        )

    async def quiet(self) -> None:
        """Until nobody has called for a while."""
        before = -1
        while before != len(self.github.calls):
            before = len(self.github.calls)
            await asyncio.sleep(QUIET_SECONDS)

    def slow_down(self) -> None:
        """From now on GitHub takes its time."""
        self.github.faults.add(Fault(kind="latency", seconds=LATENCY, times=None))


def sent(body: Mapping[str, Any]) -> int:
    """The tokens of one question, counted the same way for both."""
    asked, schema, tools = Asked(body=body), schema_of(body), body.get("tools")
    shapes = [_json(each) for each in (schema, tools) if each]
    return tokens(sum(map(len, (asked.system, *asked.said, *shapes))))


def _json(schema: object) -> str:
    """As the clients send it, without blanks."""
    return json.dumps(schema, separators=(",", ":"))


def shown_by_us(body: Mapping[str, Any]) -> int:
    return len(OURS.findall(Asked(body=body).told)) if is_first_look(body) else 0


def shown_by_them(body: Mapping[str, Any]) -> int:
    """What its /review shows; the other commands do not judge."""
    asked = Asked(body=body)
    return len(THEIRS.findall(asked.told)) if is_review(asked) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Each change once, and once more with a slow GitHub; of ours its lines, the last again after a push."""

    plain: Mapping[str, Cost]
    slow: Mapping[str, Cost]
    lines: Mapping[str, int] = field(default_factory=dict)
    again: Cost | None = None


async def ours(changes: Sequence[Change]) -> Costs:
    """Whoever wrote it asks. Where one line of the last is pushed more, they ask again."""
    watched = Watched(script=finds)
    async with running_bot(watched, {"README.md": "# Shop\n"}) as bot:
        side = Side(github=bot.github, claude=bot.claude, watched=watched, shows=shown_by_us)
        await asked_for(side, WARMING, await opened(side, WARMING, "next"))
        numbers = {it.name: await opened(side, it, "next") for it in changes}
        lines = {it.name: it.lines_in(side.github, "next") for it in changes}
        plain = {it.name: await asked_for(side, it, numbers[it.name]) for it in changes}
        last = changes[-1]
        await side.github.push(WHO, last.repository, last.touched(), branch="next")
        again = await asked_for(side, last, numbers[last.name])
        numbers = {it.name: await opened(side, it, "slow") for it in changes}
        await side.quiet()
        side.slow_down()
        slow = {it.name: await asked_for(side, it, numbers[it.name]) for it in changes}
    return Costs(plain=plain, slow=slow, lines=lines, again=again)


async def theirs(changes: Sequence[Change], python: Path) -> Costs:
    """It begins by itself."""
    watched = Watched(script=answers)
    async with running_pr_agent(python, watched) as peer:
        side = Side(github=peer.github, claude=peer.claude, watched=watched, shows=shown_by_them)
        side.github.create_repository(WARMING.repository)
        side.github.person(WHO, {WARMING.repository: "write"})
        await side.github.install("acme")
        await begun(side, "next", WARMING)
        plain = {it.name: await begun(side, "next", it) for it in changes}
        side.slow_down()
        slow = {it.name: await begun(side, "slow", it) for it in changes}
    return Costs(plain=plain, slow=slow)


async def opened(side: Side, it: Change, branch: str) -> int:
    await it.pushed(side.github, WHO, branch)
    return await it.opened(side.github, WHO, branch)


async def asked_for(side: Side, it: Change, number: int) -> Cost:
    """Its check is concluded in the end."""

    def ends() -> int:
        checks = side.github.repository(it.repository).checks.values()
        return sum(each.conclusion is not None for each in checks)

    return await side.cost(partial(side.github.comment, WHO, it.repository, number, "/claude review"), ends)


async def begun(side: Side, branch: str, it: Change) -> Cost:
    """Of its three commands, /improve is the last, and says so in a comment."""
    await it.pushed(side.github, WHO, branch)

    def ends() -> int:
        comments = side.github.repository(it.repository).comments.values()
        return sum("PR Code Suggestions" in each.body for each in comments)

    return await side.cost(partial(it.opened, side.github, WHO, branch), ends)


def told(who: str, it: Cost, slow: Cost, lines: int) -> None:
    """What one side took of one change."""
    print(
        f"  {who:8} {it.sent:6} tokens ({it.cached} of them from the cache) in {it.questions:2} questions, "
        f"{it.calls} GitHub calls, "
        f"{it.git} of git, {it.seconds:.2f} s; {it.shown / lines:.0%} of the lines shown; "
        f"first question after {it.first:.2f} s, {slow.first:.2f} s with a slow GitHub"
    )


def compared(it: Change, mine: Costs, peer: Costs | None) -> None:
    """One change, with ratios to the targets."""
    our, slow, lines = mine.plain[it.name], mine.slow[it.name], mine.lines[it.name]
    print(f"{it.name}: {it.about}, {lines} changed lines of {it.files} files")
    told("ours", our, slow, lines)
    if peer is not None:
        their = peer.plain[it.name]
        told("PR-Agent", their, peer.slow[it.name], lines)
        print(f"  ratio of tokens {our.sent / their.sent:.2f}, target {TARGETS[it.name]}")
    for what, ratio in (
        (f"{TARGET_CALLS} GitHub calls", our.calls / TARGET_CALLS),
        (f"{TARGET_CALLS} calls with git's among them", (our.calls + our.git) / TARGET_CALLS),
        (f"{TARGET_FIRST} s to the first question with a slow GitHub", slow.first / TARGET_FIRST),
    ):
        print(f"  ratio to the target of {what}: {ratio:.2f}")


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        changes = [versions(each, Path(name)) for each in PAIRS]
    mine, python = await ours(changes), installed()
    peer = await theirs(changes, python) if python else None
    if peer is None:
        print("PR-Agent was not run: it needs Python 3.12 or newer, which PR_AGENT_PYTHON may name")
    for it in changes:
        compared(it, mine, peer)
    first, again = mine.plain[changes[-1].name], mine.again
    assert again is not None, "it was asked for again"
    print(
        f"{changes[-1].name}, one line more pushed: {again.sent} tokens in {again.questions} questions; "
        f"ratio to the first review {again.sent / first.sent:.2f}, target {TARGET_AGAIN}"
    )


if __name__ == "__main__":
    asyncio.run(main())
