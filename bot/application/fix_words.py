"""Every sentence about a fix that somebody asked for on a pull request."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.application.fact_words import counted
from bot.application.model_markdown import shown
from bot.application.quoting import calm_diff, folded_diff, one_line, quoted
from bot.application.reasons import code, why
from bot.application.remark_words import outcome, warning
from bot.application.review_paying import Cost
from bot.domain.commands import PREFIX
from bot.domain.comparing import LEFT_OUT, NO_TEXT, TOO_LONG
from bot.domain.fixing import Kind, Wish
from bot.domain.secrecy import MARK
from bot.domain.trust import Tested

LONGEST_TITLE: Final = 100
LONGEST_SAID: Final = 6_000
MOST_FILES: Final = 30
UNNAMED: Final = "Fix what was asked for"
# What stands in a diff in the place of what is not shown.
NOT_WHOLE: Final = (LEFT_OUT, MARK, NO_TEXT, TOO_LONG)
CHANGED: Final[Mapping[str, str]] = {"A": "added", "M": "changed", "D": "deleted"}
WHAT: Final[Mapping[Kind, str]] = {
    "finding": "this finding",
    "line": "what is said here",
    "checks": "the checks that fail",
    "conflict": "the conflict with its base",
    "words": "what you said",
}

WHY: Final[Mapping[str, str]] = {
    "unavailable": "A service that I need does not answer.",
    "frozen": "Everything is frozen here.",
    "budget": "A ceiling of one run is reached (`RUN_LIMITS`). Ask for less.",
    "context_exceeded": "It no longer fits into what the model reads at once. Ask for less.",
    "no_progress": "The model repeated itself without getting further. Say more of what is to be done.",
    "refused_by_model": "The model declined to work on this.",
    "closed": "The pull request is closed.",
    "stopped": "It was stopped.",
    "no_failing_checks": "No check that others run fails on its head.",
    "no_conflict": "It has no conflict with the branch that it leads to.",
    "conflict_of_fork": "It comes from a fork: what solves a conflict is a merge, which can only be pushed. "
    "Merge the branch that it leads to into it there.",
    "nothing_in_common": "It has no commit in common with the branch that it leads to.",
    "secret_conflict": "A file of the conflict is named like one of credentials, which I look into nowhere.",
    "path_withheld": "What is to be put together holds a path that I may not write, such as a workflow.",
    "merge_too_complex": "Git could not put both sides together in the time that I give it.",
    "change_too_large": "What is to be put together is more than I may write.",
    "too_many_files": "What is to be put together is more files than I may write.",
    "not_a_file": "What is to be put together holds a link or a submodule.",
    "branch_moved": "Others pushed to it again and again while I worked. Ask again once they are done.",
    "branch_gone": "Its branch is gone.",
    "of_an_integration": "Its branch is that of one of my integrations, which alone pushes there.",
    "requester_lost_access": "You may no longer write to this repository.",
    "forgotten": "I no longer know that finding. Ask in its thread.",
    "nothing": "The model changed nothing.",
    "red": "The tests fail with the change, after every repair that I may try.",
    "unsolved": "The change still holds both sides of a conflict.",
    "remarked": "The tests pass, but with remarks, and this repository accepts none (`test_remarks: "
    "refuse`). See what differs in the tests.",
}


def marker(key: str) -> str:
    """How the bot finds what it says of a fix again."""
    return f"<!-- claude-code-bot:fix:{key} -->"


def no_pull_request() -> str:
    """There is nothing here whose branch a fix could go to."""
    return (
        f"`{PREFIX} fix` changes a pull request, and this is an issue. `{PREFIX} integrate <what>` is for "
        "issues."
    )


def no_words() -> str:
    """Where nothing says what is to be fixed."""
    return (
        f"Say what: `{PREFIX} fix <finding>` by its name, `{PREFIX} fix checks`, `{PREFIX} fix conflict`, or "
        f"in your own words; in a thread at a line `{PREFIX} fix` is enough."
    )


def stopped(count: int) -> str:
    """Nothing more comes of what was under way."""
    what = f": {counted(count, 'fix')}" if count != 1 else ""
    return f"Stopped{what}. What was pushed before stays."


def begun(wish: Wish) -> str:
    """It is taken up."""
    return (
        f"@{wish.by.login}, I look at {WHAT[wish.kind]} and mend it here, tested, if I can. "
        f"`{PREFIX} cancel` stops it."
    )


def waits(wish: Wish) -> str:
    """Another one on the same pull request comes first."""
    return (
        f"@{wish.by.login}, I mend {WHAT[wish.kind]} here once I am done with what was asked for before it: "
        f"one after the other. `{PREFIX} cancel` stops all of it."
    )


def held_up(wish: Wish, reason: str, *, again: datetime) -> str:
    """Where it cannot be gone on with yet."""
    return (
        f"@{wish.by.login}, I cannot go on yet, because: {WHY.get(reason) or why(reason)} I try it again at "
        f"{again:%Y-%m-%d %H:%M} UTC."
    )


def commit_message(said: str, wish: Wish) -> str:
    """The commit's message; whoever asked is its co-author."""
    by = f"{wish.by.login} <{wish.by.id}+{wish.by.login}@users.noreply.github.com>"
    return f"{title_in(said)}\n\nCo-authored-by: {by}"


