"""Pull requests of anybody and the bot's reviews of them, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.records import Repository, StepFailed
from bot.review_records import LineComment, Patch, Reviewable

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
