"""The engine does its work in the loop that it was launched in, and waits where that one rests."""

import asyncio
import threading
from pathlib import Path

from dbos import DBOS

from bot.infrastructure.engine import Engine, options_of
from bot.records import Start

RESTS_SECONDS = 0.5


def test_what_is_taken_up_while_the_loop_rests_is_done_in_it_and_in_no_other(tmp_path: Path) -> None:
    engine = Engine(url=f"sqlite:///{tmp_path}/engine.db", executor="test", polls=0.02)
    loops, done = list[asyncio.AbstractEventLoop](), threading.Event()

    with asyncio.Runner() as runner:
        pool = engine.configure()

        @DBOS.workflow(name="looks")
        async def looks() -> None:
            loops.append(asyncio.get_running_loop())
            done.set()

        async def ends() -> None:
            await (await DBOS.retrieve_workflow_async("one")).get_result()
            await engine.stop(pool)

        runner.run(engine.launch())
        DBOS.enqueue_workflow_with_options(
            options_of(Start(queue="ops", workflow="looks", id="one", args=()))
        )
        while DBOS.list_workflows(status="ENQUEUED"):
            pass  # until somebody has taken it up
        was_done_elsewhere = done.wait(RESTS_SECONDS)
        runner.run(ends())

        assert (was_done_elsewhere, loops) == (False, [runner.get_loop()])
