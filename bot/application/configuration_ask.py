"""What a repository may say of questions about its code."""

from pydantic import BaseModel, ConfigDict


class Ask(BaseModel):
    """Who may ask them beside those who may write."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    readers: bool = False
