"""What somebody is told in Slack without having asked: the same sentences as on GitHub, for one person.

All of it as Slack takes it.
"""

from collections.abc import Sequence
from typing import Final

from bot.application import reminder_words, status_words
from bot.application.reasons import code
from bot.application.slack_home_words import run
from bot.application.slack_rights import Row
from bot.application.views import StatusView
from bot.application.waiting_words import waiting_words
from bot.domain.slack_mrkdwn import mrkdwn
from bot.domain.slack_notifying import Kind
from bot.domain.slack_text import link

WHILE_QUIET: Final = "*While your quiet hours lasted*"
DIGEST: Final = "*Your digest*"
WAITING: Final = "*Waits for you*"
RUNS: Final = "*Your runs since the last one*"
SETTINGS: Final = "Which of these you are told is set on my Home."


def notice(kind: Kind, view: StatusView, row: Row, page: str) -> str:
    """What there is to be told of a run: where it stands, and what it waits for."""
    match kind:
        case "reminder":
            said = [reminder_words.reminder(view)]
        case "ended":
            said = [status_words.last_word(view)]
        case _:
            said = waiting_words(view)
    return "\n\n".join([run(row, page), *(mrkdwn(each) for each in said if each)])


def finding(name: str, number: int, page: str, count: int) -> str:
    """That a review fails what somebody wrote."""
    which = "a finding" if count == 1 else f"{count} findings"
    where = link(f"{page}/pull/{number}", f"{name}#{number}")
    return f"{where}: my review of your pull request has {which} that its check fails for. They stand there."


def gathered(title: str, told: Sequence[str]) -> str:
    """Several of them in one message."""
    return "\n\n".join([title, *told])


def digest(waiting: Sequence[str], runs: Sequence[str]) -> str:
    """What waits, and what happened."""
    parts = [(WAITING, waiting), (RUNS, runs)]
    return "\n\n".join([DIGEST, *(line for title, some in parts if some for line in (title, *some))])


def called(user: str, told: str) -> str:
    """In a channel it says for whom it is."""
    return f"<@{user}>\n{told}"


def plainly(name: str) -> str:
    """What it is about, for a screen that shows no more."""
    return f"About {code(name)}"
