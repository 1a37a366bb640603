"""Everything that is kept in the database, opened together and closed together."""

from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.infrastructure.api_answers import ApiAnswers
from bot.infrastructure.api_keys import ApiKeys
from bot.infrastructure.aside import Aside
from bot.infrastructure.blobs import Blobs
from bot.infrastructure.clock import Clock, UtcClock
from bot.infrastructure.crypto import Crypto, NotSealedHere
from bot.infrastructure.database import Database, path_of
from bot.infrastructure.effects import Effects
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.grants import Grants
from bot.infrastructure.inbox import Inbox
from bot.infrastructure.kept_rows import KeptRows
from bot.infrastructure.migrations import applied
from bot.infrastructure.news import News
from bot.infrastructure.notes import Notes
from bot.infrastructure.observing import Nobody, Observer
from bot.infrastructure.outbox import Outbox
from bot.infrastructure.pages import Pages
from bot.infrastructure.pooling import Pool
from bot.infrastructure.read_models import ReadModels
from bot.infrastructure.sessions import Sessions
from bot.infrastructure.shared import Shared
from bot.infrastructure.signing_keys import SigningKeys
from bot.secret_key import secret_key_of
from bot.settings import Misconfigured, Settings
from bot.sharing import sharing

KEY_CHECK: Final = "key-check"
ELSEWHERE: Final = "give the address of the bot's own, or begin one with `python -m bot run`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Everything that is kept in the database."""

    clock: Clock
    database: Database
    crypto: Crypto
    log: EventStore
    blobs: Blobs
    effects: Effects
    answers: Effects
    inbox: Inbox
    aside: Aside
    integrations: ReadModels
    pages: Pages
    pools: MutableMapping[str, Pool]
    shared: Shared
    kept: KeptRows
    news: News
    keys: ApiKeys
    grants: Grants
    signing_keys: SigningKeys
    sessions: Sessions
    orders: ApiAnswers


@asynccontextmanager
async def storage(
    settings: Settings, observer: Observer, wanted: Callable[[str], bool], *, clock: Clock | None = None
) -> AsyncIterator[Storage]:
    """The database with its tables up to date, and what stands on it; by the machine's clock if not said."""
    async with AsyncExitStack() as stack:
        database = await Database.open(settings.database_url, connections=settings.pool_sizes.database)
        pools: dict[str, Pool] = {**database.pools}
        stack.push_async_callback(database.close)
        await database.migrate()
        crypto = await crypto_of(settings, Notes(database))
        outbox = Outbox()
        stack.callback(outbox.close)
        clock = clock or UtcClock()
        inbox = Inbox(database, outbox, wanted, observer)
        stack.push_async_callback(inbox.close)
        lifetime = timedelta(days=settings.retention_days.transcripts)
        shared = await stack.enter_async_context(sharing(settings, crypto, pools))
        integrations, pages, news = ReadModels(database), Pages(database), News(database)
        kept = KeptRows(integrations, pages, news, shared)
        yield Storage(
            clock=clock,
            database=database,
            crypto=crypto,
            log=EventStore(database, clock, outbox, observer, appended=kept.appended),
            blobs=Blobs(database, crypto, clock, lifetime=lifetime),
            effects=Effects(database, clock, observer),
            answers=Effects(database, clock, Nobody()),
            inbox=inbox,
            aside=Aside(database, outbox),
            integrations=integrations,
            pages=pages,
            pools=pools,
            shared=shared,
            kept=kept,
            news=news,
            keys=ApiKeys(database, crypto, news),
            grants=Grants(database, crypto, settings.github_url, news),
            signing_keys=SigningKeys(database, crypto),
            sessions=Sessions(database, crypto, settings.github_url, news),
            orders=ApiAnswers(database, crypto, clock),
        )


async def check_is_there(url: str) -> None:
    """Raise Misconfigured where no bot has begun a database; nothing is made."""
    path = path_of(url)
    if path is not None and not (path.is_file() and path.stat().st_size):
        raise Misconfigured(f"DATABASE_URL: there is no database at {path}; {ELSEWHERE}")
    database = await Database.open(url)
    try:
        if await database.read(applied) is None:
            raise Misconfigured(f"DATABASE_URL: no bot has begun the database there; {ELSEWHERE}")
    finally:
        await database.close()


async def crypto_of(settings: Settings, notes: Notes) -> Crypto:
    """A database is read with the secret key that it was begun with. Raises Misconfigured."""
    sealed = await notes.get(KEY_CHECK)
    crypto = Crypto(secret_key_of(settings, is_begun=sealed is not None))
    if sealed is None:
        await notes.put(KEY_CHECK, crypto.box(KEY_CHECK).seal(b"", about=KEY_CHECK.encode()).hex())
    else:
        check_key(crypto, sealed)
    return crypto


def check_key(crypto: Crypto, sealed: str) -> None:
    """Whether this key opens what the first one sealed. Raises Misconfigured."""
    try:
        crypto.box(KEY_CHECK).open(bytes.fromhex(sealed), about=KEY_CHECK.encode())
    except NotSealedHere:
        raise Misconfigured(
            "SECRET_KEY: it is not the one that this database was begun with; give that one back"
        ) from None
