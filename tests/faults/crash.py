"""python -m tests.faults.crash: kill the bot at every crash point; each story must end the same.

The code itself names the points, before and after each outside effect and each append: a first run of the
story, in which nobody dies, writes them down. Then each is tried: SIGKILL there, a new process on the same
database, and the end is compared: the state, and each effect on GitHub exactly once.
"""

import argparse
import asyncio
import json
import logging
import multiprocessing
import os
import random
import secrets
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

import structlog

from standins.claude import Claude
from standins.github.app import key_pair, new_app
from standins.github.people import GitHub
from standins.github.server import serve
from standins.github.state import Delivery, Repository
from standins.slack.people import Slack
from tests.doors.running import free_port
from tests.faults import asked_in_slack, mortal, stories
from tests.faults.ended import wrong_in
from tests.story.databases import Template, bring_up, template_in
from tests.story.slack import settings_of as slack_settings
from tests.story.slack import workspace

PATIENCE_SECONDS: Final = 90.0  # who was not woken looks by itself after a minute
MOURNING_SECONDS: Final = 15.0  # on PostgreSQL a dead process keeps what it was at for 8 to 10 s
POLL_SECONDS: Final = 0.02
MOST_UNMET: Final = 4  # one for so many that were: how often a comment is edited depends on the time
PAGE: Final = Path(__file__).parents[2] / "docs" / "faults.md"
ONCE: Final = ("create_branch", "open_pull", "edit_pull", "create_check", "merge", "create_deployment")
FORK: Final = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["tests.faults.mortal", "anthropic", "httpx2", "bot.doors"])


class Broken(Exception):
    """The story did not end as it should."""


@dataclass
class Life:
    """One telling of the story: a world of its own, and the processes of the bot in it."""

    github: GitHub
    claude: Claude
    environ: dict[str, str]
    directory: Path
    deadly: frozenset[str]
    slack: Slack | None = None
    deaths: int = 0
    asking: int = 0
    answering: int = 0
    process: ForkServerProcess | None = None

    def start(self) -> None:
        """A process of the bot, that dies at the next of the deadly points."""
        what = (self.environ, self.directory / "trail", self.deadly, self.directory / "log")
        self.process = FORK.Process(target=mortal.live, args=what, daemon=True)
        self.process.start()

    def is_dead(self) -> bool:
        return self.process is None or self.process.exitcode is not None

    def points(self) -> list[str]:
        trail = self.directory / "trail"
        return trail.read_text(encoding="utf-8").splitlines() if trail.exists() else []

    async def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            await asyncio.to_thread(self.process.join, 10)


@asynccontextmanager
async def life(story: stories.Story, template: Template, deadly: Iterable[str] = ()) -> AsyncIterator[Life]:
    """Stand-ins with a fresh repository, a database like the template, and where the bot is to die."""
    with own_directory() as directory, template.copied(directory / "data") as url:
        github, claude = github_in(directory, story), Claude(script=story.script)
        async with await serve(github) as server, claude.running(), slack_of(story) as slack:
            environ = settings_of(server.url, claude.url, url, directory, github.app.webhook_secret)
            told = Life(
                github=github,
                claude=claude,
                environ=environ,
                directory=directory,
                deadly=frozenset(deadly),
                slack=slack,
            )
            environ["ENGINE_POLLS_SECONDS"] = story.polls
            github.ci = stories.looks_for_the_word if story.is_judged else None
            await populate(told, story.files)
            if story.moves_to is not None:
                await github.install(story.moves_to, by="admin")
            try:
                yield told
            finally:
                await told.stop()


@asynccontextmanager
async def slack_of(story: stories.Story) -> AsyncIterator[Slack | None]:
    """A workspace, where the story plays in one."""
    if story.in_slack is None:
        yield None
        return
    async with workspace(signing_secret=secrets.token_hex(16)) as slack:
        yield slack


@contextmanager
def own_directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bot-crash-", ignore_cleanup_errors=True) as directory:
        yield Path(directory)


