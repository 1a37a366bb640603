"""What the model answers when it reviews: what it finds, and what is left of that at a second look."""

from typing import Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.domain.conversation import ENDINGS, text_of
from bot.domain.remarks import Severity
from bot.records import Answer, StepFailed

T = TypeVar("T", bound=BaseModel)

MOST_FINDINGS: Final = 60


class Found(BaseModel):
    """One finding, at the lines that the model names; nothing of it is believed yet.

    An answer that was paid for before there were lenses has none.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    lens: str = ""
    rule: str
    severity: Severity
    confidence: int
    path: str
    side: Literal["LEFT", "RIGHT"]
    line: int
    start_line: int | None
    title: str
    text: str
    suggestion: str | None


class Group(BaseModel):
    """Files that were changed for one purpose."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    what: str
    files: tuple[str, ...]


class Findings(BaseModel):
    """What a reader makes of a change."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    summary: str
    risk: Literal["low", "medium", "high"]
    risk_why: str
    groups: tuple[Group, ...]
    findings: tuple[Found, ...]


class Verdict(BaseModel):
    """What the second reader makes of one finding, by its number; open is what the code shown leaves open."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    number: int
    reasoning: str
    is_real: bool
    confidence: int
    is_open: bool = False


class Verdicts(BaseModel):
    """What the second reader makes of all of them."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    verdicts: tuple[Verdict, ...]


def answered(answer: Answer, shape: type[T]) -> T:
    """The answer in its shape. Raises StepFailed."""
    if answer.stop_reason != "end_turn":
        raise StepFailed(ENDINGS.get(answer.stop_reason, "answer_too_long"))
    try:
        return shape.model_validate_json(text_of(answer))
    except ValidationError:
        raise StepFailed("review_unintelligible") from None
