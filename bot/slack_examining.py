"""What the doctor looks at of Slack."""

import aiohttp

from bot.doctor import Unwell
from bot.infrastructure.resilience import Policy
from bot.infrastructure.slack_consent import access, who
from bot.infrastructure.slack_scopes import SCOPES
from bot.infrastructure.slack_wire import SlackWire
from bot.records import StepFailed
from bot.setting_slack import hears
from bot.settings import Settings
from bot.slack_opening import client_of, why_not
from bot.web.slack_installing import INSTALL


class SlackLook:
    """Whether the app can be spoken for; nothing is changed in any workspace."""

    def __init__(self, settings: Settings, guard: Policy) -> None:
        self._settings, self._guard = settings, guard

    async def say(self) -> str:
        """How it is, in a few words. Raises Unwell, StepFailed, Unavailable."""
        if not hears(self._settings.slack_signing_secret, self._settings.slack_app_token):
            return "not set up; it takes SLACK_SIGNING_SECRET or SLACK_APP_TOKEN, and what slack.yml says"
        if self._settings.slack_bot_token is not None:
            return await self._of_one(self._settings.slack_bot_token.get_secret_value())
        if self._settings.slack_client_id is None:
            raise Unwell("it is heard, and cannot answer: no SLACK_CLIENT_ID and no SLACK_BOT_TOKEN")
        if (fault := why_not(self._settings)) is not None:
            raise Unwell(fault)
        await self._knows_us()
        return f"workspaces install it at {self._settings.address}{INSTALL}"

    async def _of_one(self, token: str) -> str:
        async with aiohttp.ClientSession() as session:
            installed = await who(self._wire(session), token)
        if lacking := sorted(SCOPES.keys() - installed.scopes):
            raise Unwell(f"{installed.name} has not given it: {', '.join(lacking)}")
        return f"at work in {installed.name} alone"

    async def _knows_us(self) -> None:
        """A code that is none is refused as such where Slack knows the client that shows it."""
        async with aiohttp.ClientSession() as session:
            wire = self._wire(session)
            try:
                await access(wire, "try_client", client_of(self._settings), {"code": "none"})
            except StepFailed as no:
                if not no.detail.endswith(": invalid_code"):
                    raise Unwell(f"Slack does not take the client id and secret ({no.detail})") from None

    def _wire(self, session: aiohttp.ClientSession) -> SlackWire:
        return SlackWire(session, self._guard, base_url=self._settings.slack_api_url)
