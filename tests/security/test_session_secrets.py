"""No code, token, state or session is in a log, an answer, a fact or a table (security catalogue, SX)."""

import io
import json
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
from yarl import URL

from bot.doors import open_bot
from bot.infrastructure.telemetry import set_up_logs
from bot.instruments import Instruments
from bot.settings import Settings
from tests.doors.running import free_port
from tests.story.running import Bot

CLIENT_SECRET: Final = "client-secret-canary-" + "c" * 20


@dataclass
class Trail:
    """A browser, and all that it was given."""

    session: aiohttp.ClientSession
    root: URL
    statuses: list[int] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    async def goes(self, url: str | URL, method: str = "GET", **headers: str) -> str:
        """One request; where it leads."""
        asked = self.session.request(method, url, headers=headers, allow_redirects=False)
        async with asked as answer:
            self.statuses.append(answer.status)
            self.answers.append(await answer.text())
            self.secrets |= {cookie.value for cookie in answer.cookies.values() if cookie.value}
            return answer.headers.get("Location", "")

    async def signs_in_and_out(self) -> None:
        """All that a browser does, and some things that nobody should do."""
        page = await self.goes(self.root / "auth/login")
        self.secrets.add(URL(page).query["state"])
        back = await self.goes(page)
        await self.goes(back)
        await self.goes(back)
        await self.goes(self.root / "api/v1/me")
        await self.goes(self.root / "auth/session")
        own = str(json.loads(self.answers.pop())["csrf_token"])  # that one is meant to be told
        self.secrets.add(own)
        for secret in sorted(self.secrets):
            await self.goes(self.root / "api/v1/me", Authorization=f"Bearer {secret}")
            await self.goes(self.root / "auth/callback", Cookie=f"signin={secret}; session={secret}")
        await self.goes(self.root / "auth/logout", "POST", **{"Origin": str(self.root), "X-CSRF-Token": own})


async def test_sx_01_nothing_of_a_sign_in_is_in_a_log_an_answer_or_a_table(
    bot: Bot, out: io.StringIO
) -> None:
    world, root = bot.hub.world, URL(f"http://127.0.0.1:{free_port()}")
    world.app.client_secret, world.authorizations.at_the_browser = CLIENT_SECRET, "viewer"
    world.app.callback_urls = {f"{root.origin()}/auth/callback"}
    given = {
        "GITHUB_CLIENT_ID": world.app.client_id,
        "GITHUB_CLIENT_SECRET": CLIENT_SECRET,
        "PORT": str(root.port),
        "PUBLIC_URL": str(root.origin()),
    }
    settings, instruments = Settings.read({**bot.environment, **given}), Instruments()
    set_up_logs(level="debug", form="json", secrets=instruments.hidden, stream=out)

    async with (
        open_bot(settings, instruments=instruments) as (it, _),
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
    ):
        assert it is not None
        trail = Trail(session, root.origin())
        await trail.signs_in_and_out()
        facts = [repr(each) async for each in it.stored.log.streams()]

    assert trail.statuses[:6] == [303, 302, 303, 400, 200, 200]
    assert set(trail.statuses[6:-1]) == {400, 401}
    assert trail.statuses[-1] == 204
    assert "person_signed_in" in out.getvalue()
    secrets = {*trail.secrets, *world.authorizations.given, CLIENT_SECRET}
    assert len(secrets) >= 8
    check_absent(secrets, "".join([out.getvalue(), *trail.answers, *facts]).encode())
    check_absent(secrets, files_of(settings))


def check_absent(secrets: set[str], content: bytes) -> None:
    assert [each for each in secrets if each.encode() in content] == []


def files_of(settings: Settings) -> bytes:
    """What a thief of the database would have, where it is a file."""
    files: Any = settings.beside_the_database.glob("bot.db*") if settings.on_sqlite else ()
    return b"".join(path.read_bytes() for path in files)
