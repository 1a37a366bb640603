"""The team of the stories: its repository, its people, Claude, and the bot at work, afresh for each test."""

import asyncio
import contextlib
import gc
import io
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import structlog
from hypothesis import settings

from standins.claude import Claude
from standins.claude_replies import Script
from standins.github.app import key_pair, new_app
from standins.github.people import GitHub
from standins.github.server import serve
from standins.slack.people import Slack
from tests.story import Team
from tests.story.clock import Ahead
from tests.story.databases import Template, bring_up, template_in
from tests.story.oracle import check
from tests.story.places import ROLES, Repositories
from tests.story.running import Bot
from tests.story.scripts import REPOSITORY, writes
from tests.story.slack import Window, settings_of, workspace

# A property is not false because the machine was busy.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

SERVER: Final = os.environ.get("TEST_POSTGRES_URL")
# Every delivery of every story comes twice: each must end the same.
TWICE: Final = bool(os.environ.get("TEST_TWICE"))
SECRETS: Final[Mapping[str, str]] = {
    "webhook secret": "whsec-canary-" + "w" * 32,
    "api key": "sk-ant-canary-" + "a" * 32,
    "secret key": "key-canary-" + "k" * 32,
    "signing secret": "slack-signing-canary-" + "s" * 32,
    "private key": key_pair()[0].splitlines()[5],
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, then the stories: no worker is left alone with them at the end."""
    items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: none of the many looks for garbage need go through it."""
    gc.collect()
    gc.freeze()


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("long"):
        return 0
    return 1 if "story_database" in getattr(item, "fixturenames", ()) else 2


@pytest.fixture(scope="session")
def sqlite_template() -> Iterator[Template]:
    with template_in(None) as template:
        asyncio.run(bring_up(template.url))
        yield template


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[Template]:
    with template_in(SERVER) as template:
        asyncio.run(bring_up(template.url))
        yield template


@pytest.fixture(params=["sqlite", "postgresql"] if SERVER else ["sqlite"])
def story_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a story, of which nothing stays."""
    template: Template = request.getfixturevalue(f"{request.param}_template")
    with template.copied(tmp_path / "data") as url:
        yield url


@pytest.fixture
def environment() -> Mapping[str, str]:
    """Settings of this story beside those that every story has."""
    return {}


@pytest.fixture
def files() -> Mapping[str, str]:
    """What the repository of the story holds."""
    return REPOSITORY


@pytest.fixture
def script() -> Script:
    """What Claude does."""
    return writes()


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """Where the logs go; afterwards logging is as it was."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture
def clock() -> Ahead:
    """The bot's clock, which a story may put forward."""
    return Ahead()


@pytest.fixture
def bent(clock: Ahead) -> Mapping[str, Any]:
    """What wiring is told beside what it always is."""
    return {"clock": clock}


@pytest.fixture
async def hub(tmp_path: Path, files: Mapping[str, str]) -> AsyncIterator[GitHub]:
    """GitHub with the team's repository and its people."""
    (tmp_path / "github").mkdir()
    app = new_app(public_key=key_pair()[1], webhook_secret=SECRETS["webhook secret"])
    world = GitHub(app=app, directory=tmp_path / "github", deployer="success")
    world.postman.twice = TWICE
    async with await serve(world):
        world.create_repository("acme/shop", files)
        for login, role in ROLES.items():
            world.person(login, {"acme/shop": role})
        await world.install("acme")
        yield world


@pytest.fixture
async def slack(request: pytest.FixtureRequest) -> AsyncIterator[Slack | None]:
    """Slack with the team in a workspace; None but where a story is marked with it."""
    if request.node.get_closest_marker("slack") is None:
        yield None
        return
    async with workspace(signing_secret=SECRETS["signing secret"]) as world:
        world.postman.twice = TWICE
        yield world


@pytest.fixture
async def claude(script: Script) -> AsyncIterator[Claude]:
    async with Claude(script=script, api_key=SECRETS["api key"]).running() as claude:
        yield claude


@pytest.fixture
def settings_given(
    tmp_path: Path,
    story_database: str,
    hub: GitHub,
    slack: Slack | None,
    claude: Claude,
    environment: Mapping[str, str],
) -> dict[str, str]:
    """What the operator set."""
    key = tmp_path / "app.pem"
    key.touch(mode=0o600)
    key.write_text(key_pair()[0], encoding="utf-8")
    given = {
        "DATABASE_URL": story_database,
        "SECRET_KEY": SECRETS["secret key"],
        "GITHUB_APP_ID": str(hub.app.id),
        "GITHUB_PRIVATE_KEY": str(key),
        "GITHUB_WEBHOOK_SECRET": SECRETS["webhook secret"],
        "GITHUB_API_URL": hub.url,
        "GITHUB_URL": hub.url,
        "ANTHROPIC_API_KEY": SECRETS["api key"],
        "ANTHROPIC_BASE_URL": claude.url,
        "ENGINE_POLLS_SECONDS": "0.05",
        "POOL_SIZES": "3,4,100",
    }
    return {**given, **(settings_of(slack) if slack else {}), **environment}


@pytest.fixture
def bot(settings_given: dict[str, str], hub: GitHub, slack: Slack | None, bent: Mapping[str, Any]) -> Bot:
    """The bot, not started yet."""
    return Bot(environment=settings_given, hub=Repositories(world=hub), slack=slack, bent=bent)


@pytest.fixture
async def team(
    bot: Bot, claude: Claude, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[Team]:
    """The team; at the end of its story everything is looked over.

    In Slack each acts as the one on GitHub who has the same name.
    """
    window = None if bot.slack is None else Window(world=bot.slack, bot=bot)
    team = Team(github=bot.hub, claude=claude, bot=bot, window=window)
    with contextlib.chdir(tmp_path), structlog.testing.capture_logs() as logged:
        await bot.starts()
        for login in ROLES if window else ():
            await team.slack.links(login, login)
        try:
            yield team
            await check(team, logged=[*map(str, logged), caplog.text], secrets=SECRETS)
        finally:
            await bot.stops()
