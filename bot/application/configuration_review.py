"""What a repository may say of reviews."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.application.configuration_tools import MOST_TOOLS, ReviewTool
from bot.domain.codeowners import pattern_of
from bot.domain.lenses import LENSES, Lens
from bot.domain.remarks import Severity

Label = Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[^\x00-\x1f\x7f]+$")]
PathPattern = Annotated[str, Field(min_length=1, max_length=200)]
ReaderName = Annotated[str, Field(max_length=30, pattern=r"^[a-z][a-z0-9-]*$")]
Tools = bool | Annotated[list[ReviewTool], Field(max_length=MOST_TOOLS)]
Reviewer = Annotated[str, Field(max_length=140, pattern=r"^@?[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9._-]+)?$")]


class PathInstruction(BaseModel):
    """What a reader is to know of some paths, which are patterns as `CODEOWNERS` has them."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    paths: list[PathPattern] = Field(min_length=1, max_length=10)
    text: str = Field(min_length=1, max_length=2_000)

    @field_validator("paths")
    @classmethod
    def _are_patterns(cls, value: list[str]) -> list[str]:
        _check_patterns(value)
        return value


class OwnReader(BaseModel):
    """A reader of the repository's own: what it looks for, and in which paths, in all where none is."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: ReaderName
    text: str = Field(min_length=1, max_length=2_000)
    paths: list[PathPattern] = Field(default=[], max_length=10)

    @field_validator("name")
    @classmethod
    def _is_no_other(cls, value: str) -> str:
        if value in LENSES:
            raise ValueError("that is one of the bot's own readers: name it without a text")
        return value

    @field_validator("paths")
    @classmethod
    def _are_patterns(cls, value: list[str]) -> list[str]:
        _check_patterns(value)
        return value


def _check_patterns(value: Sequence[str]) -> None:
    """Raises ValueError."""
    if any(pattern_of(each) is None or len(each.split()) != 1 or each.startswith("#") for each in value):
        raise ValueError("these are no patterns as CODEOWNERS has them")


class Review(BaseModel):
    """Whether pull requests are reviewed unasked, what else asks for it, and what comes of what is found."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    automatic: bool = False
    forks: bool = False
    patient: bool = False
    own: bool = False
    fails_at: Severity | None = None
    confidence: int = Field(default=70, ge=0, le=100)
    label: Label | None = None
    reviewer: Reviewer | None = None
    tools: Tools = False
    instructions: list[PathInstruction] = Field(default=[], max_length=20)
    readers: list[Lens | OwnReader] = Field(default=[], max_length=12)

    @field_validator("tools")
    @classmethod
    def _are_apart(cls, value: Tools) -> Tools:
        if isinstance(value, list) and len({each.name for each in value}) != len(value):
            raise ValueError("two of them have the same name")
        return value

    @field_validator("readers")
    @classmethod
    def _are_told_apart(cls, value: list[Lens | OwnReader]) -> list[Lens | OwnReader]:
        names = [each if isinstance(each, str) else each.name for each in value]
        if len({*names}) != len(names):
            raise ValueError("two of them have the same name")
        return value


REVIEWS: Final = (
    "reviews of pull requests: whether each gets one by itself (`automatic`, with `forks` "
    "those from forks too) and such a one is read by batches, later and at half the price (`patient`); "
    "whether each of the bot's `own` does; "
    "from which severity on the check fails (`fails_at`), how sure of a finding the bot has to be "
    "(`confidence`), "
    "and what asks for one beside `/claude review`: a `label`, or being asked of a `reviewer` (a person "
    "or `org/team`); for changes of some `paths` also a `text` of what to know there (`instructions`); "
    "which readers it has (`readers`), by name, and those of the repository's "
    "own with a `name`, a `text` and maybe `paths`; "
    "and the repository's own `tools` that look at it: all that its files tell of, or these commands"
)
