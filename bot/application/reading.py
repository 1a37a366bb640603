"""What the API reads: what GitHub lets the caller see, in the caller's installation, and nothing else."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from bot.api_records import Caller, Wanted
from bot.application.ports import EventLog, Integrations
from bot.application.projections import row_of
from bot.domain import events as e
from bot.domain.integration import fold
from bot.domain.policy import OwnerNotAllowed, Permission, check_owner, holds, role_of
from bot.records import Actor, Recorded, Repository, StepFailed

MOST_ROWS: Final = 1_000
MOST_REPOSITORIES: Final = 30  # each may be a question to GitHub
MOST_COUNTED: Final = 100  # the same, of a question whose answer has no second page
BATCH: Final = 100
FACTS_AT_ONCE: Final = 500

Row = Mapping[str, Any]
Place = tuple[str, str]

RoleName = Callable[[Repository, Actor], Awaitable[str]]
"""A person's permission as GitHub names it, asked a minute ago at most. Raises StepFailed, Unavailable."""


KnownRole = Callable[[Repository, Actor], str | None]
"""The same where it need not be asked for."""


def unknown(_repository: Repository, _person: Actor) -> str | None:
    """Nothing is known without asking."""
    return None


class Pages(Protocol):
    """What is kept, a page at a time."""

    async def integrations(self, wanted: Wanted, *, after: Place | None, most: int) -> list[Row]: ...

    async def counts(self, wanted: Wanted) -> list[Row]:
        """How many of each state in each repository, those with the most first."""

    async def facts(self, stream: str, *, after: int, most: int) -> list[Recorded]: ...


class Kept(Protocol):
    """The same from memory, never older than the place in the log that is named, or than the question."""

    async def one(self, integration_id: str, *, as_of: int | None = None) -> Row | None: ...

    async def page(
        self, wanted: Wanted, *, after: Place | None, most: int, as_of: int | None = None
    ) -> list[Row]: ...

    async def counts(self, wanted: Wanted, *, as_of: int | None = None) -> list[Row]: ...


class NotFound(Exception):
    """There is none that the caller may see; whether there is another is not said."""


