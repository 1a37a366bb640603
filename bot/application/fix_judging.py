"""Testing a fix: the repository's own tests on it, and whether they were bent to pass."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from bot.application.fix_draft import ASK, At, Draft, at, keep, keep_draft, load, load_draft, load_edits
from bot.application.fix_writing import check_goes_on, run_tests
from bot.application.ports import World
from bot.application.setup_words import ended
from bot.application.suite_words import failing_for_the_model
from bot.application.trial import Tried
from bot.domain import flaking
from bot.domain.branch import differing
from bot.domain.judges import Judges, judges_in, may_judge
from bot.domain.landing import unsolved
from bot.domain.reports import Failing
from bot.domain.secrecy import without_secrets
from bot.domain.trust import Remark, Rerun, Seen, remarks_on
from bot.domain.verbose import without_those_that_passed
from bot.records import FileEdit

REPAIR, GREEN, UNTESTED, RED, NOTHING, REMARKED, UNSOLVED = (
    "repair",
    "green",
    "untested",
    "red",
    "nothing",
    "remarked",
    "unsolved",
)
# What may be put on the pull request.
GOOD: Final = (GREEN, UNTESTED)
PRINTED: Final = 12_000
MOST_NAMES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of the tests: as `report` is kept, and said to people."""

    code: str
    report: Mapping[str, Any]


async def judge(world: World, stream: str, asked_key: str, seen: str, *, key: str) -> str:
    """Test it: what comes of it, where it is to be repaired with the draft on its way back to the model."""
    it = await at(world, stream, asked_key, seen)
    draft = await load_draft(it, world)
    if draft.judged == draft.turns:
        return draft.verdict
    await check_goes_on(it, world)
    edits = await load_edits(world, it.repository, draft.change)
    verdict = await _verdict(it, draft, edits, world)
    report = await keep(world, it.repository, verdict.report)
    draft = replace(
        draft, judged=draft.turns, verdict=verdict.code, report=report, tested=draft.change or NOTHING
    )
    if verdict.code == REPAIR:
        talk = (*draft.talk, ("repair", report))
        draft = replace(draft, talk=talk, move=ASK, repairs=draft.repairs + 1)
    await keep_draft(it, draft, world)
    return verdict.code


async def _verdict(it: At, draft: Draft, edits: Sequence[FileEdit], world: World) -> Verdict:
    begun = await load_edits(world, it.repository, it.seen.begins)
    if not it.seen.merges and not differing(begun, edits):
        return Verdict(code=NOTHING, report={})
    if left := unsolved(edits):
        return Verdict(code=UNSOLVED, report={"left": left})
    if not it.seen.tests:
        judges = await _judges(it, edits, begun, world)
        remarks = remarks_on(Seen(judges=judges, before=None, now=None))
        return Verdict(code=UNTESTED, report={"remarks": [asdict(each) for each in remarks]})
    ran, earlier = await _run(it, edits, world)
    if ran.is_green:
        return await _doubted(it, ran, earlier, edits, begun, world)
    may_go_on = draft.repairs < world.rules.repairs and draft.tested != draft.change
    return Verdict(code=REPAIR if may_go_on else RED, report=await _failed(it, draft, ran, begun, world))


async def _run(it: At, edits: Sequence[FileEdit], world: World) -> tuple[Tried, Sequence[Sequence[Failing]]]:
    """The run that decides, and what failed in those before it on the very same files."""
    most = flaking.reruns(it.seen.reruns, seconds=world.rules.sandbox.seconds)
    earlier: list[Sequence[Failing]] = []
    while True:
        ran = await run_tests(it, world, edits)
        if len(earlier) >= most or not flaking.is_of_the_tests(ran.outcome):
            return ran, earlier
        earlier.append(ran.told.failing)


async def _doubted(
    it: At,
    ran: Tried,
    earlier: Sequence[Sequence[Failing]],
    edits: Sequence[FileEdit],
    begun: Sequence[FileEdit],
    world: World,
) -> Verdict:
    """A pass, with what is remarked on it: tests that it changed, and how they are without that."""
    judges = await _judges(it, edits, begun, world)
    old = await _old_tests(it, edits, begun, judges, world)
    remarks = remarks_on(
        Seen(
            judges=judges,
            before=None,
            now=ran.told.passed,
            old_tests=old,
            report=ran.told.doubts,
            failed_first=flaking.names_in(earlier),
        )
    )
    told = {"passed": ran.told.passed, "remarks": [asdict(each) for each in remarks]}
    refused = it.seen.refuses_remarks and remarks
    return Verdict(code=REMARKED if refused else GREEN, report=told)


async def _judges(it: At, edits: Sequence[FileEdit], begun: Sequence[FileEdit], world: World) -> Judges:
    """The tests, and what steers them, among what it changed: not among what came with a conflict's sides."""
    before = {each.path: each.content for each in begun}
    mine = {*differing(begun, edits)}
    read = {
        edit.path: before[edit.path]
        if edit.path in before
        else await world.sources.read(it.repository, it.seen.commit, edit.path)
        for edit in edits
        if edit.path in mine and may_judge(edit.path, it.seen.tests)
    }
    return judges_in([edit for edit in edits if edit.path in mine], read, command=it.seen.tests)


async def _old_tests(
    it: At, edits: Sequence[FileEdit], begun: Sequence[FileEdit], judges: Judges, world: World
) -> Rerun | None:
    """The same with the tests as they were before; nothing where it changed none of them."""
    if not judges.are_bent:
        return None
    before = {each.path: each for each in begun}
    kept = [edit for edit in edits if edit.path not in judges.all]
    back = [before[path] for path in sorted(judges.all) if path in before]
    ran = await run_tests(it, world, [*kept, *back])
    return Rerun(is_green=ran.is_green, passed=ran.told.passed)


async def _failed(
    it: At, draft: Draft, ran: Tried, begun: Sequence[FileEdit], world: World
) -> Mapping[str, Any]:
    """What failed, and whether it did so before the change: that is found out once."""
    outcome = ran.outcome
    printed = without_those_that_passed(without_secrets(outcome.output))
    return {
        "how": ended(outcome.status, outcome.ended, during=outcome.during),
        "failing": without_secrets(failing_for_the_model(ran.told)),
        "names": _names(ran),
        "printed": printed[-PRINTED:],
        **await _before(it, draft, begun, world),
    }


async def _before(it: At, draft: Draft, begun: Sequence[FileEdit], world: World) -> Mapping[str, Any]:
    if draft.repairs:
        known: Mapping[str, Any] = await load(world, it.repository, draft.report)
        return {"was": known["was"], "were": known["were"]}
    if it.seen.merges:
        return {"was": "not known", "were": []}
    was = await run_tests(it, world, begun)
    return {"was": "passed" if was.is_green else "failed", "were": _names(was)}


def _names(ran: Tried) -> list[str]:
    return [without_secrets(each.full_name) for each in ran.told.failing[:MOST_NAMES]]


def remarks_in(report: Mapping[str, Any]) -> tuple[Remark, ...]:
    """What was remarked on it."""
    return tuple(
        Remark(**{**each, "paths": tuple(each["paths"]), "names": tuple(each["names"])})
        for each in report.get("remarks", ())
    )
