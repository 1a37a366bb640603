"""Command: retry."""

from bot.application import words
from bot.application.asked import Retry
from bot.domain.commands import Command
from bot.domain.states import State
from handlers.conversation import Here

COMMAND = Command(
    name="retry",
    usage="retry [<id>] [from <state>]",
    help="try again what failed, from where it is still good: validating, generating or testing",
    needs=Retry.needs,
)


async def run(here: Here) -> str:
    """Try it again."""
    integration_id, rest = await here.meant_and_why()
    match rest.lower().split():
        case []:
            wanted = None
        case ["from", name] if name in set(State):
            wanted = State(name)
        case _:
            return words.bad_retry()
    asked = Retry(by=here.by, repository=here.repository, integration_id=integration_id, wanted=wanted)
    it = await here.send(asked)
    if it.retried is None:
        raise AssertionError("it was tried again, or refused")
    return words.at_work_again(by=it.retried.by.login, state=it.retried.state, issue=it.issue)