@dataclass(frozen=True, slots=True)
class Page:
    """What was found; `last` is where to go on, None at the end."""

    rows: Sequence[Row]
    last: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The questions of the API. Where no `owners` are named, the App serves its own owner alone.

    `kept` is what questions may be answered from; whatever acts has none, and reads the database.
    """

    pages: Pages
    integrations: Integrations
    log: EventLog
    role_name: RoleName
    owners: frozenset[str]
    kept: Kept | None = None
    known_role: KnownRole = unknown

    async def listed(self, caller: Caller, wanted: Wanted, *, after: Place | None, most: int) -> Page:
        """A page: as many as are wanted, or fewer where it took long to find them."""
        return await _Search(self, caller, wanted, most).from_(after)

    async def counted(self, caller: Caller, wanted: Wanted) -> tuple[Mapping[str, int], bool]:
        """How many are in each state, and whether every repository was asked about. Raises Unavailable."""
        counts = await self._counts(caller, wanted)
        found = {
            row["repository_id"]: _repository({**row, "installation_id": caller.installation_id})
            for row in counts
        }
        some = list(found.values())[:MOST_COUNTED]
        readable = await self.all_may_read(caller, some)
        numbers: Counter[str] = Counter()
        for row in counts:
            if readable.get(row["repository_id"]):
                numbers[row["state"]] += row["number"]
        return numbers, len(some) == len(found)

    async def one(self, caller: Caller, integration_id: str) -> Row:
        """As it is now. Raises NotFound, Unavailable."""
        row = await self._row(caller, integration_id)
        if row is None or row["installation_id"] != caller.installation_id:
            raise NotFound
        if not await self.may_read(caller, _repository(row)):
            raise NotFound
        return row

    async def as_it_was(self, caller: Caller, integration_id: str, at: datetime) -> Row:
        """As it was at that moment, folded from its facts. Raises NotFound, Unavailable."""
        await self.one(caller, integration_id)
        past = await self.log.read(integration_id, until=at)
        if not past:
            raise NotFound
        dates = {"requested_at": past[0].at.isoformat(), "updated_at": past[-1].at.isoformat()}
        return {**row_of(fold(integration_id, e.decode(past))), **dates}

    async def facts(self, caller: Caller, integration_id: str, *, after: int, most: int) -> list[Recorded]:
        """So many of its facts, from behind that version on. Raises NotFound, Unavailable."""
        await self.one(caller, integration_id)
        return await self.pages.facts(integration_id, after=after, most=most)

    async def all_facts(self, caller: Caller, integration_id: str) -> AsyncIterator[Recorded]:
        """Every fact, a few at a time; what is appended meanwhile too. Raises NotFound, Unavailable."""
        last = 0
        while some := await self.facts(caller, integration_id, after=last, most=FACTS_AT_ONCE):
            for record in some:
                yield record
            last = some[-1].version

    async def rows(self, caller: Caller, wanted: Wanted, *, after: Place | None, most: int) -> list[Row]:
        """So many rows in their order, whether or not the caller may see them."""
        if self.kept is None:
            return await self.pages.integrations(wanted, after=after, most=most)
        return await self.kept.page(wanted, after=after, most=most, as_of=caller.as_of)

    async def _counts(self, caller: Caller, wanted: Wanted) -> list[Row]:
        if self.kept is None:
            return await self.pages.counts(wanted)
        return await self.kept.counts(wanted, as_of=caller.as_of)

    async def _row(self, caller: Caller, integration_id: str) -> Row | None:
        if self.kept is None:
            return await self.integrations.get(integration_id)
        return await self.kept.one(integration_id, as_of=caller.as_of)

    async def may_read(
        self, caller: Caller, repository: Repository, needs: Permission = Permission.READ
    ) -> bool:
        """Whether the caller may read what needs that there. What GitHub will not say is a no.

        Raises Unavailable.
        """
        try:
            if self.owners:
                check_owner(repository.full_name, self.owners)
            known = self.known_role(repository, caller.person)
            name = await self.role_name(repository, caller.person) if known is None else known
        except (OwnerNotAllowed, StepFailed):
            return False
        return holds(role_of(name), needs)

    async def all_may_read(self, caller: Caller, some: Sequence[Repository]) -> dict[int, bool]:
        """The same of each, by its number: of whom nothing is known, all are asked for at once."""
        told = [self.known_role(each, caller.person) is not None for each in some]
        if all(told):
            return {each.id: await self.may_read(caller, each) for each in some}
        answers = await asyncio.gather(*(self.may_read(caller, each) for each in some))
        return {each.id: answer for each, answer in zip(some, answers, strict=True)}


@dataclass(slots=True)
class _Search:
    """One page being looked for: rows in their order, and which repositories may be read."""

    reading: Reading
    caller: Caller
    wanted: Wanted
    most: int
    readable: dict[int, bool] = field(default_factory=dict)
    found: list[Row] = field(default_factory=list)

    async def from_(self, after: Place | None) -> Page:
        looked_at = 0
        while looked_at < MOST_ROWS:
            rows = await self.reading.rows(self.caller, self.wanted, after=after, most=BATCH)
            await self._ask_about(rows)
            for row in rows:
                if len(self.found) == self.most or row["repository_id"] not in self.readable:
                    return Page(self.found, after)
                after = (row["requested_at"], row["id"])
                self.found += [row] if self.readable[row["repository_id"]] else []
            if len(rows) < BATCH:
                return Page(self.found, None)
            looked_at += len(rows)
        return Page(self.found, after)

    async def _ask_about(self, rows: Sequence[Row]) -> None:
        """Of the repositories that are new here, as many as may be asked about in one go."""
        new = {row["repository_id"]: row for row in rows if row["repository_id"] not in self.readable}
        some = [*map(_repository, new.values())][: MOST_REPOSITORIES - len(self.readable)]
        self.readable |= await self.reading.all_may_read(self.caller, some)


def _repository(row: Row) -> Repository:
    return Repository(
        id=row["repository_id"], full_name=row["repository"], installation_id=row["installation_id"]
    )
