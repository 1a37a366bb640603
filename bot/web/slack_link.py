"""Linking accounts, /slack/link: whoever has the private link and is signed in says that both are theirs."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.application.ports import Kept
from bot.application.signing_in import SignIn
from bot.application.slack_hearing import Tickets
from bot.application.slack_linking import PATH, UsedUp, link, link_of
from bot.domain.signing_in import NotSignedIn
from bot.domain.slack_links import TicketOver, check_ticket
from bot.records import Refused
from bot.slack_link_records import Ticket
from bot.web import auth_words
from bot.web import slack_link_words as words
from bot.web.api_gateway import Guards, named, told
from bot.web.auth import limited, readable
from bot.web.browser import Browsers

SHEET: Final = "/static/api.css"
TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackLinkDoor:
    """What the routes need; `signing` is None where the operator has not set it up."""

    guards: Guards
    browsers: Browsers
    signing: SignIn | None
    tickets: Tickets
    kept: Kept
    used: UsedUp

    def needed(self) -> SignIn:
        """Raises Refused."""
        if self.signing is None:
            raise Refused(503, "sign_in_not_set_up", auth_words.NOT_SET_UP)
        return self.signing


async def show(door: SlackLinkDoor, request: web.Request) -> web.StreamResponse:
    """Both accounts by name, and a form that links them; to whoever is not signed in, the way to be."""
    signing, text = door.needed(), request.query.get("ticket", "")
    ticket = _good(door, text)
    shown = door.browsers.session_of(request) or ""
    try:
        person = (await signing.session(shown)).person
    except NotSignedIn:
        return _to_sign_in(text)
    held = await link_of(ticket.user, door.kept)
    return await _page(
        "slack_link.html",
        ticket=ticket,
        person=person,
        held=None if held is None or held.person == person else held,
        text=text,
        csrf=door.browsers.csrf_of(shown),
    )


async def confirm(door: SlackLinkDoor, request: web.Request) -> web.StreamResponse:
    """From now on they are linked: said by that very browser's session, on a page of ours, with this link."""
    signing, shown = door.needed(), door.browsers.session_of(request)
    if shown is None:
        raise NotSignedIn("session_over")
    await door.browsers.check_meant(request, shown)
    person = (await signing.session(shown)).person
    ticket = _good(door, str((await request.post()).get("ticket", "")))
    made = await link(ticket, person, kept=door.kept, used=door.used)
    return await _page("slack_linked.html", link=made)


def _good(door: SlackLinkDoor, text: str) -> Ticket:
    return check_ticket(door.tickets.open(text), door.kept.clock.now())


def _to_sign_in(text: str) -> web.Response:
    back = quote(f"{PATH}?ticket={text}")
    return web.Response(status=303, headers={"Location": f"/auth/login?next={back}"})


@cache
def _templates() -> Any:
    import jinja2  # noqa: PLC0415  heavy, and only these pages need it

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _rendered(name: str, parts: Mapping[str, Any]) -> str:
    return str(_templates().get_template(name).render(**parts, sheet=SHEET, path=PATH))


async def _page(name: str, **parts: Any) -> web.Response:
    """A page of ours; what is in it comes from outside, and is text."""
    text = await asyncio.to_thread(_rendered, name, parts)
    return web.Response(text=text, content_type="text/html", charset="utf-8")


Handle = Callable[[SlackLinkDoor, web.Request], Awaitable[web.StreamResponse]]


def slack_link_of(door: SlackLinkDoor) -> web.Application:
    """An application of its own, behind a quota for each address."""
    app = web.Application(middlewares=[named, readable, limited(door.guards)])
    app.router.add_get("", _bound(door, show), allow_head=False)
    app.router.add_post("", _bound(door, confirm))
    app.on_response_prepare.append(told)
    return app


def _bound(door: SlackLinkDoor, handle: Handle) -> Handler:
    """The route's handler, with what it needs; what keeps somebody from it is said with a status."""

    async def handled(request: web.Request) -> web.StreamResponse:
        try:
            return await handle(door, request)
        except TicketOver as no:
            raise Refused(400, no.code, words.WHY[no.code]) from None
        except NotSignedIn as no:
            raise Refused(auth_words.STATUS.get(no.code, 400), no.code, auth_words.WHY[no.code]) from None

    return handled
