"""Every sentence to those who speak to the bot in Slack in plain words."""

from collections.abc import Mapping
from typing import Final

from bot.application import slack_words
from bot.application.mention_words import COMMANDS, WHY
from bot.application.quoting import one_line
from bot.application.reasons import code, why
from bot.domain import slack_talks as rules
from bot.domain.commands import PREFIX, Command
from bot.domain.slack_people import NotHeard
from bot.domain.slack_talks import Talk

LONGEST_QUOTED: Final = 300
WORKING: Final = "I am looking at it."
WHICH: Final = (
    "I do not know which repository you mean. Name it in your message, as `<owner>/<name>`, or have somebody "
    f"who administers one make it this channel's: `{PREFIX} default <owner>/<name>`. `{PREFIX} help` shows "
    "what I can do."
)
NOT_THERE: Final = "There is nothing by that name that you could see."
WHICH_PULL: Final = "I do not know which pull request you mean. Name it in your message, as `#12`."
OUTSIDER: Final = (
    "I make out plain words only for those whom that repository counts among its own. Commands still work: "
    f"`{PREFIX} help` shows them."
)
READS_NO_MORE: Final = "You may not read that repository any more, so I say nothing of it."
ALONE: Final = "What comes of that is for whoever said it alone."
MORE: Final = "It is longer than one message holds, and ends here."
ASKED: Final = "I am at it. The answer comes to you alone, where the two of us talk."
UNREAD: Final[Mapping[str, str]] = {
    "many": f"more than {rules.MOST_FILES} files are not read",
    "large": f"more than {rules.LARGEST_FILE // 1000} kB are not read",
    "binary": "it is no text",
    "unreachable": "Slack did not give it",
}


def no_pull(number: int) -> str:
    """What was named is none, or where none was, that it has to be."""
    return f"#{number} is no pull request there that I could look at." if number else WHICH_PULL


def not_heard(no: NotHeard) -> str:
    """Why not."""
    return slack_words.refused(no)


def said_as_command(command: Command) -> str:
    """What only the command itself does."""
    return (
        f"I do nothing of that from plain words. If you mean it, type it as a command: "
        f"`{PREFIX} {command.usage}`"
    )


def unclear() -> str:
    """Where it cannot be told what is wanted."""
    return (
        "I do not know what you want me to do. In plain words I answer questions, say where things stand "
        f"and review; `{PREFIX} help` shows what you may have done here."
    )


def given_up(code: str, *, is_read: bool) -> str:
    """Where nobody can be asked now what it means, or, where it `is_read`, it was not, or not all, done."""
    said = (
        "I know what you want, and could not do all of it" if is_read else "I cannot make out plain words now"
    )
    return f"{said}, because: {WHY.get(code) or why(code)} {COMMANDS}"


def quoted(said: str) -> str:
    """What somebody said, above an answer that does not stand beneath it."""
    first = next((line for line in said.splitlines() if line.strip()), "")
    return f"> {one_line(first, most=LONGEST_QUOTED)}"


def unread(talk: Talk) -> list[str]:
    """For whoever attached something that was not read: which, and why."""
    return [f"I did not read {code(each.name)}: {UNREAD[each.why]}." for each in talk.unread]
