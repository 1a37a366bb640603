"""What reviews need of GitHub, in our own words."""

from collections.abc import Sequence
from typing import Protocol

from bot.records import Repository
from bot.review_records import LineComment, Patch, Reviewable


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
