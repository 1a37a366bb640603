"""A load on two processes behind nginx: reads, orders and deliveries in turn, and what became of each."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import aiohttp
from sqlalchemy import select

from bot.infrastructure.database import Database
from bot.infrastructure.read_models import ReadModels
from bot.infrastructure.tables import DELIVERIES
from bot.web.api_door import PREFIX
from bot.web.webhooks import PATH
from tests.doors.balanced import Pair
from tests.doors.webapp import comment, sign
from tests.story.waiting import until

CONNECTIONS: Final = 8
# 300 together: as many orders as GitHub lets one process ask it about in a minute.
READS, RAISES, ASKS, DELIVERED = 100, 40, 20, 140
REPOSITORIES: Final = ("acme/shop", "acme/desk")
PEOPLE: Final = ("requester", "admin")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One request, the same however often it is made."""

    name: str
    path: str
    method: str = "POST"
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A wish that was made once, when, and what was answered: a status, or how the connection ended."""

    wish: Wish
    began: float
    ended: float
    answer: int | str

    @property
    def is_good(self) -> bool:
        return self.answer in {200, 202}

    def was_under_way(self, begin: float, end: float) -> bool:
        """Whether it was in that time."""
        return self.began <= end and self.ended >= begin


@dataclass
class Load:
    """So many connections, each of which makes one wish after the other, while there are any."""

    wishes: Sequence[Wish]
    session: aiohttp.ClientSession
    more: Iterator[Wish] = field(default_factory=lambda: iter(()))
    made: list[Made] = field(default_factory=list)
    is_over: bool = False

    def __post_init__(self) -> None:
        self._coming = self._all()

    @property
    def failed(self) -> list[Made]:
        return [each for each in self.made if not each.is_good]

    async def runs(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._one_after_the_other())

    async def has_made(self, least: int) -> None:
        async def made() -> bool:
            return len(self.made) >= least

        async def otherwise() -> str:
            return f"only {len(self.made)} were made"

        await until(made, otherwise=otherwise)

    def _all(self) -> Iterator[Wish]:
        yield from self.wishes
        while not self.is_over and (wish := next(self.more, None)):
            yield wish

    async def _one_after_the_other(self) -> None:
        for wish in self._coming:
            self.made.append(await made_once(self.session, wish))


async def made_once(session: aiohttp.ClientSession, wish: Wish) -> Made:
    began = now()
    try:
        async with session.request(wish.method, wish.path, data=wish.body, headers=wish.headers) as response:
            await response.read()
            answer: int | str = response.status
    except aiohttp.ClientError as broken:
        answer = type(broken).__name__
    return Made(wish=wish, began=began, ended=now(), answer=answer)


async def made_until_it_is_good(session: aiohttp.ClientSession, wish: Wish) -> Made:
    """As a client does it: again, under the same key, also where another process may still be at it."""

    async def good() -> Made | None:
        made = await made_once(session, wish)
        return made if made.is_good else None

    async def otherwise() -> str:
        return f"{wish.name} is not taken"

    return await until(good, otherwise=otherwise)


def now() -> float:
    return asyncio.get_running_loop().time()


def said(key: str, about: Any, name: str) -> dict[str, Any]:
    """An order by that key, under that name."""
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": name}
    body = json.dumps(about).encode()
    return {"headers": {**headers, "Content-Type": "application/json"}, "body": body}


def delivery(secret: str, nth: int) -> Wish:
    """A comment as GitHub tells of it, under an id of its own."""
    body = comment(comment={"id": 9_000 + nth, "updated_at": "2026-01-01T00:00:00Z", "body": f"word {nth}"})
    return Wish(
        name=f"delivery-{nth}",
        path=PATH,
        body=body,
        headers={
            "Content-Type": "application/json",
            "X-GitHub-Event": "issue_comment",
            "X-GitHub-Delivery": f"delivery-{nth}",
            "X-Hub-Signature-256": sign(body, secret=secret.encode()),
        },
    )


async def wishes(pair: Pair) -> Sequence[Wish]:
    """Reads, money, requests and deliveries, in turn."""
    keys = {login: await pair.key_of(login, "admin" if login == "admin" else "write") for login in PEOPLE}
    read = {"Authorization": f"Bearer {keys['requester']}"}
    kinds = (
        [look(read, nth) for nth in range(READS)],
        [raised(keys["admin"], nth) for nth in range(RAISES)],
        [asked(keys[PEOPLE[nth // 2 % 2]], nth) for nth in range(ASKS)],
        [delivery(pair.environment["GITHUB_WEBHOOK_SECRET"], nth) for nth in range(DELIVERED)],
    )
    in_turn = [(place / len(kind), wish) for kind in kinds for place, wish in enumerate(kind)]
    return [wish for _, wish in sorted(in_turn, key=lambda each: each[0])]


async def more_of(pair: Pair) -> Iterator[Wish]:
    """Reads and deliveries without an end, which cost GitHub nothing."""
    read = {"Authorization": f"Bearer {await pair.key_of('requester', 'read')}"}
    secret = pair.environment["GITHUB_WEBHOOK_SECRET"]
    return (wish for nth in count(DELIVERED) for wish in (look(read, nth), delivery(secret, nth)))


def look(headers: Mapping[str, str], nth: int) -> Wish:
    return Wish(name=f"read-{nth}", path=f"{PREFIX}/integrations", method="GET", headers=headers)


def raised(key: str, nth: int) -> Wish:
    about = {"repository": "acme/shop", "add_usd": 1}
    return Wish(name=f"raise-{nth}", path=f"{PREFIX}/budgets", **said(key, about, f"raise-{nth}"))


def asked(key: str, nth: int) -> Wish:
    about = {"repository": REPOSITORIES[nth % 2], "what": f"part {nth}", "anyway": True}
    return Wish(name=f"ask-{nth}", path=f"{PREFIX}/integrations", **said(key, about, f"ask-{nth}"))


async def kept(pair: Pair) -> tuple[list[str], list[str]]:
    """The issues of the integrations and the ids of the deliveries, as the database has them."""
    database = await Database.open(pair.environment["DATABASE_URL"])
    rows = await ReadModels(database).find()
    ids = await database.read(lambda connection: connection.execute(select(DELIVERIES.c.key)).scalars().all())
    await database.close()
    return [f"{row['repository']}#{row['issue']}" for row in rows], [*ids]


def opened(pair: Pair) -> list[str]:
    """Every issue that was opened, with what it is about."""
    return [f"{name}#{number}" for name in REPOSITORIES for number in pair.github.repository(name).issues]


async def may_be_spent(session: aiohttp.ClientSession, key: str) -> float:
    """The month's money of the shop: so much as everybody has, and what was added."""
    headers = {"Authorization": f"Bearer {key}"}
    async with session.get(f"{PREFIX}/budgets?repository=acme/shop", headers=headers) as answer:
        [shop] = (await answer.json())["items"]
        return float(shop["this_month"]["limit_usd"])


def told(made: Iterable[Made]) -> str:
    counted = Counter((each.wish.name.partition("-")[0], each.answer) for each in made)
    return ", ".join(
        f"{kind} {answer}: {times}" for (kind, answer), times in sorted(counted.items(), key=str)
    )
