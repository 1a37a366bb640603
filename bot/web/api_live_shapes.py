"""The shapes of /api/v1 for what goes on: a stream, and how many are in each state."""

from typing import Annotated, Literal

from pydantic import Field

from bot.domain.states import State
from bot.web.api_shapes import Asked, Plain, Shape

Ended = Literal["over", "not_allowed", "unavailable", "stopping"]


class StreamAsked(Asked):
    """From where on."""

    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = Field(
        0, description="only what comes behind this version; the header Last-Event-ID goes before it"
    )


class StreamEnd(Shape):
    """The last message of a stream, `event: end`; what ended it."""

    why: Ended = Field(
        description="over: nothing more can come; not_allowed: your key or your right has ended; "
        "unavailable, stopping: ask again, with the id of your last event in Last-Event-ID"
    )


class CountsAsked(Asked):
    """Of which integrations."""

    repository: Plain | None = Field(None, description="only this repository's, as owner/name")
    requested_by: Plain | None = Field(None, description="only what this person asked for, by login")
    q: Plain | None = Field(
        None, description="only where this is in the id, repository, login, branch or issue number"
    )


class Counts(Shape):
    """How many integrations that you may read are in each state."""

    total: int
    states: dict[State, int] = Field(description="every state, also where there is none in it")
    is_whole: bool = Field(
        description="false where there are so many repositories that only those with the most were counted"
    )
