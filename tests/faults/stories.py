"""The stories that are told at every crash point: one goes live, one is rolled back, one is sent back, one is
judged by the repository's own checks, one is deployed by a workflow and one taken back where that fails, one
has rules for its paths, the repository of one is given to another account, and one is asked for and approved
in Slack. Three are no integrations at all: a pull request of people is reviewed, mended, and reviewed again;
one is described, and that taken; and one is fixed.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from standins.claude_replies import Asked, Reply, Script, calls, edit, says
from standins.github.people import GitHub
from standins.github.state import Repository
from standins.slack.people import Slack
from standins.stories import SPEC
from tests.faults import asked_in_slack, described, fixed, reviewed

REQUEST: Final = "/claude integrate send every paid invoice to the ERP"
CONFIGURATION: Final = "test: sh run_tests.sh\nenvironment: production\nmerge_reverts: true\n"
WORKFLOW: Final = ".github/workflows/deploy.yml"
REPOSITORY: Final[Mapping[str, str]] = {
    "README.md": "# Shop\n",
    "run_tests.sh": "test ! -e erp.txt || grep -q right erp.txt\n",
    ".github/claude-bot.yml": CONFIGURATION,
}


def erp(asked: Asked) -> Reply | None:
    """A clear request; a file that is wrong; the tests fail; it is put right."""
    if (asked.body.get("output_config") or {}).get("format"):
        return says(json.dumps(SPEC))
    if "did not pass" in asked.told:
        if asked.calls_since_told:
            return says("Export to the ERP\n\nNow it is right.")
        return calls(edit("toolu_2", "str_replace", "erp.txt", old_str="wrong", new_str="right"))
    if asked.calls_since_told:
        return says("Export to the ERP\n\nDone.")
    return calls(edit("toolu_1", "create", "erp.txt", file_text="wrong\n"))


def better(asked: Asked) -> Reply | None:
    """The same, and where a reviewer wants it better it is made so."""
    if "Somebody who may decide about your pull request" not in asked.told:
        return erp(asked)
    if asked.calls_since_told:
        return says("Export to the ERP, better\n\nNow it is better.")
    return calls(edit("toolu_3", "str_replace", "erp.txt", old_str="right", new_str="right and better"))


def looks_for_the_word(repository: Repository, head: str) -> Mapping[str, str]:
    """A continuous integration that wants the file to be right."""
    is_right = b"right" in repository.git.run("show", f"{head}:erp.txt")
    return {"build": "success", "test": "success" if is_right else "failure"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """How it ends: the state, the last word, and how often each effect is to happen.

    `wish` is what is said at the gate before it is approved, `also` what happens once besides the usual, and
    `never` what does not. `rules` are those of its configuration for approvals. `moves_to` is the account
    that the repository is given to at the gate, where the App is as well: then nobody approves it.
    `is_judged` says that a continuous integration is the tester; that is looked at every so often, which is
    `polls` times a constant. `is_dispatched` says that a workflow deploys it, by no GitHub Deployment.
    `plays` is what people do instead of asking for an integration, to its end; `in_slack` the same, in Slack.
    """

    name: str
    deployer: Literal["success", "failure"]
    state: str
    last: str
    script: Script = erp
    wish: str | None = None
    twice: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    rules: str = ""
    moves_to: str | None = None
    is_judged: bool = False
    is_dispatched: bool = False
    polls: str = "0.05"
    plays: Callable[[GitHub, reviewed.Until], Awaitable[None]] | None = None
    in_slack: Callable[[Slack, reviewed.Until], Awaitable[None]] | None = None

    @property
    def files(self) -> Mapping[str, str]:
        tester = "tester: checks\n" if self.is_judged else ""
        deploy = "deploy: {workflow: deploy.yml}\n" if self.is_dispatched else ""
        said = {".github/claude-bot.yml": f"{CONFIGURATION}{tester}{deploy}{self.rules}"}
        return {**REPOSITORY, **said, **({WORKFLOW: "on: workflow_dispatch\n"} if self.is_dispatched else {})}

    def times(self, effect: str) -> int:
        """How often; a revert has a branch, a pull request and a merge of its own."""
        if effect in self.never or (effect == "create_deployment" and self.is_dispatched):
            return 0
        return 2 if effect in self.twice else 1


STORIES: Final = (
    Story(name="goes-live", deployer="success", state=": active", last="is **active**"),
    Story(
        name="rolled-back",
        deployer="failure",
        state="What I took back",
        last="What I took back",
        twice=frozenset(("create_branch", "open_pull", "merge")),
    ),
    Story(
        name="sent-back",
        deployer="success",
        state=": active",
        last="is **active**",
        script=better,
        wish="/claude changes make it better",
        twice=frozenset(("create_check", "edit_pull")),
        also=frozenset(("move_branch",)),
    ),
    Story(
        name="judged",
        deployer="success",
        state=": active",
        last="is **active**",
        also=frozenset(("move_branch", "edit_pull", "make_ready")),
        is_judged=True,
        polls="0.02",
    ),
    Story(
        name="dispatched",
        deployer="success",
        state=": active",
        last="is **active**",
        also=frozenset(("dispatch_workflow",)),
        is_dispatched=True,
        polls="0.02",
    ),
    Story(
        name="run-failed",
        deployer="failure",
        state="What I took back",
        last="`run_failure`",
        twice=frozenset(("create_branch", "open_pull", "merge")),
        also=frozenset(("dispatch_workflow",)),
        is_dispatched=True,
        polls="0.02",
    ),
    Story(
        name="ruled",
        deployer="success",
        state=": active",
        last="is **active**",
        rules='approval_paths: [{path: "erp.*", role: admin}]\napproval_days: 3\n',
    ),
    Story(
        name="transferred",
        deployer="success",
        state="What I took back",
        last="`/claude retry` goes on",
        also=frozenset(("close_pull", "delete_branch")),
        never=frozenset(("edit_pull", "merge", "create_deployment")),
        moves_to="globex",
    ),
    Story(
        name="reviewed",
        deployer="success",
        state="",
        last="",
        script=reviewed.reads,
        twice=frozenset(("create_check",)),
        also=frozenset(("review", "reply", "resolve_thread")),
        never=frozenset(("create_branch", "open_pull", "edit_pull", "merge", "create_deployment")),
        rules="review: {automatic: true}\n",
        plays=reviewed.plays,
    ),
    Story(
        name="described",
        deployer="success",
        state="",
        last="",
        script=described.describes,
        twice=frozenset(("edit_pull",)),
        also=frozenset(("add_label",)),
        never=frozenset(("create_branch", "open_pull", "create_check", "merge", "create_deployment")),
        plays=described.plays,
    ),
    Story(
        name="fixed",
        deployer="success",
        state="",
        last="",
        script=fixed.fixes,
        also=frozenset(("move_branch",)),
        never=frozenset((
            "create_branch",
            "open_pull",
            "edit_pull",
            "create_check",
            "merge",
            "create_deployment",
        )),
        plays=fixed.plays,
    ),
    Story(
        name="asked-in-slack",
        deployer="success",
        state=": active",
        last="is **active**",
        in_slack=asked_in_slack.plays,
    ),
)
