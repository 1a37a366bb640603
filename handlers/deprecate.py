"""Command: deprecate."""

from typing import Final

from bot.application import removal_words as words
from bot.application.asked import Deprecate
from bot.domain.commands import Command
from handlers.conversation import Here

COMMAND = Command(
    name="deprecate",
    usage="deprecate [<id>] [<why>] [--removed-in <pull request>]",
    help="take what runs out for good, by a pull request that removes what it brought",
    needs=Deprecate.needs,
    options=("removed-in",),
)

LARGEST: Final = 10


async def run(here: Here) -> str:
    """Have it taken out."""
    integration_id, why = await here.meant_and_why()
    given = here.spoken.options.get("removed-in")
    number = None if given is None else number_of(given)
    if given is not None and number is None:
        return words.bad_removed_in()
    asked = Deprecate(
        by=here.by, repository=here.repository, integration_id=integration_id, why=why, removed_in=number
    )
    it = await here.send(asked)
    if it.removal is None:
        raise AssertionError("it is asked for, or refused")
    return words.deprecating(by=it.removal.asked.by.login, issue=it.issue)


def number_of(word: str) -> int | None:
    """The pull request that is meant, as 12 or #12; None where it is no number."""
    digits = word.removeprefix("#")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= LARGEST
    return int(digits) or None if is_number else None
