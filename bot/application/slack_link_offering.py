"""The private way to link an account, as something to press, and as a link for whoever sees no buttons."""

from datetime import datetime
from typing import Final

from bot.application import slack_words as words
from bot.application.slack_hearing import Slack
from bot.application.slack_linking import address_of, offered
from bot.domain import slack_blocks as kit
from bot.domain.slack_mrkdwn import mrkdwn
from bot.slack_link_records import Link, SlackUser
from bot.slack_records import Said

LINK: Final = "link"


def link_offered(
    user: SlackUser, slack: Slack, *, names: tuple[str, str], held: Link | None, at: datetime
) -> Said:
    """A button that leads there, and the same as a link for whoever sees none; `names` are for reading."""
    name, workspace = names
    address = address_of(offered(user, name=name, workspace=workspace, at=at), slack.tickets, slack.address)
    return _said(address, words.for_you_alone(held), words.link_here(address, held))


def unknown(user: SlackUser, slack: Slack, *, names: tuple[str, str], at: datetime) -> Said:
    """The same, to somebody who wants something done before it is known who they are."""
    name, workspace = names
    address = address_of(offered(user, name=name, workspace=workspace, at=at), slack.tickets, slack.address)
    above = f"{words.UNKNOWN}\n\n{words.for_you_alone(None)}"
    return _said(address, above, f"{words.UNKNOWN}\n\n{words.link_here(address, None)}")


def _said(address: str, above: str, otherwise: str) -> Said:
    button = kit.button(words.LINK, action=LINK, url=address, style="primary")
    return Said(text=mrkdwn(otherwise), blocks=[*kit.sections(mrkdwn(above)), *kit.actions([button])])
