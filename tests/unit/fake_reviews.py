"""Pull requests of anybody, the bot's reviews of them and what is said to these, in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.records import Repository, StepFailed, Unavailable
from bot.review_records import LineComment, Patch, Remark, Reviewable, Thread

OPEN: Final = Reviewable(
    number=5,
    head="h" * 40,
    base="b" * 40,
    title="Count every invoice",
    body="So that none is lost.",
    files=0,
    is_open=True,
)


@dataclass
class FakeReviews:
    """One pull request; what was posted, each with its commit, its body and its comments."""

    pull: Reviewable | None = OPEN
    files: int = 1
    text: bytes | None = b""
    listed: list[Patch] = field(default_factory=list)
    posted: list[tuple[str, str, tuple[LineComment, ...]]] = field(default_factory=list)
    refuses: bool = False
    alone: list[LineComment] = field(default_factory=list)
    takes_alone: Callable[[LineComment], bool] = lambda _: False

    async def look(self, repository: Repository, number: int) -> Reviewable:
        if self.pull is None:
            raise StepFailed("pull_request_gone", f"#{number}")
        return replace(self.pull, number=number)

    async def diff(self, repository: Repository, *, base: str, head: str) -> bytes | None:
        return self.text

    async def patches(self, repository: Repository, number: int) -> list[Patch]:
        return self.listed

    async def find(self, repository: Repository, number: int, *, marker: str) -> int | None:
        found = (nth for nth, (_, body, _comments) in enumerate(self.posted, 1) if marker in body)
        return next(found, None)

    async def post(
        self, repository: Repository, number: int, *, head: str, body: str, comments: Sequence[LineComment]
    ) -> int | None:
        if self.refuses:
            return None
        self.posted.append((head, body, tuple(comments)))
        return len(self.posted)

    async def remark(
        self, repository: Repository, number: int, *, head: str, comment: LineComment
    ) -> int | None:
        if not self.takes_alone(comment):
            return None
        self.alone.append(comment)
        return len(self.alone)

    async def remarked(self, repository: Repository, number: int, *, marker: str) -> int | None:
        return next((nth for nth, each in enumerate(self.alone, 1) if marker in each.body), None)


@dataclass
class FakeThreads:
    """Threads by their first comments, with what is said in them; what was answered, reacted to, resolved."""

    threads: list[Thread] = field(default_factory=list)
    remarks: dict[int, list[Remark]] = field(default_factory=dict)
    reactions: list[tuple[int, str]] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    refuses: bool = False
    forbids: bool = False
    looked: list[int] = field(default_factory=list)
    lists: StepFailed | Unavailable | None = None

    async def ours(self, repository: Repository, number: int) -> list[Thread]:
        if self.lists is not None:
            raise self.lists
        return [
            replace(each, is_resolved=each.is_resolved or each.id in self.resolved) for each in self.threads
        ]

    async def finding(self, repository: Repository, comment: int) -> str | None:
        self.looked.append(comment)
        return next((each.fingerprint for each in self.threads if each.comment == comment), None)

    async def said(self, repository: Repository, number: int, comment: int) -> list[Remark]:
        return list(self.remarks.get(comment, ()))

    async def reply(self, repository: Repository, number: int, comment: int, body: str) -> int:
        if self.forbids:
            raise StepFailed("github_forbidden", "reply")
        if comment not in self.remarks:
            raise StepFailed("thread_gone", f"{comment}")
        there = self.remarks[comment]
        made = Remark(id=comment + len(there), by="bot", is_ours=True, body=body, path="", hunk="")
        there.append(made)
        return made.id

    async def find(self, repository: Repository, number: int, comment: int, *, marker: str) -> int | None:
        said = self.remarks.get(comment, ())[1:]
        return next((each.id for each in said if each.is_ours and marker in each.body), None)

    async def edit(self, repository: Repository, comment: int, *, body: str) -> None:
        for there in self.remarks.values():
            for nth, each in enumerate(there):
                if each.id == comment:
                    there[nth] = replace(each, body=body)
                    return
        raise StepFailed("comment_gone", f"{comment}")

    async def react(self, repository: Repository, comment: int, *, content: str) -> None:
        self.reactions.append((comment, content))

    async def resolve(self, repository: Repository, thread_id: str) -> bool:
        if self.refuses:
            return False
        self.resolved.append(thread_id)
        return True
