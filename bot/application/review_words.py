"""Every sentence about a review: at lines, in the walkthrough, and in the check run."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.application import review_spent_words as spent_words
from bot.application import verdict_words
from bot.application.effort_words import effort
from bot.application.fact_words import counted
from bot.application.fitting import fitted
from bot.application.model_markdown import unlinked
from bot.application.quoting import in_a_table, one_line
from bot.application.reader_words import grade, seen_by
from bot.application.reasons import code, why
from bot.application.review_coverage_words import MOST_NAMED, coverage, named, read_of, withdrawn
from bot.application.review_reading import Read
from bot.domain.commands import PREFIX
from bot.domain.remarks import Finding, Sorted
from bot.domain.reviewing import Request
from bot.domain.suggesting import block
from bot.domain.verdicts import Verdict
from bot.finding_marks import finding_marker

CHECK: Final = "Claude review"
LONGEST_TEXT: Final = 3_000
LONGEST_LINE: Final = 300
LONGEST_LISTING: Final = 30_000

WHY: Final[Mapping[str, str]] = {
    "unavailable": "A service that I need does not answer.",
    "frozen": "Everything is frozen here.",
    "answer_too_long": "The model's answer was longer than I may let it be.",
    "context_exceeded": "The change does not fit into what the model reads at once.",
    "head_moved": "The pull request was pushed to while I read it.",
}


def marker(name: str) -> str:
    """How the bot finds a review of its own again."""
    return f"<!-- claude-code-bot:review:{name} -->"


def walkthrough_marker(repository_id: int, number: int) -> str:
    """How it finds the walkthrough of a pull request again."""
    return f"<!-- claude-code-bot:walkthrough:{repository_id}:{number} -->"


def no_pull_request() -> str:
    """Where a review was asked for on an issue."""
    return f"There is nothing to review on an issue. Say `{PREFIX} review` on a pull request."


def begun(request: Request) -> tuple[str, str]:
    """Title and summary of the check while it reads."""
    asked = (
        "Asked for by this repository's configuration."
        if request.by is None
        else f"Asked for by @{request.by.login}."
    )
    return "Reviewing", f"{asked} What comes of it is said on the pull request."


def ended(read: Read, found: Sorted) -> tuple[str, str]:
    """Title and summary of the check once it was said."""
    title = counted(len(found.all), "finding") if found.all else "No findings"
    judges = (
        "It judges nothing here: the repository can have it fail (`review: fails_at:`)."
        if read.fails_at is None
        else f"It fails for findings that are {read.fails_at} or graver."
    )
    unjudged = f"{verdict_words.uncounted(found.settled)}{_unjudged(read)}{_unsettled(read, found.all)}"
    return title, f"{read_of(read)} {judges}{unjudged} The walkthrough on the pull request says more."


def _unjudged(read: Read) -> str:
    """Why it does not pass where nothing was found."""
    if read.fails_at is None or not read.unread:
        return withdrawn(read)
    unread = counted(read.unread, "file")
    return f"{withdrawn(read)} It passes nothing here: not read, or not to the end: {unread}."


def _unsettled(read: Read, found: Sequence[Finding]) -> str:
    """What it does not fail for, whatever it is."""
    many = 0 if read.fails_at is None else sum(each.is_unsettled for each in found)
    return f" Neither failed nor passed for what is not settled: {counted(many, 'finding')}." if many else ""


def overtaken() -> tuple[str, str]:
    """Of the check of a review that a newer one has overtaken."""
    return "Overtaken", "A newer review was asked for since, and says what there is to say."


def closed() -> tuple[str, str]:
    """Of the check where the pull request was closed meanwhile."""
    return "Closed meanwhile", "The pull request is no longer open, so nothing was said."


def skipped(reason: str, *, again: datetime | None) -> tuple[str, str]:
    """Of the check where it could not be done: that is never the change's fault."""
    said = WHY.get(reason) or why(reason)
    if again is None:
        return "Skipped", f"Skipped, because: {said} `{PREFIX} review` asks for it again."
    return (
        f"Skipped; tried again at {again:%H:%M} UTC",
        f"Skipped, because: {said} I try it again at {again:%Y-%m-%d %H:%M} UTC.",
    )


def without_check(reason: str, *, is_asked: bool) -> str:
    """In a comment, where not even a check could be opened; unasked, it is said once."""
    if is_asked:
        return skipped(reason, again=None)[1]
    said = WHY.get(reason) or why(reason)
    return (
        f"This repository has its pull requests reviewed by themselves, and I could not begin here: {said} "
        f"I say this once here, not with each push. Once it is mended, the next push is reviewed, and "
        f"`{PREFIX} review` asks for it at once."
    )


def opening(found: Sorted) -> str:
    """What the review says above its comments."""
    many = counted(len(found.on_lines), "finding")
    return f"{many} at the lines below; the walkthrough on this pull request says the rest."


def _line(text: str, *, most: int) -> str:
    """What the model says, on one line, in which no link hides where it leads."""
    return unlinked(one_line(text, most=most))


def at_line(it: Finding) -> str:
    """What is said at a line."""
    seen = ", ".join(filter(None, (seen_by(it), f"{it.confidence}% sure")))
    parts = [
        f"**{it.severity}** ({seen}): {_line(it.title, most=LONGEST_LINE)}",
        _line(f"{it.text} {_by_tool(it)}".strip(), most=LONGEST_TEXT),
    ]
    if it.suggestion is not None:
        parts.append(block(it.suggestion))
    return "\n\n".join([*parts, verdict_words.called(it), finding_marker(it.fingerprint)])