def title_in(said: str) -> str:
    """The first line of the model's words."""
    first = next((line for line in said.splitlines() if line.strip()), "")
    return one_line(first.strip("# "), most=LONGEST_TITLE) or UNNAMED


def stacked(said: str, wish: Wish, onto: str) -> tuple[str, str]:
    """Title and body of a pull request of its own, where its commit could not go to the branch."""
    why = f"It leads into {code(onto)}, which I may not push to."
    body = [f"A fix for #{wish.number}, asked for there by @{wish.by.login}. {why}"]
    return title_in(said), "\n\n".join([*body, "What the model says of it:", quoted(_text(said))])


def fixed(  # noqa: PLR0913  what people are told of it
    wish: Wish,
    said: str,
    *,
    where: str,
    files: Sequence[str],
    tests: str,
    tested: Tested | None,
    patch: str,
    cost: Cost,
) -> str:
    """It is there: where, what it changes, how it was tested, what the model says, and what it cost."""
    how = (
        f"Tested by {code(tests)}: {outcome(tested)}."
        if tested is not None and tests
        else "**Not tested**: no command is known here that runs the tests."
    )
    return "\n\n".join([
        f"**{title_in(said)}**",
        where,
        "\n".join(_files(files)),
        how,
        *(warning(tested) if tested is not None and tests else _bent(tested)),
        *([shown(text)] if (text := _text(said)) else []),
        *([patched(patch, "for the branch of this pull request")] if patch else []),
        _cost(wish, cost),
    ])


def _bent(tested: Tested | None) -> list[str]:
    """Without a run: what of the tests was changed all the same."""
    return warning(tested) if tested is not None else []


def pushed(page: str, commit: str) -> str:
    """Where it is."""
    return f"On the branch of this pull request as [`{commit[:7]}`]({page}/commit/{commit})."


def opened(number: int) -> str:
    """Where it is, where its branch is not the bot's to push to."""
    return f"In a pull request of its own, #{number}: I may not push to its branch."


def offered(patch: str) -> str:
    """Where it is, where its branch is a fork's."""
    below = "The change stands below." if patch else "Nothing of the change can be shown here."
    return (
        "**Not pushed**: this comes from a fork, which I cannot push to, and whose code I put on no branch "
        f"here, where it would run with the rights of this repository's own checks. {below}"
    )


def _files(files: Sequence[str]) -> list[str]:
    """Each with what was done to it, as its letter says."""
    told = [f"- {code(each[2:])}: {CHANGED[each[0]]}" for each in files[:MOST_FILES]]
    more = len(files) - MOST_FILES
    return [*told, f"- and {more} more"] if more > 0 else told


def given_up(  # noqa: PLR0913  what people are told of it
    wish: Wish,
    reason: str,
    *,
    names: Sequence[str],
    said: str,
    patch: str,
    cost: Cost,
    merges: bool = False,
) -> str:
    """Nothing was pushed: why, which tests fail, what the model says, and the change for whoever wants it."""
    failing = ["\n".join(["These fail:", "", *(f"- {code(each)}" for each in names)])] if names else []
    words = [f"What the model says:\n\n{shown(said[:LONGEST_SAID])}"] if said else []
    folded = [patched(patch, "which nothing vouches for", merges=merges)] if patch else []
    spent = [_cost(wish, cost)] if cost.calls else []
    return "\n\n".join([
        f"@{wish.by.login}, nothing was pushed: {WHY.get(reason) or why(reason)}",
        *failing,
        *words,
        *folded,
        *spent,
    ])


def patched(patch: str, beside: str, *, merges: bool = False) -> str:
    """The change, folded away: as a patch only where it can be applied, to the head, as it stands there."""
    calm = calm_diff(patch)
    if calm == patch and not merges and not any(each in patch for each in NOT_WHOLE):
        return folded_diff(f"The change as a patch (`git apply -p0`), {beside}", calm)
    why = (
        "it is one of the branch that this leads to"
        if merges
        else "not all of it can stand in a comment as it is"
    )
    return folded_diff(f"The change, to be read and not to be applied ({why}), {beside}", calm)


def duplicate(wish: Wish, address: str) -> str:
    """The same is under way already."""
    return f"@{wish.by.login}, the same is being fixed already, [asked for here]({address}). I do it once."


def _text(said: str) -> str:
    """The rest of the model's words, as much of it as can be said."""
    lines = said.strip().splitlines()
    return "\n".join(lines[1:]).strip()[:LONGEST_SAID]


def _cost(wish: Wish, cost: Cost) -> str:
    return (
        f"<sub>Asked by @{wish.by.login}. {counted(cost.calls, 'model call')}, {cost.tokens} tokens, "
        f"${cost.micro_usd / 1e6:.4f}. A model wrote this: look at it as at any change.</sub>"
    )


def of_an_integration() -> str:
    """What belongs to an integration is changed by it alone."""
    return (
        f"This pull request is one of my integrations, which keeps it: `{PREFIX} changes <what>` sends it "
        "back to be changed, and tests it anew."
    )
