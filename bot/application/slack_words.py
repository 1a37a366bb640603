"""Every sentence that is said in Slack alone."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from bot.application import slack_fault_words, words
from bot.application.refusal_words import refusal
from bot.domain.commands import PREFIX
from bot.domain.policy import Denied
from bot.domain.slack_channels import SharedChannel
from bot.domain.slack_links import NotLinked
from bot.domain.slack_people import NotHeard
from bot.domain.slack_places import NotThere, Unnamed
from bot.slack_channel_records import Bound
from bot.slack_link_records import Link

MOST_AN_HOUR: Final = 60

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
LINK: Final = "Link my GitHub account"
UNKNOWN: Final = (
    "I do not know who you are on GitHub yet. Once your account there is linked, you may do here what it may "
    "do there."
)
NOT_THERE: Final = (
    f"There is nothing by that name that you could see. `{PREFIX} list <owner>/<name>` shows what there is "
    "in a repository."
)
_UNNAMED: Final[Mapping[str, str]] = {
    "repository": "say in which repository, as `<owner>/<name>` behind the command, or have somebody who "
    f"administers one make it this channel's: `{PREFIX} default <owner>/<name>`.",
    "id": f"say which, by its id behind the command. `{PREFIX} list <owner>/<name>` shows the ids.",
    "pull": "say which pull request, as `<owner>/<name>#12` behind the command, or `#12` where the channel "
    "has a repository.",
}
HELP_SOMEWHERE: Final = (
    f"What of that you may do depends on the repository: `{PREFIX} help <owner>/<name>` says it."
)
NOT_BOUND: Final = (
    f"This channel has no repository. Somebody who administers one can say `{PREFIX} default <owner>/<name>`."
)
BAD_DEFAULT: Final = (
    f"Say a repository: `{PREFIX} default <owner>/<name>`; `{PREFIX} default none` takes it back."
)
_SHARED: Final = (
    "People of another organisation read along in this channel, and that repository is private: nothing "
    "of it is told here."
)
NOTHING_LINKED: Final = f"Your account here is linked to none on GitHub. `{PREFIX} link` links it."


def refused(no: Denied) -> str:
    """Why not."""
    match no:
        case NotHeard():
            why = _UNHEARD[no.why]
            return why[0].upper() + why[1:]
        case NotLinked():
            return NOT_LINKED
        case NotThere():
            return NOT_THERE
        case Unnamed():
            why = _UNNAMED[no.what]
            return why[0].upper() + why[1:]
        case SharedChannel():
            return _SHARED
        case _:
            return refusal(no)


def asked_for(integration_id: str, repository: str, issue: str) -> str:
    """It is taken, and where it can be followed."""
    return (
        f"I am at it: `{integration_id}` in {repository}. How it goes stands on <{issue}>, and "
        f"`{PREFIX} status {integration_id}` says it here."
    )


def begun(where: str) -> str:
    """It is taken, and what comes of it stands there."""
    return f"I am at it. What comes of it stands on <{where}>"


def bound(repository: str, *, is_member: bool) -> str:
    """The channel has a repository from now on."""
    invite = "" if is_member else " I am not in this channel: `/invite` me, and I can tell here how it goes."
    return f"From now on {repository} is the repository of this channel.{invite}"


def bound_by(held: Bound) -> str:
    """Which repository the channel has."""
    return (
        f"{held.repository.full_name} is the repository of this channel, since "
        f"{held.since:%Y-%m-%d %H:%M} UTC, said by {held.by.login}."
    )


def freed(held: Bound) -> str:
    """The channel has none any more."""
    return f"Done: {held.repository.full_name} is the repository of this channel no more."


def failed(code: str) -> str:
    """What hindered it, on Slack's side or on ours."""
    why = slack_fault_words.WHY.get(code)
    return words.stopped(code) if why is None else f"{why[0].upper()}{why[1:]}."


def link_here(address: str, held: Link | None) -> str:
    """The private way to link one's account."""
    return f"Link this Slack account to yours on GitHub: <{address}>\n{for_you_alone(held)}"


def for_you_alone(held: Link | None) -> str:
    """Whose that way is, and how long."""
    before = f" It acts as {held.person.login} until then." if held else ""
    return (
        "That is for you alone, once, and for ten minutes: whoever else followed it would have you act as "
        f"them.{before}"
    )


def unlinked(held: Link) -> str:
    """It acts as nobody any more."""
    return f"Done: this account acts as {held.person.login} no more. `{PREFIX} link` links it again."


def too_many(again: datetime) -> str:
    """Nothing more of theirs is done until then."""
    return (
        f"That was not done: within an hour I take {MOST_AN_HOUR} commands of one account. I hear you again "
        f"from {again:%H:%M} UTC. Until then buttons work as ever, and so does the word `stop` in the thread "
        "of a run."
    )


def held_by(links: Iterable[Link]) -> str:
    """Every link, a line each, for the operator."""
    lines = [
        f"{each.since:%Y-%m-%d %H:%M}  {each.user.place}  {each.name} in {each.workspace}  acts as "
        f"{each.person.login} ({each.person.id})"
        for each in links
    ]
    return "\n".join(lines) or "no Slack account is linked"
