"""Every sentence of the status comment and of the last word."""

from collections.abc import Iterable, Mapping
from typing import Final

from bot.application import (
    check_words,
    decision_words,
    freeze_words,
    landing_words,
    outsider_words,
    own_words,
    plan_words,
    removal_words,
    suite_words,
    version_words,
)
from bot.application.at_work_words import at_work
from bot.application.dispatch_words import after_undoing, went_out
from bot.application.money_words import so_far
from bot.application.quoting import printed, quoted
from bot.application.reasons import NAMES, OUTCOMES, code, why
from bot.application.remark_words import remarks, warning
from bot.application.tester_words import tested
from bot.application.turn_words import in_line
from bot.application.views import StatusView, StepView
from bot.application.waiting_words import OWN_COUNTS, ceiling, waiting_words
from bot.domain.reaching import OUT_OF_REACH
from bot.domain.retiring import ROLLED_BACK
from bot.domain.states import State

NOTHING: Final = "(nothing)"
MOST_PATHS: Final = 10
STEP_TITLES: Final[Mapping[str, str]] = {
    "validate_request": "Validate the request",
    "generate_code": "Write the code",
    "run_tests": "Run the tests",
    "create_pull_request": "Pull request and approval",
    "deploy": "Merge and deploy",
}

MARKS: Final[Mapping[str, str]] = {
    "todo": "to come",
    "running": "**running**",
    "waiting": "**waiting**",
    "done": "done",
    "remarked": "passed, with remarks",
    "repaired": "tests failed, repairing",
    "sent_back": "sent back, to be changed",
    "failed": "**failed**",
}

# What is known of these beside the reason is of the operator's machine, or shown otherwise.
UNTOLD: Final = frozenset((
    "disk_failing",
    "disk_full",
    "git_unavailable",
    "internal",
    "job_failed",
    "sandbox_unavailable",
    "tests_remarked",
))

REMARKED: Final = frozenset(("tests_remarked", "remarks_disputed"))
QUOTED: Final = frozenset(("refused", "tests_disputed", "remarks_disputed", ROLLED_BACK))

# Whoever operates the bot can mend these, and has to; meanwhile nothing that needs them goes on.
HELD_BACK: Final = frozenset((
    "claude_refused_account",
    "claude_spend_limit",
    "claude_unknown_model",
    "disk_failing",
    "disk_full",
))

PRINTED: Final[Mapping[str, str]] = {
    "tests": "What the tests printed last",
    "tests_red": "What the tests printed last",
    "setup_red": "What the set-up printed last",
}

THINGS: Final[Mapping[str, str]] = {
    "branch_deleted": "branch deleted",
    "branch_moved": "the branch has commits that are not mine; I left it",
    "pull_request_closed": "pull request closed",
    "check_cancelled": "check run closed",
    "reverted": "merge reverted",
    "revert_opened": "revert pull request opened, for a person to merge",
    "revert_shared": "others have committed to the branch, too; revert the pull request by hand",
    "revert_conflicts": "the base branch has changed the same files since; revert by hand",
    "merged": "merged already; see the roll-back",
    "internal": "something went wrong inside me; see what is left of it",
    "unavailable": "a service that I need did not answer",
    **dict.fromkeys(OUT_OF_REACH, "it was out of my reach; see what is left of it"),
}


def status_marker(integration_id: str) -> str:
    """How the bot finds its own status comment again."""
    return f"<!-- claude-code-bot:status:{integration_id} -->"


def last_marker(integration_id: str) -> str:
    """How the bot finds its last word again."""
    return f"<!-- claude-code-bot:end:{integration_id} -->"


def status_comment(view: StatusView) -> str:
    """The one comment that is kept up to date."""
    parts = [
        status_marker(view.id),
        f"### Integration {version_words.named(view)}: {version_words.standing(view)}",
        f"{_titled(view)}Asked for by @{view.requested_by}.{_again(view)}",
        *version_words.in_use(view),
        *own_words.line(view.own),
        _table(view.steps),
        *(freeze_words.lines(view.freezes) if view.is_open else ()),
        *waiting_words(view),
        *in_line(view.turn),
        *at_work(None if view.turn else view.at_work),
        *suite_words.failing(view),
        *landing_words.going_back(view),
        *check_words.failing(view),
        *held_up_words(view),
        *_links(view),
        *decision_words.in_slack(view.decided),
        *removal_words.of_view(view),
        *_failure(view),
        *_kept_secret(view),
        *outsider_words.read(view.outsiders, may_install=view.may_install),
        *plan_words.folded(view.plan),
        so_far(view),
    ]
    return "\n\n".join(parts)


def last_word(view: StatusView) -> str:
    """Said once, when it has ended."""
    named = version_words.named(view)
    if view.state == State.ACTIVE and view.reason is None:
        end = f"{named} is **active**: #{view.pull_request} is {went_out(view)}."
        return f"{last_marker(view.ending)}\n@{view.requested_by} {end}"
    if view.removal is not None and view.state == State.DEPRECATED:
        said = "\n\n".join(removal_words.of_view(view))
        return f"{last_marker(view.ending)}\n@{view.requested_by} {named} is **deprecated**.\n\n{said}"
    end = "has been **rolled back**" if view.reason == ROLLED_BACK else "has **failed**"
    said = "\n\n".join([*_failure(view), *version_words.in_use(view)])
    return f"{last_marker(view.ending)}\n@{view.requested_by} {named} {end}.\n\n{said}"


