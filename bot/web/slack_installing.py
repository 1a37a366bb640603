"""Where a workspace takes the app in: /slack/install leads to Slack's page, /slack/oauth_redirect back."""

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bot.application.slack_installing import SlackInstalling
from bot.domain.slack_installing import NotInstalled
from bot.domain.visible import visible_characters
from bot.records import Refused
from bot.slack_records import Returned
from bot.web import slack_install_words as words
from bot.web.api_gateway import Guards, named, told
from bot.web.auth import limited, readable
from bot.web.browser import Browsers

INSTALL: Final = "/slack/install"
REDIRECT: Final = "/slack/oauth_redirect"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackInstallDoor:
    """What the routes need; `installing` is None where the operator has not set it up."""

    guards: Guards
    browsers: Browsers
    installing: SlackInstalling | None

    def mount(self, app: web.Application) -> None:
        """At their addresses, behind a quota for each address: an installation costs a question to Slack."""
        for path, handle in ((INSTALL, self.begin), (REDIRECT, self.come_back)):
            part = web.Application(middlewares=[named, readable, limited(self.guards)])
            part.router.add_get("", handle, allow_head=False)
            part.on_response_prepare.append(told)
            app.add_subapp(path, part)

    async def begin(self, _request: web.Request) -> web.StreamResponse:
        """To Slack's page, with a promise in the browser that it was this one that went there."""
        browser, page = await self._needed().begin()
        response = web.Response(status=303, headers={"Location": page})
        self.browsers.keep(response, self.browsers.installing, browser)
        return response

    async def come_back(self, request: web.Request) -> web.StreamResponse:
        """From Slack's page: the app is in the workspace, or it is said why not."""
        asked = request.query
        returned = Returned(
            state=asked.get("state", ""), code=asked.get("code", ""), error=asked.get("error", "")
        )
        browser = request.cookies.get(self.browsers.installing, "")
        try:
            installed = await self._needed().finish(returned, browser=browser)
        except NotInstalled as no:
            raise Refused(words.STATUS.get(no.code, 400), no.code, words.WHY[no.code]) from None
        response = web.Response(text=words.installed(visible_characters(installed.name)))
        self.browsers.drop(response, self.browsers.installing)
        return response

    def _needed(self) -> SlackInstalling:
        """Raises Refused."""
        if self.installing is None:
            raise Refused(503, "slack_not_set_up", words.NOT_SET_UP)
        return self.installing
