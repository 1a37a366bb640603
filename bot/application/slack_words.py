"""Every sentence that is said in Slack alone."""

from collections.abc import Iterable, Mapping
from typing import Final

from bot.application import slack_fault_words, words
from bot.domain.commands import PREFIX
from bot.domain.policy import Denied
from bot.domain.slack_links import NotLinked
from bot.domain.slack_people import NotHeard
from bot.slack_link_records import Link

_UNHEARD: Final[Mapping[str, str]] = {
    "bot": "I hear people, and no bots.",
    "gone": "this account is in the workspace no more, so I do not hear it.",
    "stranger": "you are of another organisation than this workspace, so I do not hear you here. The "
    "operator can name you in `SLACK_OUTSIDERS`.",
    "guest": "you are a guest in this workspace, so I do not hear you here. The operator can name you in "
    "`SLACK_OUTSIDERS`.",
}

NOT_LINKED: Final = (
    f"I do not know who you are on GitHub yet. Type `{PREFIX} link`: I answer with a link for you alone, and "
    "from then on you may do here what that account may do there."
)
NOT_THERE: Final = (
    f"There is nothing by that name that you could see. `{PREFIX} list <owner>/<name>` shows what there is "
    "in a repository."
)
NO_REPOSITORY: Final = (
    f"Say in which repository: `{PREFIX} list <owner>/<name> [<which>]`, where which is open (if nothing is "
    "said), waiting, mine, all, or a state."
)
NOTHING_LINKED: Final = f"Your account here is linked to none on GitHub. `{PREFIX} link` links it."


def no_id(name: str) -> str:
    """Which one, it did not say."""
    return f"Say which: `{PREFIX} {name} <id>`. `{PREFIX} list <owner>/<name>` shows the ids."


def refused(no: Denied) -> str:
    """Why not."""
    match no:
        case NotHeard():
            why = _UNHEARD[no.why]
            return why[0].upper() + why[1:]
        case NotLinked():
            return NOT_LINKED
        case _:
            return NOT_THERE


def failed(code: str) -> str:
    """What hindered it, on Slack's side or on ours."""
    why = slack_fault_words.WHY.get(code)
    return words.stopped(code) if why is None else f"{why[0].upper()}{why[1:]}."


def link_here(address: str, held: Link | None) -> str:
    """The private way to link one's account."""
    before = f" It acts as {held.person.login} until then." if held else ""
    return (
        f"Link this Slack account to yours on GitHub: <{address}>\nThat is for you alone, once, and for ten "
        f"minutes: whoever else followed it would have you act as them.{before}"
    )


def unlinked(held: Link) -> str:
    """It acts as nobody any more."""
    return f"Done: this account acts as {held.person.login} no more. `{PREFIX} link` links it again."


def held_by(links: Iterable[Link]) -> str:
    """Every link, a line each, for the operator."""
    lines = [
        f"{each.since:%Y-%m-%d %H:%M}  {each.user.place}  {each.name} in {each.workspace}  acts as "
        f"{each.person.login} ({each.person.id})"
        for each in links
    ]
    return "\n".join(lines) or "no Slack account is linked"
