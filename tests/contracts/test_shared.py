"""What processes share in Redis: sealed, gone in time, and never missed where Redis is away (F13)."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import pytest
from redis.asyncio import Redis

from bot.application.configuration import PATH
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.git import GitSources
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_purposes import READ
from bot.infrastructure.github_tokens import Grant
from bot.infrastructure.resilience import POLICIES, Policy
from bot.infrastructure.shared import AWAY_SECONDS, RedisShared, Shared
from bot.records import Repository
from standins.github.app import key_pair
from tests.contracts.conftest import REDIS
from tests.contracts.github_side import ERP, Side, github_side
from tests.contracts.remote import Origin, serving
from tests.story.waiting import until

SECRET: Final = b"a secret of an operator, 32 bytes and more"
CANARY: Final = b"ghs_canary_that_must_not_be_readable_in_redis"
KEY: Final = "token acme/shop"
SHOP: Final = Repository(id=7, full_name="acme/shop", installation_id=9)


@dataclass
class Timer:
    """A clock that stands still until it is set."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Line:
    """The way to Redis, which can be cut and mended, or hold everything back; `trips` go there."""

    port: int = 0
    holds: bool = False
    trips: int = 0
    _server: asyncio.Server | None = None
    _open: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def url(self) -> str:
        return urlsplit(REDIS)._replace(netloc=f"127.0.0.1:{self.port}").geturl()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        self._open.clear()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far = urlsplit(REDIS)
        far_reader, far_writer = await asyncio.open_connection(far.hostname, far.port or 6379)
        self._open += [writer, far_writer]
        with suppress(ConnectionError):
            await asyncio.gather(self._pump(reader, far_writer, 1), self._pump(far_reader, writer, 0))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, trips: int) -> None:
        while chunk := await reader.read(65_536):
            self.trips += trips
            if not self.holds:
                writer.write(chunk)
                await writer.drain()
        writer.close()


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    """Redis itself, as somebody has it who is not to learn anything."""
    async with Redis.from_url(REDIS) as client:
        yield client


@pytest.fixture
async def prefix(redis: Redis) -> AsyncIterator[str]:
    """What the names begin with in this test, of which nothing stays."""
    prefix = f"test-{secrets.token_hex(8)}:"
    yield prefix
    if names := await names_in(redis, prefix):
        await redis.delete(*names)


Opens = Callable[..., Shared]


@pytest.fixture
async def opens(prefix: str) -> AsyncIterator[Opens]:
    """Another process that shares."""
    async with AsyncExitStack() as stack:

        def opened(secret: bytes = SECRET, *, url: str = REDIS, timer: Timer | None = None) -> Shared:
            shared = RedisShared(url, Crypto(secret), prefix=prefix, timer=timer or Timer())
            stack.push_async_callback(shared.close)
            return shared

        yield opened


async def names_in(redis: Redis, prefix: str) -> list[bytes]:
    return [name async for name in redis.scan_iter(match=f"{prefix}*")]


async def bytes_at(redis: Redis, name: bytes) -> bytes:
    found = await redis.get(name)
    return found if isinstance(found, bytes) else b""


async def content(shared: Shared, key: str = KEY) -> bytes | None:
    kept = await shared.get(key)
    return None if kept is None else kept.content


@pytest.mark.parametrize("put", [b"", CANARY, bytes(range(256)) * 1024])
async def test_what_one_process_puts_another_has(opens: Opens, put: bytes) -> None:
    await opens().put(KEY, put, seconds=60)

    kept = await opens().get(KEY)

    assert kept is not None
    assert kept.content == put
    assert 50 < kept.seconds <= 60


async def test_what_was_never_put_or_was_dropped_is_not_there(opens: Opens) -> None:
    one, other = opens(), opens()
    await one.put(KEY, CANARY, seconds=60)

    await other.drop(KEY)

    assert (await content(one), await content(one, "another key")) == (None, None)


async def test_what_has_ended_is_gone(opens: Opens, redis: Redis, prefix: str) -> None:
    shared = opens()
    await shared.put(KEY, CANARY, seconds=0.05)
    await shared.put("ended already", CANARY, seconds=0)

    async def gone() -> bool:
        return await names_in(redis, prefix) == []

    await until(gone, otherwise=story)
    assert await content(shared) is None


