"""What git is to call a repository: its number stays, its name may be another by now."""

from typing import Final, Protocol

from bot.records import Repository

GONE: Final = "repository_gone"


class Named(Protocol):
    """The repository under the name that was known last; under the one that is asked for now, if anew."""

    async def __call__(self, repository: Repository, *, anew: bool) -> Repository: ...


async def as_it_was(repository: Repository, *, anew: bool) -> Repository:  # noqa: ARG001  the port's own
    """The name that it came with."""
    return repository
