"""What failing checks of others say: gathered within bounds, without secrets, and shown as data."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import structlog

from bot.annotations import Annotation
from bot.application.ports import World
from bot.application.prompting import render
from bot.application.showing import seen_of
from bot.application.texts import load_text
from bot.check_records import OthersCheck
from bot.domain.fencing import fence, nonce_of
from bot.domain.integration import Integration
from bot.domain.secrecy import LONGEST_KEY, without_secrets
from bot.records import Repository, StepFailed, Unavailable

MOST_CHECKS: Final = 8
MOST_LOGS: Final = 3
MOST_GREEN: Final = 30
MOST_ANNOTATIONS: Final = 10
NAME_CHARACTERS: Final = 200
SUMMARY_CHARACTERS: Final = 2_000
ANNOTATION_CHARACTERS: Final = 300
LOG_CHARACTERS: Final = 8_000

Report = Mapping[str, Any]

log = structlog.get_logger()


async def gathered(
    repository: Repository, failed: Sequence[OthersCheck], world: World, *, green: Sequence[str]
) -> str:
    """The report of these checks, as it is kept; of more than so many the first are told of.

    `green` are the names of those that passed on the same commit.
    """
    told, logs = [], MOST_LOGS
    for check in failed[:MOST_CHECKS]:
        told.append(await _told(repository, check, world, with_log=logs > 0))
        logs -= check.job is not None
    passed = [_beginning(name, NAME_CHARACTERS) for name in green[:MOST_GREEN]]
    more = max(0, len(failed) - MOST_CHECKS)
    return json.dumps({"checks": told, "more": more, "passed": passed}, ensure_ascii=False)


async def _told(repository: Repository, check: OthersCheck, world: World, *, with_log: bool) -> Report:
    annotations = await _of_lines(repository, check, world)
    ends = await _end_of_log(repository, check, world) if with_log and check.job is not None else ""
    return await asyncio.to_thread(_cut, check, annotations, ends)


async def _of_lines(repository: Repository, check: OthersCheck, world: World) -> Sequence[Annotation]:
    """What it says of lines; nothing where it is gone by now, or is no check run."""
    if not check.is_run:
        return ()
    try:
        return await world.checks.annotations(repository, check.id)
    except StepFailed as no:
        log.info("annotations_not_read", code=no.code)
        return ()


async def _end_of_log(repository: Repository, check: OthersCheck, world: World) -> str:
    """How its job's log ends, where the App may read it: what cannot be had is done without."""
    try:
        return await world.checks.log_tail(repository, check.job or 0)
    except (StepFailed, Unavailable) as no:
        log.info("job_log_not_read", code=no.code)
        return ""


def _cut(check: OthersCheck, annotations: Sequence[Annotation], ends: str) -> Report:
    """A text is cut behind what looks like a secret, never within it."""
    return {
        "name": _beginning(check.name, NAME_CHARACTERS),
        "conclusion": check.conclusion,
        "title": _beginning(check.title, NAME_CHARACTERS),
        "summary": _beginning(check.summary, SUMMARY_CHARACTERS),
        "annotations": [
            {
                "path": _beginning(each.path, NAME_CHARACTERS),
                "line": each.line,
                "message": _beginning(each.message, ANNOTATION_CHARACTERS),
            }
            for each in annotations[:MOST_ANNOTATIONS]
        ],
        "log": without_secrets(ends)[-LOG_CHARACTERS:],
    }


def _beginning(text: str, most: int) -> str:
    return without_secrets(text[: most + LONGEST_KEY])[:most]


async def failing_names(world: World, it: Integration) -> tuple[str, ...]:
    """What the checks that fail are called, as far as that is still known."""
    if it.failing_checks is None:
        return ()
    with suppress(StepFailed):
        report = json.loads(await load_text(world, it, it.failing_checks.said))
        return tuple(each["name"] for each in report["checks"])
    return ()


async def failing_shown(it: Integration, report: Report) -> str:
    """What failed at the gate, and what follows from it where these checks are the tester."""
    decide = render("checks_decide") if it.tester == "checks" else ""
    return render("checks", **await filled(report, nonce_of(it.id)), decide=decide)


async def judged_shown(it: Integration, report: Report) -> str:
    """What failed where the repository's own checks judge."""
    return render("repair_checks", **await filled(report, nonce_of(it.id)))


async def filled(report: Report, nonce: str) -> Mapping[str, str]:
    """The report as the model is shown it: every word of it is somebody else's."""
    shown = [await _shown(each, nonce) for each in report["checks"]]
    more = f"{report['more']} more failed, and are not shown.\n" if report["more"] else ""
    # A report of an earlier version does not have it.
    names = "\n".join(report.get("passed", ()))
    passed = render("passed_checks", names=fence(names, "checks that passed", nonce)) if names else ""
    return {"checks": "\n\n".join(shown), "more": more, "passed": passed}


def printed_of(report: Report) -> str:
    """The report as people read it where nothing more comes of it: what failed, and how its log ends."""
    parts = [
        "\n".join(filter(None, [f"{each['name']}: {each['conclusion']}", each["title"], each["log"]]))
        for each in report["checks"]
    ]
    return "\n\n".join(parts)


async def _shown(check: Report, nonce: str) -> str:
    lines = [f"{each['path']}, line {each['line']}: {each['message']}" for each in check["annotations"]]
    parts = (
        (f"{check['name']}: {check['conclusion']}\n{check['title']}".strip(), "a failing check"),
        (await seen_of(check["summary"]), "what it says"),
        ("\n".join(lines), "what it says of lines"),
        (check["log"], "the end of its log"),
    )
    return "\n".join(fence(text, source, nonce) for text, source in parts if text)
