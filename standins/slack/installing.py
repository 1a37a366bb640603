"""How the app comes into a workspace: the page where a person consents, and what follows from it."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from standins.slack.state import Installation, User
from standins.slack.world import World

AUTHORIZE: Final = "/oauth/v2/authorize"


def authorize(world: World, asked: Mapping[str, str]) -> web.Response:
    """Whoever sits at the browser consents at once, and is sent back with a code."""
    app = world.app
    if asked.get("client_id") != app.client_id:
        return web.Response(status=400, text="Invalid client_id parameter")
    back = asked.get("redirect_uri")
    if not app.redirect_urls or (back is not None and back not in app.redirect_urls):
        return web.Response(
            status=400, text=f"redirect_uri did not match any configured URIs. Passed URI: {back}"
        )
    scopes = tuple(each for each in asked.get("scope", "").split(",") if each)
    if not scopes or not set(scopes) <= set(app.scopes):
        world.violations.append(f"{AUTHORIZE}: scopes that the app does not have: {scopes}")
        return web.Response(status=400, text=f"Invalid permissions requested: {scopes}")
    target, state = back or min(app.redirect_urls), asked.get("state", "")
    name = world.authorizations.at_the_browser
    if name is None:
        return _sent_back(target, error="access_denied", state=state)
    code = world.authorizations.consented(world.named(name), scopes, redirect_uri=back, now=world.now())
    return _sent_back(target, code=code, state=state)


def _sent_back(to: str, **said: str) -> web.Response:
    return web.Response(status=302, headers={"Location": f"{to}?{urlencode(said)}"})


def install(world: World, person: User, scopes: tuple[str, ...]) -> Installation:
    """The app in this person's workspace; a second time it stays the same bot, with these scopes."""
    old = world.installations.get(person.team.id)
    bot = old.bot if old else _bot(world, person)
    made = Installation(team=person.team, bot=bot, installer=person, scopes=scopes)
    world.installations[person.team.id] = made
    for token in world.tokens.values():
        if token.installation.team.id == person.team.id:
            token.installation = made
    world.note("app.installed", person.team, person)
    return made


def _bot(world: World, person: User) -> User:
    """The app's bot user in this workspace, whom a removal does not take out of the people's list."""
    for user in world.users.values():
        if user.app_id == world.app.id and user.team.id == person.team.id:
            user.deleted = False
            return user
    bot = User(
        id=world.new_id("U"),
        team=person.team,
        name="claude",
        kind="bot",
        bot_id=world.new_id("B"),
        app_id=world.app.id,
        updated=world.now(),
    )
    world.users[bot.id] = bot
    return bot
