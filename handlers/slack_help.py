"""Command: help, in Slack."""

from collections.abc import Sequence

from bot.application import slack_words, words
from bot.application.asked import LookUp
from bot.application.rights import check_right
from bot.domain.commands import Command
from bot.domain.policy import holds
from bot.domain.slack_links import NotLinked
from bot.domain.slack_places import Unnamed, is_repository
from handlers.slack_conversation import There

COMMAND = Command(
    name="help", usage="help [<owner>/<name>]", help="say what you may do there, or here", needs=None
)


async def run(there: There) -> str:
    """What the asker may do in the repository that is named, or the channel's; else all that there is."""
    try:
        return words.help_text(await _allowed(there))
    except NotLinked:
        open_to_all = words.help_text(each for each in there.known if each.needs is None)
        return f"{open_to_all}\n\n{slack_words.NOT_LINKED}"
    except Unnamed:
        return f"{words.help_text(there.known)}\n\n{slack_words.HELP_SOMEWHERE}"


async def _allowed(there: There) -> Sequence[Command]:
    by, name = await there.person(), there.spoken.text
    found = await there.repository(name if is_repository(name) else "", by)
    role = await check_right(LookUp(by=by, repository=found.repository), there.world)
    return [each for each in there.known if each.needs is None or holds(role, each.needs)]
