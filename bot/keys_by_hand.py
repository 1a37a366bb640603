"""API keys by hand, for the operator: made, listed and revoked, beside the running bot."""

from collections.abc import Sequence
from datetime import timedelta

from bot.api_records import ApiKey
from bot.application import key_words
from bot.application.key_acts import make_by_hand, revoke_by_hand
from bot.application.keys import made as create
from bot.application.signing import replace, rotate
from bot.domain.api_keys import LONGEST_DAYS, UnknownScope, permissions_of
from bot.domain.key_facts import stream_of
from bot.freezing_by_hand import app_of
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_installations import Installed, installed
from bot.infrastructure.github_seen import person
from bot.operating import kept
from bot.records import Actor
from bot.settings import Settings
from bot.troubles import Mistaken, NotThere


async def made(settings: Settings, login: str, place: str, scopes: Sequence[str], days: int) -> str:
    """A new key of that person for that installation, shown this once. Raises Mistaken, NotThere."""
    if not 0 < days <= LONGEST_DAYS:
        raise Mistaken(f"a key lasts from 1 to {LONGEST_DAYS} days")
    async with kept(settings) as stored:
        person, installation = await _looked_up(settings, login, place)
        try:
            permissions = permissions_of(scopes)
        except UnknownScope as unknown:
            raise Mistaken(key_words.unknown_scope(str(unknown))) from None
        now = stored.clock.now()
        key, text = create(
            person=person,
            installation_id=installation,
            permissions=permissions,
            until=now + timedelta(days=days),
            now=now,
        )
        await make_by_hand(stored, stored.keys, key, text)
    return key_words.shown_once(key, text)


async def listed(settings: Settings) -> str:
    """Every key, a line each; none of them can be used by that."""
    async with kept(settings) as stored:
        keys: list[ApiKey] = await stored.keys.listed()
        return key_words.listed(keys, stored.clock.now())


async def history(settings: Settings, place: str) -> str:
    """What became of the keys of an installation, a line each; a number is not asked of GitHub.

    Raises NotThere.
    """
    async with kept(settings) as stored:
        return key_words.history(await stored.log.read(stream_of(await _number_of(settings, place))))


async def _number_of(settings: Settings, place: str) -> int:
    """Also of one that is there no more: what happened stays known by its number."""
    if place.isascii() and place.isdecimal():
        return int(place)
    async with app_of(settings) as app:
        return (await place_of(app, place)).id


async def revoked(settings: Settings, key_id: str) -> str:
    """It counts no more, nor does any that was made with it. Raises NotThere."""
    async with kept(settings) as stored:
        gone = await revoke_by_hand(stored, stored.keys, key_id)
    if not gone:
        raise NotThere(f"no key {key_id} counts; `python -m bot keys list` lists them")
    return key_words.revoked(gone)


async def rotated(settings: Settings) -> str:
    """A new key signs access tokens, once it is known; none of them ends by that."""
    async with kept(settings) as stored:
        return key_words.rotated(await rotate(stored.signing_keys, stored.clock.now()))


async def replaced(settings: Settings) -> str:
    """A new key signs access tokens at once, and those by any other count no more."""
    async with kept(settings) as stored:
        return key_words.replaced(await replace(stored.signing_keys, stored.clock.now()))


async def _looked_up(settings: Settings, login: str, place: str) -> tuple[Actor, int]:
    """Names are asked of GitHub now, and known by number from then on."""
    async with app_of(settings) as app:
        there = await place_of(app, place)
        found = await person(app, there.id, login)
    if found is None or found["type"] != "User":
        raise NotThere(f"GitHub knows no person called {login}")
    return Actor(id=found["id"], login=found["login"]), there.id


async def place_of(app: GitHubApp, place: str) -> Installed:
    """The installation of this number, or on the account of this name. Raises NotThere."""
    for each in await installed(app):
        if place == str(each.id) or place.casefold() == each.account.casefold():
            return each
    raise NotThere(f"the App has no installation {place}; give its number, or the account it is on")
