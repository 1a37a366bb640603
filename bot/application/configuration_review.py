"""What a repository may say of reviews."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Review(BaseModel):
    """Whether pull requests are reviewed without being asked for, and what comes of what is found."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    automatic: bool = False
    fails_at: Literal["critical", "major", "minor", "nit"] | None = None
    confidence: int = Field(default=70, ge=0, le=100)
