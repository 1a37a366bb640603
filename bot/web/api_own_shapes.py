"""The shapes of what is set for one integration alone: as it is asked for, and as it is told."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from bot.application.configuration import Configuration
from bot.application.configuration_review import Label, Reviewer
from bot.application.own_settings import own_of
from bot.domain.events import Own

MOST_LABELS: Final = 10
MOST_REVIEWERS: Final = 15
MOST_APPROVALS: Final = 10

Reviewers: TypeAlias = (
    Literal["codeowners", "none"] | Annotated[list[Reviewer], Field(max_length=MOST_REVIEWERS)]
)
Labels: TypeAlias = Annotated[list[Label], Field(max_length=MOST_LABELS)]
Remarks: TypeAlias = Literal["report", "refuse"]


class OwnSettings(BaseModel):
    """What is set for it alone, by the keys of the repository's configuration; null is as that has it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    plan_first: bool | None = Field(
        None, description="whether a person approves the plan before anything is written; only to true"
    )
    approvals: Annotated[int, Field(ge=1, le=MOST_APPROVALS)] | None = Field(
        None, description="how many people have to approve the tested commit; it only grows"
    )
    test_remarks: Remarks | None = Field(
        None, description="tests that pass with remarks: report them, or refuse the change; only to refuse"
    )
    update: bool | None = Field(
        None, description="whether its branch is brought up to date with a base that has moved; only to true"
    )
    reviewers: Reviewers | None = Field(
        None, description="who is asked for a review: whom `CODEOWNERS` names, nobody, or these"
    )
    labels: Labels | None = Field(None, description="labels that its pull request gets beside those it has")
    reminders: bool | None = Field(None, description="whether people are reminded of what waits for them")


def own_asked(said: OwnSettings) -> Own:
    """What is asked for, checked as a configuration is."""
    keys = said.model_dump(exclude_none=True)
    return own_of(Configuration.model_validate(keys), keys)
