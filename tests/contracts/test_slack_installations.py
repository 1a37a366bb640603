"""The Slack app in workspaces as it is kept: sealed, one row a place, renewed by one, forgotten at once."""

from asyncio import gather
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database
from bot.infrastructure.slack_installations import SlackInstallations
from bot.infrastructure.slack_states import SlackStates
from bot.slack_records import Installed, KeptInstallation, SlackTokens, Workspace
from tests.contracts.by_hand import column, go_back, run
from tests.contracts.conftest import Watch

SECRET: Final = b"a secret of an operator, 32 bytes and more"
ACME: Final = Workspace(team="T1")
OF_GRID: Final = Workspace(team="T2", enterprise="E1")
TOKENS: Final = SlackTokens(access="xoxe.xoxb-canary", refresh="xoxe-canary")
INSTALLED: Final = Installed(
    workspace=ACME, name="Acme", bot_user="U1", scopes=frozenset({"chat:write", "commands"}), tokens=TOKENS
)
MINUTES: Final = timedelta(minutes=10)


@pytest.fixture
def store(database: Database) -> SlackInstallations:
    return SlackInstallations(database, Crypto(SECRET), "1.2")


@pytest.fixture
def states(database: Database) -> SlackStates:
    return SlackStates(database, Crypto(SECRET))


async def kept(store: SlackInstallations, clock: Watch, installed: Installed = INSTALLED) -> KeptInstallation:
    await store.keep(installed, now=clock.now())
    found = await store.get(installed.workspace)
    assert found is not None
    return found


async def test_what_is_kept_is_what_comes_back_and_no_token_is_readable(
    store: SlackInstallations, clock: Watch, database: Database
) -> None:
    ends = replace(INSTALLED, tokens=replace(TOKENS, until=clock.now()))

    found = await kept(store, clock, ends)

    sealed = str(await column(database, "SELECT sealed FROM slack_installations"))
    assert (found.installed, found.version, found.installed_at) == (ends, 1, clock.now())
    assert "canary" not in sealed


async def test_another_key_another_app_and_another_place_open_nothing(
    store: SlackInstallations, clock: Watch, database: Database
) -> None:
    await kept(store, clock)
    another = SlackInstallations(database, Crypto(b"another secret, of 32 bytes and more"), "1.2")
    elsewhere = SlackInstallations(database, Crypto(SECRET), "3.4")

    assert [await each.get(ACME) for each in (another, elsewhere)] == [None, None]
    await run(database, "UPDATE slack_installations SET place = 'T9'")
    assert await store.get(Workspace(team="T9")) is None


async def test_a_workspace_has_its_own_before_its_grids(store: SlackInstallations, clock: Watch) -> None:
    grid = replace(INSTALLED, workspace=Workspace(team="E1", enterprise="E1"), name="Grid", org_wide=True)
    await store.keep(grid, now=clock.now())

    of_grid = await store.get(OF_GRID)
    await store.keep(replace(INSTALLED, workspace=OF_GRID, name="Own"), now=clock.now())
    own = await store.get(OF_GRID)

    assert of_grid is not None
    assert own is not None
    assert (of_grid.installed.name, of_grid.installed.org_wide) == ("Grid", True)
    assert (own.installed.name, own.installed.org_wide) == ("Own", False)
    assert await store.get(ACME) is None
    assert await store.every() == ["Grid", "Own"]


async def test_of_many_who_would_renew_one_may_until_its_time_is_over(
    store: SlackInstallations, clock: Watch
) -> None:
    found, now = await kept(store, clock), clock.now()

    first = await gather(*(store.claim(found, now=now, until=now + MINUTES) for _ in range(5)))
    later = now + MINUTES

    assert sorted(first) == [False] * 4 + [True]
    assert await store.claim(found, now=later, until=later + MINUTES)
    await store.release(found)
    assert await store.claim(found, now=now, until=now + MINUTES)


async def test_a_version_that_is_no_more_changes_nothing(store: SlackInstallations, clock: Watch) -> None:
    found = await kept(store, clock)
    newer = replace(TOKENS, access="xoxb-newer")

    assert await store.renew(found, newer)
    assert not await store.renew(found, TOKENS)
    assert not await store.forget(found)
    now = await store.get(ACME)
    assert now is not None
    assert now.installed.tokens == newer
    assert await store.forget(now)
    assert await store.get(ACME) is None


async def test_installing_anew_takes_the_place_of_what_was(store: SlackInstallations, clock: Watch) -> None:
    old = await kept(store, clock)
    clock.moves(days=1)

    new = await kept(store, clock, replace(INSTALLED, bot_user="U2"))

    assert (new.installed.bot_user, new.version, new.installed_at) == ("U2", 2, clock.now())
    assert not await store.forget(old)


async def test_what_was_seen_before_it_was_gone_changes_nothing_of_what_came_after(
    store: SlackInstallations, clock: Watch
) -> None:
    old = await kept(store, clock)
    assert await store.forget(old)
    clock.moves(seconds=1)

    new = await kept(store, clock)

    assert not new.is_still(old)
    assert not await store.claim(old, now=clock.now(), until=clock.now() + MINUTES)
    assert not await store.renew(old, replace(TOKENS, access="xoxb-old"))
    assert not await store.forget(old)
    assert await store.get(ACME) == new


async def test_sl_08_a_state_is_good_once_for_its_browser_and_for_its_time(
    states: SlackStates, clock: Watch
) -> None:
    now = clock.now()
    for state in ("one", "two", "three"):
        await states.begin(state, browser="mine", now=now, lasts=MINUTES)

    assert not await states.use_up("one", browser="other", now=now)
    at_once = await gather(*(states.use_up("one", browser="mine", now=now) for _ in range(5)))
    assert sorted(at_once) == [False] * 4 + [True]
    assert not await states.use_up("two", browser="mine", now=now + MINUTES)


async def test_sl_08_states_are_kept_by_digest_and_go_when_their_time_is_over(
    states: SlackStates, clock: Watch, database: Database
) -> None:
    await states.begin("a state", browser="a browser", now=clock.now(), lasts=MINUTES)
    rows = str(await column(database, "SELECT digest FROM slack_states"))
    clock.moves(minutes=10)
    await states.begin("another", browser="a browser", now=clock.now(), lasts=MINUTES)

    assert "a state" not in rows
    assert await column(database, "SELECT count(*) FROM slack_states") == [1]


async def test_the_migration_makes_both_in_a_database_that_is_in_use(database: Database) -> None:
    await go_back(database, "0012")

    await database.migrate()

    assert await column(database, "SELECT count(*) FROM slack_installations") == [0]