async def story() -> str:
    return "it stays"


async def test_sx_05_redis_shows_neither_content_nor_key(opens: Opens, redis: Redis, prefix: str) -> None:
    await opens().put(KEY, CANARY * 100, seconds=60)

    [name] = await names_in(redis, prefix)
    seen = name + await bytes_at(redis, name)

    assert await redis.pttl(name) > 0
    assert CANARY not in seen
    assert KEY.encode() not in seen


async def test_sx_05_another_secret_meets_nothing(opens: Opens) -> None:
    await opens().put(KEY, CANARY, seconds=60)

    assert await content(opens(b"another secret of thirty-two bytes or more")) is None


@pytest.mark.parametrize("forged", [b"", b"forged", b"\x01" + bytes(60)])
async def test_what_somebody_else_wrote_there_is_not_believed(
    opens: Opens, redis: Redis, prefix: str, forged: bytes
) -> None:
    shared = opens()
    await shared.put(KEY, CANARY, seconds=60)
    [name] = await names_in(redis, prefix)

    await redis.set(name, forged, px=60_000)

    assert await content(shared) is None


async def test_what_was_put_under_another_key_is_not_believed(
    opens: Opens, redis: Redis, prefix: str
) -> None:
    shared = opens()
    await shared.put("role of a stranger", b"read", seconds=60)
    [mine] = await names_in(redis, prefix)
    await shared.put("role of an admin", b"admin", seconds=60)
    [other] = [name for name in await names_in(redis, prefix) if name != mine]

    await redis.copy(other.decode(), mine.decode(), replace=True)

    assert await content(shared, "role of a stranger") is None


async def test_what_would_stay_for_ever_is_not_ours(opens: Opens, redis: Redis, prefix: str) -> None:
    shared = opens()
    await shared.put(KEY, CANARY, seconds=60)
    [name] = await names_in(redis, prefix)

    await redis.persist(name)

    assert await content(shared) is None


async def test_f13_a_redis_that_was_flushed_has_nothing_and_takes_anew(
    opens: Opens, redis: Redis, prefix: str
) -> None:
    shared = opens()
    await shared.put(KEY, CANARY, seconds=60)

    await redis.delete(*await names_in(redis, prefix))

    assert await content(shared) is None
    assert await shared.health() == "ok"
    await shared.put(KEY, CANARY, seconds=60)
    assert await content(shared) == CANARY


@asynccontextmanager
async def line() -> AsyncIterator[Line]:
    line = Line()
    await line.mend()
    yield line
    await line.cut()


async def test_f13_a_redis_that_stops_fails_nothing_and_is_used_again_when_it_is_back(opens: Opens) -> None:
    timer = Timer()
    async with line() as way:
        shared = opens(url=way.url, timer=timer)
        await shared.put(KEY, CANARY, seconds=60)

        await way.cut()
        missed = await content(shared)
        await shared.drop(KEY)
        await shared.put(KEY, b"lost", seconds=60)
        away = await shared.health()
        await way.mend()
        left_alone = await content(shared)
        timer.now = AWAY_SECONDS

        assert (missed, away, left_alone) == (None, "away", None)
        assert (await content(shared), await shared.health()) == (CANARY, "ok")


async def test_f13_a_redis_that_does_not_answer_is_waited_for_once_and_not_long(opens: Opens) -> None:
    loop = asyncio.get_running_loop()
    async with line() as way:
        shared = opens(url=way.url)
        await shared.put(KEY, CANARY, seconds=60)
        way.holds = True

        began = loop.time()
        answers = [await content(shared) for _ in range(100)]

        assert set(answers) == {None}
        assert loop.time() - began < 5


async def test_f13_many_who_ask_at_once_while_it_stops_are_all_answered(opens: Opens) -> None:
    async with line() as way:
        shared = opens(url=way.url)
        await shared.put(KEY, CANARY, seconds=60)

        asking = [asyncio.ensure_future(content(shared)) for _ in range(50)]
        await asyncio.sleep(0)
        await way.cut()

        assert set(await asyncio.gather(*asking)) <= {None, CANARY}


