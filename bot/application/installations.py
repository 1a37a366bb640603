"""The sandbox as the application needs it, and what is installed for what runs in it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from bot.records import FileEdit, Outcome, SandboxLimits


class Sandbox(Protocol):
    """Runs what nobody trusts; no sandbox, no run."""

    @property
    def kind(self) -> str:
        """What it is, and what holds memory and processes in it."""

    async def run(
        self, argv: Sequence[str], *, directory: Path, limits: SandboxLimits, tenant: str
    ) -> Outcome:
        """Run it in the directory, without network or secrets, in the tenant's share of the places.

        Raises StepFailed("sandbox_unavailable").
        """


class Furnished(Protocol):
    """A sandbox with what a set-up has installed."""

    @property
    def sandbox(self) -> Sandbox: ...

    @property
    def failed(self) -> Outcome | None:
        """How the set-up ended, where it failed."""

    @property
    def refused(self) -> tuple[str, ...]:
        """The ways that the set-up was not let go, as "host:port why"."""


class Installations(Protocol):
    """What set-ups install: kept for those who need the same, and made anew where it is not at hand."""

    def furnished(
        self,
        commands: Sequence[Sequence[str]],
        files: Sequence[FileEdit],
        *,
        owner: str,
        limits: SandboxLimits,
        tenant: str,
    ) -> AbstractAsyncContextManager[Furnished]:
        """A sandbox in which lies what these commands make of these files: they see no others.

        Nothing but the allowed hosts can be reached from there, and from what runs afterwards nothing at all.
        """
