"""Workflow: somebody said something in plain words; what it means is made out once, and then it is done."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import structlog
from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application.mention_hearing import WORKFLOW
from bot.application.mention_reading import ToSort, read_words
from bot.application.ports import World
from bot.application.retrying import stays
from bot.application.saga import Places
from bot.domain.commands import Command
from bot.domain.mentioned import Mention, meaning_of, mention_in
from bot.infrastructure.engine import on, step
from bot.records import StepFailed

log = structlog.get_logger()

READ: Final = "mention.read_v1"


class Ear(Protocol):
    """What was heard at a door, and what follows there: the same as from a command that is said there."""

    @property
    def commands(self) -> Sequence[Command]:
        """What there is there to be meant."""

    def words(self, heard: bytes) -> ToSort:
        """What was said, where, and after what."""

    async def act(self, heard: bytes, means: str, *, key: str) -> None:
        """Do what it means, or say what a person would have to say. Raises Unavailable, StepFailed."""

    async def give_up(self, heard: bytes, code: str, *, is_read: bool, key: str) -> None:
        """Nobody can tell what it means now, or, where it `is_read`, do it, for this reason: say so."""


async def _made_out(world: World, ear: Ear, heard: bytes, stream: str, heard_key: str) -> str:
    return await read_words(world, ear.commands, stream, heard_key, ear.words(heard))


def register(world: World, places: Places, ears: Mapping[str, Ear]) -> None:
    """Tell the engine of it; wiring calls this before launch, in every process. `places` are the model's."""

    async def heard_of(stream: str, heard_key: str) -> tuple[Ear, bytes]:
        mention: Mention = mention_in(await world.log.read(stream), heard_key)
        return ears[mention.ear], await world.blobs.get(mention.repository.id, mention.comment)

    async def make_out(stream: str, heard_key: str, *, key: str) -> str:
        return await _made_out(world, *await heard_of(stream, heard_key), stream, heard_key)

    async def act(stream: str, heard_key: str, means: str, *, key: str) -> None:
        ear, heard = await heard_of(stream, heard_key)
        await ear.act(heard, means, key=heard_key)

    async def give_up(stream: str, heard_key: str, code: str, *, key: str) -> None:
        is_read = meaning_of(await world.log.read(stream), heard_key) is not None
        ear, heard = await heard_of(stream, heard_key)
        await ear.give_up(heard, code, is_read=is_read, key=heard_key)

    @DBOS.workflow(name=READ)
    async def read_v1(stream: str, heard_key: str, account: str) -> str:
        """Make out what it means, once the account has a place for it."""
        async with places.place(account):
            with bound_contextvars(mention=stream):
                means: str = await step(make_out, stream, heard_key, unforeseen="internal")
                return means

    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
    async def run_v1(stream: str, heard_key: str, repository: str, account: str) -> None:
        """It is made out now or not at all: whoever talks is there, and can say it as a command."""
        with bound_contextvars(mention=stream):
            try:
                means: Any = await on(
                    "ai", read_v1, stream, heard_key, account, tenant=repository, leaves=stays
                )
                await step(act, stream, heard_key, str(means), unforeseen="internal")
            except StepFailed as failure:
                log.warning("mention_given_up", code=failure.code, detail=failure.detail)
                await step(give_up, stream, heard_key, failure.code)