async def test_a_caller_that_goes_away_leaves_the_next_one_its_own_answer(opens: Opens) -> None:
    timer = Timer()
    shared = opens(timer=timer)
    await shared.put("a", b"a", seconds=60)
    await shared.put("b", b"b", seconds=60)
    answers = set()

    for _ in range(20):
        gone = asyncio.ensure_future(content(shared, "a"))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait([gone])
        answers.add(await content(shared, "b"))
        timer.now += AWAY_SECONDS

    assert b"b" in answers
    assert answers <= {b"b", None}  # a busy machine may be too slow for it, but nothing mixes them up


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        yield side


@pytest.fixture
async def process(side: Side, opens: Opens) -> AsyncIterator[Callable[[], tuple[GitHubApp, list[Grant]]]]:
    """Another process's App on the same GitHub, and what it was told of tokens."""
    async with aiohttp.ClientSession() as session:

        def made() -> tuple[GitHubApp, list[Grant]]:
            told: list[Grant] = []
            app = GitHubApp(
                session,
                app_id=side.github.app.id,
                private_key=key_pair()[0],
                policy=Policy("github", **POLICIES["github"]),
                base_url=side.github.url,
                minted=told.append,
                shared=opens(),
            )
            return app, told

        yield made


Process = Callable[[], tuple[GitHubApp, list[Grant]]]


async def test_a_second_process_needs_no_token_of_its_own_and_hides_the_first_ones(
    side: Side, process: Process
) -> None:
    (first, _), (second, told) = process(), process()

    token = await first.token(side.repository, READ)

    assert await second.token(side.repository, READ) == token
    assert [grant.token for grant in told] == [token]
    assert len(side.github.tokens) == 1


async def test_sx_05_no_token_is_readable_in_redis(
    side: Side, process: Process, redis: Redis, prefix: str
) -> None:
    app, _ = process()
    token = await app.token(side.repository, READ)

    names = await names_in(redis, prefix)

    assert len(names) == 1
    assert token.encode() not in b"".join([await bytes_at(redis, name) for name in names])


async def test_a_token_that_ended_early_is_dropped_for_all(side: Side, process: Process) -> None:
    (first, _), (second, _) = process(), process()
    for app in (first, second):
        await app.token(side.repository, READ)
    side.github.tokens.clear()

    answers = [await app.on(side.repository, READ).ask("describe") for app in (first, second)]

    assert [answer.data["full_name"] for answer in answers] == [ERP, ERP]


async def test_an_answer_that_one_process_has_is_free_for_the_other(side: Side, process: Process) -> None:
    (first, _), (second, _) = process(), process()
    told = await first.on(side.repository, READ).ask("describe")

    again = await second.on(side.repository, READ).ask("describe")

    assert again.data == told.data
    assert [call.status for call in side.github.calls if call.method == "GET"] == [200, 304]


@pytest.fixture
async def origin(tmp_path: Path) -> AsyncIterator[Origin]:
    async with serving(tmp_path / "remote") as origin:
        yield origin


@pytest.mark.parametrize("files", [{PATH: b"test: pytest\n"}, {"README.md": b"none"}], ids=["there", "none"])
async def test_a_configuration_by_its_commit_is_fetched_once_for_all_processes(
    tmp_path: Path, origin: Origin, opens: Opens, files: dict[str, bytes]
) -> None:
    async def token_of(_: Repository) -> str:
        return origin.token

    def sources(name: str) -> GitSources:
        policy = Policy("git", **POLICIES["git"])
        where = tmp_path / name
        return GitSources(
            where,
            remote_url_of=lambda _: origin.url,
            token_of=token_of,
            policy=policy,
            shared=opens(),
            shares=(PATH,),
        )

    commit = origin.commit(files)
    first = await sources("first").read(SHOP, commit, PATH)

    second = await sources("second").read(SHOP, commit, PATH)

    assert first == second == files.get(PATH)
    assert origin.fetches == 1
