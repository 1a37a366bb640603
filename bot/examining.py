"""What the doctor looks at, made from the settings: each part says how it is, or raises."""

import asyncio
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import aiohttp
import yaml

from bot.application.freeze_words import listed
from bot.doctor import Examine, NothingThere, Unwell
from bot.domain.freezing import FAMILY, in_force
from bot.github_opening import github_app
from bot.granted import LESS, lacking
from bot.infrastructure.aside import Aside
from bot.infrastructure.claude_models import name_of
from bot.infrastructure.clock import UtcClock
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database, path_of
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_deliveries import GitHubDeliveries
from bot.infrastructure.github_hook import Hook, hook_of
from bot.infrastructure.github_installations import accounts_of
from bot.infrastructure.migrations import SchemaTooNew, applied, newest
from bot.infrastructure.notes import Notes
from bot.infrastructure.observing import Nobody
from bot.infrastructure.redaction import LiveSecrets
from bot.infrastructure.shared import try_out
from bot.sandboxing import sandbox_of
from bot.secret_key import secret_key_of
from bot.settings import Misconfigured, Settings
from bot.sign_in_opening import CALLBACK, why_not
from bot.slack_examining import SlackLook
from bot.storage import KEY_CHECK, check_is_there, check_key
from bot.suppliers import ANTHROPIC, policies
from bot.web.webhooks import PATH

NEWEST_PYTHON: Final = (3, 14)
OLDEST_GIT: Final = (2, 34)
SPARE_BYTES: Final = 1024**3
SKEW_SECONDS: Final = 30.0
RECENT: Final = timedelta(days=1)
MANIFEST: Final = Path(__file__).resolve().parents[1] / "app.yml"


