"""What the application needs of check runs, the bot's own and others', in its own words."""

from collections.abc import Sequence
from typing import Protocol

from bot.annotations import Annotation, Concluded
from bot.check_records import CheckSuite, OthersCheck
from bot.records import Repository


class Checks(Protocol):
    """Check runs: the bot's own, to open and close, and those of others, to read."""

    async def find(self, repository: Repository, *, head: str, external_id: str) -> int | None: ...

    async def create(
        self, repository: Repository, *, head: str, external_id: str, title: str, summary: str
    ) -> int:
        """A check run in progress."""

    async def conclude(self, repository: Repository, *, head: str, external_id: str, said: Concluded) -> int:
        """A check run that is over as soon as it is made."""

    async def complete(
        self, repository: Repository, check: int, *, conclusion: str, title: str, summary: str
    ) -> None: ...

    async def say(self, repository: Repository, check: int, *, title: str, summary: str) -> None:
        """Another title and summary; how it stands is left as it is."""

    async def of_others(self, repository: Repository, head: str) -> Sequence[OthersCheck]:
        """The newest of each that others run on this commit."""

    async def suites_of_others(self, repository: Repository, head: str) -> Sequence[CheckSuite]:
        """The suites that these belong to, also those that have none yet, or ended without."""

    async def statuses(self, repository: Repository, head: str) -> Sequence[OthersCheck]:
        """The newest commit status of each name: what says how a commit is without a check run."""

    async def annotations(self, repository: Repository, check: int) -> Sequence[Annotation]:
        """What it says of lines, the first page of it."""

    async def log_tail(self, repository: Repository, job: int) -> str:
        """How the log of that job ends. Raises StepFailed where the App may not read it, or it is gone."""
