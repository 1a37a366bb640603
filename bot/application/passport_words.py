"""The passport as a pull request shows it: a folded section of certain facts, and the spec as a quotation."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from bot.application.approval_words import needed
from bot.application.fact_words import counted
from bot.application.plan_words import plan
from bot.application.reasons import code
from bot.application.spec import Spec
from bot.application.tester_words import short_judge
from bot.domain.passport import Approval, Passport, Run, Spent

BEGIN: Final = "<!-- claude-code-bot:passport -->"
END: Final = "<!-- claude-code-bot:passport:end -->"
SECTION: Final = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
MOST_ENTRIES: Final = 12
# The whole must fit into a body of 65,536 characters, beside what the model says of its change.
MOST_SPEC_CHARACTERS: Final = 12_000
NOT_NOTED: Final = "not noted by the version that did it"
RESULTS: Final[Mapping[str, str]] = {
    "failed": "failed",
    "repeated": "failed, and was run again",
    "remarks": "passed",
}
RUN_OF: Final[Mapping[str, str]] = {
    "change": "attempt {attempt}",
    "old_tests": "attempt {attempt}, with the tests as they were before",
    "base": "before anything was changed",
}
TOOLS: Final[Mapping[str, str]] = {"not_run": "not run"}


def section(passport: Passport, spec: Spec | None) -> str:
    """The folded section, between marks by which it is found again."""
    lines = "\n".join(f"- **{name}**: {what}" for name, what in _lines(passport))
    check = (
        f"Whoever operates the bot checks this with `python -m bot passport {passport.id}` and "
        f"`python -m bot verify --head {passport.chain}`."
    )
    said = _spec(spec) if passport.spec else []
    folded = ["<details><summary>Passport: how this came about</summary>", lines, check, *said, "</details>"]
    return f"{BEGIN}\n" + "\n\n".join(folded) + f"\n{END}"


def completed(body: str, anew: str) -> str:
    """The body with that section in place of the one that is there; in front where there is none any more."""
    if SECTION.search(body):
        return SECTION.sub(lambda _: anew, body, count=1)
    return f"{anew}\n\n{body}"


def _lines(it: Passport) -> list[tuple[str, str]]:
    return [
        ("Request", _request(it)),
        ("Base", f"{code(it.base)} at `{it.base_commit[:12]}`"),
        ("Model", _times(it.models, "answer") or "none was asked"),
        ("Prompts", _prompts(it.prompts)),
        ("Tools", _tools(it)),
        ("Set-up", _setup(it)),
        ("Tests", _tests(it)),
        ("Attempts", str(it.attempts)),
        ("Cost", cost(it.spent) + ("" if it.edition == 1 else "; earlier versions counted in")),
        ("Sandbox", _sandbox(it)),
        ("Approvals", _approvals(it)),
        ("Commit", f"`{it.head}`, {counted(it.files, 'file')}" if it.head else "none yet"),
        ("Chain of events", f"`{it.chain}`"),
    ]


def _request(it: Passport) -> str:
    edition = "" if it.edition == 1 else f", v{it.edition}"
    life = "" if it.life == 1 else f", life {it.life}"
    asked = f"#{it.issue} by @{it.requested_by}, {_time(it.requested_at)}"
    return f"{asked}, integration `{it.id}`{edition}{life}"


def _times(counts: Mapping[str, int], noun: str) -> str:
    return _some([f"{code(name)} ({counted(times, noun)})" for name, times in sorted(counts.items())])


def _some(entries: Iterable[str], *, between: str = ", ") -> str:
    """The first few, and how many more there are."""
    listed = list(entries)
    more = len(listed) - MOST_ENTRIES
    return between.join([*listed[:MOST_ENTRIES], *([f"and {more} more"] if more > 0 else [])])


def _prompts(prompts: Mapping[str, tuple[str, ...]]) -> str:
    """Each file by the beginning of its SHA-256."""
    told = [
        f"`{name}.md` {' and '.join(f'`{digest[:12]}`' for digest in digests)}"
        for name, digests in prompts.items()
    ]
    return _some(told) or NOT_NOTED


def _tools(it: Passport) -> str:
    if not it.tools:
        return "none" if not it.files else NOT_NOTED
    return _some(f"{TOOLS.get(name, code(name))} {times}" for name, times in sorted(it.tools.items()))


def _setup(it: Passport) -> str:
    if it.setup:
        return _some(code(line) for line in it.setup)
    return "told from the files" if it.detects_setup else "none"


def _tests(it: Passport) -> str:
    before = "" if it.passed_before is None else f" ({it.passed_before} passed before anything was changed)"
    earlier = len(it.runs) - MOST_ENTRIES
    runs = [f"{counted(earlier, 'earlier run')}"] if earlier > 0 else []
    runs += [_run(run) for run in it.runs[-MOST_ENTRIES:]]
    return "; ".join([f"{short_judge(it.tester, ' '.join(it.tests))}{before}", *runs])


def _run(run: Run) -> str:
    if run.result == "passed":
        told = "passed by its status alone" if run.passed is None else f"{run.passed} passed"
    else:
        told = RESULTS.get(run.result, f"stopped by {code(run.result)}")
    remarks = f", **with remarks** ({', '.join(map(code, run.remarks))})" if run.remarks else ""
    return f"{RUN_OF[run.of].format(attempt=run.attempt)}: {told}{remarks}"


def cost(spent: Spent) -> str:
    """Money, tokens, and how much of what the model was given it had from its cache."""
    given = spent.input_tokens + spent.cache_read_tokens + spent.cache_write_tokens
    lost = f", {counted(spent.lost, 'answer')} that broke off" if spent.lost else ""
    return (
        f"${spent.micro_usd / 1e6:.4f}; {counted(spent.turns, 'model turn')}{lost}; {given:,} tokens given"
        f"{cached(spent.cached_share)}, {spent.output_tokens:,} answered"
    )


def cached(share: float | None) -> str:
    """How much was read from the cache; nothing where nothing was given yet."""
    return "" if share is None else f" ({share:.0%} of them read from the cache)"


def _sandbox(it: Passport) -> str:
    box = it.sandbox
    if box is None:
        return "judged nothing: the repository's own checks did" if it.tester == "checks" else NOT_NOTED
    hosts = _some(code(host) for host in box.setup_hosts)
    reach = f"a set-up reaches {hosts} alone" if hosts else "a set-up reaches nothing"
    return (
        f"{box.kind}; at most {box.seconds} s, {box.memory_mib} MiB of memory, {box.processes} processes, "
        f"{box.files} files, {box.disk_mib} MiB of disk, {box.output_mib} MiB of output; no network, {reach}"
    )


def _approvals(it: Passport) -> str:
    standing = [_approval(each) for each in it.approvals if each.stands]
    takes = needed(it.approvals_needed, it.rules)
    missing = f" (it took {takes})" if it.rules else ""
    missing = missing if it.released else f" (waits; it takes {takes})"
    past = len(it.approvals) - len(standing)
    gone = f"; {counted(past, 'earlier one')} no longer counted" if past else ""
    return f"{_some(standing) or 'none yet'}{missing}{gone}"


def _approval(given: Approval) -> str:
    deploys = ", may deploy" if given.deploys else ""
    return f"@{given.by} of `{given.head[:12]}`, {_time(given.at)}{deploys}"


def _spec(spec: Spec | None) -> list[str]:
    if spec is None:
        return ["The spec is no longer kept."]
    return ["The spec, in the model's words:", _beginning(plan(spec))]


def _beginning(quotation: str) -> str:
    """As many of its lines as there is room for."""
    kept, room = list[str](), MOST_SPEC_CHARACTERS
    for line in quotation.splitlines():
        room -= len(line) + 1
        if room < 0:
            return "\n".join([*kept, "", "(Cut here; `/claude plan` shows the rest.)"])
        kept.append(line)
    return quotation


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