@asynccontextmanager
async def parts(settings: Settings) -> AsyncIterator[Mapping[str, Examine]]:
    """A look at each thing that is there to be looked at."""
    async with AsyncExitStack() as stack:
        guards = policies(Nobody())
        looks = Looks(settings)
        found: dict[str, Examine] = {
            "python": looks.python,
            "settings": looks.settings,
            "data": looks.data,
            "database": looks.database,
            "secret": looks.secret,
            "cache": looks.cache,
            "deliveries": looks.deliveries,
            "freezes": looks.freezes,
            "sign-in": looks.sign_in,
            "slack": SlackLook(settings, guards["slack"]).say,
            "git": looks.git,
            "sandbox": lambda: looks.sandbox(sandbox_of(settings, guards["sandbox"]).check),
        }
        if settings.anthropic_api_key is not None:
            found["claude"] = looks.claude
        if settings.github is not None:
            working = github_app(settings, settings.github, guards["github"], LiveSecrets())
            app = await stack.enter_async_context(working)
            found |= {
                "clock": looks.clock,
                "github": lambda: looks.github(app),
                "owners": lambda: looks.owners(app),
                "permissions": lambda: looks.permissions(app),
                "webhook": lambda: looks.webhook(app),
                "payloads": lambda: looks.payloads(app),
                "certificate": lambda: looks.certificate(app),
                "arrivals": lambda: looks.arrivals(app),
            }
        yield found


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """The database there, which must be."""
    database = await Database.open(url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def begun(settings: Settings) -> AsyncIterator[Database]:
    """The database, where a bot has begun one. Raises NothingThere."""
    try:
        await check_is_there(settings.database_url)
    except Misconfigured:
        raise NothingThere from None
    async with opened(settings.database_url) as database:
        yield database


def _hands_nothing_on(_connection: object, _follow_ups: object) -> None: ...


def try_to_write(directory: Path) -> None:
    """Raises OSError where nothing can be kept there."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryFile(dir=directory) as file:
        file.write(b"well")


def _there(hook: Hook | None) -> Hook:
    if hook is None:
        raise NothingThere
    return hook


class Looks:
    """One method for each check."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def python(self) -> str:
        version = sys.version_info[:2]
        if version >= NEWEST_PYTHON:
            raise Unwell(f"Python {sys.version.split()[0]} is newer than what this was tried on")
        return f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}"

    async def settings(self) -> str:
        if self._settings.setup_mode:
            raise Unwell("no GitHub App is set up: GITHUB_APP_ID, GITHUB_PRIVATE_KEY, GITHUB_WEBHOOK_SECRET")
        if self._settings.anthropic_api_key is None:
            raise Unwell("ANTHROPIC_API_KEY is missing")
        return f"complete; reached at {self._settings.address}"

    async def data(self) -> str:
        directory = self._settings.data_directory
        await asyncio.to_thread(try_to_write, directory)
        free = shutil.disk_usage(directory).free
        if free < SPARE_BYTES:
            raise Unwell(f"{directory}: only {free // 2**20} MiB are free")
        return f"{directory}, {free // 2**30} GiB free"

    async def database(self) -> str:
        path = path_of(self._settings.database_url)
        if path is not None and not path.is_file():
            return f"none yet at {path}; the first start makes it"
        async with opened(self._settings.database_url) as database:
            number = await database.read(applied)
        if number is None:
            return "reached, and empty; the first start makes its tables"
        if number > newest():
            raise SchemaTooNew(number)
        tables = "its tables are up to date" if number == newest() else "the next start changes its tables"
        return f"reached, and {tables}"

    async def secret(self) -> str:
        async with begun(self._settings) as database:
            sealed = await Notes(database).get(KEY_CHECK)
        if sealed is None:
            raise NothingThere
        try:
            check_key(Crypto(secret_key_of(self._settings, is_begun=True)), sealed)
        except Misconfigured as fault:
            raise Unwell(str(fault)) from None
        return "the one that the database was begun with"

    async def cache(self) -> str:
        if self._settings.redis_url is None:
            return "each process has its own; REDIS_URL is not set"
        await try_out(self._settings.redis_url)
        return "shared in Redis, sealed"

    async def deliveries(self) -> str:
        async with begun(self._settings) as database:
            count = await Aside(database, _hands_nothing_on).count()
        if count:
            raise Unwell("1 was set aside" if count == 1 else f"{count} were set aside")
        return "none was set aside"

    async def freezes(self) -> str:
        async with begun(self._settings) as database:
            clock = UtcClock()
            log = EventStore(database, clock, _hands_nothing_on, Nobody())
            return "; ".join(listed(in_force(await log.newest(FAMILY), clock.now())).splitlines())

    async def sign_in(self) -> str:
        if self._settings.github_client_id is None:
            return "not set up, so nobody can; it takes GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET"
        if (fault := why_not(self._settings)) is not None:
            raise Unwell(fault)
        return f"set up; the App's callback URL has to be {self._settings.address}{CALLBACK}"

    async def clock(self) -> str:
        answer = await self._headers(f"{self._settings.github_api_url}/meta")
        if "Date" not in answer:
            raise Unwell("GitHub's answer has no date")
        there = parsedate_to_datetime(answer["Date"])
        skew = (UtcClock().now() - there.astimezone(UTC)).total_seconds()
        if abs(skew) > SKEW_SECONDS:
            raise Unwell(f"{skew:.0f} seconds away from GitHub's")
        return "agrees with GitHub's"

    async def github(self, app: GitHubApp) -> str:
        about = await app.about()
        return f"{about.name} of {about.owner_login}"

    async def owners(self, app: GitHubApp) -> str:
        there = await accounts_of(app)
        if not there:
            raise Unwell("the App is installed nowhere")
        served = self._settings.allowed_owners or ((await app.about()).owner_login,)
        told = f"the App is installed on {', '.join(there)}; served: {', '.join(served)}"
        if {each.casefold() for each in there}.isdisjoint(each.casefold() for each in served):
            raise Unwell(told)
        return told

    async def permissions(self, app: GitHubApp) -> str:
        about = await app.about()
        wanted = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
        lacks = lacking(about, wanted["default_permissions"], wanted["default_events"])
        if needed := [name for name in lacks if name not in LESS]:
            raise Unwell(f"missing: {', '.join(needed)}")
        if lacks:
            less = ", ".join(dict.fromkeys(LESS[name] for name in lacks))
            return f"all that is needed; without {', '.join(lacks)} {less}"
        return "all that app.yml names"

    async def webhook(self, app: GitHubApp) -> str:
        wanted, hook = f"{self._settings.address}{PATH}", await hook_of(app)
        if hook is None:
            raise Unwell("the App has none, so nothing will be heard")
        if not hook.leads_to(wanted):
            raise Unwell(f"GitHub sends to {hook.url}, and not to {wanted}")
        return f"leads to {wanted}"

    async def payloads(self, app: GitHubApp) -> str:
        hook = _there(await hook_of(app))
        if hook.content_type != "json":
            raise Unwell(f"GitHub sends them as {hook.content_type}, and the bot takes JSON alone")
        return "are sent as JSON"

    async def certificate(self, app: GitHubApp) -> str:
        if not _there(await hook_of(app)).checks_certificate:
            raise Unwell("GitHub does not check the bot's, so anybody in between could read along")
        return "GitHub checks the bot's"

    async def arrivals(self, app: GitHubApp) -> str:
        failures, sent = await GitHubDeliveries(app).failures(since=UtcClock().now() - RECENT)
        if failures:
            reasons = ", ".join(f"{why} ({count})" for why, count in failures.most_common())
            raise Unwell(f"{failures.total()} of the last day's {sent} never arrived: {reasons}")
        return f"all of the last day's {sent} arrived" if sent else "GitHub sent nothing in the last day"

    async def claude(self) -> str:
        given, address = self._settings.anthropic_api_key, self._settings.anthropic_base_url or ANTHROPIC
        key = given.get_secret_value() if given else ""
        name = await name_of(self._settings.claude_model, base_url=address, api_key=key)
        return f"{address} takes the key, and has {name}"

    async def git(self) -> str:
        process = await asyncio.create_subprocess_exec("git", "version", stdout=asyncio.subprocess.PIPE)
        said = (await process.communicate())[0].decode().split()[2]
        version = tuple(int(part) for part in said.split(".")[:2])
        if version < OLDEST_GIT:
            raise Unwell(f"git {said} is too old")
        return f"git {said}"

    async def sandbox(self, check: Callable[[], Awaitable[str | None]]) -> str:
        fault = await check()
        if fault is not None:
            raise Unwell(fault)
        return "runs, and is held in its limits"

    async def _headers(self, url: str) -> Mapping[str, str]:
        """What comes with an answer; that there is none is told by another check."""
        try:
            async with aiohttp.ClientSession() as session, session.head(url, allow_redirects=False) as answer:
                return answer.headers
        except aiohttp.ClientError:
            raise NothingThere from None
