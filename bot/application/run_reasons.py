"""Why a deployment by a workflow of the repository's own came to nothing, and what to do."""

from collections.abc import Mapping
from typing import Final

AGAIN: Final = "I took the merge back, or say below what is left of that."

REASONS: Final[Mapping[str, str]] = {
    "workflow_missing": "`deploy: workflow:` in `.github/claude-bot.yml` names a workflow that the default "
    "branch, or the base where that is another, does not hold. Name a file of `.github/workflows` that is "
    "there, and ask again.",
    "workflow_not_by_hand": "The workflow that `deploy:` names cannot be started by dispatch: its file has "
    "no `workflow_dispatch` under `on:`, or cannot be read. Add that on the default branch, and on the base "
    "where that is another, and ask again.",
    "workflow_inputs_unknown": "`deploy: inputs:` in `.github/claude-bot.yml` gives inputs that the workflow "
    "does not declare. Declare them under `workflow_dispatch: inputs:`, or take them out, and ask again.",
    "workflow_inputs_missing": "The workflow that deploys asks for inputs that `deploy: inputs:` in "
    "`.github/claude-bot.yml` does not give. Give them there, and ask again.",
    "workflow_disabled": "The workflow that deploys is disabled on GitHub. Enable it on the repository's "
    "Actions page, and ask again.",
    "workflow_forbidden": "The App may not start workflows here. Whoever owns the account has to grant it "
    "`actions: write` (the installation's settings on GitHub); then ask again.",
    "dispatch_off_base": "What was merged is not on the base branch any more, so I started no workflow "
    "on it.",
    "dispatch_refused": "GitHub did not start the workflow that deploys. See what it says, mend the workflow "
    f"or `deploy:` in `.github/claude-bot.yml`, and ask again. {AGAIN}",
    "run_failure": "The workflow that deploys failed after the merge.",
    "run_startup_failure": "The workflow that deploys could not begin: GitHub could not read it, or found no "
    "runner for it.",
    "run_cancelled": "Somebody cancelled the workflow that deploys, so it was not deployed to its end.",
    "run_timed_out": "The workflow that deploys ran into its own time limit.",
    "run_skipped": "The workflow that deploys skipped all of its jobs, so nothing was deployed. Look at the "
    "`if:` of its jobs.",
    "run_neutral": "The workflow that deploys ended without saying whether it deployed.",
    "run_stale": "GitHub gave the workflow that deploys up, so nobody knows how far it came.",
    "run_unknown": "The workflow that deploys ended in a way that I do not know, so I do not take it for a "
    "success.",
    "run_elsewhere": "The workflow ran over a commit that does not hold what was merged, so it was not "
    "deployed.",
    "run_missing": "GitHub took the dispatch, and showed no run of the workflow within an hour. Look at the "
    "repository's Actions page for what became of it.",
    "run_overdue": "The workflow that deploys did not end within an hour of its beginning.",
    "run_not_let_go_on": "The workflow that deploys waited for people on GitHub for 30 days, and nobody let "
    "it go on.",
}
