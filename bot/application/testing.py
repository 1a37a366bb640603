"""Job: the repository's own tests on the change, in the sandbox; their exit status judges, and is doubted."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from bot.application import landing_words
from bot.application.doubting import doubted
from bot.application.flaking import run_and_repeat
from bot.application.ports import World
from bot.application.recording import amend, running, was_recorded
from bot.application.rerunning import keep_run, whole_of
from bot.application.setting_up import place_of, withheld
from bot.application.steps import Standing, standing
from bot.application.texts import keep_text, load_change
from bot.application.watching import stoppable
from bot.domain import deciding, outsiders
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.landing import unsolved
from bot.domain.states import State
from bot.domain.trust import Verdict
from bot.records import FileEdit, Outcome, StepFailed


async def run_tests(world: World, integration_id: str) -> Standing:
    """The job, as the engine runs it."""
    return await stoppable(judge_change, world, integration_id)


async def judge_change(world: World, integration_id: str, *, key: str) -> Standing:
    """Test a fresh working copy of the change; on failure start a repair, or give up.

    Where it asks for something to be installed that a person has to grant first, that is waited for instead.

    Raises StepFailed once no repair is left: tests, or tests_remarked where they pass and are not believed.
    """
    if not was_recorded(await world.log.read(integration_id), key):
        it = await running(world, integration_id)
        edits = await load_change(world, it, it.change)
        if paths := await withheld(world, place_of(it), edits):
            own = f"{key}:want"
            return standing(await amend(world, it.id, lambda now: outsiders.want(now, paths), key=own))
        await _judge(it, world, edits, key=key)
    return await after_tests(world, integration_id)


async def _judge(it: Integration, world: World, edits: Sequence[FileEdit], *, key: str) -> None:
    verdict, sandbox = await _verdict(it, world, edits, key=key), sandbox_of(world)

    def decide(now: Integration) -> list[e.Event]:
        judged = deciding.judge(now, verdict, repairs=world.rules.repairs)
        return [*deciding.note_sandbox(now, sandbox), *judged]

    await amend(world, it.id, decide, key=key)


def sandbox_of(world: World) -> e.SandboxNoted:
    """What tests are run in here."""
    hosts = tuple(sorted(world.rules.setup_hosts))
    return e.SandboxNoted(kind=world.sandbox.kind, **asdict(world.rules.sandbox), setup_hosts=hosts)


async def _verdict(it: Integration, world: World, edits: Sequence[FileEdit], *, key: str) -> Verdict:
    if left := unsolved(edits):
        return await _unsolved(it, left, world)
    ran, earlier = await run_and_repeat(world, it, edits, key=key)
    outcome, counts = ran.outcome, ran.told
    if not ran.is_green:
        report = await keep_run(world, it, ran, earlier=earlier)
        return Verdict(
            report=report, ended=outcome.ended, is_green=False, passed=counts.passed, failed=counts.failed
        )
    doubts = await doubted(world, it, edits, ran, earlier=earlier, key=key)
    told = {
        **whole_of(ran),
        "remarks": [asdict(each) for each in doubts.remarks],
        "old_tests": doubts.old_tests,
        "bent": doubts.bent,
    }
    return Verdict(
        report=await keep_text(world, it, json.dumps(told)),
        ended=outcome.ended,
        is_green=True,
        passed=counts.passed,
        remarks=tuple(each.code for each in doubts.remarks),
    )


async def _unsolved(it: Integration, paths: Sequence[str], world: World) -> Verdict:
    """What still holds both sides of a conflict is not tried: no test need notice."""
    told = Outcome(status=1, output=landing_words.unsolved(paths), seconds=0.0, ended="exited")
    report = await keep_text(world, it, json.dumps(asdict(told)))
    return Verdict(report=report, ended="exited", is_green=False)


async def after_tests(world: World, integration_id: str) -> Standing:
    """Where the verdict leaves it."""
    it = await running(world, integration_id)
    if it.state is State.TESTING:
        code = "tests_remarked" if it.remarks else "tests"
        raise StepFailed(code, f"attempt {it.attempt}")
    return standing(it)
