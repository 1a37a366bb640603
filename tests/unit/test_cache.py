"""What is kept, how long, and that it is asked for once."""

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.infrastructure.cache import LARGEST_SHARED_BYTES, Page, Pages, SharedPages, UntilItEnds
from bot.infrastructure.shared import Kept, Unshared


@dataclass
class Watch:
    """A clock that stands still until it is set."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass(eq=False)
class Well:
    """Gives the next number each time it is asked, and lets others in between."""

    asked: int = 0

    async def __call__(self) -> int:
        self.asked += 1
        drawn = self.asked
        await asyncio.sleep(0)
        return drawn


def numbers(watch: Watch) -> UntilItEnds[str, int]:
    return UntilItEnds(size=10, seconds=lambda _: 60, timer=watch)


async def test_a_value_is_asked_for_once_while_it_lasts() -> None:
    kept, well = numbers(Watch()), Well()

    assert [await kept.get("a", well), await kept.get("a", well)] == [1, 1]


async def test_a_value_is_asked_for_again_when_it_has_ended() -> None:
    watch, well = Watch(), Well()
    kept = numbers(watch)
    await kept.get("a", well)

    watch.now = 60

    assert await kept.get("a", well) == 2


async def test_many_who_wait_for_the_same_value_ask_once() -> None:
    kept, well = numbers(Watch()), Well()

    assert await asyncio.gather(*(kept.get("a", well) for _ in range(20))) == [1] * 20


async def test_other_keys_do_not_wait() -> None:
    kept, well = numbers(Watch()), Well()

    assert list(await asyncio.gather(kept.get("a", well), kept.get("b", well))) == [1, 2]


async def test_when_the_first_to_ask_fails_the_next_asks_itself() -> None:
    kept, well = numbers(Watch()), Well()

    async def fails() -> int:
        await asyncio.sleep(0)
        raise ConnectionError

    first, second = await asyncio.gather(kept.get("a", fails), kept.get("a", well), return_exceptions=True)

    assert isinstance(first, ConnectionError)
    assert second == 1


async def test_a_dropped_value_is_asked_for_again() -> None:
    kept, well = numbers(Watch()), Well()
    value = await kept.get("a", well)

    kept.drop("a", value)

    assert await kept.get("a", well) == 2


async def test_dropping_an_old_value_leaves_its_successor() -> None:
    kept = UntilItEnds[str, list[int]](size=10, seconds=lambda _: 60, timer=Watch())
    answers = [[1]]

    async def ask() -> list[int]:
        return answers.pop()

    first = await kept.get("a", ask)
    kept.drop("a", first.copy())

    assert await kept.get("a", ask) is first


def page(size: int) -> Page:
    return Page(etag='"e"', body=b"x" * size, content_type="application/json", link="")


def test_a_page_is_kept() -> None:
    pages = Pages[str](size=10_000)

    pages.keep("a", page(10))

    assert pages.get("a") == page(10)


@pytest.mark.parametrize("size", [5_000, 50_000])
def test_a_page_too_large_to_keep_beside_others_is_not_kept(size: int) -> None:
    pages = Pages[str](size=10_000)

    pages.keep("a", page(size))

    assert pages.get("a") is None


def test_the_least_used_pages_are_forgotten_first() -> None:
    pages = Pages[int](size=10_000)

    for number in range(30):
        pages.keep(number, page(1_000))

    assert pages.get(0) is None
    assert pages.get(29) is not None


@dataclass
class FakeShared:
    """What processes share, in memory."""

    contents: dict[str, bytes] = field(default_factory=dict)

    async def get(self, key: str, /) -> Kept | None:
        found = self.contents.get(key)
        return None if found is None else Kept(content=found, seconds=60)

    async def put(self, key: str, content: bytes, /, *, seconds: float) -> None:
        self.contents[key] = content

    async def drop(self, key: str, /) -> None:
        self.contents.pop(key, None)

    async def health(self) -> str:
        return "ok"


def pages_on(shared: FakeShared | Unshared) -> SharedPages:
    return SharedPages(Pages(size=10_000_000), shared)


@pytest.mark.parametrize("body", [b"", b"{}\n[]", bytes(range(256))])
async def test_a_page_that_another_process_kept_is_there_whole(body: bytes) -> None:
    shared, kept = FakeShared(), Page(etag='W/"e"', body=body, content_type="a/b", link="<x>; rel=next")

    await pages_on(shared).keep("a", kept)

    assert await pages_on(shared).get("a") == kept
    assert await pages_on(shared).get("b") is None


async def test_its_own_page_a_process_has_without_the_others() -> None:
    shared = FakeShared()
    pages = pages_on(shared)
    await pages.keep("a", page(10))
    shared.contents.clear()

    assert await pages.get("a") == page(10)


async def test_a_page_of_another_process_is_fetched_from_there_once() -> None:
    shared = FakeShared()
    await pages_on(shared).keep("a", page(10))
    pages = pages_on(shared)
    await pages.get("a")
    shared.contents.clear()

    assert await pages.get("a") == page(10)


async def test_a_large_page_is_not_sent_about() -> None:
    shared = FakeShared()
    pages = pages_on(shared)

    await pages.keep("a", page(LARGEST_SHARED_BYTES + 1))

    assert shared.contents == {}
    assert await pages.get("a") is not None


async def test_where_nothing_is_shared_each_process_has_its_own() -> None:
    pages = pages_on(Unshared())

    await pages.keep("a", page(10))

    assert await pages.get("a") == page(10)
    assert await pages_on(Unshared()).get("a") is None
