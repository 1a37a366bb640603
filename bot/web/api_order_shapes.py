"""The shapes of what may be ordered of integrations: a comment's limits, and nothing is taken for another."""

import re
from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from bot.domain.branch_names import is_branch
from bot.domain.states import State
from bot.domain.titling import LONGEST as LONGEST_TITLE
from bot.domain.titling import is_title
from bot.web.api_own_shapes import OwnSettings
from bot.web.api_shapes import Asked

LONGEST: Final = 65_536  # as of a comment on GitHub
MOST_PATHS: Final = 100
LARGEST: Final = 2**31 - 1
LEAST_DOLLARS: Final = 0.000_001
MOST_DOLLARS: Final = 999_999
COMMIT: Final = "^[0-9a-f]{40}([0-9a-f]{24})?$"
DIGEST: Final = "^[0-9a-f]{64}$"
REPOSITORY: Final = r"^[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}$"
NOT_SAID: Final = re.compile("[\x00\ud800-\udfff]")


def _said(text: str) -> str:
    """Without the space around it, as a comment's is; what no comment can hold is refused."""
    if NOT_SAID.search(text):
        raise ValueError("give text without NUL and without halves of characters")
    return text.strip()


def _words(text: str) -> str:
    if not text:
        raise ValueError("give words")
    return text


def _title(text: str) -> str:
    if not is_title(text):
        raise ValueError("give one line, without what is not seen and without space around it")
    return text


def _branch(name: str) -> str:
    if not is_branch(name):
        raise ValueError("give the name of a branch")
    return name


Why = Annotated[str, Field(strict=True, max_length=LONGEST), AfterValidator(_said)]
Text = Annotated[Why, AfterValidator(_words)]
Title = Annotated[str, Field(strict=True, min_length=1, max_length=LONGEST_TITLE), AfterValidator(_title)]
Commit = Annotated[str, Field(strict=True, pattern=COMMIT)]
Number = Annotated[int, Field(strict=True, ge=1, le=LARGEST)]
Dollars = Annotated[float, Field(strict=True, ge=LEAST_DOLLARS, le=MOST_DOLLARS, allow_inf_nan=False)]
Yes = Annotated[bool, Field(strict=True)]


def micro_usd_of(dollars: float) -> int:
    """Millionths, of what was written."""
    return int(Decimal(str(dollars)) * 1_000_000)


class Answer(Asked):
    """What is answered to the bot's question."""

    text: Text = Field(description="the answer, in words")


class Approval(Asked):
    """What is approved: exactly what was seen, and one of it."""

    head: Commit | None = Field(None, description="the commit that the pull request showed: its `head`")
    plan: Annotated[str, Field(strict=True, pattern=DIGEST)] | None = Field(
        None, description="the plan that was shown: `spec` of its event PlanProposed"
    )
    installs: Annotated[list[Annotated[str, Field(strict=True)]], Field(max_length=MOST_PATHS)] | None = (
        Field(
            None, description="the files that want something installed: `paths` of the event InstallsWanted"
        )
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if [self.head, self.plan, self.installs].count(None) != 2:  # noqa: PLR2004  all but one
            raise ValueError(
                "give `head`, the commit that you saw; or `plan`, or `installs`, where that waits"
            )
        return self


class Changes(Asked):
    """What is to be different."""

    text: Text = Field(description="what is to be different, in words")
    head: Commit | None = Field(None, description="the commit that this is about; the newest if not said")


class Reason(Asked):
    """Why, if anybody is to know."""

    why: Why = Field("", description="why, in words")


class Again(Asked):
    """From where it is tried again."""

    state: State | None = Field(
        None, alias="from", description="validating, generating or testing; where that is best if not said"
    )


class Settings(Asked):
    """What of it is set; what is not said stays as it is."""

    title: Title | None = Field(
        None, description=f"what it is called, on one line of at most {LONGEST_TITLE} characters"
    )
    budget_usd: Dollars | None = Field(
        None,
        description="what the run may use up in all, in US dollars; it only grows, and takes budget:manage",
    )
    settings: OwnSettings | None = Field(
        None, description="what is set for it alone; it guards it as its repository does, or more strictly"
    )

    @model_validator(mode="after")
    def _one_at_least(self) -> Self:
        if self.title is None and self.budget_usd is None and self.settings is None:
            raise ValueError("give `title`, `budget_usd`, `settings`, or several of them")
        return self


class Ending(Asked):
    """How it ends."""

    removed_in: int | None = Field(
        None, ge=1, le=LARGEST, description="the merged pull request that has taken it out already"
    )


class Request(Asked):
    """What is asked for."""

    repository: Annotated[str, Field(strict=True, pattern=REPOSITORY)] = Field(description="as owner/name")
    what: Text = Field(description="what to integrate, in words")
    issue: Number | None = Field(None, description="the issue it belongs to; one is opened if not said")
    base: Annotated[str, Field(strict=True, min_length=1), AfterValidator(_branch)] | None = Field(
        None, description="the branch to begin from; the default branch if not said"
    )
    budget_usd: Dollars | None = Field(None, description="what the run may use up, in US dollars")
    plan_first: Yes = Field(
        default=False, description="whether its plan is to be approved before anything is written"
    )
    anyway: Yes = Field(default=False, description="also where the same is under way, or runs")
