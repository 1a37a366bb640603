"""Our GitHub adapters on one end of a socket, GitHub's stand-in on the other."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp

from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_branches import GitHubBranches
from bot.infrastructure.github_checks import GitHubChecks
from bot.infrastructure.github_comments import GitHubComments
from bot.infrastructure.github_deployments import GitHubDeployments
from bot.infrastructure.github_files import GitHubFiles
from bot.infrastructure.github_pulls import GitHubPullRequests
from bot.infrastructure.github_repositories import GitHubRepositories
from bot.infrastructure.resilience import POLICIES, Policy
from bot.records import Actor, FileEdit, MergeMethod, Repository
from standins.faults import Fault, Kind
from standins.github.app import key_pair, new_app
from standins.github.people import GitHub
from standins.github.server import serve

ERP = "acme/erp"
BRANCH = "claude/send-invoices"
FILES = {"README.md": "# ERP\n", "src/old.py": "old\n", "run.sh": "#!/bin/sh\n"}


@dataclass
class Side:
    """The two ends, and the repository that most tests are about."""

    github: GitHub
    app: GitHubApp
    repository: Repository

    def __post_init__(self) -> None:
        self.repositories = GitHubRepositories(self.app)
        self.comments = GitHubComments(self.app)
        self.branches = GitHubBranches(self.app)
        self.pulls = GitHubPullRequests(self.app)
        self.checks = GitHubChecks(self.app)
        self.files = GitHubFiles(self.app)
        self.deployments = GitHubDeployments(self.app)

    def actor(self, login: str) -> Actor:
        return Actor(id=self.github.account(login).id, login=login)

    def fails(self, kind: Kind, method: str, route: str) -> None:
        """What goes wrong once on this route."""
        self.github.faults.add(Fault(kind=kind, method=method, route=route))

    def stale(self, route: str, *, seconds: float) -> Fault:
        """Reads of this route that show what was so long ago."""
        return Fault(kind="stale", method="GET", route=route, times=None, seconds=seconds)

    def calls(self) -> list[str]:
        return [f"{call.method} {call.route}" for call in self.github.calls]

    async def main(self) -> str:
        """Where the default branch stands."""
        return self.github.repository(ERP).branches["main"]

    async def commit(self, *edits: FileEdit, message: str = "Send paid invoices") -> str:
        """A commit on the default branch, on no branch yet."""
        parent = await self.main()
        made = await self.branches.commit(self.repository, parent=parent, edits=edits, message=message)
        return made.sha

    async def branch(self, *, named: str = BRANCH) -> str:
        """A branch of ours with one file more; its head."""
        sha = await self.commit(FileEdit(path="src/erp.py", content=b"send()\n"))
        await self.branches.create(self.repository, named, sha=sha)
        return sha

    async def pull(self) -> tuple[int, str]:
        """A pull request of ours: its number and its head."""
        head = await self.branch()
        pull = await self.pulls.open(self.repository, branch=BRANCH, base="main", title="Invoices", body="b")
        return pull.number, head

    async def merge(self, number: int, head: str, *, method: MergeMethod = "merge") -> str | None:
        """Merge it as the bot does."""
        message = "Send paid invoices\n\nIntegration: 1"
        return await self.pulls.merge(self.repository, number, head=head, method=method, message=message)

    def on_main(self, path: str) -> str:
        """A file of the default branch."""
        return self.github.repository(ERP).git.text("show", f"main:{path}")

    def elsewhere(self) -> Repository:
        """The same name, another number."""
        return replace(self.repository, id=self.repository.id + 100_000)


@asynccontextmanager
async def github_side(directory: Path, *, timer: Callable[[], float] = time.monotonic) -> AsyncIterator[Side]:
    """Both ends; nothing that either said broke the published description."""
    private, public = key_pair()
    github = GitHub(app=new_app(public_key=public, webhook_secret="s" * 32), directory=directory)
    made = github.create_repository(ERP, FILES)
    github.person("dev", {ERP: "write"})
    installation = await github.install("acme")
    async with await serve(github) as server, aiohttp.ClientSession() as session:
        app = GitHubApp(
            session,
            app_id=github.app.id,
            private_key=private,
            policy=Policy("github", **POLICIES["github"]),
            base_url=server.url,
            timer=timer,
        )
        yield Side(github, app, Repository(id=made.id, full_name=ERP, installation_id=installation.id))
    assert github.violations == []
