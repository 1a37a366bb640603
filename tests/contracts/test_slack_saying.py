"""What is said in Slack through the engine: once, in order within a thread, and whatever Slack does."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from dbos import DBOS

from bot.application.slack_saying import Speaking, register, say_once, saying
from bot.infrastructure.clock import UtcClock
from bot.infrastructure.crypto import Crypto, NotSealedHere
from bot.infrastructure.database import Database
from bot.infrastructure.effects import Effects
from bot.infrastructure.engine import Engine, options_of
from bot.infrastructure.observing import Nobody
from bot.infrastructure.slack_letters import SlackLetters
from bot.records import StepFailed, Unavailable
from bot.slack_records import Place, Said
from standins.faults import rate_limited
from tests.contracts.slack_side import Side, slack_side
from tests.story.waiting import until

LETTERS = SlackLetters(Crypto(b"a secret of an operator, 32 bytes and more"))


@pytest.fixture
async def side() -> AsyncIterator[Side]:
    async with slack_side() as it:
        it.seconds.now = 0
        yield it


@pytest.fixture
async def speaking(side: Side, tmp_path: Path) -> AsyncIterator[Speaking]:
    database = await Database.open(f"sqlite:///{tmp_path}/bot.db")
    await database.migrate()
    effects = Effects(database, UtcClock(), Nobody())
    yield Speaking(letters=LETTERS, effects=effects, messages=side.window)
    await database.close()


@pytest.fixture
async def engine(tmp_path: Path, speaking: Speaking) -> AsyncIterator[Engine]:
    it = Engine(url=f"sqlite:///{tmp_path}/engine.db", executor="test", polls=0.02)
    pool = it.configure()
    register(speaking)
    await it.launch()
    yield it
    await it.stop(pool)


async def ask(place: Place, *names: str) -> None:
    """To be said there, one after the other."""
    for order, name in enumerate(names):
        start = saying(LETTERS, place, Said(text=name), name=name, order=order)
        await DBOS.enqueue_workflow_with_options_async(options_of(start), *start.args)


async def ends(*names: str) -> None:
    """Each of what was asked for together."""
    for order, name in enumerate(names):
        await (await DBOS.retrieve_workflow_async(f"slack-{order:012}-{name}")).get_result()


async def test_a_limit_delays_what_is_said_and_changes_neither_its_order_nor_other_channels(
    side: Side, engine: Engine
) -> None:
    side.slack.channel_named("random").members.add(side.slack.named("claude").id)
    first = await side.slack.says("alice", "deploys", "begin")
    side.slack.faults.add(rate_limited(retry_after=1, route="/api/chat.postMessage"))

    await ask(side.place(thread=first.ts), "one", "two", "three")

    async def refused() -> bool:
        return bool(side.slack.calls)

    async def calls() -> str:
        return str(side.slack.calls)

    await until(refused, otherwise=calls)
    await ask(side.place("random"), "elsewhere")
    await ends("elsewhere")
    side.seconds.now += 2
    await ends("one", "two", "three")

    assert side.said() == ["begin", "one", "two", "three"]
    assert side.said("random") == ["elsewhere"]


async def test_what_is_asked_for_twice_by_its_name_is_said_once(side: Side, engine: Engine) -> None:
    await ask(side.place(), "one")
    await ask(side.place(), "one")
    await ends("one")

    assert side.said() == ["one"]


async def test_what_cannot_be_said_breaks_nothing_that_follows(side: Side, engine: Engine) -> None:
    await ask(side.place("random"), "not here")
    await ask(side.place(), "here")
    await ends("not here")
    await ends("here")

    assert side.said() == ["here"]


async def test_a_try_whose_answer_was_lost_is_found_and_not_repeated(side: Side, speaking: Speaking) -> None:
    side.fails("lose", "chat.postMessage")
    with pytest.raises(Unavailable):
        await say_once(speaking, side.place(), Said(text="one"), name="one")

    posted = await say_once(speaking, side.place(), Said(text="one"), name="one")
    again = await say_once(speaking, side.place(), Said(text="one"), name="one")

    assert (posted, side.said()) == (again, ["one"])


async def test_where_no_app_is_set_up_nothing_is_said_and_that_is_told(
    side: Side, speaking: Speaking
) -> None:
    silent = Speaking(letters=LETTERS, effects=speaking.effects, messages=None)

    with pytest.raises(StepFailed, match="slack_not_set_up"):
        await say_once(silent, side.place(), Said(text="one"), name="one")


def test_what_the_engine_carries_is_sealed_and_opens_under_its_own_name_alone(side: Side) -> None:
    start = saying(LETTERS, side.place(), Said(text="canary-words"), name="one", order=1)

    assert "canary" not in str(start.args)
    assert LETTERS.open(str(start.args[-1]), name="one") == Said(text="canary-words", blocks=[])
    with pytest.raises(NotSealedHere):
        LETTERS.open(str(start.args[-1]), name="two")
