"""Installing in Slack: begun in a browser, ended in the same; and forgetting at once what is gone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.application.ports import Clock
from bot.application.signing_in import fresh_text
from bot.application.slack_access import Installations
from bot.domain import slack_installing as rules
from bot.domain.slack_installing import NotInstalled
from bot.records import StepFailed
from bot.slack_records import Installed, Returned, Workspace

log = structlog.get_logger()


class States(Protocol):
    """Installations under way, each good once and for the browser that began it."""

    async def begin(self, state: str, *, browser: str, now: datetime, lasts: timedelta) -> None: ...

    async def use_up(self, state: str, *, browser: str, now: datetime) -> bool: ...


class Consent(Protocol):
    """Slack, as a workspace takes the app in. What asks raises StepFailed, Unavailable."""

    def page(self, *, state: str) -> str: ...

    async def exchange(self, code: str) -> Installed: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackInstalling:
    """What installing needs; `hide` keeps a new token out of every log."""

    states: States
    consent: Consent
    installations: Installations
    clock: Clock
    hide: Callable[[Installed], None]

    async def begin(self) -> tuple[str, str]:
        """What the browser keeps meanwhile, and Slack's page for it. Raises Unavailable."""
        browser, state = fresh_text(), fresh_text()
        now = self.clock.now()
        await self.states.begin(state, browser=browser, now=now, lasts=rules.TO_RETURN)
        return browser, self.consent.page(state=state)

    async def finish(self, returned: Returned, *, browser: str) -> Installed:
        """The app in the workspace, kept. Raises NotInstalled, Unavailable.

        The state is used up before anything is asked, so that no code is ever tried twice.
        """
        rules.check_begun_here(returned, browser)
        now = self.clock.now()
        if not await self.states.use_up(returned.state, browser=browser, now=now):
            raise NotInstalled("state_foreign")
        code = rules.code_of(returned)
        try:
            installed = await self.consent.exchange(code)
        except StepFailed as no:
            raise NotInstalled(no.code if no.code in _FOR_PEOPLE else "slack_refused") from None
        self.hide(installed)
        await self.installations.keep(installed, now=now)
        log.info("slack_installed", team=installed.workspace.team)
        return installed


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetInstallation:
    """Slack told at this moment that the app is gone, or that the tokens of these bots are void."""

    workspace: Workspace
    told_at: datetime
    bots: frozenset[str] | None = None


async def forget_installation(asked: ForgetInstallation, installations: Installations) -> bool:
    """Forget its tokens at once, in every process; whether there was anything to forget. Raises Unavailable.

    What was installed anew since then stays.
    """
    kept = await installations.get(asked.workspace)
    if kept is None or not rules.is_meant(kept, of=asked.workspace, told_at=asked.told_at, bots=asked.bots):
        return False
    gone = await installations.forget(kept)
    if gone:
        log.info("slack_forgotten", team=asked.workspace.team, why="told")
    return gone


_FOR_PEOPLE = frozenset({"code_refused", "slack_misconfigured"})
