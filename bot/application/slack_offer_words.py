"""Every sentence about what plain words in Slack seem to want, and only a person has done."""

from collections.abc import Mapping
from typing import Final

from bot.application.quoting import as_code
from bot.domain.commands import PREFIX
from bot.domain.slack_offers import Offer

TAKE: Final = "Ask for it"
LEAVE: Final = "Leave it"
LEFT: Final = "Nothing is asked for."
ALONE: Final = "It is not asked for. Why is for whoever pressed it alone."
CUT: Final = "Not all that was said or attached has room in it."
WHY_NOT: Final[Mapping[str, str]] = {
    "not_yours": "That is for whoever said it, where they said it, and for nobody else.",
    "late": "That was offered more than an hour ago. Say it again, and it is made out anew.",
    "left": "That is answered already.",
}


def proposed(it: Offer, text: str, *, is_cut: bool) -> str:
    """What seems to be wanted: what is asked for where its asker says so, to the letter."""
    where = f"{it.repository.full_name}#{it.number}" if it.command == "fix" else it.repository.full_name
    read = (
        "It stands on GitHub then, for all who read there."
        if it.command == "fix"
        else "It stands in an issue on GitHub then, for all who read there."
    )
    said = (
        f"This seems to ask for `{PREFIX} {it.command}` in {where}. I begin nothing of that from words. "
        f"Press the button within an hour, and exactly this is asked for, by you and with your rights. {read}"
    )
    return "\n\n".join([said, as_code(text), *([CUT] if is_cut else [])])
