"""The repository's own checks judge the change, on a pull request that is a draft until they have passed."""

import json
from dataclasses import asdict
from datetime import timedelta

from bot.application.check_reports import gathered
from bot.application.doubting import doubted_unrun
from bot.application.drafting import missing_before_checks
from bot.application.ports import World
from bot.application.recording import amend, running
from bot.application.steps import Standing, standing
from bot.application.tester_words import named, still_open
from bot.application.testing import after_tests
from bot.application.texts import keep_text, load_change
from bot.domain import deciding
from bot.domain.checks import judge_again
from bot.domain.integration import Integration
from bot.domain.own_checks import Outcome, Patience, Tally, count, outcome, put_up_at, tally
from bot.domain.states import State
from bot.domain.trust import Verdict
from bot.records import StepFailed


async def pass_checks(world: World, integration_id: str, *, key: str) -> Standing:
    """Commit, branch, draft, then what the checks say of it: one effect a call, each found again.

    Raises StepFailed: no_checks, checks_overdue, checks_stopped; tests, tests_remarked where no repair is
    left.
    """
    it = await running(world, integration_id)
    if it.state is not State.TESTING:
        return standing(it)
    if it.has_failed:
        return await after_tests(world, it.id)
    effect = missing_before_checks(it)
    if effect is not None:
        return await effect(it, world, key=key)
    return await _look(it, world, key=key)


async def _look(it: Integration, world: World, *, key: str) -> Standing:
    """Ask how they are: the message that tells may have been lost."""
    seen = await seen_on(it, world)
    waited = world.clock.now() - put_up_at(await world.log.read(it.id))
    match outcome(seen, waited=waited, patience=_patience(it, world)):
        case Outcome.WAITS:
            return standing(await amend(world, it.id, lambda now: count(now, it.head, seen), key=key))
        case Outcome.ABSENT:
            raise StepFailed("no_checks")
        case Outcome.OVERDUE:
            raise StepFailed("checks_overdue", still_open(seen.done, seen.total, seen.open))
        case Outcome.STOPPED:
            raise StepFailed("checks_stopped", named([each.name for each in seen.stopped]))
        case Outcome.FAILED:
            verdict = await _failed(it, seen, world)
        case Outcome.PASSED:
            verdict = await _passed(it, seen, world)
    await amend(world, it.id, lambda now: deciding.judge(now, verdict, repairs=world.rules.repairs), key=key)
    return await after_tests(world, it.id)


def _patience(it: Integration, world: World) -> Patience:
    return Patience(
        settle=timedelta(seconds=world.rules.checks_settle_seconds),
        grace=timedelta(seconds=world.rules.checks_grace_seconds),
        limit=timedelta(minutes=it.check_minutes),
    )


async def seen_on(it: Integration, world: World) -> Tally:
    """What GitHub shows for exactly that commit in this repository, whoever told of it.

    What the bot itself says of it, in a review, is no test and lets nothing pass.
    """
    checks = [each for each in await world.checks.of_others(it.repository, it.head) if not each.is_ours]
    suites = await world.checks.suites_of_others(it.repository, it.head)
    statuses = await world.checks.statuses(it.repository, it.head)
    return tally([*checks, *statuses], suites, it.checks_needed)


async def _failed(it: Integration, seen: Tally, world: World) -> Verdict:
    report = await gathered(it.repository, [*seen.failed, *seen.stopped], world, green=seen.green)
    return Verdict(report=await keep_text(world, it, report), ended="exited", is_green=False)


async def _passed(it: Integration, seen: Tally, world: World) -> Verdict:
    """A pass, doubted as far as that can be done without running anything."""
    doubts = await doubted_unrun(world, it, await load_change(world, it, it.change), passed=seen.passed)
    told = {"checks": [], "more": 0, **asdict(doubts)}
    return Verdict(
        report=await keep_text(world, it, json.dumps(told)),
        ended="exited",
        is_green=True,
        passed=seen.passed,
        remarks=tuple(each.code for each in doubts.remarks),
    )


async def note_progress(it: Integration, *, key: str, world: World) -> None:
    """One of the checks that judge has come to an end: how far they are, which wakes whoever waits for it."""
    seen = await seen_on(it, world)
    await amend(world, it.id, lambda now: count(now, it.head, seen), key=key)


async def judge_anew(it: Integration, *, key: str, world: World) -> None:
    """People have it at their gate as its judges failed it: once all of them are content it is judged."""
    seen = await seen_on(it, world)
    if seen.well and seen.well == seen.total:
        await amend(world, it.id, lambda now: judge_again(now, head=it.head), key=key)
