"""The bot's tokens in Slack in use: renewed before they end, by one at a time, and forgotten when refused."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

import structlog

from bot.application.ports import Clock
from bot.domain.slack_installing import is_over, is_to_renew
from bot.records import StepFailed, Unavailable
from bot.slack_records import Installed, KeptInstallation, SlackTokens, Workspace

T = TypeVar("T")
Ask = Callable[[str], Awaitable[T]]

# Longer than Slack is waited for; whoever ended in the middle keeps nobody from it for longer.
CLAIMED: Final = timedelta(seconds=45)
LOOKS: Final = 100
LOOK_SECONDS: Final = 0.1
# What Slack says of a token that it takes no more.
DEAD: Final = frozenset((
    "slack_account_inactive", "slack_invalid_auth", "slack_not_authed", "slack_token_expired",
    "slack_token_revoked",
))  # fmt: skip
NOT_INSTALLED: Final = "slack_not_installed"

log = structlog.get_logger()


class Installations(Protocol):
    """The app in workspaces, its tokens sealed; the version changes with each change of them."""

    async def keep(self, installed: Installed, *, now: datetime) -> None: ...

    async def get(self, workspace: Workspace) -> KeptInstallation | None: ...

    async def forget(self, kept: KeptInstallation) -> bool: ...

    async def claim(self, kept: KeptInstallation, *, now: datetime, until: datetime) -> bool: ...

    async def release(self, kept: KeptInstallation) -> None: ...

    async def renew(self, kept: KeptInstallation, tokens: SlackTokens) -> bool: ...


class SlackAccess(Protocol):
    """Whoever speaks to a workspace is given its token here, and here alone."""

    async def installed(self, workspace: Workspace) -> Installed:
        """Who the bot is there. Raises StepFailed("slack_not_installed"), Unavailable."""

    async def used(self, workspace: Workspace, ask: Ask[T]) -> T:
        """What Slack answers to the token. Raises StepFailed, Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledAccess:
    """Tokens of many workspaces. `renew` raises StepFailed, Unavailable; `hide` keeps one out of the logs."""

    installations: Installations
    renew: Callable[[str], Awaitable[SlackTokens]]
    clock: Clock
    hide: Callable[[SlackTokens], None]

    async def installed(self, workspace: Workspace) -> Installed:
        """Who the bot is there. Raises StepFailed, Unavailable."""
        return (await self._kept(workspace)).installed

    async def used(self, workspace: Workspace, ask: Ask[T]) -> T:
        """What Slack answers to the token. Raises StepFailed, Unavailable."""
        kept = await self._current(workspace)
        try:
            return await ask(kept.installed.tokens.access)
        except StepFailed as no:
            if no.code not in DEAD:
                raise
            dead = no.code
        # It was taken back; or another process has renewed it since, and then the new one is good.
        newer = await self.installations.get(workspace)
        if newer is None or newer.is_still(kept):
            raise await self._over(kept, dead)
        return await ask(newer.installed.tokens.access)

    async def _kept(self, workspace: Workspace) -> KeptInstallation:
        kept = await self.installations.get(workspace)
        if kept is None:
            raise StepFailed(NOT_INSTALLED, workspace.team)
        self.hide(kept.installed.tokens)
        return kept

    async def _current(self, workspace: Workspace) -> KeptInstallation:
        kept = await self._kept(workspace)
        now = self.clock.now()
        if not is_to_renew(kept.installed.tokens, now):
            return kept
        if await self.installations.claim(kept, now=now, until=now + CLAIMED):
            return await self._renewed(workspace, kept)
        # Another renews it; until the old one ends that is good as well.
        return await self._awaited(workspace, kept) if is_over(kept.installed.tokens, now) else kept

    async def _renewed(self, workspace: Workspace, kept: KeptInstallation) -> KeptInstallation:
        """It is ours to renew. What the answer was that did not come, the next try tells."""
        try:
            tokens = await self.renew(kept.installed.tokens.refresh or "")
        except StepFailed as no:
            if no.code == "slack_refresh_refused":
                raise await self._over(kept, no.code) from None
            await self.installations.release(kept)
            raise Unavailable(no.code) from None
        except Unavailable:
            await self.installations.release(kept)
            raise
        self.hide(tokens)
        await self.installations.renew(kept, tokens)
        return await self._kept(workspace)

    async def _awaited(self, workspace: Workspace, kept: KeptInstallation) -> KeptInstallation:
        """A second try would be refused, and end what the first one began."""
        for _ in range(LOOKS):
            newer = await self._kept(workspace)
            if not newer.is_still(kept):
                return newer
            await asyncio.sleep(LOOK_SECONDS)
        raise Unavailable("slack_token_renewing", retry_after=5)

    async def _over(self, kept: KeptInstallation, why: str) -> StepFailed:
        """Slack takes nothing of this installation any more: it is forgotten, in every process."""
        await self.installations.forget(kept)
        log.warning("slack_forgotten", team=kept.installed.workspace.team, why=why)
        return StepFailed(NOT_INSTALLED, kept.installed.workspace.team)


@dataclass(slots=True, kw_only=True)
class OneWorkspace:
    """One token that the operator gave, for one workspace; which that is, Slack says once."""

    token: str
    who: Callable[[str], Awaitable[Installed]]
    _found: Installed | None = None

    async def installed(self, workspace: Workspace) -> Installed:
        """Who the bot is there. Raises StepFailed, Unavailable."""
        if self._found is None:
            self._found = await self.who(self.token)
        if self._found.workspace.team != workspace.team:
            raise StepFailed(NOT_INSTALLED, workspace.team)
        return self._found

    async def used(self, workspace: Workspace, ask: Ask[T]) -> T:
        """What Slack answers to the token. Raises StepFailed, Unavailable."""
        await self.installed(workspace)
        return await ask(self.token)
