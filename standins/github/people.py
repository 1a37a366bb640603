"""People on GitHub: what they do is done as on its pages, without a token."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from standins.github.asking import Asking
from standins.github.deeds import (
    branches,
    checks,
    deployments,
    installations,
    issues,
    merging,
    pulls,
    statuses,
    workflows,
)
from standins.github.describing import Describing
from standins.github.discussing import Discussing
from standins.github.forking import Forking
from standins.github.git import Git
from standins.github.hooks import Postman
from standins.github.runners import Runners
from standins.github.state import Account, Delivery, Effect, Installation, Repository, Role
from standins.github.world import comment_of, issue_of


@dataclass(kw_only=True)
class GitHub(Describing, Discussing, Asking, Forking, Runners):
    """GitHub with its people: every act is told to the App before it returns."""

    def __post_init__(self) -> None:
        self.postman = Postman(self)
        for account in (self.app.owner, self.app.bot):
            account.id = account.id or self.new_id()
            self.accounts[account.login.lower()] = account

    async def settle(self) -> None:
        """Let deployments be carried out, commits be looked at, and deliveries be sent."""
        deployments.deploy(self)
        workflows.run_workflows(self)
        statuses.run_ci(self)
        await self.postman.post()

    async def close(self) -> None:
        await self.postman.close()

    def create_repository(
        self,
        full_name: str,
        files: Mapping[str, str | bytes | None] | None = None,
        *,
        source: Path | None = None,
        default_branch: str = "main",
        private: bool = True,
    ) -> Repository:
        """A repository with these files, or with all that one on this machine holds."""
        git = Git(self.directory / f"{self.new_id()}.git")
        if source is not None:
            git.copy(source)
            default_branch = git.text("symbolic-ref", "--short", "HEAD")
        else:
            git.initialise(default_branch)
        repository = self.add_repository(full_name, git, default_branch=default_branch, private=private)
        if source is None:
            content = {"README.md": f"# {repository.name}\n"} if files is None else files
            mine = {"branch": default_branch, "message": "Begin"}
            branches.push(self, repository, repository.owner, content, **mine)
        return repository

    def person(self, login: str, permission: Mapping[str, Role] | None = None) -> Account:
        """A person, with a role in each of these repositories."""
        account = self.add_account(login)
        for full_name, role in (permission or {}).items():
            self.repository(full_name).roles[account.login] = role
        return account

    def effects_named(self, name: str) -> list[Effect]:
        return [each for each in self.effects if each.name == name]

    def deliveries_of(self, event: str, action: str | None = None) -> list[Delivery]:
        return [each for each in self.deliveries if each.event == event and action in {None, each.action}]

    def _change(self, full_name: str) -> Repository:
        repository = self.repository(full_name)
        self.before_change(repository)
        return repository

    async def install(
        self, owner: str, *, by: str | None = None, repositories: Iterable[str] | None = None
    ) -> Installation:
        """The App on an account, for all of its repositories or for these."""
        ids = None if repositories is None else {self.repository(each).id for each in repositories}
        account = self.add_account(owner, "Organization")
        installer = self.add_account(by) if by else account
        made = installations.install(self, account, installer, repository_ids=ids)
        await self.settle()
        return made

    async def uninstall(self, owner: str, *, by: str) -> None:
        installations.uninstall(self, self._installation(owner), self.account(by))
        await self.settle()

    async def suspend(self, owner: str, *, by: str) -> None:
        installations.suspend(self, self._installation(owner), self.account(by))
        await self.settle()

    async def unsuspend(self, owner: str, *, by: str) -> None:
        installations.unsuspend(self, self._installation(owner), self.account(by))
        await self.settle()

    async def remove_from_installation(self, full_name: str, *, by: str) -> None:
        repository = self._change(full_name)
        installation = self._installation(repository.owner.login)
        installations.remove_repository(self, installation, self.account(by), repository)
        await self.settle()

    def _installation(self, owner: str) -> Installation:
        account = self.account(owner)
        return next(each for each in self.installations.values() if each.account.id == account.id)

    async def open_issue(self, login: str, full_name: str, title: str, body: str = "") -> int:
        """Its number."""
        issue = issues.open_issue(self, self._change(full_name), self.account(login), title, body)
        await self.settle()
        return issue.number

    async def comment(self, login: str, full_name: str, number: int, body: str) -> int:
        """The comment's id."""
        repository = self._change(full_name)
        made = issues.comment(self, repository, self.account(login), issue_of(repository, number), body)
        await self.settle()
        return made.id

    async def edit_comment(self, login: str, full_name: str, comment_id: int, body: str) -> None:
        repository = self._change(full_name)
        issues.edit_comment(self, repository, self.account(login), comment_of(repository, comment_id), body)
        await self.settle()

    async def delete_comment(self, login: str, full_name: str, comment_id: int) -> None:
        repository = self._change(full_name)
        issues.delete_comment(self, repository, self.account(login), comment_of(repository, comment_id))
        await self.settle()

    async def close_issue(self, login: str, full_name: str, number: int) -> None:
        repository = self._change(full_name)
        issues.set_issue_state(self, repository, issue_of(repository, number), self.account(login), "closed")
        await self.settle()

    async def label(self, login: str, full_name: str, number: int, name: str) -> None:
        repository = self._change(full_name)
        issues.add_labels(self, repository, self.account(login), issue_of(repository, number), [name])
        await self.settle()

    async def push(
        self,
        login: str,
        full_name: str,
        files: Mapping[str, str | bytes | None],
        *,
        branch: str = "main",
        message: str = "Change",
    ) -> str:
        """The new commit; a file that is None is deleted, a branch that is new is made."""
        repository, by = self._change(full_name), self.account(login)
        sha = branches.push(self, repository, by, files, branch=branch, message=message)
        await self.settle()
        return sha

    async def merge_into(
        self, login: str, full_name: str, commit: str, files: Mapping[str, str | bytes | None], *, branch: str
    ) -> str:
        """A merge by hand of that commit into the branch, with these files; the new commit."""
        repository, by = self._change(full_name), self.account(login)
        sha = branches.merge_into(self, repository, by, commit, files, branch=branch)
        await self.settle()
        return sha

    async def delete_branch(self, login: str, full_name: str, branch: str) -> None:
        branches.delete_branch(self, self._change(full_name), self.account(login), branch)
        await self.settle()

    async def open_pull(
        self, login: str, full_name: str, *, head: str, base: str = "main", title: str, **more: Any
    ) -> int:
        """Its number; `more` may be its body, and whether it is a draft."""
        repository, by = self._change(full_name), self.account(login)
        said: dict[str, Any] = {"head": head, "base": base, "title": title, "body": "", **more}
        issue = pulls.open_pull(self, repository, by, **said)
        await self.settle()
        return issue.number

    async def close_pull(self, login: str, full_name: str, number: int) -> None:
        repository, by = self._change(full_name), self.account(login)
        pulls.set_pull_state(self, repository, issue_of(repository, number), by, "closed")
        await self.settle()

    async def reopen_pull(self, login: str, full_name: str, number: int) -> None:
        repository, by = self._change(full_name), self.account(login)
        pulls.set_pull_state(self, repository, issue_of(repository, number), by, "open")
        await self.settle()

    async def merge_pull(self, login: str, full_name: str, number: int, *, sha: str | None = None) -> str:
        """The commit on the base."""
        repository, by = self._change(full_name), self.account(login)
        made = merging.merge(self, repository, by, issue_of(repository, number), sha=sha)
        await self.settle()
        return made

    async def review(
        self,
        login: str,
        full_name: str,
        number: int,
        *,
        event: str = "APPROVE",
        body: str = "",
        comments: Sequence[Mapping[str, Any]] = (),
    ) -> int:
        """The review's id; `event` is APPROVE, REQUEST_CHANGES or COMMENT."""
        repository, by = self._change(full_name), self.account(login)
        issue = issue_of(repository, number)
        made = pulls.review(self, repository, by, issue, event=event, body=body, comments=comments)
        await self.settle()
        return made.id

    async def dismiss_review(self, login: str, full_name: str, number: int, review_id: int) -> None:
        repository, by = self._change(full_name), self.account(login)
        pulls.dismiss(self, repository, by, issue_of(repository, number), review_id)
        await self.settle()

    async def rerun_check(self, login: str, full_name: str, check_id: int) -> None:
        """The re-run button."""
        repository = self.repository(full_name)
        checks.rerequest(self, repository, repository.checks[check_id], login)
        await self.settle()

    async def run_check(  # noqa: PLR0913  what a check run is
        self,
        full_name: str,
        head: str,
        name: str,
        *,
        app: str = "github-actions",
        conclusion: str | None = None,
        output: Mapping[str, Any] | None = None,
        log: str | None = None,
    ) -> int:
        """Another App's check run on a commit, in progress or ended; `log` is its job's. Its id."""
        state = {"conclusion": conclusion} if conclusion else {"status": "in_progress"}
        asked = {"name": name, "head_sha": head, "output": dict(output or {}), **state}
        made = checks.run_by_another(self, self._change(full_name), asked, slug=app, log=log)
        await self.settle()
        return made.id

    async def end_check(self, full_name: str, check_id: int, conclusion: str) -> None:
        repository = self._change(full_name)
        checks.update_check(self, repository, repository.checks[check_id], {"conclusion": conclusion})
        await self.settle()

    async def end_suite(self, full_name: str, head: str, conclusion: str) -> None:
        """A workflow ended before any job of it began."""
        repository = self._change(full_name)
        checks.end_suite(self, repository, head, slug="github-actions", conclusion=conclusion)
        await self.settle()

    async def set_status(
        self, login: str, full_name: str, head: str, context: str, state: str, *, description: str = ""
    ) -> None:
        """Somebody says of a commit how it is, without a check run."""
        repository, by = self._change(full_name), self.account(login)
        said = {"context": context, "state": state, "description": description}
        statuses.set_status(self, repository, by, head, **said)
        await self.settle()

    async def ready(self, login: str, full_name: str, number: int) -> None:
        """A person makes a draft ready."""
        repository, by = self._change(full_name), self.account(login)
        pulls.make_ready(self, repository, issue_of(repository, number), by)
        await self.settle()

    async def set_deployment_status(
        self, login: str, full_name: str, deployment_id: int, state: str, *, description: str = ""
    ) -> None:
        repository, by = self._change(full_name), self.account(login)
        asked = {"state": state, "description": description}
        deployments.set_status(self, repository, by, repository.deployments[deployment_id], asked)
        await self.settle()

    async def protect(self, full_name: str, branch: str, *, why: str | None) -> None:
        """Nothing is merged into the branch, for this reason; None lifts it."""
        repository = self._change(full_name)
        repository.protected.pop(branch, None)
        if why is not None:
            repository.protected[branch] = why
