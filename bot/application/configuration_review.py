"""What a repository may say of reviews."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.remarks import Severity

Label = Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[^\x00-\x1f\x7f]+$")]
Reviewer = Annotated[str, Field(max_length=140, pattern=r"^@?[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9._-]+)?$")]


class Review(BaseModel):
    """Whether pull requests are reviewed unasked, what else asks for it, and what comes of what is found."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    automatic: bool = False
    fails_at: Severity | None = None
    confidence: int = Field(default=70, ge=0, le=100)
    label: Label | None = None
    reviewer: Reviewer | None = None
