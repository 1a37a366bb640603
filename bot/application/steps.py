"""The side effects: small functions that drive one effect further, each safe to run twice.

Each looks at what the integration is now and does the next thing that its state asks for, then says where
that leaves it: the state, and what it waits for. The saga calls it again until the state changes.
"""

from typing import Final

from bot.application import dispatching, words
from bot.application.approvals import check_rules, ruled_over_the_base, without_lapsed
from bot.application.effects import once
from bot.application.frozen import check_not_frozen
from bot.application.landing import land
from bot.application.passports import complete
from bot.application.ports import World
from bot.application.quoting import one_line
from bot.application.recording import amend, running, unstopped
from bot.application.texts import load_tested, load_text
from bot.domain import deciding, deploying
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import Permission, holds, role_of
from bot.domain.states import State
from bot.records import Actor, StepFailed

Standing = list[str | None]

LONGEST_TITLE: Final = 100


def standing(it: Integration) -> Standing:
    """Where that leaves it, as plain values: they cross the engine. It is the stage that asks for a step.

    A third is who else than the sandbox judges: then it goes by another list of steps.
    """
    usual: Standing = [it.stage.value, it.waiting_for]
    return usual if it.tester == "sandbox" else [*usual, it.tester]


async def begin(world: World, integration_id: str, *, key: str) -> Standing:
    """Take the request up."""
    it = await running(world, integration_id)
    if it.state is not State.DRAFT:
        return standing(it)  # it is tried again, from there
    return standing(await amend(world, integration_id, deciding.start_validation, key=key))


async def title_and_body(it: Integration, world: World) -> tuple[str, str]:
    """The title that a person gave it, else the first line of the model's summary; and the rest of that."""
    first, *body = (await load_text(world, it, it.summary)).strip().splitlines() or [""]
    title = own_title(it) or one_line(first.strip("# "), most=LONGEST_TITLE)
    return title or f"Integration {it.id}", "\n".join(body).strip()


def own_title(it: Integration) -> str:
    """The title that a person gave it, such that nothing in it acts; "" where nobody did."""
    return one_line(it.title, most=LONGEST_TITLE)


async def message_of(it: Integration, world: World) -> str:
    """What the commit says of itself."""
    title, _ = await title_and_body(it, world)
    return words.commit_message(
        title=title,
        requested_by=it.requested_by.login,
        requester_id=it.requested_by.id,
        integration_id=it.name,
    )


async def deploy(world: World, integration_id: str, *, key: str) -> Standing:
    """Close the check, complete the passport, merge exactly the approved head, deploy, see how it went.

    While it is frozen, how a deployment goes that was asked for is still looked at and noted, no more.
    """
    it = await unstopped(world, integration_id)
    if it.state is not State.DEPLOYING:
        return standing(it)  # it was sent back, or has to be tested with what has come to its base
    if not it.is_asked_out or it.deployment_outcome not in {None, "success"}:
        await check_not_frozen(world, it.repository)
    if it.check is not None and it.check_open:
        return await close_check(it, world, "success", key=key)
    if not it.merged:
        effect = _merge if it.passport_completed else _complete_passport
        return await effect(it, world, key=key)
    return await _go_out(it, world, key=key)


async def _go_out(it: Integration, world: World, *, key: str) -> Standing:
    """By the way that was agreed; all but the merge alone waits for somebody who lets it."""
    if it.way == "merge":
        return standing(await amend(world, it.id, deciding.activate, key=key))
    if not it.may_deploy:
        return standing(it)
    if it.way == "workflow":
        return await _by_workflow(it, world, key=key)
    return await _by_deployment(it, world, key=key)


async def _by_deployment(it: Integration, world: World, *, key: str) -> Standing:
    if it.deployment is None:
        return await _create_deployment(it, world, key=key)
    if it.deployment_outcome is None:
        return await _look_at_deployment(it, world, key=key)
    if it.deployment_outcome != "success":
        raise StepFailed("deployment", it.deployment_outcome)
    return standing(await amend(world, it.id, deciding.activate, key=key))


