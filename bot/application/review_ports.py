"""What reviews need of GitHub, in our own words."""

from collections.abc import Sequence
from typing import Protocol

from bot.records import Repository
from bot.review_records import LineComment, Patch, Remark, Reviewable, Thread


class Reviews(Protocol):
    """Pull requests of anybody, and the bot's own reviews of them."""

    async def look(self, repository: Repository, number: int) -> Reviewable:
        """The pull request as it stands. Raises StepFailed("pull_request_gone")."""

    async def diff(self, repository: Repository, *, base: str, head: str) -> bytes | None:
        """What the head adds to where it left the base, None where GitHub does not give so much at once."""

    async def patches(self, repository: Repository, number: int) -> Sequence[Patch]:
        """The same file by file, as it stands now, without the lines of large files."""

    async def find(self, repository: Repository, number: int, *, marker: str) -> int | None:
        """The review that carries the marker and that this App itself wrote."""

    async def post(
        self, repository: Repository, number: int, *, head: str, body: str, comments: Sequence[LineComment]
    ) -> int | None:
        """One review with all its comments; None where GitHub takes one of them not."""

    async def remark(
        self, repository: Repository, number: int, *, head: str, comment: LineComment
    ) -> int | None:
        """One comment by itself; None where GitHub does not take it."""

    async def remarked(self, repository: Repository, number: int, *, marker: str) -> int | None:
        """The comment at a line, or of a file, that carries the marker and that this App itself wrote."""


class ReviewThreads(Protocol):
    """What is said at lines about findings of ours. Whose words they are GitHub is asked, never the text."""

    async def ours(self, repository: Repository, number: int) -> Sequence[Thread]:
        """The threads that this App began with a finding. Raises StepFailed("pull_request_gone")."""

    async def finding(self, repository: Repository, comment: int) -> str | None:
        """The fingerprint in that first comment of a thread, None where it is not this App's finding."""

    async def said(self, repository: Repository, number: int, comment: int) -> Sequence[Remark]:
        """The whole thread that begins with that comment, in its order; empty where it is gone."""

    async def reply(self, repository: Repository, number: int, comment: int, body: str) -> int:
        """Answer in the thread that begins with that comment. Raises StepFailed("thread_gone")."""

    async def find(self, repository: Repository, number: int, comment: int, *, marker: str) -> int | None:
        """The answer in that thread that carries the marker and that this App itself wrote."""

    async def edit(self, repository: Repository, comment: int, *, body: str) -> None:
        """Give a comment at a line another body. Raises StepFailed("comment_gone")."""

    async def react(self, repository: Repository, comment: int, *, content: str) -> None:
        """React to a comment at a line; one that is gone needs no reaction."""

    async def resolve(self, repository: Repository, thread_id: str) -> bool:
        """Whether it is resolved now: GitHub may not let an App, and what is gone cannot be."""
