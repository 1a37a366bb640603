"""Every sentence about a base that has moved, and about what cannot be merged yet."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.application.quoting import harmless
from bot.application.reasons import code
from bot.application.views import StatusView
from bot.domain.commands import PREFIX

BY_HAND: Final = (
    "Merge {base} into {branch} and push that: I take it up, test it, and it is to be approved anew."
)
WHY_NOT: Final[Mapping[str, str]] = {
    "rounds": "I have put them together as often as I may before a person says something.",
    "secret_conflict": "One of the files that both changed looks like credentials, which I show to nobody.",
    "branch_rewritten": "The branch was rewritten, so I do not know what of it was tested.",
    "nothing_in_common": "The branch and its base have nothing in common any more.",
    "merge_too_complex": "Git could not put them together in the time that I give it.",
    "not_a_file": "One of what both changed is a link or a submodule.",
}
CEILING: Final = "A ceiling of this run is reached, so I cannot put them together."
BEYOND: Final = "What comes of both is more than I may change by myself, or lies where I may change nothing."
CEILINGS: Final = ("turns", "tokens", "dollars", "minutes")

WAITS: Final[Mapping[str, str]] = {
    "queue": "This branch is merged through a **merge queue**, which only people can put it into: add "
    "#{pull} to the queue. Once it is merged with exactly the approved commit, I go on.",
    "blocked": "**GitHub does not merge #{pull} yet.** It says: {said}. I try again after every review and "
    "check on it, and once an hour.",
    "busy": "**{base} moves faster than I can test** what would be merged with it, so I try once an hour. "
    "A quiet moment, or a person who merges #{pull}, helps.",
}
WEEK: Final = "After a week I give up."


def unsolved(paths: Sequence[str]) -> str:
    """What stands for a test run where the marks of a conflict are left."""
    return "Marks of the conflict are left in these files, so nothing was run:\n" + "\n".join(paths) + "\n"


def held(view: StatusView) -> list[str]:
    """Why it is not merged, and who can help; nothing where nothing holds it."""
    if view.held is None:
        return []
    kind, detail = view.held
    base, branch = code(view.base), code(view.branch)
    ends = [] if view.waiting_for == "approval" else [WEEK]
    if kind == "conflict":
        why = CEILING if detail in CEILINGS else WHY_NOT.get(detail, BEYOND)
        by_hand = BY_HAND.format(base=base, branch=branch)
        said = f"**{base} has moved, and this conflicts with it.** {why} {by_hand}"
    else:
        told = f"“{harmless(' '.join(detail.split()))}”"
        said = WAITS[kind].format(pull=view.pull_request, said=told, base=base)
    return [" ".join([said, *ends, f"`{PREFIX} cancel` stops it."])]


def going_back(view: StatusView) -> list[str]:
    """That it went back by itself; nothing where it did not, or is at its gate again."""
    if not view.went_back_for_base or view.waiting_for is not None or view.reason is not None:
        return []
    return [f"**{code(view.base)} has moved**: I put the change on what is there now, and test it again."]


def brought_up(*, by: str, head: str, before: str) -> str:
    """On the pull request, when what went back for its base waits for approval again."""
    what = f"This is `{head[:7]}` now" if head != before else "The commit is the same"
    return (
        f"@{by}, the base has moved since. {what}, tested with what has come to it. The description says "
        "what is in it. It waits for approval."
    )


def waits(view: StatusView) -> str:
    """Said once where it waits for somebody who can have it merged."""
    return f"@{view.requested_by} {' '.join(held(view))}"


def withdrawn(*, whose: str) -> str:
    """To whoever takes an approval back of what was about to be merged."""
    return f"The approval of @{whose} is taken back: I do not merge this. It waits for another approval."


def merged_before(*, whose: str) -> str:
    """The same, where it was too late for that."""
    return (
        f"This was merged before the approval of @{whose} was taken back, so it stays merged. `{PREFIX} "
        "cancel`, by whoever may deploy, takes the merge back."
    )


TOO_LATE: Final = (
    f"this was merged before you asked for changes, so I change nothing here. `{PREFIX} cancel`, "
    f"by whoever may deploy, takes the merge back; `{PREFIX} integrate <what>` asks for more."
)


def merged_before_changes(*, by: str) -> str:
    """To whoever asks for changes in a review of what is merged."""
    return f"@{by}, {TOO_LATE}"


def merged_meanwhile(view: StatusView) -> list[str]:
    """Of what waits for approval: that it is merged, and what becomes of it; nothing where it is not."""
    if not view.merged:
        return []
    return [
        "**It was merged in the moment in which an approval of it ended.** Nothing is deployed before "
        f"somebody approves it again; `{PREFIX} cancel`, by whoever may deploy, takes the merge back."
    ]


def held_marker(integration_id: str, which: str) -> str:
    """How the bot finds again that it said so."""
    return f"<!-- claude-code-bot:held:{integration_id}:{which} -->"
