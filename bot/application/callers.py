"""Who asks: what somebody shows is recognised, whatever it is, or refused with a code."""

from collections.abc import Awaitable, Callable

from bot.api_records import Caller

Recognise = Callable[[str], Awaitable[Caller]]
"""Who shows this text, if it counts now. Raises NotRecognised, Unavailable."""


class NotRecognised(Exception):
    """It opens nothing; `code` is stable and public."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
