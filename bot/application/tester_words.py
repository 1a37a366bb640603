"""Every sentence about who judges a change: the sandbox, or the repository's own checks."""

from collections.abc import Sequence
from typing import Final

from bot.application import dispatch_words
from bot.application.reasons import code
from bot.application.remark_words import outcome
from bot.application.views import StatusView
from bot.domain.commands import PREFIX

MOST_NAMES: Final = 10
LONGEST_NAME: Final = 60
UNJUDGED: Final = ("generating", "testing", "generate_code", "run_tests")
UNDER_WAY: Final = "[tests under way]"


def judged_by(tester: str, command: str) -> str:
    """What a change was tested by, within a sentence."""
    if tester == "checks":
        return "the repository's own checks on this commit"
    return f"{code(command)} in a sandbox without network"


def judge(tester: str, command: str) -> str:
    """What tests it, to begin a sentence with."""
    return "The repository's own checks" if tester == "checks" else f"{code(command)} in the sandbox"


def short_judge(tester: str, command: str) -> str:
    """The same, in a table of facts."""
    return "the repository's own checks" if tester == "checks" else code(command)


def under_way_title(title: str, *, is_draft: bool) -> str:
    """The title while the checks run; one that is no draft says so itself."""
    return title if is_draft else f"{UNDER_WAY} {title}"


def under_way_body(
    *, requested_by: str, issue: int, integration_id: str, is_draft: bool, has_drafts: bool
) -> str:
    """The description while the checks run: nothing of it is what people will decide on."""
    return "\n\n".join([
        f"For #{issue}, asked for by @{requested_by}. **Tests are under way**: the repository's own checks "
        f"on this pull request decide whether it is shown for approval. Integration `{integration_id}`.",
        *([] if is_draft else [_no_draft(has_drafts=has_drafts)]),
        f"`{PREFIX} why` says what it waits for, `{PREFIX} cancel` stops it, `{PREFIX} plan` shows what is "
        "to be built.",
    ])


def _no_draft(*, has_drafts: bool) -> str:
    why = "It was shown before" if has_drafts else "GitHub has no drafts in this repository"
    return f"**Not to be merged yet.** {why}, so it is no draft: its title says that its tests are under way."


def progress(done: int, total: int) -> str:
    """How far the checks are."""
    return f"{done} of {total} done" if total else "none has begun"


def waits_for_machines(view: StatusView) -> str:
    """What is waited for; of checks how far they are, and how long they may take."""
    if view.waiting_for == "deployment" and view.way == "workflow":
        return dispatch_words.waits(view)
    if view.waiting_for == "deployment":
        return dispatch_words.waits_for_deployer(view)
    return (
        f"**Waits for the repository's checks** on `{view.head[:7]}` (#{view.pull_request}): "
        f"{progress(*view.counted)}. They have {view.check_minutes} minutes (`checks: minutes:`)."
    )


def still_open(done: int, total: int, names: Sequence[str]) -> str:
    """What was not done when the time was over."""
    return f"{progress(done, total)}; not done: {named(names)}"


def named(names: Sequence[str]) -> str:
    """Names of others' checks, the first of many, none longer than one can read."""
    more = len(names) - MOST_NAMES
    return ", ".join(name[:LONGEST_NAME] for name in names[:MOST_NAMES]) + (
        f" and {more} more" if more > 0 else ""
    )


def tested(view: StatusView) -> str:
    """Behind a pull request: what its tests said; nothing where that is still to come, or never came."""
    is_judged = view.state not in UNJUDGED and view.during not in UNJUDGED
    if view.tester == "checks" and not is_judged:
        return ""
    return f", tested by {short_judge(view.tester, view.tests)}: {outcome(view.tested)}"