def github_in(directory: Path, story: stories.Story) -> GitHub:
    """GitHub with our App, whose key lies in the directory."""
    private, public = KEYS
    key = directory / "app.pem"
    key.write_text(private, encoding="utf-8")
    key.chmod(0o600)
    (directory / "github").mkdir()
    app = new_app(public_key=public, webhook_secret=secrets.token_hex(20))
    return GitHub(app=app, directory=directory / "github", deployer=story.deployer)


KEYS: Final = key_pair()


async def populate(it: Life, files: Mapping[str, str]) -> None:
    """The repository, its people and our App in it, which delivers to the bot."""
    github = it.github
    github.webhook_url = f"http://127.0.0.1:{it.environ['PORT']}/webhooks/github"
    github.create_repository("acme/shop", files)
    github.person("requester", {"acme/shop": "write"})
    github.person("admin", {"acme/shop": "admin"})
    await github.install("acme")
    if it.slack is not None:
        it.environ |= slack_settings(it.slack)
        await asked_in_slack.links(it.environ, github, it.slack)
        it.slack.door_url = f"http://127.0.0.1:{it.environ['PORT']}/slack/events"


def settings_of(github: str, claude: str, database: str, directory: Path, secret: str) -> dict[str, str]:
    return {
        "PORT": str(free_port()),
        "DATABASE_URL": database,
        "SECRET_KEY": "crash" * 10,
        "GITHUB_APP_ID": "4711",
        "GITHUB_PRIVATE_KEY": str(directory / "app.pem"),
        "GITHUB_WEBHOOK_SECRET": secret,
        "ALLOWED_OWNERS": "acme,globex",
        "GITHUB_API_URL": github,
        "GITHUB_URL": github,
        "ANTHROPIC_API_KEY": "sk-ant-stand-in",
        "ANTHROPIC_BASE_URL": claude,
        "POOL_SIZES": "3,4,100",
    }


async def mourned(it: Life, story: stories.Story) -> None:
    """Play it through; whenever the bot is dead, start it again and have GitHub send again what was lost."""
    it.start()
    issue = await it.github.open_issue("requester", "acme/shop", "Invoices", "")
    await until(it, "ready", lambda: is_listening(it))
    if story.plays is not None:
        await story.plays(it.github, partial(until, it))
        return
    if story.in_slack is not None and it.slack is not None:
        await story.in_slack(it.slack, partial(until, it))
        await until(it, "its end", lambda: any(story.last in last_word(it, each) for each in opened_by(it)))
        return
    await it.github.comment("requester", "acme/shop", issue, stories.REQUEST)
    await until(it, "a pull request that waits", lambda: is_at_its_gate(status(it, issue)))
    pull = pull_of(it)
    if story.wish:
        await it.github.comment("admin", "acme/shop", pull, story.wish)
        await until(it, "a changed one that waits", lambda: waits_again(status(it, issue)))
    if story.moves_to is None:
        await it.github.comment("admin", "acme/shop", pull, "/claude approve")
    else:
        await it.github.transfer_repository("admin", "acme/shop", story.moves_to)
    await until(
        it, "its end", lambda: story.last in last_word(it, issue) and story.state in status(it, issue)
    )
    if story.moves_to is None:
        await until(it, "quiet", lambda: f"reply:{approval_of(it)}" in comments(it, pull))


def waits_again(status: str) -> bool:
    """Whether it was sent back and is up for approval once more."""
    return "sent back" in status and is_at_its_gate(status)


def is_at_its_gate(status: str) -> bool:
    """Whether people can decide on it."""
    return "**Waits for an approval**" in status or "**Waits for approvals" in status


