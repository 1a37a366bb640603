"""Freezing by hand, for the operator: everything, an account or a repository, beside the running bot."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

from bot.application import freeze_words
from bot.application.freezing import lifted_by_hand, note
from bot.application.frozen import freezes
from bot.domain.freezing import EVERYTHING, LEVELS, Scope, froze, reason
from bot.domain.moments import ahead
from bot.github_opening import github_app
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_installations import Installed, installed
from bot.infrastructure.github_purposes import READ
from bot.infrastructure.observing import Nobody
from bot.infrastructure.redaction import LiveSecrets
from bot.operating import kept
from bot.settings import Settings
from bot.suppliers import policies
from bot.troubles import Mistaken, NotThere

WHAT = "say `all`, `org <account>` or `repo <owner>/<name>`"


async def freeze(settings: Settings, words: list[str], until: str | None) -> str:
    """Freeze what the words begin with, for the reason that follows. Raises Mistaken, NotThere."""
    name_count = 0 if words[0] == LEVELS[0] else 1
    why = reason(words[1 + name_count :])
    if not why:
        raise Mistaken(f"say why behind what is to be frozen; {WHAT}")
    async with kept(settings) as stored:
        end = _end(until, stored.clock.now())
        scope = await _scope(settings, words[: 1 + name_count])
        fact = froze(scope, by=None, why=why, until=end)
        key = f"by-hand-{uuid4()}"
        await note(stored, scope, fact, key=key, meta=_meta(key))
        return freeze_words.listed(await freezes(stored))


async def unfreeze(settings: Settings, words: list[str]) -> str:
    """Lift every freeze of just this scope, whoever said it; what is still in force. Raises NotThere."""
    scope = await _scope(settings, words)
    theirs = Scope(level=scope.level, id=scope.id, name=scope.name, installation=scope.installation)
    key = f"by-hand-{uuid4()}"
    async with kept(settings) as stored:
        lifted = await lifted_by_hand(stored, (scope, theirs), key=key, meta=_meta(key))
        left = freeze_words.listed(await freezes(stored))
    if not lifted:
        raise NotThere(f"there is no such freeze. In force: {'; '.join(left.splitlines())}")
    return f"lifted. In force:\n{left}"


async def listed(settings: Settings) -> str:
    """Every freeze in force, a line each."""
    async with kept(settings) as stored:
        return freeze_words.listed(await freezes(stored))


def _meta(key: str) -> Mapping[str, Any]:
    return {"login": "operator", "door": "command line", "key": key}


def _end(until: str | None, now: datetime) -> datetime | None:
    if until is None:
        return None
    end = ahead(until, now)
    if end is None:
        raise Mistaken(f"{until} is no time; say 2h, 3d, 2026-12-24 or 2026-12-24T18:00Z")
    if end <= now:
        raise Mistaken(f"{until} is past; say when it is to end, or leave that out")
    return end


async def _scope(settings: Settings, words: list[str]) -> Scope:
    """Names are asked of GitHub now: they may be another's by tomorrow. Raises Mistaken, NotThere."""
    match words:
        case ["all"]:
            return EVERYTHING
        case ["org", name]:
            async with app_of(settings) as app:
                there = await _account(app, name)
            return Scope(
                level="org", id=there.account_id, name=there.account, installation=there.id, by_operator=True
            )
        case ["repo", name] if name.count("/") == 1 and all(name.split("/")):
            async with app_of(settings) as app:
                return await _repository(app, *name.split("/"))
        case _:
            raise Mistaken(WHAT)


async def _repository(app: GitHubApp, owner: str, name: str) -> Scope:
    there = await _account(app, owner)
    found = await app.named(there.id, name, READ)
    if found is None:
        raise NotThere(f"the App's installation on {there.account} sees no repository {name}")
    return Scope(
        level="repo", id=found["id"], name=found["full_name"], installation=there.id, by_operator=True
    )


async def _account(app: GitHubApp, name: str) -> Installed:
    found = [each for each in await installed(app) if each.account.casefold() == name.casefold()]
    if not found:
        raise NotThere(f"the App is not installed on {name}")
    return found[0]


@asynccontextmanager
async def app_of(settings: Settings) -> AsyncIterator[GitHubApp]:
    """The App, asked beside the running bot. Raises Mistaken where none is set up."""
    if settings.github is None:
        raise Mistaken("set GITHUB_APP_ID, GITHUB_PRIVATE_KEY and GITHUB_WEBHOOK_SECRET first")
    guard = policies(Nobody())["github"]
    async with github_app(settings, settings.github, guard, LiveSecrets()) as app:
        yield app
