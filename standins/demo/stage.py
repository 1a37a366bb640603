"""What the stories are told on: GitHub, Slack and Claude as stand-ins, and the bot, all on this machine."""

import re
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from standins.claude import Claude
from standins.demo.process import Bot, CannotPlay, free_port
from standins.demo.script import Player
from standins.demo.workspace import CALLBACK, COMMAND, workspace
from standins.demo.workspace import settings_of as slack_settings_of
from standins.github.app import key_pair, new_app
from standins.github.git import Git, GitFailed
from standins.github.people import GitHub
from standins.github.server import serve
from standins.github.state import Deployment, Repository, Role
from standins.slack.people import Slack
from standins.slack.server import serve as serve_slack
from standins.stories import REPOSITORY

THINKS_SECONDS: Final = 0.2
DEPLOYS_SECONDS: Final = 0.5
OWNER: Final = "acme"
# GitHub's limits, and so the bot's pace, are each account's own: what is told there waits for nothing here.
ELSEWHERE: Final = "globex"
FILES: Final[Mapping[str, str]] = {**REPOSITORY, ".github/claude-bot.yml": "merge_reverts: true\n"}
PEOPLE: Final[Mapping[str, Role]] = {
    "requester": "write",
    "developer": "write",
    "admin": "admin",
    "viewer": "read",
    "stranger": "none",
}
UNUSABLE: Final = re.compile(r"[^A-Za-z0-9._-]+")
Outcome = Literal["success", "failure"]


@dataclass(kw_only=True)
class Deployer:
    """Whoever deploys: takes each deployment up, and a little later says how it went."""

    github: GitHub
    outcome: Outcome = "success"

    async def work(self) -> None:
        for place in list(self.github.repositories.values()):
            for deployment in list(place.deployments.values()):
                await self._carry_on(place, deployment)

    async def _carry_on(self, place: Repository, deployment: Deployment) -> None:
        last = deployment.statuses[-1] if deployment.statuses else None
        if last is None:
            await self._say(place, deployment.id, "in_progress")
        elif last.state == "in_progress" and self._is_done(since=last.created_at):
            await self._say(place, deployment.id, self.outcome)

    def _is_done(self, *, since: datetime) -> bool:
        return self.github.now() - since > timedelta(seconds=DEPLOYS_SECONDS)

    async def _say(self, place: Repository, deployment: int, state: str) -> None:
        await self.github.set_deployment_status("deployer", place.full_name, deployment, state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything that plays a part. `claude` is None where a real model does.

    `place` is the repository of the stories on GitHub, `elsewhere` of the one in Slack.
    """

    github: GitHub
    slack: Slack
    place: Repository
    elsewhere: Repository
    bot: Bot
    deployer: Deployer
    claude: Claude | None
    player: Player


@asynccontextmanager
async def staged(*, source: Path | None, model: Mapping[str, str] | None) -> AsyncIterator[Stage]:
    """The stand-ins and the bot, until the block ends; nothing of them stays.

    `source` is somebody's own repository, `model` the settings that lead to a real model.
    """
    async with AsyncExitStack() as stack:
        directory, player = stack.enter_context(scratch()), Player()
        github = github_in(directory)
        await stack.enter_async_context(await serve(github))
        slack = workspace(PEOPLE)
        await stack.enter_async_context(await serve_slack(slack))
        claude = None if model is not None else Claude(script=player, delay_seconds=THINKS_SECONDS)
        if claude is not None:
            await stack.enter_async_context(claude.running())
            model = {"ANTHROPIC_API_KEY": "sk-ant-stand-in", "ANTHROPIC_BASE_URL": claude.url}
        place, elsewhere = await peopled(github, source)
        given = {**settings_of(github, directory), **slack_settings_of(slack), **(model or {})}
        bot = Bot(settings=given, log=directory / "bot.log")
        github.webhook_url, slack.door_url = f"{bot.url}/webhooks/github", f"{bot.url}{COMMAND}"
        github.app.callback_urls.add(f"{bot.url}{CALLBACK}")
        stack.push_async_callback(bot.stop)
        await bot.start()
        await bot.is_ready()
        deployer = Deployer(github=github)
        yield Stage(
            github=github,
            slack=slack,
            place=place,
            elsewhere=elsewhere,
            bot=bot,
            deployer=deployer,
            claude=claude,
            player=player,
        )


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory that is gone afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="bot-demo-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def github_in(directory: Path) -> GitHub:
    """GitHub with the App, whose key lies in the directory."""
    private, public = key_pair()
    key = directory / "app.pem"
    key.touch(mode=0o600)
    key.write_text(private, encoding="utf-8")
    (directory / "github").mkdir()
    app = new_app(
        public_key=public,
        webhook_secret=secrets.token_hex(20),
        client_secret=secrets.token_hex(20),
        owner=OWNER,
    )
    return GitHub(app=app, directory=directory / "github")


async def peopled(github: GitHub, source: Path | None) -> tuple[Repository, Repository]:
    """A repository and one of another account, with the same people, where the App is installed."""
    try:
        place, elsewhere = (repository_in(github, owner, source) for owner in (OWNER, ELSEWHERE))
    except GitFailed as failure:
        raise CannotPlay(f"{source}: git cannot copy it: {failure}") from None
    names = (place.full_name, elsewhere.full_name)
    for login, role in PEOPLE.items():
        github.person(login, dict.fromkeys(names, role))
    github.person("deployer", dict.fromkeys(names, "write"))
    for owner in (OWNER, ELSEWHERE):
        await github.install(owner)
    return place, elsewhere


def repository_in(github: GitHub, owner: str, source: Path | None) -> Repository:
    if source is None:
        return github.create_repository(f"{owner}/shop", FILES)
    check_can_be_copied(source)
    name = UNUSABLE.sub("-", source.resolve().name.removesuffix(".git")).strip("-.") or "repository"
    return github.create_repository(f"{owner}/{name}", source=source)


def check_can_be_copied(source: Path) -> None:
    """Raise CannotPlay where this is no git repository, has no commit, or stands on no branch."""
    if not source.is_dir():
        raise CannotPlay(f"{source}: there is no such directory")
    git = Git(source)
    if git.resolve("HEAD") is None:
        kind = "it has no commit yet" if is_repository(git) else "it is no git repository"
        raise CannotPlay(f"{source}: {kind}")
    try:
        git.text("symbolic-ref", "--short", "HEAD")
    except GitFailed:
        raise CannotPlay(f"{source}: it stands on no branch; check one out first") from None


def is_repository(git: Git) -> bool:
    try:
        git.text("rev-parse", "--git-dir")
    except GitFailed:
        return False
    return True


def settings_of(github: GitHub, directory: Path) -> dict[str, str]:
    """The settings of a bot that works for this GitHub."""
    port = free_port()
    return {
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{directory}/data/bot.db",
        "SECRET_KEY": secrets.token_hex(32),
        "GITHUB_APP_ID": str(github.app.id),
        "GITHUB_PRIVATE_KEY": str(directory / "app.pem"),
        "GITHUB_WEBHOOK_SECRET": github.app.webhook_secret,
        "ALLOWED_OWNERS": f"{OWNER},{ELSEWHERE}",
        "GITHUB_CLIENT_ID": github.app.client_id,
        "GITHUB_CLIENT_SECRET": github.app.client_secret,
        "GITHUB_API_URL": github.url,
        "GITHUB_URL": github.url,
        "ENGINE_POLLS_SECONDS": "0.05",
        "LOG_FORMAT": "json",
    }
