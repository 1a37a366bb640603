"""Another sequence of steps is a new version: what runs keeps its own, what is new takes the new one."""

import json

import pytest
import sqlalchemy
from dbos import DBOS

from bot.application import saga, steps, undoing
from bot.application.ports import World
from bot.application.recording import running
from bot.domain.states import State
from bot.infrastructure.engine import SCHEMA, system_engine
from standins.claude_replies import Asked, Raw, Reply
from tests.story import Team
from tests.story.places import EACH_ONCE
from tests.story.scripts import asks, writes

greeted: list[str] = []


async def greet_then_deploy(world: World, integration_id: str, *, key: str) -> steps.Standing:
    """The step that a later version puts in the place of an earlier one."""
    greeted.append((await running(world, integration_id)).id)
    return await steps.deploy(world, integration_id, key=key)


LATER = {**saga.NEXT, State.DEPLOYING: saga.Step(work=greet_then_deploy, undo=undoing.roll_back)}
BOTH = {**saga.SAGAS, "integration_saga_v2": LATER}


def as_wanted(asked: Asked) -> Reply | Raw | None:
    """What is wanted first, or what is wanted second."""
    return writes("second.txt" if "second" in str(asked.body["messages"][0]) else "first.txt")(asked)


@pytest.mark.long
@pytest.mark.parametrize("script", [as_wanted])
async def test_what_waits_under_the_old_version_finishes_under_it(team: Team) -> None:
    old = await team.asks()
    pull = await team.bot.has_a_pull_request(on=old)
    await team.bot.comes_to_rest()

    team.bot.bent = {"sagas": BOTH}
    await team.bot.restarts()
    new = await team.asks("/claude integrate a second one")
    for each in (pull, await team.bot.has_a_pull_request(on=new)):
        await team.admin.comments("/claude approve", on=each)

    first = await team.bot.reaches(State.ACTIVE, on=old)
    second = await team.bot.reaches(State.ACTIVE, on=new)
    await team.bot.comes_to_rest()
    assert first.id not in greeted
    assert second.id in greeted
    effects = team.github.effects()
    # Whichever is merged last is tested once more with the other, and its passport says so.
    assert effects.pop("edit_pull") in {2, 3}
    assert effects == dict.fromkeys(EACH_ONCE.keys() - {"edit_pull"}, 2)
    assert await versions(first.id, second.id) == ["integration_saga_v1", "integration_saga_v2"]


@pytest.mark.parametrize("script", [asks("Which ERP?", until=1)])
async def test_what_began_before_accounts_had_shares_goes_on_with_its_repositorys(team: Team) -> None:
    issue = await team.asks()
    await team.bot.has_asked(times=1)
    row = await team.bot.row(issue)
    saga_id = f"int-{row['id'] if row else ''}"

    await team.bot.stops()
    given = cut_arguments(team.bot.environment["DATABASE_URL"], saga_id, to=2)
    await team.bot.starts()
    await team.requester.comments("/claude answer the one we have", on=issue)

    pull = await team.bot.has_a_pull_request(on=issue)
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    assert len(given) == 3
    assert await arguments("generate_code_v1") == [[given[0], given[1]]]


def cut_arguments(url: str, workflow: str, *, to: int) -> list[str]:
    """The arguments that a workflow was started with; it keeps only so many of them, as an older one had."""
    engine = system_engine(url)
    schema = None if url.startswith("sqlite") else SCHEMA
    of, inputs = (
        sqlalchemy.column("workflow_uuid", sqlalchemy.Text),
        sqlalchemy.column("inputs", sqlalchemy.Text),
    )
    table = sqlalchemy.table("workflow_input", of, inputs, schema=schema)
    ours = table.c.workflow_uuid == workflow
    with engine.begin() as connection:
        kept = json.loads(connection.scalars(sqlalchemy.select(table.c.inputs).where(ours)).one())
        given = list(kept["args"])
        cut = json.dumps({**kept, "args": given[:to]})
        connection.execute(sqlalchemy.update(table).where(ours).values(inputs=cut))
    engine.dispose()
    return given


async def arguments(name: str) -> list[list[str]]:
    """What each workflow of this name was started with."""
    found = await DBOS.list_workflows_async(name=name)
    return [list(each.input["args"]) for each in found if each.input]


async def versions(*integrations: str) -> list[str]:
    """Which saga carried each of them."""
    found = await DBOS.list_workflows_async(workflow_ids=[f"int-{each}" for each in integrations])
    return sorted(each.name for each in found)
