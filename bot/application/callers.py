"""Who asks: what somebody shows is recognised, whatever it is, or refused with a code."""

from collections.abc import Awaitable, Callable

from bot.api_records import Caller
from bot.domain.access_tokens import is_like_a_token
from bot.records import Actor

Recognise = Callable[[str], Awaitable[Caller]]
"""Who shows this text, if it counts now. Raises NotRecognised, Unavailable."""


class NotRecognised(Exception):
    """It opens nothing; `code` is stable and public."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def id_of(person: Actor) -> str:
    """What somebody is known by who signed in: whoever signs in again has no second quota."""
    return f"person-{person.id}"


def by_form(*, key: Recognise, token: Recognise) -> Recognise:
    """Whoever shows a token is known by that, and everybody else by a key."""

    async def recognise(text: str) -> Caller:
        return await (token if is_like_a_token(text) else key)(text)

    return recognise
