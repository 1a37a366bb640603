"""The windows that open on a press: for the words that an act takes, and for what somebody wants to be told.

They are open to whoever presses: what is handed in with them takes the right to it, asked then.
"""

import json
from typing import Final

from bot.application import slack_thread_words
from bot.application.ports import World
from bot.application.slack_home import name_of
from bot.application.slack_home_blocks import CHANGE, IN_ONE, window
from bot.application.slack_linking import acts_as
from bot.application.slack_ports import SlackViews
from bot.application.slack_wishing import wishes_of
from bot.domain.policy import Denied
from bot.domain.slack_acts import WORDED, read
from bot.domain.slack_blocks import Block
from bot.records import StepFailed
from bot.slack_link_records import SlackUser

OF_NOTICES: Final = (CHANGE, IN_ONE)
OPEN_ALREADY: Final = "slack_exchanged_trigger_id"
MOST_DIGITS: Final = 19


async def open_once(views: SlackViews, user: SlackUser, shown: Block, *, trigger: str) -> None:
    """Where the same press came before, it is open already. Raises StepFailed, Unavailable."""
    try:
        await views.open(user.workspace, shown, trigger=trigger)
    except StepFailed as no:
        if no.code != OPEN_ALREADY:
            raise


def of_words(action: str, value: str, channel: str) -> Block | None:
    """It comes back with the button's value and the channel; None where the button takes no words."""
    act = next((each for each in WORDED if each.action == action), None)
    if act is None or read(value) is None:
        return None
    return slack_thread_words.form(act, about=json.dumps([value, channel]))


async def of_notices(user: SlackUser, chosen: str, world: World) -> Block | None:
    """With what counts now; for one repository where that was chosen, if they may read it."""
    try:
        person = await acts_as(user, world)
    except Denied:
        return None
    number = number_in(chosen)
    name = None if number is None else await name_of(number, person, world)
    if number is not None and name is None:
        return None
    repository = None if number is None or name is None else (number, name)
    return window(await wishes_of(user, world), repository=repository)


def number_in(text: str) -> int | None:
    """A number as a choice carries it; None where it carries none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None
