"""What waits for others is carried to its end by the engine, also where it cannot be said that it waits."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from dbos import DBOS

from bot.application.retrying import carry
from bot.domain.retrying import TRIES
from bot.infrastructure.engine import Engine, options_of
from bot.records import Start, StepFailed

TOPIC = "carried"


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    it = Engine(url=f"sqlite:///{tmp_path}/engine.db", executor="test", polls=0.02)
    pool = it.configure()
    yield it
    await it.stop(pool)


async def carried(engine: Engine, *, fails: int, untold: int, code: str = "unavailable") -> list[str]:
    """So many tries fail, and so often that cannot be said: what was done, in its order."""
    done = list[str]()

    async def tries(nth: int) -> None:
        done.append(f"try {nth}")
        if nth <= fails:
            raise StepFailed(code)

    async def sets_aside(nth: int, code: str) -> float:
        done.append(f"set aside {nth}")
        if nth <= untold:
            raise StepFailed("unavailable")
        return 0.01 if code == "unavailable" else 0.0

    @DBOS.workflow(name="carries")
    async def carries() -> None:
        await carry(TOPIC, tries, sets_aside)

    await engine.launch()
    start = Start(queue="saga", workflow="carries", id="one", args=())
    await DBOS.enqueue_workflow_with_options_async(options_of(start))
    for _ in range(TRIES):  # each ends a pause
        await DBOS.send_async("one", "on", topic=TOPIC)
    await (await DBOS.retrieve_workflow_async("one")).get_result()
    return done


async def test_where_nobody_can_be_told_either_it_is_tried_again(engine: Engine) -> None:
    assert await carried(engine, fails=2, untold=1) == [
        "try 1",
        "set aside 1",
        "try 2",
        "set aside 2",
        "try 3",
    ]


async def test_what_cannot_be_told_is_tried_so_often_and_no_more(engine: Engine) -> None:
    done = await carried(engine, fails=99, untold=99, code="refused_by_model")

    assert done[-2:] == [f"try {TRIES}", f"set aside {TRIES}"]
