"""The people of an installation by hand, for the operator, beside the running bot."""

from typing import Final

from bot.application import key_words, slack_words
from bot.application.members import Member, Members
from bot.application.slack_linking import all_links
from bot.freezing_by_hand import app_of
from bot.infrastructure.github_repositories import GitHubRepositories
from bot.infrastructure.pages import Pages
from bot.keys_by_hand import place_of
from bot.operating import kept
from bot.settings import Settings

AT_ONCE: Final = 20


async def linked(settings: Settings) -> str:
    """Every Slack account that acts as somebody on GitHub. Raises Unavailable."""
    async with kept(settings) as stored:
        return slack_words.held_by(await all_links(stored))


async def told(settings: Settings, place: str | None) -> str:
    """The people of that installation; where none is said, all Slack accounts that act as somebody."""
    return await linked(settings) if place is None else await listed(settings, place)


async def listed(settings: Settings, place: str) -> str:
    """Each, and what GitHub says they are in the repositories in which something was asked for last.

    Raises NotThere, Unavailable.
    """
    found: list[Member] = []
    async with kept(settings) as stored, app_of(settings) as app:
        there = await place_of(app, place)
        members = Members(
            people=Pages(stored.database),
            clock=stored.clock,
            kept=stored,
            role_name=GitHubRepositories(app).role_name,
        )
        is_more = True
        while is_more:
            last = found[-1].person.id if found else 0
            page, is_more = await members.page(there.id, after=last, most=AT_ONCE)
            found += page
    return key_words.members(found)
