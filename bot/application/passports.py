"""The passport of an integration, with what its facts hold only digests of."""

from contextlib import suppress

from bot.application import passport_words as words
from bot.application.ports import World
from bot.application.recording import amend
from bot.application.spec import Spec, read_spec
from bot.application.texts import load_text
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.passport import passport_of
from bot.records import StepFailed


async def passport_section(world: World, it: Integration) -> str:
    """The passport as it is now, for the pull request's body."""
    passport = passport_of(it, await world.log.read(it.id))
    return words.section(passport, await _spec(world, it))


async def _spec(world: World, it: Integration) -> Spec | None:
    """None where there is none, or it is no longer kept."""
    if it.spec:
        with suppress(StepFailed):
            return read_spec(await load_text(world, it, it.spec))
    return None


async def complete(world: World, it: Integration, *, key: str) -> Integration:
    """Say on the pull request who approved it, before it is merged; saying it twice changes nothing.

    What stands there otherwise stays. What GitHub does not take keeps no merge waiting: that is noted.
    """
    number, section = it.pull_request or 0, await passport_section(world, it)
    try:
        body = await world.pulls.body(it.repository, number)
        anew = words.completed(body, section)
        if anew != body:
            await world.pulls.rewrite(it.repository, number, body=anew)
    except StepFailed:
        return await amend(world, it.id, lambda _: [e.PassportCompleted(taken=False)], key=key)
    return await amend(world, it.id, lambda _: [e.PassportCompleted()], key=key)