def _by_tool(it: Finding) -> str:
    """By which tool of the repository's own, and by which of its rules."""
    return f"By {code(it.tool)}, {code(it.rule.partition(':')[2])}." if it.tool else ""


def mended(head: str) -> str:
    """In the thread of what was said before and is so no more."""
    return f"No longer so in `{head[:7]}`, as far as I can see."


def walkthrough(read: Read, found: Sorted, request: Request, verdicts: Mapping[str, Verdict]) -> str:
    """The one comment: what changes, how risky it is, what was found, what was read and what it cost."""
    return "\n\n".join(
        fitted([
            f"### Review of `{read.head[:7]}`",
            *_since(read),
            *(_line(each, most=LONGEST_TEXT) for each in read.summary),
            *_risk(read),
            *_groups(read),
            *_findings(found),
            *_mended(read),
            *verdict_words.folded(found.settled, verdicts),
            *coverage(read),
            _cost(read, found, request),
        ])
    )


def _since(read: Read) -> list[str]:
    """What of it is new where an earlier review is gone on from."""
    if not read.is_further:
        return []
    then = f"`{read.since[:7]}`"
    if not read.anew:
        full = f"`{PREFIX} review full` reads all of it again."
        return [f"Of what I read, nothing reads otherwise since {then}. {full}"]
    news = _line(" ".join(read.news), most=LONGEST_TEXT)
    return [f"**New since {then}** in {named(read.anew)}: {news} The rest stands as it was read then."]


def _mended(read: Read) -> list[str]:
    """What was said of an earlier state and is so no more."""
    mended = [each for each in read.mended if each.confidence >= read.confidence]
    rows = [
        f"- {code(each.anchor.path)}: {_line(each.title, most=LONGEST_LINE)}" for each in mended[:MOST_NAMED]
    ]
    more = [f"- and {len(mended) - MOST_NAMED} more"] if len(mended) > MOST_NAMED else []
    return ["\n".join([f"**No longer so since `{read.since[:7]}`:**", "", *rows, *more])] if mended else []


def _risk(read: Read) -> list[str]:
    """How much could go wrong, and how long it takes a person to see whether it does."""
    risk = [f"**Risk: {read.risk}.** {_line(read.risk_why, most=LONGEST_LINE)}"] if read.risk_why else []
    return [*risk, *effort(read.lines, len(read.covered))]


def _groups(read: Read) -> list[str]:
    if not read.groups:
        return []
    rows = [
        f"| {in_a_table(_line(what, most=LONGEST_LINE))} | {in_a_table(named(files))} |"
        for what, files in read.groups
    ]
    return ["\n".join(["| what | files |", "|---|---|", *rows])]


def _findings(found: Sorted) -> list[str]:
    if not found.all:
        does_not_count = found.settled or found.unsure
        return ["**Nothing found that counts.**" if does_not_count else "**Nothing found.**"]
    parts = []
    if found.on_lines:
        parts.append("\n".join(["**At their lines:**", "", *map(_row, found.on_lines)]))
    if found.listed:
        parts.append("\n".join(["**Said here only, or at their lines before:**", "", *_whole(found.listed)]))
    return [*parts, verdict_words.how()]


def _row(it: Finding) -> str:
    unsettled = " (not settled by the code that was shown)" if it.is_unsettled else ""
    title = _line(it.title, most=LONGEST_LINE)
    return f"- {verdict_words.name(it)} {grade(it)} {_place(it)}{unsettled}: {title}"


def _whole(found: Iterable[Finding]) -> list[str]:
    """With why, as far as there is room for it."""
    rows, room = [], LONGEST_LISTING
    for each in found:
        row = f"{_row(each).rstrip('.')}. {_line(f'{each.text} {_by_tool(each)}'.strip(), most=LONGEST_TEXT)}"
        row = row if len(row) <= room else _row(each)
        room -= len(row)
        rows.append(row)
    return rows


def _place(it: Finding) -> str:
    if it.anchor.line < 1:
        return f"{code(it.anchor.path)} (at which lines, I cannot tell)"
    lines = (
        str(it.anchor.line) if it.anchor.begins == it.anchor.line else f"{it.anchor.begins}-{it.anchor.line}"
    )
    before = " (before)" if it.anchor.side == "LEFT" else ""
    unseen = "" if it.code else " (no line of this change, so I did not look whether it is there)"
    return f"{code(f'{it.anchor.path}:{lines}')}{before}{unseen}"


def _cost(read: Read, found: Sorted, request: Request) -> str:
    by = "by this repository's configuration" if request.by is None else f"by @{request.by.login}"
    unproven = f" {read.unproven} left out that a second look could not reproduce." if read.unproven else ""
    unsure = f" {found.unsure} left out as less than {read.confidence}% sure." if found.unsure else ""
    cost = read.cost
    return (
        f"<sub>Asked for {by}.{unproven}{unsure} {counted(cost.calls, 'model call')}, {cost.tokens} tokens, "
        f"${cost.micro_usd / 1e6:.4f}.{spent_words.in_vain(read.in_vain)} "
        f"`{PREFIX} review` reads what is new, `{PREFIX} review full` all of it.</sub>"
    )
