"""GitHub as the team sees it: its repositories, their issues and pull requests, and what became of them."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from standins.faults import Fault
from standins.github.git import GitFailed
from standins.github.people import GitHub
from standins.github.state import CheckRun, Comment, Deployment, Issue, Pull, Repository, Role
from standins.github.world import issue_of
from tests.story.waiting import until

MARKER: Final = re.compile(r"<!-- claude-code-bot:(?P<kind>\w+):[^>]* -->\n?")
ROLES: Final[Mapping[str, Role]] = {
    "requester": "write",
    "developer": "write",
    "admin": "admin",
    "viewer": "read",
    "stranger": "none",
}
# What differs from run to run, and what stands for it in a pinned text.
VARYING: Final = (
    (
        re.compile(r"<!-- claude-code-bot:passport -->.*?<!-- claude-code-bot:passport:end -->", re.DOTALL),
        "(passport)",
    ),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), "<time>"),
    (re.compile(r"\b\d+\.\d s\b"), "<seconds>"),
    (re.compile(r"\$\d+\.\d{4}"), "<cost>"),
    (re.compile(r"(?<!\()`[a-z2-7]{10}`"), "<id>"),
    (re.compile(r"`[0-9a-f]{7,40}`"), "<commit>"),
    (re.compile(r"\d+%(?= of what the model was given)"), "<share>"),
)
# An edit of the status comment is no effect: how many there are depends on how fast the others are.
TALK: Final = frozenset(("create_comment", "edit_comment", "create_reaction"))

UNSEEN: Final = frozenset(("create_tree", "create_commit"))


def worded(body: str) -> str:
    """The words, without what differs from run to run."""
    for varying, stands_for in VARYING:
        body = varying.sub(stands_for, body)
    return body.strip()


@dataclass(frozen=True, kw_only=True)
class Thread:
    """An issue or a pull request, and what was said on it."""

    github: GitHub
    repository_name: str
    number: int

    @property
    def repository(self) -> Repository:
        return self.github.repository(self.repository_name)

    @property
    def issue(self) -> Issue:
        return issue_of(self.repository, self.number)

    @property
    def is_open(self) -> bool:
        return self.issue.state == "open"

    def comments(self) -> list[Comment]:
        return [each for each in self.repository.comments.values() if each.issue == self.number]

    def by_the_bot(self, kind: str) -> list[str]:
        """What the bot said there, of one kind: status, reply or end."""
        found = [
            (MARKER.match(each.body), each.body)
            for each in self.comments()
            if each.by.id == self.github.app.bot.id
        ]
        return [worded(body[mark.end() :]) for mark, body in found if mark and mark["kind"] == kind]

    def replies(self) -> list[str]:
        return self.by_the_bot("reply")

    def last_words(self) -> list[str]:
        return self.by_the_bot("end")

    def statuses(self) -> list[str]:
        return self.by_the_bot("status")

    def status_comment(self) -> str:
        """The one there is."""
        (only,) = self.statuses()
        return only

    def reactions(self) -> list[str]:
        return [reaction.content for comment in self.comments() for reaction in comment.reactions]


@dataclass(frozen=True, kw_only=True)
class PullRequest(Thread):
    """A pull request that the bot opened."""

    @property
    def pull(self) -> Pull:
        found = self.issue.pull
        if found is None:
            raise AssertionError(f"#{self.number} is an issue")
        return found

    @property
    def branch(self) -> str:
        return self.pull.head

    @property
    def head(self) -> str:
        return self.pull.head_sha

    @property
    def is_merged(self) -> bool:
        return self.pull.merged_at is not None


@dataclass(frozen=True, kw_only=True)
class Repositories:
    """The stand-in, asked what really happened there."""

    world: GitHub
    main: str = "acme/shop"

    @property
    def repository(self) -> Repository:
        return self.world.repository(self.main)

    def issue(self, number: int, *, repository: str | None = None) -> Thread:
        return Thread(github=self.world, repository_name=repository or self.main, number=number)

    def pull(self, number: int, *, repository: str | None = None) -> PullRequest:
        return PullRequest(github=self.world, repository_name=repository or self.main, number=number)

    def also_has(self, repository: str, files: Mapping[str, str]) -> None:
        """One more repository, with the same people."""
        place = self.world.create_repository(repository, files)
        place.roles.update(ROLES)

    def delays(self, method: str, route: str, *, seconds: float = 2) -> None:
        """The next such call is answered late."""
        self.world.faults.add(Fault(kind="latency", method=method, route=route, seconds=seconds))

    async def goes_wrong(self, *, times: int = 1) -> None:
        """Wait until so many calls have met a fault."""

        async def met() -> bool:
            return len(self.world.faults.met) >= times

        async def otherwise() -> str:
            return f"not {times} calls have met a fault"

        await until(met, otherwise=otherwise)

    async def has_told(self, event: str, *, times: int) -> None:
        """Wait until so many such deliveries were written, sent or not."""

        async def told() -> bool:
            return len(self.world.deliveries_of(event)) >= times

        async def otherwise() -> str:
            return f"GitHub told of no {event}"

        await until(told, otherwise=otherwise)

    def effects(self, repository: str | None = None) -> dict[str, int]:
        """How often the bot really changed something, by what it changed; talking is not counted."""
        done = Counter(
            each.name
            for each in self.world.effects
            if each.by == self.world.app.bot.login
            and each.name not in TALK
            and each.repository == (repository or self.main)
        )
        return dict(sorted(done.items()))

    def seen_effects(self) -> dict[str, int]:
        """Its effects but commits on no branch, which nobody sees: one whose answer was lost is made anew."""
        return {name: times for name, times in self.effects().items() if name not in UNSEEN}

    def merged_heads(self) -> list[str]:
        return [each.facts["head"] for each in self.world.effects_named("merge")]

    def checks(self) -> list[CheckRun]:
        return list(self.repository.checks.values())

    def deployments(self) -> list[Deployment]:
        return list(self.repository.deployments.values())

    def file(self, path: str, *, branch: str = "main", repository: str | None = None) -> str | None:
        """A file as it stands on a branch."""
        place = self.world.repository(repository or self.main)
        try:
            return place.git.run("show", f"{branch}:{path}").decode()
        except GitFailed:
            return None


EACH_ONCE: Final[Mapping[str, int]] = {
    "create_branch": 1,
    "create_check": 1,
    "create_commit": 1,
    "create_deployment": 1,
    "create_tree": 1,
    "edit_pull": 1,
    "merge": 1,
    "open_pull": 1,
    "update_check": 1,
}
"""What the bot changes on the way from a request to a deployment."""
EACH_SEEN_ONCE: Final = {name: times for name, times in EACH_ONCE.items() if name not in UNSEEN}
