"""What could not be read of approvals when a run was validated: read again when somebody approves."""

from dataclasses import replace

import structlog

from bot.application.approvals import gate_rules
from bot.application.basing import base_head
from bot.application.configuration import path_rules_in, path_rules_text
from bot.application.in_force import InForce, in_force
from bot.application.ports import World
from bot.application.recording import amend
from bot.domain import events as e
from bot.domain import vouching
from bot.domain.integration import Integration
from bot.records import StepFailed

log = structlog.get_logger()


async def read_rules_again(it: Integration, *, key: str, world: World) -> None:
    """Where all of it can be read by now, it holds for the commit that waits; else nothing changes."""
    if not it.unread or it.waiting_for != "approval":
        return
    try:
        found = await _found(it, world)
        if found.unread:
            return
        read = _read(found)
        ruled = await gate_rules(replace(it, path_rules=read.path_rules), world)
    except StepFailed as no:
        log.warning("rules_not_read", integration=it.id, code=no.code)
        return
    await amend(world, it.id, lambda now: vouching.read_again(now, read, ruled), key=key)


async def _found(it: Integration, world: World) -> InForce:
    about = await world.repositories.describe(it.repository)
    commit = await base_head(it.repository, about.default_branch, world)
    return await in_force(world, it.repository, about, commit=commit)


def _read(found: InForce) -> e.RulesRead:
    rules = path_rules_in(path_rules_text(found.configuration))
    return e.RulesRead(path_rules=rules, approval_days=found.configuration.approval_days)
