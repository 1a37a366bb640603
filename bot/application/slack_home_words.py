"""Every sentence on somebody's Home in Slack, and in the window in which they say what they are told."""

from collections.abc import Mapping
from typing import Final

from bot.application.budgets_seen import Budget
from bot.application.money_words import dollars
from bot.application.reasons import code
from bot.application.slack_rights import Row
from bot.application.slack_wishing import is_known
from bot.application.words import standing
from bot.domain.commands import PREFIX
from bot.domain.slack_mrkdwn import mrkdwn
from bot.domain.slack_notifying import Digest, Kind, Way, Wishes
from bot.domain.slack_text import link

ACCOUNT: Final = "Your account"
WAITING: Final = "Waits for you"
RUNS: Final = "Your runs"
BUDGETS: Final = "Budgets this month"
NOTICES: Final = "What I tell you"
NOT_LINKED: Final = (
    "I do not know who you are on GitHub yet. Link this account, and you may do here what that one may do "
    "there. The button is for you alone, once, and for ten minutes; open this page again for another."
)
LINK: Final = "Link my GitHub account"
NOT_HEARD: Final = "There is nothing for you here: "
NOTHING_WAITS: Final = "Nothing."
NO_RUNS: Final = f"None yet. `{PREFIX} integrate` in a channel asks for one."
NO_TIME: Final = "Give a time, or switch quiet hours off."
NO_HOURS: Final = "Give another time than that at which they begin."
MORE: Final = f"There is more. `{PREFIX} list <owner>/<name>` shows all of a repository."
CHANGE: Final = "Change"
IN_ONE: Final = "Otherwise in one repository"
TITLE: Final = "What I tell you"
SAVE: Final = "Save"
DIGEST: Final = "A digest of your runs and of what waits for you"
QUIET: Final = "Quiet hours"
BEGINS, ENDS = "They begin at", "They end at"
HINT: Final = "By the clock of your time zone in Slack. What happens meanwhile is told once they are over."
AS_EVERYWHERE: Final = "as everywhere"
CHANNEL: Final = (
    "In the channel means the one that is bound to the repository; where there is none, you are written to."
)

KINDS: Final[Mapping[Kind, str]] = {
    "question": "I have a question about a run of yours",
    "gate": "A run begins to wait for something that you may do",
    "reminder": "It has waited for long",
    "ended": "A run of yours has ended",
    "finding": "A review of your pull request fails for what it found",
}
WAYS: Final[Mapping[Way, str]] = {
    "direct": "write to me", "channel": "in the channel, by my name", "none": "not at all",
}  # fmt: skip
DIGESTS: Final[Mapping[Digest, str]] = {
    "none": "none", "daily": "every day at 9:00", "weekly": "every Monday at 9:00",
}  # fmt: skip
SWITCH: Final = {"off": "none", "on": "between these two times"}


def linked(login: str) -> str:
    """Who they are on GitHub."""
    return f"You act as **{code(login)}** on GitHub. `{PREFIX} unlink` ends that."


def run(row: Row, page: str) -> str:
    """A run in two lines, as Slack takes them: what it is, with where it is, and where it stands."""
    name = link(f"{page}/issues/{row['issue']}", f"{row['repository']}#{row['issue']}")
    titled = f" {mrkdwn(code(row['title']))}" if row["title"] else ""
    return f"{name}{titled}\n{mrkdwn(standing([row]))}"


def budget(it: Budget) -> str:
    """What a repository has spent, of what it may, and what rests for that."""
    spent = f"{dollars(it.spent.repository)} of {dollars(it.spent.repository_allowed)}"
    rests = f"; {', '.join(map(code, it.paused))} rests for money" if it.paused else ""
    return f"- {code(it.repository.full_name)}: {spent}{rests}"


def notices(wishes: Wishes) -> str:
    """What somebody is told, a line for each kind."""
    lines = [f"- {KINDS[kind]}: {WAYS[way]}" for kind, way in each_way(wishes).items()]
    quiet = wishes.quiet
    zone = code(wishes.zone) if is_known(wishes.zone) else by_utc(wishes.zone)
    hours = f"{quiet.begins:%H:%M} to {quiet.ends:%H:%M} ({zone})" if quiet else "none"
    own = len(wishes.repositories)
    apart = [f"- Otherwise in {own} {'repository' if own == 1 else 'repositories'}"] if own else []
    return "\n".join([*lines, *apart, f"- Digest: {DIGESTS[wishes.digest]}", f"- Quiet hours: {hours}"])


def by_utc(zone: str) -> str:
    """Of a zone that this machine does not know."""
    return f"UTC: I do not know your time zone {code(zone)}"


def each_way(wishes: Wishes) -> Mapping[Kind, Way]:
    """By which way each kind is told where nothing else is said of a repository."""
    return {kind: wishes.way(kind, 0) for kind in KINDS}
