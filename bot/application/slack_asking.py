"""Asked for in Slack: an integration, on an issue that the bot opens for it, and where it was asked for."""

from dataclasses import dataclass, replace
from typing import Final

from bot.application import commands, refusal_words, refusing, words
from bot.application.asked import RequestIntegration
from bot.application.ports import Kept, World
from bot.application.recording import append_beside
from bot.application.requesting import new_id, request_text
from bot.application.wanting import NOT_YET, Wish, issue_for, say_so
from bot.domain.integration import Integration
from bot.domain.policy import Denied
from bot.domain.slack_asked import asked_in, place_in, stream_of
from bot.domain.states import InvalidStateTransition
from bot.issue_records import Issue
from bot.records import Actor, StepFailed
from bot.slack_link_records import SlackUser
from bot.slack_records import Place

DOOR: Final = "slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """Where and by whom in Slack something is asked for; the key is the delivery's."""

    place: Place
    user: SlackUser
    person: Actor
    key: str


async def want(wish: Wish, asker: From, world: World) -> Integration:
    """The integration that is asked for by that; the same key asks once.

    Raises Denied, InvalidStateTransition, StepFailed, Unavailable. What was opened for it says so then.
    """
    asked = RequestIntegration(
        by=asker.person,
        repository=wish.repository,
        issue=NOT_YET,
        request=request_text(wish.what, Issue(title="", body="", author=asker.person)),
        base=wish.base,
        micro_usd=wish.micro_usd,
        plan_first=wish.plan_first,
        anyway=wish.anyway,
    )
    issue = await issue_for(wish, asked, world, key=asker.key, door=DOOR)
    asked = replace(asked, issue=issue)
    await _note_where(asker, world)
    try:
        return await commands.handle(asked, key=asker.key, door=DOOR, world=world)
    except (Denied, InvalidStateTransition, StepFailed) as no:
        code, said = told(no)
        conversation = refusing.Conversation(repository=wish.repository, issue=issue)
        await note_refusal(asker, conversation, "integrate", (code, said), world)
        await say_so(asked, said, world, key=asker.key)
        raise


async def place_asked(integration_id: str, kept: Kept) -> Place | None:
    """Where in Slack it was asked for; None where that was not in Slack. Raises Unavailable."""
    return place_in(await kept.log.read(stream_of(integration_id)))


async def note_refusal(
    asker: From, where: refusing.Conversation, name: str, no: tuple[str, str], world: World
) -> None:
    """A refusal, by its code and words, is a fact of the conversation, as that of a comment is."""
    key, by = f"refused:{asker.key}", asker.person
    meta = {"by": by.id, "login": by.login, "door": DOOR, "key": key}
    command = refusing.Command(by=by, name=name, code=no[0], said=no[1])
    await refusing.note(world, where, command, key=key, meta=meta)


def told(no: Denied | InvalidStateTransition | StepFailed) -> tuple[str, str]:
    """The code of a refusal, and what is said to it: as on GitHub."""
    match no:
        case Denied():
            return no.code, refusal_words.refusal(no)
        case InvalidStateTransition():
            return "invalid_state_transition", refusal_words.refusal(no)
        case StepFailed():
            return no.code, words.stopped(no.code)


async def _note_where(asker: From, world: World) -> None:
    """Before it is asked for, so that whoever is told of it knows where."""
    own, key = new_id(asker.key), f"slack-asked:{asker.key}"
    meta = {"by": asker.person.id, "login": asker.person.login, "door": DOOR, "key": key}
    await append_beside(world, stream_of(own), asked_in(asker.place, asker.user), key=key, meta=meta)