def _titled(view: StatusView) -> str:
    """A person's words: shown, and not read as Markdown."""
    return f"{code(view.title)}. " if view.title else ""


def _again(view: StatusView) -> str:
    if view.retried is None:
        return ""
    by, state = view.retried
    return f" Tried again by @{by}, from **{state}**: this is its {ordinal(view.life)} life."


def ordinal(number: int) -> str:
    """2nd, 3rd, 4th and so on."""
    teen = number % 100 in range(11, 14)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _table(steps: Iterable[StepView]) -> str:
    rows = [f"| {STEP_TITLES[it.name]} | {MARKS[it.mark]} | {_began(it)} | {_took(it)} |" for it in steps]
    return "\n".join(["| step | | began (UTC) | took |", "|---|---|---|---|", *rows])


def _began(step: StepView) -> str:
    return f"{step.began:%Y-%m-%d %H:%M:%S}" if step.began else ""


def _took(step: StepView) -> str:
    return "" if step.seconds is None else duration(step.seconds)


def duration(seconds: float) -> str:
    """A span of time as people read it."""
    if seconds < 60:  # noqa: PLR2004  seconds in a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def held_up_words(view: StatusView) -> list[str]:
    """What does not answer at the moment; nothing where it is not held up."""
    if view.held_up is None:
        return []
    by, how = view.held_up
    if how in HELD_BACK:
        return [
            f"**Held back.** {why(how)} ({code(how)}) Nothing is lost and nothing is paid for: I try again "
            "by myself, for up to half an hour, and `/claude retry` goes on after that."
        ]
    lacks = "asks me to wait" if how.endswith("_limited") else "does not answer at the moment"
    return [f"**{NAMES.get(by, by)} {lacks}** ({code(how)}). I try again by myself, for up to half an hour."]


def _links(view: StatusView) -> list[str]:
    said = suite_words.chosen(view)
    if view.pull_request is not None:
        files = "1 file" if view.files == 1 else f"{view.files} files"
        said += [f"Pull request #{view.pull_request} ({files}){tested(view)}.", *warning(view.tested)]
    if view.approvers:
        named = ", ".join(f"@{login}" for login in view.approvers)
        alone = f" {OWN_COUNTS}" if view.self_approved else ""
        said.append(f"Approved by {named}{alone}.")
    return said


def _failure(view: StatusView) -> list[str]:
    if view.reason is None:
        return []
    where = f" in “{STEP_TITLES[view.during]}”" if view.during else ""
    said = [f"**Failed**{where} ({code(view.reason)}). {why(view.reason)}"]
    if view.reason == ROLLED_BACK:
        said = [f"**Rolled back** by @{view.rolled_back_by}{where}."]
    said += promised(view)
    if view.detail and view.reason in PRINTED:
        said.append(printed(PRINTED[view.reason], view.detail))
    elif view.reason in {"budget", "budget_overdue"}:
        said.append(f"The ceiling is {ceiling(view)}.")
    elif view.detail and view.reason not in {*UNTOLD, *QUOTED}:
        said.append(f"Detail: {code(view.detail)}.")
    return [*said, *_undone(view), *after_undoing(view)]


def promised(view: StatusView) -> list[str]:
    """What the words of its reason lead up to: the remarks, and what the model or a person said."""
    told = [remarks(view.tested.remarks)] if view.reason in REMARKED else []
    return [*told, quoted(view.detail)] if view.detail and view.reason in QUOTED else told


def _kept_secret(view: StatusView) -> list[str]:
    said = []
    if view.kept_back:
        named = ", ".join(code(path) for path in view.kept_back[:MOST_PATHS])
        more = len(view.kept_back) - MOST_PATHS
        rest = f" and {more} more" if more > 0 else ""
        said.append(f"Shown neither to the model nor to the tests, for their names: {named}{rest}.")
    if view.left_out:
        said.append(
            "Left out of what the model was shown, because it looks like a secret: "
            f"{', '.join(view.left_out)}. Whoever can read the repository, the issue or what its tests print "
            "can read it: make it invalid."
        )
    return said


def _undone(view: StatusView) -> list[str]:
    if not view.settled:
        return ["I am taking back what I made."]
    rows = [
        f"- {STEP_TITLES.get(step, step)}: {OUTCOMES.get(outcome, outcome)}{_thing(what)}"
        for step, outcome, what in view.undone
    ]
    return ["What I took back:\n" + "\n".join(rows)] if rows else ["There was nothing to take back."]


def _thing(what: str) -> str:
    kind, _, number = what.partition(":")
    named = THINGS.get(kind, kind)
    return f" ({named}{f', #{number}' if number else ''})" if what else ""
