"""What GitHub says of people's permissions, for a minute at most, and no longer than until it says that they
changed; only what is read is decided by it, and no act.

What is known ends with the last quarter that begins within the minute: so between two quarters nothing ends
but what GitHub ends.
"""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from bot.infrastructure.cache import UntilItEnds
from bot.infrastructure.news import Mark
from bot.records import Actor, Repository, StepFailed

ROLE_SECONDS: Final = 60.0
QUARTER: Final = ROLE_SECONDS / 4
MOST_ROLES: Final = 10_000
NOTHING: Final = "none"
UNMARKED: Final[Mark] = ("", 0)

Answer = str | StepFailed


class Roles:
    """Asked once a minute of each person in each repository, whoever reads; that GitHub will not say, too.

    What was asked before `mark` of its installation became another one is asked again.
    """

    def __init__(
        self,
        ask: Callable[[Repository, Actor], Awaitable[str]],
        *,
        mark: Callable[[int], Mark] = lambda _: UNMARKED,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask, self._mark, self._timer = ask, mark, timer
        self._kept: UntilItEnds[tuple[Mark, int, int, int], Answer] = UntilItEnds(
            size=MOST_ROLES, seconds=lambda _: self._lasts(), timer=timer
        )

    async def name(self, repository: Repository, person: Actor) -> str:
        """The person's permission, asked a minute ago at most. Raises StepFailed, Unavailable."""
        answer = await self._kept.get(self._key(repository, person), partial(self._asked, repository, person))
        if isinstance(answer, StepFailed):
            raise StepFailed(answer.code, answer.detail)
        return answer

    def known(self, repository: Repository, person: Actor) -> str | None:
        """The same where it need not be asked; what GitHub would not say is nothing."""
        answer = self._kept.known(self._key(repository, person))
        return NOTHING if isinstance(answer, StepFailed) else answer

    def ends(self) -> float:
        """The next moment, by the timer, at which anything that is known can end."""
        return (self._timer() // QUARTER + 1) * QUARTER

    def _lasts(self) -> float:
        """For how many seconds what is said now is known."""
        return self.ends() + ROLE_SECONDS - QUARTER - self._timer()

    async def _asked(self, repository: Repository, person: Actor) -> Answer:
        try:
            return await self._ask(repository, person)
        except StepFailed as failure:
            return failure

    def _key(self, repository: Repository, person: Actor) -> tuple[Mark, int, int, int]:
        installation_id = repository.installation_id
        return self._mark(installation_id), installation_id, repository.id, person.id
