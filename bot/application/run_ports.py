"""What the application needs of what runs elsewhere: workflows of GitHub Actions, and deployments."""

from collections.abc import Sequence
from typing import Protocol

from bot.records import Repository
from bot.run_records import Dispatch, Run


class Workflows(Protocol):
    """Workflows that are started by dispatch, and their runs. Without its right: StepFailed."""

    async def state(self, repository: Repository, workflow: str) -> str | None:
        """As GitHub names it, `active` where it may be started; None where there is no such workflow."""

    async def dispatch(self, repository: Repository, what: Dispatch) -> int | None:
        """Start it; the run that comes of it, None where GitHub does not tell. Raises StepFailed."""

    async def runs(self, repository: Repository, workflow: str, branch: str) -> Sequence[Run]:
        """The runs that this App dispatched on that branch, the newest first, a page of them."""

    async def run(self, repository: Repository, number: int) -> Run | None:
        """The run of this number, None where it is not there."""

    async def cancel(self, repository: Repository, number: int) -> None:
        """Have it stop; one that has ended already is no error."""


class Deployments(Protocol):
    """GitHub Deployments: asked for here, carried out by whoever listens."""

    async def find(self, repository: Repository, *, sha: str, environment: str, key: str) -> int | None: ...

    async def create(self, repository: Repository, *, sha: str, environment: str, key: str) -> int:
        """A deployment of this commit whose payload carries the key."""

    async def state(self, repository: Repository, deployment: int) -> str | None:
        """The newest status's state ("success", "failure", ...), None where there is none yet."""

    async def set_state(self, repository: Repository, deployment: int, *, state: str, why: str) -> None: ...
