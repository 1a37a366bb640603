"""Slack: somebody pressed something, or handed a window in; each goes to whoever it belongs to."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from handlers.conversation import Context, Handler
from handlers.slack_home_payloads import Pressed
from handlers.slack_payloads import HandedIn

OnPress = Callable[[Pressed, Context], Awaitable[None]]
OnForm = Callable[[HandedIn, Context], Awaitable[None]]


def pressed(known: Mapping[str, OnPress], *, otherwise: Handler) -> Handler:
    """By the name of the button; what is of none of these is of a run."""

    async def heard(data: Mapping[str, Any], context: Context) -> None:
        it = Pressed.from_act(data)
        if (act := known.get(it.action)) is None:
            await otherwise(data, context)
        else:
            await act(it, context)

    return heard


async def leads_on(_it: Pressed, _context: Context) -> None:
    """A link that looks like a button: the browser has opened it."""


def handed_in(known: Mapping[str, OnForm], *, otherwise: Handler) -> Handler:
    """By the name of the window; the same."""

    async def heard(data: Mapping[str, Any], context: Context) -> None:
        it = HandedIn.from_act(data)
        if (act := known.get(it.callback)) is None:
            await otherwise(data, context)
        else:
            await act(it, context)

    return heard
