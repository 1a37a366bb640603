"""Freezing and unfreezing: facts in streams of their own."""

from collections.abc import Mapping
from typing import Any, Final

from bot.application.asked import Freeze as AskedToFreeze
from bot.application.asked import Unfreeze
from bot.application.frozen import freezes, freezes_on
from bot.application.ports import Kept, World
from bot.application.recording import append_beside, was_recorded
from bot.application.rights import check_right
from bot.domain import freezing
from bot.domain.freezing import Freeze, NotFrozen, NotOwner, OnlyOperator, Scope, froze, unfroze
from bot.records import Fact, Start

WORKFLOW: Final = "freeze.spread_v1"


async def freeze(asked: AskedToFreeze, *, key: str, door: str, world: World) -> Freeze:
    """Note it, and stop what waits there; the same key again notes nothing. Raises Denied, Unavailable."""
    await check_right(asked, world)
    scope = await _scope(asked, world, "freeze")
    fact = froze(scope, by=asked.by, why=asked.why, until=asked.until)
    await note(world, scope, fact, key=key, meta=_meta(asked, door, key))
    past = await world.log.read(scope.stream)
    return freezing.freeze_of(next(record for record in past if record.meta.get("key") == key))


async def unfreeze(asked: Unfreeze, *, key: str, door: str, world: World) -> tuple[Freeze, ...]:
    """Lift it, and let what stopped go on; the freezes that are still in force there.

    Raises Denied, Unavailable.
    """
    await check_right(asked, world)
    scope = await _scope(asked, world, "unfreeze")
    there = await freezes_on(asked.repository, world)
    is_lifted = was_recorded(await world.log.read(scope.stream), key)
    if not is_lifted and scope.stream not in {freeze.scope.stream for freeze in there}:
        raise NotFrozen(scope, there)
    await note(world, scope, unfroze(scope, by=asked.by), key=key, meta=_meta(asked, door, key))
    return await freezes_on(asked.repository, world)


def _meta(asked: AskedToFreeze | Unfreeze, door: str, key: str) -> Mapping[str, Any]:
    return {"by": asked.by.id, "login": asked.by.login, "door": door, "key": key}


async def note(kept: Kept, scope: Scope, fact: Fact, *, key: str, meta: Mapping[str, Any]) -> None:
    """The fact, and with it what carries it to all that is open there."""
    until = fact.data.get("until") or ""
    spread = Start(
        queue="saga",
        workflow=WORKFLOW,
        id=f"freeze-{key}",
        args=(scope.level, scope.id, scope.installation, until),
    )
    await append_beside(kept, scope.stream, fact, key=key, meta=meta, follow_ups=[spread])


async def _scope(asked: AskedToFreeze | Unfreeze, world: World, verb: str) -> Scope:
    """What they may freeze and unfreeze there: asked of GitHub now. Raises OnlyOperator, NotOwner."""
    repository = asked.repository
    match asked.level:
        case "repo":
            number, name = repository.id, repository.full_name
        case "org":
            account = await world.repositories.ownership(repository, asked.by)
            if not account.is_owner:
                raise NotOwner(account.name, is_blind=account.is_blind)
            number, name = account.id, account.name
        case _:
            raise OnlyOperator(verb)
    return Scope(level=asked.level, id=number, name=name, installation=repository.installation_id)


async def lifted_by_hand(
    kept: Kept, scopes: tuple[Scope, ...], *, key: str, meta: Mapping[str, Any]
) -> list[Freeze]:
    """The operator lifts whatever is in force in one of these scopes, whoever said it."""
    streams = {scope.stream for scope in scopes}
    lifted = [freeze for freeze in await freezes(kept) if freeze.scope.stream in streams]
    for freeze in lifted:
        own = f"{key}:{freeze.scope.stream}"
        await note(kept, freeze.scope, unfroze(freeze.scope, by=None), key=own, meta={**meta, "key": own})
    return lifted
