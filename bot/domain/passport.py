"""The passport of an integration: by what its pull request came about, from its recorded facts alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.domain import events as e
from bot.domain.approving import Standing
from bot.domain.integration import Integration, fold
from bot.records import Recorded

# What a passport begins with: an integration, or another version of it.
BEGINS: Final = (e.IntegrationRequested, e.VersionRequested)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the repository's tests; `remarks` are codes.

    `result` is passed, failed, repeated where it failed and was run again, or by what it was ended; `of` is
    what it was a run of: the change, the tests as they were before it, or what there was before any change.
    """

    attempt: int
    result: str
    passed: int | None
    remarks: tuple[str, ...]
    at: datetime
    of: e.RunOf = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Somebody's approval; `stands` until it is withdrawn, lapses, or the commit is no longer there."""

    by: str
    by_id: int
    head: str
    deploys: bool
    at: datetime
    stands: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What the integration cost so far, all its versions: tokens, and millionths of a US dollar."""

    turns: int
    lost: int
    input_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    cached_share: float | None
    micro_usd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """What is certain of it. What an earlier version did not note is empty, or None.

    It is that of the newest version: what came about for an earlier one is in that one's. `edition` is which
    it is. `spent` alone is of the integration since it was asked for, as every ceiling counts it; and a file
    of words is noted once, so `prompts` has those of all versions as well.

    `prompts` are digests by name, `models` and `tools` how often each was used. `chain` is the newest of its
    facts, as `verify --head` takes it.
    """

    id: str
    edition: int
    life: int
    repository: str
    issue: int
    requested_by: str
    requested_by_id: int
    requested_at: datetime
    request: str
    spec: str
    base: str
    base_commit: str
    models: Mapping[str, int]
    prompts: Mapping[str, tuple[str, ...]]
    tools: Mapping[str, int]
    setup: tuple[str, ...]
    detects_setup: bool
    tester: str
    tests: tuple[str, ...]
    passed_before: int | None
    runs: tuple[Run, ...]
    attempts: int
    spent: Spent
    sandbox: e.SandboxNoted | None
    branch: str
    pull_request: int | None
    head: str
    files: int
    approvals_needed: int
    rules: tuple[Standing, ...]
    approvals: tuple[Approval, ...]
    released: bool
    merged: str
    environment: str
    way: str
    workflow: str
    run: int | None
    deployment: int | None
    deployment_outcome: str | None
    state: str
    chain: str


Facts = Sequence[tuple[Recorded, e.Event]]


def passport_of(it: Integration, records: Sequence[Recorded]) -> Passport:
    """The passport of its newest version at the newest of these facts, which are all; there must be some."""
    every = e.decode(records)
    begin = max(nth for nth, event in enumerate(every) if isinstance(event, BEGINS))
    events, newest = every[begin:], records[-1]
    facts = list(zip(records[begin:], events, strict=True))
    return Passport(
        id=it.id,
        edition=it.edition,
        life=it.life,
        repository=it.repository.full_name,
        issue=it.issue,
        requested_by=it.requested_by.login,
        requested_by_id=it.requested_by.id,
        requested_at=records[begin].at,
        request=it.request,
        spec=it.spec,
        base=it.base,
        base_commit=it.base_commit,
        models=Counter(event.model for event in events if isinstance(event, e.TurnTaken)),
        prompts=_prompts(it.prompts),
        tools=Counter(tool for event in events if isinstance(event, e.ToolsRun) for tool in event.tools),
        setup=it.setup.lines,
        detects_setup=it.setup.is_detected,
        tester=it.tester,
        tests=it.tests,
        passed_before=it.passed_before,
        runs=tuple(_runs(facts)),
        attempts=it.attempt - (fold(it.id, every[:begin]).attempt if begin else 0),
        spent=_spent(it, every),
        sandbox=it.sandbox,
        branch=it.branch,
        pull_request=it.pull_request,
        head=it.head,
        files=it.files,
        approvals_needed=it.approvals_needed,
        rules=it.rules_standing,
        approvals=tuple(_approvals(it, facts)),
        released=it.released,
        merged=it.merged,
        environment=it.environment,
        way=it.way,
        workflow=it.workflow,
        run=it.run_number,
        deployment=it.deployment,
        deployment_outcome=it.deployment_outcome,
        state=it.state.value,
        chain=f"{newest.seq}:{newest.hash}",
    )


def _prompts(noted: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """The digests by name; several where the file was changed meanwhile."""
    found: dict[str, tuple[str, ...]] = {}
    for name, _, digest in (each.partition(":") for each in noted):
        found[name] = (*found.get(name, ()), digest)
    return dict(sorted(found.items()))


def _runs(facts: Facts) -> list[Run]:
    runs = []
    for record, event in facts:
        if isinstance(event, e.TestsRepeated):
            again = Run(attempt=event.attempt, result="repeated", passed=None, remarks=(), at=record.at)
            runs.append(replace(again, of=event.of))
        elif isinstance(event, (e.TestsPassed, e.TestsFailed)):
            is_passed = isinstance(event, e.TestsPassed)
            run = Run(
                attempt=event.attempt,
                result="passed" if isinstance(event, e.TestsPassed) else event.ended,
                passed=event.passed if isinstance(event, e.TestsPassed) else None,
                remarks=event.remarks,
                at=record.at,
            )
            runs.append(run if is_passed or run.result != "exited" else replace(run, result="failed"))
    return runs


def _spent(it: Integration, events: Sequence[e.Event]) -> Spent:
    """By all its facts: what a further version is allowed counts on from what those before it spent."""
    paid = [event for event in events if isinstance(event, (e.TurnTaken, e.AnswerLost))]
    return Spent(
        turns=it.turns,
        lost=it.lost,
        input_tokens=sum(event.input_tokens for event in paid),
        cache_read_tokens=sum(event.cache_read_tokens for event in paid),
        cache_write_tokens=sum(event.cache_write_tokens for event in paid),
        output_tokens=sum(event.output_tokens for event in paid),
        cached_share=it.cached_share,
        micro_usd=it.micro_usd,
    )


def _approvals(it: Integration, facts: Facts) -> list[Approval]:
    """Every approval that was given, in order; those that count for the commit at hand stand."""
    standing = {(given.by.id, given.head) for given in it.approvals if given.head == it.head}
    given = [
        Approval(by=event.by.login, by_id=event.by.id, head=event.head, deploys=event.deploys, at=record.at)
        for record, event in facts
        if isinstance(event, e.Approved)
    ]
    return [replace(each, stands=(each.by_id, each.head) in standing) for each in given]
