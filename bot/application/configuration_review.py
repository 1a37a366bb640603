"""What a repository may say of reviews."""

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.remarks import Severity


class Review(BaseModel):
    """Whether pull requests are reviewed without being asked for, and what comes of what is found."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    automatic: bool = False
    fails_at: Severity | None = None
    confidence: int = Field(default=70, ge=0, le=100)
