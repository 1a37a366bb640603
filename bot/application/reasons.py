"""Why an integration came to nothing, in words, by the stable code of its reason."""

from collections.abc import Mapping
from typing import Final

from bot.application import run_reasons
from bot.application.quoting import unheard
from bot.domain.visible import visible_characters

REASONS: Final[Mapping[str, str]] = {
    "cancelled": "It was cancelled.",
    "rejected": "It was rejected at the gate.",
    "refused": "I will not do this, for the reason below.",
    "unclear": "I asked as often as I may and still do not know what is wanted. Ask again, in more detail.",
    "answer_overdue": "My question was not answered in time. Ask again when you know more.",
    "install_approval_overdue": "Nobody granted in time what it needs installed. Ask again when you want it.",
    "plan_approval_overdue": "Nobody approved the plan in time. Ask again when it is wanted.",
    "plan_too_long": "The plan is longer than I can show you, so nobody could approve all of it. Ask in "
    "smaller pieces.",
    "approval_overdue": "Nobody approved it in time. Ask again when it is wanted.",
    "tests_red": "The tests fail here before anything is changed, so they could judge nothing. Perhaps the "
    "command needs something that my sandbox lacks, or a pytest plugin, which is not loaded here by itself "
    "(`-p pytest_cov.plugin` names one): say another as `test:` in `.github/claude-bot.yml`. "
    "Perhaps it needs a file that looks like credentials and holds none: name it there under `not_secret:`.",
    "setup_red": "What the tests need could not be installed here, so nothing was changed. Look at what was "
    "printed: name the commands that install it as `setup:` in `.github/claude-bot.yml` (`setup: []` for "
    "none), or have the operator allow the hosts that it was refused (`SETUP_HOSTS`); then ask again.",
    "setup_too_large": "There are more, or larger, files that say what is needed than a set-up is shown. "
    "Name its commands as `setup:` in `.github/claude-bot.yml`, or `setup: []` for none.",
    "tests": "The tests still failed after every repair I may try.",
    "tests_disputed": "The tests fail, and the model left its change as it is. If the cause lies elsewhere, "
    "see to it: `/claude retry from testing` then tests this very change again, for no turn of the model. "
    "This is what it says to that:",
    "tests_remarked": "The tests pass, but with remarks, and this repository accepts none (`test_remarks: "
    "refuse`). After every repair I may try there still were these:",
    "remarks_disputed": "The tests pass, but with remarks, and this repository accepts none (`test_remarks: "
    "refuse`). The model left its change as it is; `/claude retry from testing` tests it once more. These "
    "are the remarks, and what it says to them:",
    "no_tests": "I found no test command. Name one as `test:` in `.github/claude-bot.yml`, then ask again.",
    "no_checks": "This repository has its own checks judge (`tester: checks`), and none began on the pull "
    "request: have its continuous integration run on pull requests, drafts too, or say `tester: sandbox` in "
    "`.github/claude-bot.yml`; then `/claude retry`.",
    "checks_overdue": "The repository's checks did not finish within the time that they have (`checks: "
    "minutes:` in `.github/claude-bot.yml`). See what holds them up, then `/claude retry`; with another "
    "time, `/claude retry from validating`.",
    "checks_stopped": "A check of the repository ended without a result: it was cancelled, or wants a person "
    "to act first, so nothing says whether the change is right. See to it, then `/claude retry`.",
    "bad_configuration": "`.github/claude-bot.yml` cannot be followed, and I know of no earlier version that "
    "could. Mend it and ask again.",
    "budget": "A ceiling of this run is reached.",
    "budget_overdue": "A ceiling of this run was reached, and nobody raised it within a week. Ask again in "
    "smaller pieces, or with a larger budget.",
    "monthly_budget": "This repository has used up its budget of the month.",
    "monthly_budget_overdue": "This repository has no budget. The operator can give it one.",
    "owner_budget": "This account has used up its budget of the month.",
    "owner_budget_overdue": "This account has no budget. The operator can give it one.",
    "frozen": "It is frozen. Nothing is lost: it goes on where it stopped.",
    "nothing_to_do": "The model changed no file: there seems to be nothing to do.",
    "refused_by_model": "The model declined to work on this.",
    "context_exceeded": "The work no longer fits into what the model reads at once. Ask in smaller pieces.",
    "spec_unintelligible": "The model's answer was no spec that I could read. Ask again, or more simply.",
    "unknown_stop_reason": "The model stopped in a way that I do not know. Ask again later.",
    "answer_unintelligible": "The model's answer made no sense to me. Ask again.",
    "model_paused_too_often": "The model paused again and again. Ask again later.",
    "claude_spend_limit": "The operator's account for the model has reached its spending limit.",
    "claude_refused_account": "The model does not accept the operator's key.",
    "claude_unknown_model": "The model that the operator has set does not exist.",
    "claude_refused_request": "The model did not accept the request. The operator finds more in the log.",
    "claude_unavailable": "Claude does not answer.",
    "described_already": "It is a pull request of mine, which I keep described by myself.",
    "description_too_long": "With my part the description would be longer than GitHub takes.",
    "description_unintelligible": "The model's answer was no description that I could read.",
    "part_too_long": "What stands in my part of the description is too long to be kept before I replace it.",
    "review_unintelligible": "The model's answer was no review that I could read.",
    "forgotten": "What this run was about has been deleted.",
    "change_too_large": "The change is larger than I may make. Ask in smaller pieces.",
    "gitignore_too_complex": "The `.gitignore` files take git too long to read, so I could not tell what "
    "belongs to the change. Simplify their patterns, those with several `**` above all, and ask again.",
    "repository_too_large": "The repository is larger than I can work on.",
    "diff_too_large": "There is more changed than I can read at once.",
    "github_forbidden": "GitHub did not let me: the App lacks a permission. Its operator can grant it.",
    "github_unauthorized": "GitHub does not know my App any more. Its operator finds more in the log.",
    "github_invalid": "GitHub did not accept what I sent. The operator finds more in the log.",
    "github_not_found": "GitHub does not find what this is about: it may be gone, or I may no longer see it.",
    "github_conflict": "GitHub says that this conflicts with what is there by now. Ask again.",
    "github_gone": "GitHub says that this is gone, or is switched off in the repository.",
    "github_blocked": "GitHub has blocked the repository. Its owner can ask GitHub why.",
    "github_refused": "GitHub refused what I asked for. The operator finds more in the log.",
    "repository_archived": "The repository is archived: nothing can be changed in it. Once it no longer is, "
    "`/claude retry` goes on.",
    "repository_transferred": "The repository was transferred to another account. What was agreed before was "
    "agreed there, so I stopped; `/claude retry` goes on here.",
    "git_unavailable": "git is missing where I run. The operator can ask `python -m bot doctor`.",
    "drafts_unsupported": "The repository has no draft pull requests.",
    "issue_gone": "The issue is gone.",
    "issues_disabled": "This repository has no issues, so I could open none. Turn them on, or name a pull "
    "request of its own as `issue`.",
    "comment_gone": "A comment of mine was deleted.",
    "pull_request_gone": "The pull request is gone.",
    "thread_gone": "What was said at that line is gone.",
    "path_refused": "The change holds a path that git cannot keep.",
    "commit_gone": "The commit that this began from is gone. Ask again.",
    "bad_commit": "GitHub named a commit that is none.",
    "remote_refused": "GitHub did not let me fetch the code. Check where the App is installed.",
    "installation_gone": "The App was uninstalled. Once it is installed again, `/claude retry` goes on.",
    "installation_suspended": "The App's installation was suspended. Once that is lifted, "
    "`/claude retry` goes on.",
    "github_answer_too_large": "GitHub's answer was larger than I can read.",
    "job_failed": "Something went wrong inside the bot. The operator finds it in the log under this id.",
    "answer_incomplete": "The model's answer ended early, again and again. Ask again later.",
    "answer_too_long": "The model's answer was longer than I may let it be. Ask in smaller pieces.",
    "no_progress": "The model repeated itself without getting further. Ask again with more detail.",
    "requester_lost_access": "The one who asked may no longer write to this repository. Somebody who may "
    "can ask for it anew.",
    "approver_lost_access": "The one who approved may no longer do so. `/claude retry` asks for another "
    "approval.",
    "archived": "The repository is archived.",
    "base_missing": "The base branch does not exist.",
    "repository_gone": "The App could not see the repository any more. Once it is installed there again, "
    "`/claude retry` goes on.",
    "branch_taken": "My branch exists already with somebody else's commits. I leave it alone.",
    "branch_gone": "My branch was deleted while I was to change what is on it.",
    "branch_protected": "A rule of the branch lets me not move it on.",
    "branch_moved": "Somebody committed to my branch while I worked, so I could not move it on.",
    "head_moved": "The pull request has commits that I did not test, so I did not merge it.",
    "base_changed": "The pull request leads to another branch now than the one I tested it for. `/claude "
    "retry` begins anew, over the branch that is meant now.",
    "merge_overdue": "GitHub did not let it be merged for a week, and nobody changed what kept it. Ask again "
    "once that is settled.",
    "base_has_it": "The base branch holds all of the change by now, so there is nothing left to merge.",
    "merge_too_complex": "Git could not put the branch and its base together in the time that I give it.",
    "not_a_file": "What both the branch and its base changed holds a link or a submodule.",
    "merge_conflict": "The change conflicts with its base.",
    "merge_behind": "The branch has to be brought up to date with its base first.",
    "merge_queue": "The branch is merged through a merge queue, which only people can put it into.",
    "merge_blocked": "GitHub does not let it be merged: look at the branch's protection.",
    "not_mergeable": "GitHub would not merge it: look at conflicts and at the branch's protection.",
    "merged_too_early": "It was merged in the very moment in which it was sent back, so I deploy nothing "
    "and take the merge back. Ask for it again with what is to be changed.",
    "pull_request_closed": "The pull request was closed by somebody else. If that was not meant, `/claude "
    "retry` opens another one.",
    "merged_by_hand": "The pull request was merged by somebody else, so I deploy nothing.",
    "deployment": "The deployment failed after the merge.",
    "removal_conflicts": "The code has moved on since: nothing of it can be taken out without taking out "
    "what others have made of it.",
    "rolled_back": "Somebody who may deploy rolled it back.",
    "deployment_overdue": "The deployment did not report an end in time.",
    "deployment_not_let_go_on": "The deployment waited for the people of its environment for 30 days, and "
    "nobody let it go on.",
    **run_reasons.REASONS,
    "disk_full": "The disk that I work on has no room left. My operator can make some.",
    "disk_failing": "The disk that I work on does not let me write. My operator finds more in the log.",
    "sandbox_unavailable": "The sandbox cannot run here, and I run no code outside it. The operator can ask "
    "`python -m bot doctor`.",
    "unavailable": "A service that I need did not answer for half an hour.",
    "internal": "Something went wrong inside the bot. The operator finds it in the log under this id.",
}

# What came of taking something back.
OUTCOMES: Final[Mapping[str, str]] = {
    "undone": "undone",
    "nothing": "nothing to undo",
    "not_undone": "**not undone**",
    "needs_person": "**needs a person**",
}

# What the bot needs of the outside, as people call it; git is asked of GitHub.
NAMES: Final[Mapping[str, str]] = {
    "claude": "Claude",
    "github": "GitHub",
    "git": "GitHub",
    "index": "The package index",
}


NO_WIDTH: Final = "\u200b"


def code(text: str) -> str:
    """Somebody's short words as code, on one line: nothing in them can act, and nobody is called.

    What turns what stands beside it, and the like, is seen to be there; blanks without width, which words may
    have from being made harmless, go.
    """
    line = " ".join(text.replace(NO_WIDTH, "").split()).replace("`", "'")
    line = visible_characters(line, instead="\ufffd")
    return f"`{unheard(line[:200])}`"


def why(reason: str) -> str:
    """The reason as a sentence."""
    return REASONS.get(reason, f"Reason: {code(reason)}.")
