"""Whom of Slack the bot hears: members of the workspace, and of all others those whom the operator named."""

from collections.abc import Collection

from bot.domain.policy import Denied
from bot.slack_records import SlackPerson, Workspace


class NotHeard(Denied):
    """They are none of those whom the bot hears in Slack; `why` is bot, gone, stranger or guest."""

    code = "not_heard"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def check_heard(person: SlackPerson, workspace: Workspace, named: Collection[str]) -> None:
    """Raise NotHeard. Of `named`, people as team/user, guests and strangers are heard all the same.

    Slack calls nobody a stranger with whom it shows a channel: whoever is of another team is one.
    """
    if person.is_bot:
        raise NotHeard("bot")
    if person.is_deactivated:
        raise NotHeard("gone")
    if f"{person.team}/{person.id}" in named:
        return
    if person.is_stranger or person.team not in {workspace.team, workspace.enterprise}:
        raise NotHeard("stranger")
    if person.is_guest:
        raise NotHeard("guest")
