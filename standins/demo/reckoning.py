"""What must hold at the end: every state was reached, and every effect happened exactly once."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from standins.demo.feed import kind_of
from standins.demo.screen import Row
from standins.demo.slack_reckoning import in_slack
from standins.demo.slack_telling import ToldInSlack
from standins.demo.stage import Stage
from standins.demo.telling import Told

FACT: Final = re.compile(r"^\S+ \S+ +\d+ (\w+) ", re.MULTILINE)
ID: Final = re.compile(r"claude-code-bot:status:(\w+) ")
# Which fact brings an integration into which state, as `python -m bot history` names it.
ENTERS: Final[Mapping[str, str]] = {
    "IntegrationRequested": "draft",
    "ValidationStarted": "validating",
    "RequestValidated": "generating",
    "RepairStarted": "generating",
    "CodeGenerated": "testing",
    "TestsPassed": "reviewing",
    "Released": "deploying",
    "Activated": "active",
    "IntegrationFailed": "failed",
}
BEGINS: Final = ("draft", "validating", "generating", "testing")
REPAIRED: Final = ("generating", "testing")
EFFECTS: Final[Mapping[str, str]] = {
    "create_branch": "branches made",
    "open_pull": "pull requests opened",
    "create_check": "check runs opened",
    "merge": "merges",
    "create_deployment": "deployments asked for",
}
REVERTED: Final = frozenset({"create_branch", "open_pull", "merge"})


async def reckoned(stage: Stage, stories: Sequence[Told]) -> list[Row]:
    """Every check, for each story and for all of it."""
    paths = await asyncio.gather(*(path_of(stage, told) for told in stories))
    rows = [row for told, path in zip(stories, paths, strict=True) for row in of_story(stage, told, path)]
    return [*rows, *await of_all(stage)]


async def path_of(stage: Stage, told: Told) -> list[str]:
    """The states it went through, from the facts that the bot keeps."""
    bodies = [str(each.facts.get("body", "")) for each in told.effects]
    found = next((match for body in bodies if (match := ID.search(body))), None)
    _, history = await stage.bot.ask("history", found[1] if found else "")
    return [ENTERS[fact] for fact in FACT.findall(history) if fact in ENTERS]


def of_story(stage: Stage, told: Told, path: Sequence[str]) -> Iterator[Row]:
    yield Row(about=f"{told.name}: states", wanted=arrows(wanted_path(stage, told, path)), found=arrows(path))
    for words, wanted, times in counted(told):
        yield Row(about=f"{told.name}: {words}", wanted=str(wanted), found=str(times))
    merged = [each.facts["head"] for each in told.effects if each.name == "merge"]
    yield Row(
        about=f"{told.name}: merged at the approved head",
        wanted=told.approved[:12],
        found=(merged or [""])[0][:12],
    )
    if isinstance(told, ToldInSlack):
        yield from in_slack(told)


def counted(told: Told) -> Iterator[tuple[str, int, int]]:
    """Each effect of the bot, how often it is to have happened, and how often it has."""
    times = Counter(each.name for each in told.effects if each.by.endswith("[bot]"))
    is_reverted = told.plot.deployment == "failure"
    for name, words in EFFECTS.items():
        twice = is_reverted and name in REVERTED
        yield f"{words}, one of them for the revert" if twice else words, 1 + twice, times[name]
    said = Counter(kind_of(each.facts["body"]) for each in told.effects if each.name == "create_comment")
    yield "status comments", 1, said["status"]
    yield "last words", 1, said["end"]


def wanted_path(stage: Stage, told: Told, path: Sequence[str]) -> list[str]:
    """A scripted story repairs as often as it should; a model as often as it must."""
    repairs = path.count("testing") - 1 if stage.claude is None else int(told.plot.repaired)
    end = "active" if told.plot.deployment == "success" else "failed"
    return [*BEGINS, *REPAIRED * max(repairs, 0), "reviewing", "deploying", end]


def arrows(path: Sequence[str]) -> str:
    return " → ".join(path)


async def of_all(stage: Stage) -> list[Row]:
    """What holds of the whole telling."""
    status, said = await stage.bot.ask("verify")
    chain = Row(
        about="the chain of events", wanted="whole", found="whole" if status == 0 else said or str(status)
    )
    rows = [
        none("calls unlike GitHub's description", stage.github.violations),
        none("calls unlike Slack's description", stage.slack.violations),
        chain,
    ]
    if stage.claude is None:
        return rows
    return [
        *rows,
        none("questions that Claude does not expect", stage.claude.unexpected),
        none("model turns paid twice", list(stage.claude.paid_twice)),
    ]


def none(about: str, found: Sequence[object]) -> Row:
    return Row(about=about, wanted="none", found="none" if not found else f"{len(found)}: {found[0]!s:.200}")