async def close_check(it: Integration, world: World, conclusion: str, *, key: str) -> Standing:
    """Complete the check run; doing so twice changes nothing."""
    match conclusion:
        case "success":
            title, summary = words.check_released(await load_tested(world, it), tester=it.tester)
        case "neutral":
            title, summary = words.check_superseded(it.head)
        case _:
            title, summary = words.check_stopped(it.reason or "")
    check = it.check or 0
    await world.checks.complete(it.repository, check, conclusion=conclusion, title=title, summary=summary)
    closed = e.CheckClosed(check=check, conclusion=conclusion)
    return standing(await amend(world, it.id, lambda _: [closed], key=key))


async def _complete_passport(it: Integration, world: World, *, key: str) -> Standing:
    return standing(await complete(world, it, key=key))


async def _merge(it: Integration, world: World, *, key: str) -> Standing:
    it = await without_lapsed(it, world, key=key)
    if it.state is State.DEPLOYING:
        it = await ruled_over_the_base(it, world, key=key)
    if it.state is not State.DEPLOYING:
        return standing(it)
    await _check_people(it, world)
    return standing(await land(it, world, message=await message_of(it, world), key=key))


async def _check_people(it: Integration, world: World) -> None:
    """Rights are asked again at the moment of the effect: they may have ended since."""
    await check_still_may(it, it.requested_by, Permission.WRITE, world, otherwise="requester_lost_access")
    for approval in it.approvals:
        await check_still_may(it, approval.by, Permission.APPROVE, world, otherwise="approver_lost_access")
    await check_rules(it, world)


async def check_still_may(
    it: Integration, person: Actor, needs: Permission, world: World, *, otherwise: str
) -> None:
    """Raise StepFailed(otherwise) where the person no longer holds the permission."""
    role = role_of(await world.repositories.role_name(it.repository, person))
    if not holds(role, needs):
        raise StepFailed(otherwise, person.login)


async def _check_deployers(it: Integration, world: World) -> None:
    """One of those who let it go out must hold the right still."""
    for person in it.deployers:
        role = role_of(await world.repositories.role_name(it.repository, person))
        if holds(role, Permission.DEPLOY):
            return
    raise StepFailed("approver_lost_access", ", ".join(person.login for person in it.deployers))


async def _by_workflow(it: Integration, world: World, *, key: str) -> Standing:
    if it.dispatched is None:
        await _check_deployers(it, world)
    return standing(await dispatching.go_on(it, world, key=key))


async def _create_deployment(it: Integration, world: World, *, key: str) -> Standing:
    await _check_deployers(it, world)

    async def find() -> str | None:
        found = await world.deployments.find(
            it.repository, sha=it.merged, environment=it.environment, key=it.name
        )
        return None if found is None else str(found)

    async def make() -> str:
        deployment = await world.deployments.create(
            it.repository, sha=it.merged, environment=it.environment, key=it.name
        )
        return str(deployment)

    deployment = int(await once(world, f"deployment:{it.name}:{it.merged}", find=find, make=make, first=find))
    created = e.DeploymentCreated(deployment=deployment, environment=it.environment)
    return standing(await amend(world, it.id, lambda _: [created], key=key))


async def _look_at_deployment(it: Integration, world: World, *, key: str) -> Standing:
    """Ask how it goes: the message that tells may have been lost."""
    deployment = it.deployment or 0
    outcome = await world.deployments.state(it.repository, deployment)
    if outcome is not None:
        it = await amend(
            world,
            it.id,
            lambda now: deploying.report(now, deployment=deployment, outcome=outcome),
            key=key,
        )
    now, records = world.clock.now(), await world.log.read(it.id)
    if it.deployment_outcome is None and deploying.is_overdue(it, records, now=now):
        await check_not_frozen(world, it.repository)
        is_theirs = deploying.waits_for_people(it)
        raise StepFailed("deployment_not_let_go_on" if is_theirs else "deployment_overdue")
    return standing(it)
