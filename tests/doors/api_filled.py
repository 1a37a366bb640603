"""A database as the tests of the API find it, and the keys by what is the matter with them."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from bot.api_records import ApiKey
from bot.application.keys import create
from bot.application.projections import row_of
from bot.domain import events as e
from bot.domain.api_keys import CHECK_DIGITS, ENTROPY_BYTES, checksum, key_text
from bot.domain.integration import fold
from bot.infrastructure.api_keys import ApiKeys
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.observing import Nobody
from bot.records import Actor
from tests.doors.api_places import ADA, EVE, NAMES, OURS, PLACES, SECRET, THEIRS, Watch
from tests.doors.webapp import NOON
from tests.unit.histories import REQUEST


async def filled(url: str) -> dict[str, str]:
    """A database with integrations of each kind, and the keys by what is the matter with them."""
    database = await Database.open(url)
    await database.migrate()
    clock = Watch(NOON - timedelta(hours=3))
    for integration_id, (repository, installation) in PLACES.items():
        await ask_for(database, clock, integration_id, repository, installation)
    texts = await keys_in(database, clock)
    await database.close()
    return texts


async def ask_for(
    database: Database, clock: Watch, integration_id: str, repository: int, installation: int, issue: int = 3
) -> None:
    """Two facts of an integration, an hour between them."""
    log = EventStore(database, clock, lambda *_: None, Nobody())
    asked = replace(
        REQUEST,
        by=ADA,
        repository_id=repository,
        repository=NAMES[repository],
        installation_id=installation,
        issue=issue,
    )
    history: Sequence[e.Event] = (asked, e.ValidationStarted())
    for version, event in enumerate(history):
        await log.append(
            integration_id,
            e.encode([event]),
            after=version,
            key=f"{integration_id}-{version}",
            meta={"by": ADA.id, "login": ADA.login, "door": "github", "key": "x"} if version == 0 else {},
            row=row_of(fold(integration_id, history[: version + 1])),
            follow_ups=(),
        )
        clock.moves(minutes=10)


async def keys_in(database: Database, clock: Watch) -> dict[str, str]:
    """Keys by what is the matter with them."""
    keys = ApiKeys(database, Crypto(SECRET))

    async def made(person: Actor, installation: int, *scopes: str, days: int = 30) -> tuple[ApiKey, str]:
        return await create(
            keys, person=person, installation_id=installation, scopes=scopes, days=days, now=clock.now()
        )

    texts = {
        "reader": (await made(ADA, OURS, "read"))[1],
        "admin": (await made(ADA, OURS, "admin"))[1],
        "eve": (await made(EVE, OURS, "read"))[1],
        "foreign": (await made(ADA, THEIRS, "admin"))[1],
        "manager": (await made(ADA, OURS, "read", "key:manage", "user:manage"))[1],
        "scopeless": (await made(ADA, OURS, "budget:manage"))[1],
        "expired": (await made(ADA, OURS, "admin", days=0))[1],
        "unknown": key_text(bytes(ENTROPY_BYTES)),
    }
    revoked, texts["revoked"] = await made(ADA, OURS, "admin")
    await keys.revoke(revoked.id, clock.now())
    texts["malformed"] = "ghp_" + texts["reader"][4:]
    texts["mistyped"] = texts["reader"][:-1] + ("0" if texts["reader"][-1] != "0" else "1")
    texts["forged"] = forged(texts["reader"], texts["unknown"])
    return texts


def forged(known: str, other: str) -> str:
    """The id of one and the secret of the other, with the sum that belongs to it."""
    body = known[: known.rindex("_")] + other[other.rindex("_") : -CHECK_DIGITS]
    return body + checksum(body)


def copied(url: str, to: Path) -> str:
    """The same database for a test of its own."""
    source = Path(url.removeprefix("sqlite:///"))
    (to / "bot.db").write_bytes(source.read_bytes())
    return f"sqlite:///{to}/bot.db"