async def until(it: Life, what: str, reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        if time.monotonic() > deadline:
            raise Broken(f"no {what} in time; {outline(it)}")
        if it.is_dead():
            deadline += MOURNING_SECONDS
            it.deaths += 1
            it.asking = under_way(it.points())
            if it.slack is not None:
                it.answering += await asked_in_slack.cut_off(it.environ["DATABASE_URL"])
            it.start()
        await send_again(it)
        await asyncio.sleep(POLL_SECONDS)


def under_way(points: Sequence[str]) -> int:
    """How many calls of the model were begun and never came back, by the deaths so far."""
    asked = sum(point.startswith("before claude.ask") for point in points)
    return asked - sum(point.startswith("after claude.ask") for point in points)


async def send_again(it: Life) -> None:
    """What the bot did not accept, GitHub sends again when it is asked to."""
    if not is_listening(it):
        return
    lost = [each for each in it.github.deliveries if each.attempts and not accepted(each)]
    for delivery in lost:
        await it.github.postman.redeliver(delivery.guid)


def accepted(delivery: Delivery) -> bool:
    return any(attempt.status in range(200, 300) for attempt in delivery.attempts)


def is_listening(it: Life) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(it.environ["PORT"]))) == 0


def shop(it: Life) -> Repository:
    """The repository, whosever it is by now."""
    [only] = it.github.repositories.values()
    return only


def comments(it: Life, issue: int) -> str:
    found = shop(it).comments.values()
    return "\n".join(each.body for each in found if each.issue == issue)


def status(it: Life, issue: int) -> str:
    return marked(it, issue, "claude-code-bot:status:")


def last_word(it: Life, issue: int) -> str:
    return marked(it, issue, "claude-code-bot:end:")


def marked(it: Life, issue: int, marker: str) -> str:
    found = shop(it).comments.values()
    return "\n".join(each.body for each in found if each.issue == issue and marker in each.body)


def pull_of(it: Life) -> int:
    issues = shop(it).issues.values()
    return next(each.number for each in issues if each.pull is not None)


def opened_by(it: Life) -> list[int]:
    """The issues that the bot opened for what was asked for in Slack."""
    bot, issues = it.github.app.bot.login, shop(it).issues.values()
    return [each.number for each in issues if each.by.login == bot and each.pull is None]


def approval_of(it: Life) -> str:
    told = it.github.deliveries_of("issue_comment", "created")
    return next(each.guid for each in told if json.loads(each.body)["comment"]["body"] == "/claude approve")


def check(it: Life, story: stories.Story) -> None:
    """Each effect exactly once, nothing paid twice, nothing that GitHub would refuse."""
    counted = Counter(each.name for each in it.github.effects if each.by == it.github.app.bot.login)
    named = (*ONCE, *sorted(story.also))
    wrong = [f"{name}: {counted[name]}" for name in named if counted[name] != story.times(name)]
    markers = Counter(marker_of(each.body) for each in shop(it).comments.values())
    wrong += [f"{marker}: {times}" for marker, times in markers.items() if marker and times != 1]
    wrong += [f"contract: {each}" for each in it.github.violations]
    checks = shop(it).checks.values()
    wrong += [f"check run {each.id}: {each.status}" for each in checks if each.status != "completed"]
    again = sum(times - 1 for times in it.claude.paid_twice.values())
    if again > it.asking:  # a call that the death cut off is the one thing that may be paid again
        wrong.append(f"{again} turns paid again, {it.asking} were under way")
    wrong += ["Claude was asked something unexpected"] * bool(it.claude.unexpected)
    if it.slack is not None:
        wrong += asked_in_slack.wrong_in(it.slack, in_doubt=it.answering)
        asked, opened = asked_in_slack.times_asked(it.slack), len(opened_by(it))
        wrong += [f"{opened} issues for what was asked {asked} times"] * (not 1 <= opened <= asked)
    if wrong:
        raise Broken(f"{'; '.join(wrong)}; {outline(it)}")


async def check_what_is_kept(it: Life) -> None:
    """Once nobody writes any more: the chain, the read model, and that nothing lies aside."""
    await it.stop()
    if wrong := await wrong_in(it.environ["DATABASE_URL"]):
        raise Broken(f"{'; '.join(wrong)}; {outline(it)}")


