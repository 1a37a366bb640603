"""What the model answers to a question, as it gives it; nothing of it is believed yet."""

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.records import StepFailed


class Source(BaseModel):
    """A file that the answer rests on, whole or these lines of it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    path: str
    first: int | None
    last: int | None


class Reply(BaseModel):
    """An answer, and what it rests on."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    answer: str
    sources: tuple[Source, ...]


def read_reply(text: str) -> Reply:
    """The reply in the model's words. Raises StepFailed("answer_unintelligible")."""
    try:
        reply = Reply.model_validate_json(text)
    except ValidationError:
        raise StepFailed("answer_unintelligible") from None
    if not reply.answer.strip():
        raise StepFailed("answer_unintelligible", "empty")
    return reply
