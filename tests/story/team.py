"""The team: who may do what, and the stand-ins that they and the bot meet at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from standins.claude import Claude
from standins.github.people import GitHub
from standins.github.state import Deployment
from tests.story.places import PullRequest, Repositories, Thread
from tests.story.running import Bot
from tests.story.slack import Window
from tests.story.waiting import until

REQUEST: Final = "/claude integrate send every paid invoice to the ERP"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of the team, by their role."""

    login: str
    world: GitHub

    async def opens_an_issue(
        self, title: str = "Invoices", body: str = "", *, repository: str = "acme/shop"
    ) -> Thread:
        number = await self.world.open_issue(self.login, repository, title, body)
        return Thread(github=self.world, repository_name=repository, number=number)

    async def comments(self, words: str, *, on: Thread) -> int:
        """The comment's id."""
        return await self.world.comment(self.login, on.repository_name, on.number, words)

    async def edits(self, comment: int, words: str, *, on: Thread) -> None:
        await self.world.edit_comment(self.login, on.repository_name, comment, words)

    async def pushes(
        self, files: Mapping[str, str | bytes | None], *, branch: str = "main", to: str = "acme/shop"
    ) -> str:
        return await self.world.push(self.login, to, files, branch=branch)

    async def merges_by_hand(self, commit: str, files: Mapping[str, str], *, into: PullRequest) -> str:
        """The new commit of the pull request's branch."""
        return await self.world.merge_into(
            self.login, into.repository_name, commit, files, branch=into.branch
        )

    async def reports(self, deployment: Deployment, state: str, *, of: str = "acme/shop") -> None:
        """How a deployment went."""
        await self.world.set_deployment_status(self.login, of, deployment.id, state)

    async def reviews(
        self,
        pull: PullRequest,
        event: str = "APPROVE",
        *,
        body: str = "",
        lines: Sequence[Mapping[str, Any]] = (),
    ) -> int:
        """The review's id; `lines` are remarks on lines, each with its path, line and body."""
        return await self.world.review(
            self.login, pull.repository_name, pull.number, event=event, body=body, comments=lines
        )

    async def answers(self, words: str, *, to: int, on: PullRequest) -> int:
        """In the thread that begins with that comment; the new comment's id."""
        return await self.world.answer(self.login, on.repository_name, to, words)

    async def dismisses(self, review: int, *, of: PullRequest) -> None:
        await self.world.dismiss_review(self.login, of.repository_name, of.number, review)

    async def closes(self, pull: PullRequest) -> None:
        await self.world.close_pull(self.login, pull.repository_name, pull.number)

    async def merges(self, pull: PullRequest) -> None:
        await self.world.merge_pull(self.login, pull.repository_name, pull.number)


@dataclass(frozen=True, kw_only=True)
class Team:
    """A team with a repository, Claude, and the bot at work in it; some have a workspace in Slack as well."""

    github: Repositories
    claude: Claude
    bot: Bot
    window: Window | None = None

    @property
    def slack(self) -> Window:
        """Their Slack; a story that plays there is marked `slack`."""
        if self.window is None:
            raise AssertionError("this story plays without Slack: mark it with pytest.mark.slack")
        return self.window

    @property
    def requester(self) -> Person:
        return self._person("requester")

    @property
    def developer(self) -> Person:
        return self._person("developer")

    @property
    def admin(self) -> Person:
        return self._person("admin")

    @property
    def viewer(self) -> Person:
        return self._person("viewer")

    @property
    def stranger(self) -> Person:
        return self._person("stranger")

    async def asks(self, words: str | None = None, *, repository: str = "acme/shop") -> Thread:
        """The requester opens an issue and asks the bot there; each time for something else."""
        issue = await self.requester.opens_an_issue(repository=repository)
        more = REQUEST if issue.number == 1 else f"{REQUEST}, part {issue.number}"
        await self.requester.comments(words or more, on=issue)
        return issue

    async def has_a_pull_request(self) -> tuple[Thread, PullRequest]:
        """Something was asked for and is up for approval."""
        issue = await self.asks()
        return issue, await self.bot.has_a_pull_request(on=issue)

    async def claude_is_asked(self, *, times: int) -> None:
        """Wait until so many questions have reached Claude."""

        async def asked() -> bool:
            return len(self.claude.requests) >= times

        await until(asked, otherwise=partial(self.bot.story_so_far, "Claude was not asked"))

    async def is_told(self, words: str, *, on: Thread, times: int) -> None:
        """Wait until these words stand in so many comments."""

        async def told() -> bool:
            return sum(words in each.body for each in on.comments()) == times

        await until(told, otherwise=partial(self.bot.story_so_far, f"nobody was told {words}"))

    def _person(self, login: str) -> Person:
        return Person(login=login, world=self.github.world)
