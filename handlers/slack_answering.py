"""What is said to a command in Slack, typed or written to the bot, and for whom that is."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.application import refusal_words, slack_words, words
from bot.application.slack_hearing import Slack
from bot.application.slack_link_offering import unknown
from bot.application.slack_linking import link_of
from bot.domain.commands import PREFIX, Command, Misspoken, Spoken, read
from bot.domain.policy import Denied
from bot.domain.slack_links import NotLinked
from bot.domain.slack_mrkdwn import mrkdwn
from bot.domain.slack_people import check_heard
from bot.domain.slack_typed import straight
from bot.domain.states import InvalidStateTransition
from bot.records import StepFailed
from bot.slack_records import Said
from handlers.conversation import Context
from handlers.slack_conversation import Seen, SlackRun, There
from handlers.slack_payloads import SlackCommand

# Where a window is opened for whoever is linked.
BARE: Final = ("", "integrate")
# What is about an account, or a channel, and nothing that others need to see.
OF_ONE: Final = frozenset(("default", "link", "unlink"))
Known = Mapping[str, tuple[Command, SlackRun]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said, and of which repositories something is told by it; `is_private` for one person alone."""

    said: Said
    about: Sequence[Seen] = ()
    is_private: bool = False


async def answered(command: SlackCommand, context: Context, slack: Slack, known: Known) -> Answer:
    """Do it, as whoever they are on GitHub; what is said to it. Raises Unavailable."""
    declarations = tuple(each for each, _ in known.values())
    try:
        person = await slack.people.person(command.workspace, command.by.id)
        check_heard(person, command.workspace, slack.named)
        if command.text.strip() in BARE and await link_of(command.by, context.world) is None:
            command = replace(command, text="link")
        spoken = read(f"{PREFIX} {straight(command.text, declarations)}".rstrip(), declarations)
    except (Misspoken, Denied, StepFailed) as no:
        return await plain(_refused(no))
    if spoken is None:
        return await plain(words.help_text(declarations))
    return await done(spoken, command, context, slack, known)


async def done(spoken: Spoken, command: SlackCommand, context: Context, slack: Slack, known: Known) -> Answer:
    """The same of a command that is read already. Raises Unavailable."""
    declarations, found = tuple(each for each, _ in known.values()), list[Seen]()
    there = There(
        context=context, slack=slack, command=command, spoken=spoken, known=declarations, found=found
    )
    try:
        said = await known[spoken.name][1](there)
    except NotLinked:
        return unlinked(command, context, slack)
    except (Denied, InvalidStateTransition, StepFailed) as no:
        return replace(await plain(_refused(no)), about=found)
    made = said if isinstance(said, Said) else await as_said(said)
    return Answer(said=made, about=found, is_private=spoken.name in OF_ONE)


def unlinked(command: SlackCommand, context: Context, slack: Slack) -> Answer:
    """The way to link their account, for them alone."""
    names = (command.name, command.workspace_name)
    said = unknown(command.by, slack, names=names, at=context.world.clock.now())
    return Answer(said=said, is_private=True)


def _refused(no: Exception) -> str:
    match no:
        case Misspoken():
            return words.misspoken(no)
        case Denied():
            return slack_words.refused(no)
        case InvalidStateTransition():
            return refusal_words.refusal(no)
        case StepFailed():
            return slack_words.failed(no.code)
        case _:
            raise no


async def plain(text: str) -> Answer:
    """These words, which tell nothing of any repository."""
    return Answer(said=await as_said(text))


async def as_said(text: str) -> Said:
    """Our Markdown as Slack reads it; in a thread, since a long one takes its time."""
    return Said(text=await asyncio.to_thread(mrkdwn, text))
