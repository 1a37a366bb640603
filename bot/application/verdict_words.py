"""Every sentence about verdicts on findings: what was noted, what holds, and why it was not."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.application.fact_words import counted
from bot.application.quoting import one_line
from bot.application.reasons import code, why
from bot.application.verdicts import Judged
from bot.domain.commands import PREFIX
from bot.domain.freezing import LONGEST_REASON
from bot.domain.remarks import Finding
from bot.domain.verdicts import NoSuchFinding, Subject, Verdict, settled, short

MOST_LISTED: Final = 30
KINDS: Final[Mapping[str, str]] = {"accepted": "accept", "dismissed": "dismiss"}


def name(it: Finding) -> str:
    """By what people call a finding."""
    return code(short(it.fingerprint))


def called(it: Finding) -> str:
    """The same, below what is said at a line."""
    return f"<sub>Finding {name(it)}</sub>"


def how() -> str:
    """What can be said of findings."""
    return (
        f"`{PREFIX} accept <finding> <why>` says that we live with it, `{PREFIX} dismiss <finding> <why>` "
        "that it is none."
    )


def uncounted(found: Sequence[Finding]) -> str:
    """How many of the findings the check does not count."""
    return f" Not counted, for somebody accepted or dismissed them: {len(found)}." if found else ""


def folded(found: Sequence[Finding], verdicts: Mapping[str, Verdict]) -> list[str]:
    """What was accepted or dismissed, by whom, why and until when; nothing where nothing was."""
    told = [(each, verdict) for each in found if (verdict := settled(each, verdicts)) is not None]
    if not told:
        return []
    rows = [_row(each, verdict) for each, verdict in told[:MOST_LISTED]]
    more = len(told) - MOST_LISTED
    rows += [f"- and {more} more"] if more > 0 else []
    return [f"<details><summary>Accepted or dismissed: {len(told)}</summary>", "\n".join(rows), "</details>"]


def _row(it: Finding, verdict: Verdict) -> str:
    place = code(f"{it.anchor.path}:{it.anchor.line}")
    return f"- {name(it)} **{it.severity}** {place}: {_title(it.title)} ({_told(verdict)})"


def _told(it: Verdict) -> str:
    """Who said so, without calling them."""
    because = f": {code(it.why)}" if it.why else ""
    return f"**{it.kind}** by {it.by.login} in #{it.number}, {_lasts(it)}{because}"


def _lasts(it: Verdict) -> str:
    return "until somebody lifts it" if it.until is None else f"until {_time(it.until)} UTC"


def noted(it: Judged, *, is_unread: bool = False) -> str:
    """To whoever said it: what holds from now on."""
    verdict = it.verdict
    parts = [f"@{verdict.by.login}, noted. {_subject(verdict.of)}", _effect(verdict), *_shown(it)]
    if is_unread:
        parts.append(
            "What stands behind `until` is no time that I understand, so I took it for a part of the reason. "
            f"`{PREFIX} accept {verdict.of.name} <why> until 30d`, or `until 2026-12-24`, says it anew."
        )
    return "\n\n".join(parts)


def _effect(it: Verdict) -> str:
    if it.kind == "lifted":
        return "What was said of it is lifted: it counts again, and a review that finds it says it."
    lasts = f"{_lasts(it)[0].upper()}{_lasts(it)[1:]}"
    return (
        f"**{it.kind.capitalize()}.** {lasts} no review in this repository says it at a line, and no check "
        f"counts it, unless it is graver by then. `{PREFIX} {KINDS[it.kind]} {it.of.name} --undo` takes that "
        "back."
    )


def _shown(it: Judged) -> list[str]:
    """What became of the last review's check."""
    if it.trouble:
        return [
            f"I could not say so in the check and the walkthrough here: {why(it.trouble)} `{PREFIX} review` "
            "does."
        ]
    return [] if it.ends is None else [f"The check of the last review here ends **{it.ends}** by it."]


def no_pull_request() -> str:
    """On an issue nothing is found."""
    return "There is no finding on an issue. Say it on the pull request that was reviewed."


def over_already(at: datetime) -> str:
    """An end that is past."""
    return f"{_time(at)} UTC is past, so nothing was noted. Say until when, or leave that out."


def no_finding(error: NoSuchFinding) -> str:
    """None is called that, or more than one."""
    word = f"{code(error.word[:40])} is" if error.word else "That is"
    if not error.found:
        return f"{word} no finding that I know of here. `{PREFIX} review` looks for what there is."
    known = "\n".join(f"- {_subject(each, whole=_is_taken(each, error.found))}" for each in _first(error))
    return f"{word} not the name of one finding. There {_are(error)}:\n\n{known}"


def _first(error: NoSuchFinding) -> Sequence[Subject]:
    return error.found[:MOST_LISTED]


def _are(error: NoSuchFinding) -> str:
    many = len(error.found)
    more = f", of which these are the first {MOST_LISTED}" if many > MOST_LISTED else ""
    return f"{'is' if many == 1 else 'are'} {counted(many, 'finding')}{more}"


def _is_taken(it: Subject, found: Iterable[Subject]) -> bool:
    """Whether another begins alike: then it is told whole."""
    return sum(each.name == it.name for each in found) > 1


def _subject(it: Subject, *, whole: bool = False) -> str:
    called = it.fingerprint if whole else it.name
    return f"{code(called)} **{it.severity}** {code(it.path)}: {_title(it.title)}"


def _title(title: str) -> str:
    return one_line(title, most=LONGEST_REASON)


def own_pull_request() -> str:
    """Who wrote it has no say in what was found in it."""
    return (
        "This pull request is your own, so somebody else with write access has to accept or dismiss what was "
        "found in it."
    )


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
