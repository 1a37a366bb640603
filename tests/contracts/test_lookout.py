"""Looking into the engine's queues: who works one is called where something waits in it, and nobody else."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Final

import pytest
import sqlalchemy
from dbos import DBOSClient

from bot.infrastructure.afterwards import afterwards
from bot.infrastructure.database import Database
from bot.infrastructure.engine import SCHEMA, options_of, system_engine
from bot.infrastructure.lookout import CALLED_TOGETHER_SECONDS, EARLY_LOOKS, Bell, Call, Lookout
from bot.infrastructure.outbox import Outbox
from bot.infrastructure.serializing import JsonSerializer
from bot.records import Start

LONGER_THAN_ANY_TEST: Final = 600.0
EVERY_SECONDS: Final = 0.01
PATIENCE_SECONDS: Final = 60.0
SOMETHING: Final = Start(queue="saga", workflow="any", id="any-1", args=())


@pytest.fixture
def pool(story_database: str) -> Iterator[sqlalchemy.Engine]:
    pool = system_engine(story_database)
    yield pool
    pool.dispose()


def schema_of(pool: sqlalchemy.Engine) -> str | None:
    return None if pool.dialect.name == "sqlite" else SCHEMA


def put(pool: sqlalchemy.Engine, start: Start) -> None:
    """Into its queue, as another process does."""
    client = DBOSClient(
        system_database_engine=pool, dbos_system_schema=SCHEMA, serializer=JsonSerializer(), lazy=True
    )
    client.enqueue(options_of(start), *start.args)
    client.destroy()


def ended(thread: Thread) -> bool:
    """Whether it ends, waited for as long as any machine needs."""
    thread.join(PATIENCE_SECONDS)
    return not thread.is_alive()


@contextmanager
def looking(
    pool: sqlalchemy.Engine, schema: str | None, *, every: float = EVERY_SECONDS
) -> Iterator[dict[str, Thread]]:
    """Somebody waits at each of two queues, and the lookout looks into both."""
    queues = ["intake", "saga"]
    lookout = Lookout(pool, queues, schema=schema, every=every, rest=LONGER_THAN_ANY_TEST)
    waiting = {queue: Thread(target=lookout.bells[queue].wait, args=(0,), daemon=True) for queue in queues}
    watch = Thread(target=lookout.watch, daemon=True)
    for each in (*waiting.values(), watch):
        each.start()
    yield waiting
    for over in (lookout.over, *lookout.bells.values()):
        over.set()
    for each in (*waiting.values(), watch):
        assert ended(each)


def test_who_works_a_queue_is_called_once_something_waits_in_it(pool: sqlalchemy.Engine) -> None:
    with looking(pool, schema_of(pool)) as waiting:
        put(pool, SOMETHING)
        assert ended(waiting["saga"])
        assert waiting["intake"].is_alive()


async def test_what_is_put_there_with_a_fact_of_this_process_is_looked_for_at_once(
    pool: sqlalchemy.Engine, story_database: str
) -> None:
    database, outbox = await Database.open(story_database), Outbox()
    with looking(pool, schema_of(pool), every=LONGER_THAN_ANY_TEST) as waiting:
        await database.write(lambda connection: outbox(connection, [SOMETHING]))
        assert await asyncio.to_thread(ended, waiting["saga"])
    outbox.close()
    await database.close()


async def test_nobody_is_called_for_what_is_not_committed(empty_url: str) -> None:
    database, done = await Database.open(empty_url), list[str]()

    def fails(connection: sqlalchemy.Connection) -> None:
        afterwards(connection, lambda: done.append("not committed"))
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await database.write(fails)
    await database.write(lambda connection: afterwards(connection, lambda: done.append("committed")))
    await database.write(lambda _connection: None)
    await database.close()

    assert done == ["committed"]


def test_who_calls_again_and_again_is_heard_each_time() -> None:
    call = Call()
    for _ in range(2):
        call.call()
        assert not call.wait(LONGER_THAN_ANY_TEST)


def test_called_all_the_time_it_looks_as_often_as_it_would_anyhow_until_it_had_peace() -> None:
    call, seen = Call(), list[bool]()
    for _ in range(EARLY_LOOKS):
        call.call()
        call.wait(LONGER_THAN_ANY_TEST)
    call.call()
    waiting = Thread(target=lambda: seen.append(call.wait(LONGER_THAN_ANY_TEST)), daemon=True)
    waiting.start()
    waiting.join(10 * CALLED_TOGETHER_SECONDS)
    assert waiting.is_alive()
    call.set()
    assert ended(waiting)
    assert seen == [True]


def test_after_a_time_in_peace_it_comes_again_when_called() -> None:
    call = Call()
    for _ in range(EARLY_LOOKS + 1):
        call.call()
        call.wait(0)
    call.wait(0)
    call.call()
    assert not call.wait(LONGER_THAN_ANY_TEST)


def test_the_lookout_does_not_wait_for_its_time_at_the_end() -> None:
    call = Call()
    call.set()
    assert call.wait(LONGER_THAN_ANY_TEST)


def test_where_nothing_can_be_seen_everybody_is_called(pool: sqlalchemy.Engine) -> None:
    with looking(pool, "nowhere") as waiting:
        assert all(map(ended, waiting.values()))


def test_who_is_not_called_works_after_a_rest() -> None:
    assert not Bell(rest=0).wait(0)


def test_who_waits_is_let_go_at_the_end() -> None:
    bell, heard = Bell(rest=LONGER_THAN_ANY_TEST), list[bool]()
    waiting = Thread(target=lambda: heard.append(bell.wait(0)), daemon=True)
    waiting.start()
    bell.set()
    assert ended(waiting)
    assert heard == [True]
