"""Connections that are used again: so many at a time, and it is told how often one was waited for."""

import asyncio

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.infrastructure.metrics import Metrics
from bot.infrastructure.pooling import Places, Pool, session_of


async def test_as_many_at_a_time_as_there_are_places_and_who_waits_is_counted() -> None:
    places, most = Places(2), 0

    async def works() -> None:
        nonlocal most
        async with places.one():
            most = max(most, places.pool.in_use)
            await asyncio.sleep(0)

    await asyncio.gather(*(works() for _ in range(5)))

    assert (most, places.pool) == (2, Pool(size=2, wanted=0, waited=3))


async def test_one_that_is_broken_off_gives_its_place_back() -> None:
    places, inside = Places(1), asyncio.Event()

    async def stays() -> None:
        async with places.one():
            inside.set()
            await asyncio.Event().wait()

    first, second = asyncio.ensure_future(stays()), asyncio.ensure_future(stays())
    await inside.wait()
    second.cancel()
    first.cancel()
    await asyncio.wait([first, second])

    async with places.one():
        assert places.pool.in_use == 1
    assert (places.pool.in_use, places.pool.wanted) == (0, 0)


async def test_a_session_has_so_many_connections_and_tells_how_they_are_used() -> None:
    open_now, most = 0, 0
    are_two, goes_on = asyncio.Event(), asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        if most > 1:
            are_two.set()
        await goes_on.wait()
        open_now -= 1
        return web.Response()

    app, pools = web.Application(), dict[str, Pool]()
    app.router.add_get("/", slow)
    async with TestServer(app) as server, session_of("http", 2, pools) as session:
        asking = [asyncio.ensure_future(session.get(server.make_url("/"))) for _ in range(5)]
        await are_two.wait()
        in_use = pools["http"].in_use
        goes_on.set()
        for answer in await asyncio.gather(*asking):
            answer.release()

    assert (most, in_use) == (2, 2)
    assert pools["http"] == Pool(size=2, wanted=0, waited=3)


def test_figures_tell_of_each_pool_also_of_one_that_comes_later() -> None:
    metrics, pools = Metrics(), {"database": Pool(8, wanted=9, waited=1)}
    metrics.watch_pools(pools)
    pools["http"] = Pool(100)

    text = metrics.exposition().decode()

    assert 'bot_pool_size{pool="database"} 8.0' in text
    assert 'bot_pool_in_use{pool="database"} 8.0' in text
    assert 'bot_pool_waited_total{pool="database"} 1.0' in text
    assert 'bot_pool_size{pool="http"} 100.0' in text
