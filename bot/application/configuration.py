"""What a repository may say of itself in `.github/claude-bot.yml`: the declaration that everything reads.

The validation, the JSON Schema for editors and the guide's table are all made of it.
"""

import shlex
from typing import Annotated, Final, Literal, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.application.configuration_ask import Ask
from bot.application.configuration_review import REVIEWS, Label, Review, Reviewer
from bot.domain import events as e
from bot.domain.approving import teams_named
from bot.domain.branch_names import ALLOWED, USUAL, is_a_name
from bot.domain.codeowners import pattern_of
from bot.domain.flaking import MOST_RERUNS
from bot.domain.reviewers import CODEOWNERS
from bot.domain.setting_up import SetUp
from bot.records import MergeMethod
from bot.run_records import Way

PATH: Final = ".github/claude-bot.yml"
# Each is asked for of GitHub whenever somebody approves.
MOST_TEAMS: Final = 10
Approver = Annotated[str, Field(max_length=140, pattern=r"^@[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9._-]+)?$")]
CheckName = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Checks(BaseModel):
    """What may come of others' checks on the bot's pull request.

    Where they are the tester they have so many minutes, and those that are needed must be among them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    send_back: bool = True
    minutes: int = Field(default=60, ge=1, le=1440)
    needed: list[CheckName] = Field(default=[], max_length=50)


MOST_INPUTS: Final = 24  # GitHub takes 25, and one may be the bot's own
InputName = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$")]


class Deploy(BaseModel):
    """How what is merged goes out; by the workflow where one is named, else by a GitHub Deployment."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    by: Literal["deployment", "merge"] | None = None
    workflow: str | None = Field(
        default=None, max_length=100, pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*\.ya?ml$"
    )
    inputs: dict[InputName, Annotated[str, Field(max_length=1000)]] = Field(
        default={}, max_length=MOST_INPUTS
    )

    @model_validator(mode="after")
    def _is_one_way(self) -> Self:
        if self.workflow is not None and self.by is not None:
            raise ValueError("it goes out by a workflow, or by what `by` says, not by both")
        if self.inputs and self.workflow is None:
            raise ValueError("inputs are given to a workflow, and none is named")
        return self

    @property
    def way(self) -> Way:
        """Which of the three it is."""
        return "workflow" if self.workflow is not None else self.by or "deployment"


# What git gives no file: a pattern with one of these would hold for nothing, and nobody would notice.
_NO_NAMES: Final = frozenset(("", ".", ".."))