def marker_of(body: str) -> str:
    first = body.partition("\n")[0]
    return first if first.startswith("<!-- claude-code-bot:") else ""


def outline(it: Life) -> str:
    """What can be seen of it, for whoever has to find out."""
    log = it.directory / "log"
    tail = log.read_text(encoding="utf-8").splitlines()[-8:] if log.exists() else []
    effects = [each.name for each in it.github.effects][-12:]
    return json.dumps({"deaths": it.deaths, "effects": effects, "points": it.points()[-6:], "log": tail})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many points were tried, survived, and not met (a point that this telling did not come to)."""

    story: str
    database: str
    deaths: int
    tried: int
    survived: int
    unmet: int
    failures: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """One life: where the bot was to die, where it died, and what was wrong at the end."""

    points: tuple[str, ...]
    met: frozenset[str]
    wrong: str | None = None

    def __str__(self) -> str:
        return f"{', '.join(self.points)}: {self.wrong or ('survived' if self.met else 'not met')}"


async def try_all(
    story: stories.Story, template: Template, *, asked: argparse.Namespace, most: int | None
) -> Tally:
    """Every point of the story, or a seeded choice of them."""
    began = time.monotonic()
    points = await enumerated(story, template)
    chosen = points if most is None else sampled(points, most, seed=asked.seed)
    say(f"{story.name} on {kind(template)}: {len(points)} points, {len(chosen)} to try")
    gate, fates = asyncio.Semaphore(asked.jobs), list[Fate]()

    async def attempt(points: Sequence[str]) -> None:
        async with gate:
            fates.extend([fate async for fate in fates_of(story, template, points)])
            say(f"\r{sum(len(fate.met) for fate in fates)}/{len(chosen)}", end="")

    await asyncio.gather(*(attempt(points) for points in lives(chosen, asked.deaths)))
    say("")
    tried = sum(len(fate.met) for fate in fates)
    return Tally(
        story=story.name,
        database=kind(template),
        deaths=asked.deaths,
        tried=tried,
        survived=sum(len(fate.met) for fate in fates if not fate.wrong),
        unmet=len(chosen) - tried,
        failures=tuple(str(fate) for fate in fates if fate.wrong),
        seconds=time.monotonic() - began,
    )


def sampled(points: Sequence[str], most: int, *, seed: int) -> Sequence[str]:
    """A choice of the points, in their order."""
    chosen = random.Random(seed).sample(range(len(points)), min(most, len(points)))  # noqa: S311
    return [points[place] for place in sorted(chosen)]


def lives(points: Sequence[str], deaths: int) -> list[Sequence[str]]:
    """The points, so many for one life, and those as far from each other as can be."""
    count = -(-len(points) // deaths)
    return [points[first::count] for first in range(count)]


async def enumerated(story: stories.Story, template: Template) -> list[str]:
    """The points that the code itself names when the story is told and nobody dies."""
    async with life(story, template) as it:
        await mourned(it, story)
        check(it, story)
        await check_what_is_kept(it)
        return list(dict.fromkeys(it.points()))


async def fates_of(story: stories.Story, template: Template, points: Sequence[str]) -> AsyncIterator[Fate]:
    """The life with a death at each of them; what it did not come to is tried in a life of its own."""
    together = await fate(story, template, points)
    yield together
    if len(points) > 1 and not together.wrong:
        for point in (point for point in points if point not in together.met):
            yield await fate(story, template, [point])


async def fate(story: stories.Story, template: Template, points: Sequence[str]) -> Fate:
    """The story once, with a death at each of these points, and how it ended."""
    wrong = None
    async with life(story, template, points) as it:
        try:
            await mourned(it, story)
            check(it, story)
            await check_what_is_kept(it)
        except Broken as broken:
            wrong = str(broken)
        return Fate(points=tuple(points), met=it.deadly.intersection(it.points()), wrong=wrong)


def kind(template: Template) -> str:
    return "SQLite" if template.file else "PostgreSQL"


def say(text: str, *, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make crash", description=__doc__)
    parser.add_argument("--jobs", type=int, default=4, help="how many worlds at once")
    parser.add_argument("--deaths", type=int, default=1, help="at how many points one life ends")
    parser.add_argument(
        "--ci", action="store_true", help="the first story: every point on SQLite, 20 seeded on PostgreSQL"
    )
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--story", choices=[each.name for each in stories.STORIES])
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--most", type=int, help="so many points, chosen by the seed")
    parser.add_argument("--point", help="only this one, such as 'after github.merge 1'")
    return parser.parse_args()


Plan = Iterable[tuple[stories.Story, str | None, int | None]]


def plan(asked: argparse.Namespace) -> Plan:
    """Which stories, on which server (none is SQLite), and how many points of each."""
    server = os.environ.get("TEST_POSTGRES_URL", "postgresql://root@127.0.0.1:5432/test")
    if asked.ci:
        return [(stories.STORIES[0], None, None), (stories.STORIES[0], server, 20)]
    return [
        (story, database, asked.most)
        for name, database in {"sqlite": None, "postgresql": server}.items()
        for story in stories.STORIES
        if asked.only in {None, name} and asked.story in {None, story.name}
    ]


@asynccontextmanager
async def tables_in(server: str | None) -> AsyncIterator[Template]:
    with template_in(server) as template:
        await bring_up(template.url)
        yield template


async def tried(
    asked: argparse.Namespace, story: stories.Story, server: str | None, most: int | None
) -> Tally:
    async with tables_in(server) as template:
        return await try_all(story, template, asked=asked, most=most)


async def single(asked: argparse.Namespace) -> int:
    """One point alone, and what came of it."""
    story = next(each for each in stories.STORIES if asked.story in {None, each.name})
    async with tables_in(None) as template:
        it = await fate(story, template, [asked.point])
    say(str(it))
    return 1 if it.wrong or not it.met else 0


async def main() -> int:
    asked = arguments()
    # Whoever is killed cuts its calls off: that is no news.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    if asked.point:
        return await single(asked)
    tallies = [await reported(asked, *each) for each in plan(asked)]
    say("\n" + table(tallies))
    if not (asked.ci or asked.most or asked.only or asked.story):
        write(tallies)
    return 1 if any(tally.failures or is_hollow(tally) for tally in tallies) else 0


def is_hollow(tally: Tally) -> bool:
    """Whether so few points were come to that their survival shows nothing."""
    return tally.unmet * MOST_UNMET > tally.tried


async def reported(
    asked: argparse.Namespace, story: stories.Story, server: str | None, most: int | None
) -> Tally:
    """One story on one database, told as soon as it is known: all of them take long."""
    tally = await tried(asked, story, server, most)
    for failure in tally.failures:
        say(f"FAILED {tally.story} on {tally.database}: {failure}")
    if is_hollow(tally):
        say(f"FAILED {tally.story} on {tally.database}: {tally.unmet} points were not come to")
    say(table([tally]))
    return tally


def table(tallies: Sequence[Tally]) -> str:
    rows = [
        f"| {it.story} | {it.database} | {it.deaths} | {it.tried} | {it.survived} | {it.unmet} "
        f"| {it.seconds / 60:.0f} |"
        for it in tallies
    ]
    heads = (
        "| story | database | deaths in a life | points tried | survived | not met | minutes |",
        "|---|---|--:|--:|--:|--:|--:|",
    )
    return "\n".join([*heads, *rows])


def write(tallies: Sequence[Tally]) -> None:
    """Into the document, between its marks."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition("<!-- crash -->\n")
    _, _, after = rest.partition("<!-- /crash -->")
    body = f"<!-- crash -->\n{table(tallies)}\n<!-- /crash -->"
    PAGE.write_text(f"{before}{body}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
