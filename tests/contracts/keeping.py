"""Processes that remember rows: each with connections, a log and a memory of its own, on one database."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from bot.api_records import Wanted
from bot.application.projections import row_of
from bot.domain.integration import Integration
from bot.infrastructure.clock import UtcClock
from bot.infrastructure.database import Database
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.kept_rows import KeptRows
from bot.infrastructure.news import News
from bot.infrastructure.observing import Nobody
from bot.infrastructure.pages import Pages
from bot.infrastructure.read_models import ReadModels
from bot.infrastructure.shared import Shared, Unshared
from bot.records import Actor, Fact, Repository

HERE = Wanted(installation_id=9)


@dataclass
class CountedModels:
    """The read model; it counts how often the database is read."""

    models: ReadModels
    reads: int = 0

    async def get(self, integration_id: str) -> Mapping[str, Any] | None:
        self.reads += 1
        return await self.models.get(integration_id)


@dataclass
class CountedPages:
    """Pages of it; the same."""

    pages: Pages
    reads: int = 0

    async def integrations(self, wanted: Wanted, **part: Any) -> list[Mapping[str, Any]]:
        self.reads += 1
        return await self.pages.integrations(wanted, **part)

    async def counts(self, wanted: Wanted) -> list[Mapping[str, Any]]:
        self.reads += 1
        return await self.pages.counts(wanted)


@dataclass(kw_only=True)
class Process:
    """One process of the bot, as far as it reads and appends."""

    database: Database
    shared: Shared
    models: CountedModels
    pages: CountedPages
    news: News
    kept: KeptRows
    log: EventStore

    async def appends(self, integration_id: str, version: int, **columns: Any) -> None:
        """One more fact, after that version, and the row as it is then."""
        row = {**ROW, "id": integration_id, "version": version + 1, **columns}
        fact, key = Fact(type="Counted", data={}), f"{integration_id}-{version}"
        await self.log.append(integration_id, [fact], after=version, key=key, meta={}, row=row, follow_ups=())

    async def version(self, integration_id: str) -> int:
        row = await self.kept.one(integration_id)
        return 0 if row is None else int(row["version"])


ROW = row_of(
    Integration(
        id="",
        repository=Repository(id=7, full_name="acme/shop", installation_id=9),
        issue=1,
        requested_by=Actor(id=1, login="ada"),
    )
)


@dataclass
class Processes:
    """As many as are wanted."""

    url: str
    stack: AsyncExitStack
    shared: Shared = field(default_factory=Unshared)

    async def one(self, shared: Shared | None = None) -> Process:
        database = await Database.open(self.url)
        self.stack.push_async_callback(database.close)
        models, pages = CountedModels(ReadModels(database)), CountedPages(Pages(database))
        news = News(database)
        kept = KeptRows(models, pages, news, shared or self.shared)
        log = EventStore(database, UtcClock(), lambda *_: None, Nobody(), appended=kept.appended)
        return Process(
            database=database,
            shared=shared or self.shared,
            models=models,
            pages=pages,
            news=news,
            kept=kept,
            log=log,
        )