class PathRule(BaseModel):
    """So many people more exactly: for a change of such a path, of that role, and of these.

    A path is a pattern as `CODEOWNERS` has them; a team is of the repository's own account.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    path: str = Field(min_length=1, max_length=200)
    count: int = Field(default=1, ge=1, le=10)
    role: Literal["developer", "admin"] = "developer"
    by: list[Approver] = Field(default=[], max_length=10)

    @field_validator("path")
    @classmethod
    def _is_a_pattern(cls, value: str) -> str:
        if pattern_of(value) is None or len(value.split()) != 1:
            raise ValueError("this is no pattern as CODEOWNERS has them")
        if value.startswith("#") or value.endswith("\\") or _NO_NAMES & {*value.strip("/").split("/")}:
            raise ValueError("no path of a repository is like this")
        return value

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        people = {name.lower() for name in self.by}
        if people and not teams_named([self.rule]) and len(people) < self.count:
            raise ValueError(f"{self.count} have to approve, and `by` names {len(people)}")
        return self

    @property
    def rule(self) -> e.PathRule:
        """The same, as facts have it."""
        return e.PathRule(path=self.path, count=self.count, role=self.role, by=tuple(self.by))


class Configuration(BaseModel):
    """What a repository may say; nothing else is allowed, and what is not said has its default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    test: str | None = Field(
        default=None,
        min_length=1,
        max_length=1000,
        description="how the tests are run, without a shell; told from the files where it is not said",
    )
    tester: Literal["sandbox", "checks"] = Field(
        default="sandbox",
        description="who judges a change: that command in the sandbox, or the repository's own checks on a "
        "draft pull request",
    )
    report: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        pattern=r"^[A-Za-z0-9._*?@+-]+(?:/[A-Za-z0-9._*?@+-]+)*$",
        description="where the tests leave their JUnit report: a path, or a pattern with `*` and `**`",
    )
    environment: str = Field(
        default="production",
        max_length=255,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]*$",
        description="the environment that is deployed to",
    )
    deploy: Deploy = Field(
        default=Deploy(),
        description="how what is merged goes out: `by: deployment` (a GitHub Deployment to the environment, "
        "as where nothing is said), `by: merge` (the merge is enough), or `workflow:`, the name of a file in "
        "`.github/workflows` of the default branch, which is dispatched with these `inputs:`",
    )
    merge_method: MergeMethod | None = Field(
        default=None, description="how it is merged, where the repository's settings on GitHub allow it"
    )
    merge_reverts: bool = Field(
        default=False, description="whether the bot may merge the revert of a failed deployment"
    )
    approvals: int = Field(
        default=1, ge=1, le=10, description="how many people have to approve the tested commit"
    )
    approval_days: int = Field(
        default=14, ge=1, le=90, description="for how many days an approval holds; after them it lapses"
    )
    approval_paths: list[PathRule] = Field(
        default=[],
        max_length=20,
        description="approvals that a change of certain paths takes beside: `path` as in `CODEOWNERS`, "
        "`count` people, of which `role` (`developer` or `admin`), and `by` whom (`@login`, `@org/team`); "
        "those of the owner's file are added",
    )
    plan_first: bool = Field(
        default=False, description="whether a person approves the plan before anything is written"
    )
    reminders: bool = Field(default=True, description="whether the bot reminds people of what waits for them")
    update: bool = Field(
        default=False,
        description="whether the bot brings its branch up to date with a base that has moved, to be approved "
        "anew, also where GitHub does not ask for it",
    )
    test_remarks: Literal["report", "refuse"] = Field(
        default="report",
        description="tests that pass with remarks: report them at the gate, or refuse the change",
    )
    test_reruns: int = Field(
        default=1,
        ge=0,
        le=MOST_RERUNS,
        description="how often tests that fail are run again on the same change before it is repaired; where "
        "they pass then, that is remarked as flaky",
    )
    checks: Checks = Field(
        default=Checks(),
        description="others' checks on the bot's pull request: whether it goes back to work where they fail "
        "at the gate; with `tester: checks` the minutes that they have, and the names of those that must be "
        "there",
    )
    ask: Ask = Field(
        default=Ask(),
        description="questions about the code: whether those who may only read a private repository may ask "
        "them (`readers`)",
    )
    review: Review = Field(default=Review(), description=REVIEWS)
    branch: str = Field(
        default=USUAL,
        max_length=100,
        pattern=ALLOWED,
        description="what the bot's branches are called; `{id}` has to be in it, `{issue}` may be",
    )
    labels: list[Label] = Field(
        default=[], max_length=10, description="labels that the bot's pull requests get"
    )
    reviewers: Literal["codeowners", "none"] | list[Reviewer] = Field(
        default="codeowners",
        max_length=15,
        description="who is asked for a review: whom `CODEOWNERS` names for the files, nobody, or these",
    )
    not_secret: list[Annotated[str, Field(min_length=1, max_length=1024)]] = Field(
        default=[],
        max_length=50,
        description="paths of files that look like credentials by their names, and hold none",
    )
    setup: list[Annotated[str, Field(min_length=1, max_length=1000)]] | None = Field(
        default=None,
        max_length=20,
        description="how what the tests need is installed, a command each; told from the files where it is "
        "not said",
    )
    setup_files: list[Annotated[str, Field(min_length=1, max_length=1024)]] = Field(
        default=[],
        max_length=50,
        description="what these commands need of the repository beside its manifests",
    )

    @field_validator("test")
    @classmethod
    def _splits(cls, value: str | None) -> str | None:
        shlex.split(value or "")
        if "\0" in (value or ""):
            raise ValueError("a command cannot hold a NUL")
        return value

    @field_validator("branch")
    @classmethod
    def _names_a_branch(cls, value: str) -> str:
        if not is_a_name(value):
            raise ValueError("git takes no such name for a branch")
        return value

    @field_validator("approval_paths")
    @classmethod
    def _asks_few_teams(cls, rules: list[PathRule]) -> list[PathRule]:
        if len(teams_named(each.rule for each in rules)) > MOST_TEAMS:
            raise ValueError(f"no more than {MOST_TEAMS} teams can be named")
        return rules

    @field_validator("setup")
    @classmethod
    def _all_split(cls, lines: list[str] | None) -> list[str] | None:
        for line in lines or ():
            cls._splits(line)
            if not shlex.split(line):
                raise ValueError("a command has a word at least")
        return lines

    @property
    def command(self) -> tuple[str, ...]:
        """The test command's words; empty where none is named."""
        return tuple(shlex.split(self.test or ""))


def setup_of(configuration: Configuration, *, detects: bool) -> SetUp:
    """How what the tests need is installed: as it says, even nothing, else told from the files if wanted."""
    lines, files = configuration.setup, tuple(configuration.setup_files)
    if lines is None:
        return SetUp(is_detected=detects, files=files)
    return SetUp(lines=tuple(lines), files=files)


def path_rules_text(configuration: Configuration) -> str:
    """What it says of approvals for paths, as a survey keeps it."""
    return msgspec.json.encode([each.rule for each in configuration.approval_paths]).decode()


def path_rules_in(text: str) -> tuple[e.PathRule, ...]:
    """The same, read back."""
    return msgspec.json.decode(text, type=tuple[e.PathRule, ...])


def reviewers_of(configuration: Configuration) -> list[str]:
    """Who is asked for a review, each with the sign; `codeowners` where that file is to tell."""
    named = configuration.reviewers
    if isinstance(named, str):
        return [CODEOWNERS] if named == CODEOWNERS else []
    return [f"@{name.removeprefix('@')}" for name in named]
