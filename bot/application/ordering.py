"""The orders of the API: the same commands as on GitHub, and refused in the same words."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from bot.api_records import Caller
from bot.application import commands, refusal_words, refusing, words
from bot.application.asked import Adjust, Asked, Cancel, Deprecate, OfOne, RaiseBudget
from bot.application.ports import World
from bot.application.reading import NotFound, Reading, Row
from bot.application.recording import load
from bot.domain.events import Own
from bot.domain.integration import Integration
from bot.domain.policy import Denied, StaleApproval
from bot.domain.possible import possible
from bot.domain.reaching import OUT_OF_REACH
from bot.domain.states import InvalidStateTransition, State
from bot.records import Repository, StepFailed

DOOR: Final = "api"
NEVER: Final = -1

Ask = Callable[..., OfOne]
"""Makes the command, given `by`, `repository` and `integration_id`."""


class NotDone(Exception):
    """It was refused: a stable code, what is said to that, and what could be asked for in its place."""

    def __init__(self, code: str, said: str, instead: tuple[str, ...] | None = None) -> None:
        super().__init__(code, said, instead)
        self.code, self.said, self.instead = code, said, instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is ordered, by whom; the same key is the same order. `name` is the command's, as in a comment."""

    caller: Caller
    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of an integration is set; what is None stays as it is."""

    title: str | None
    micro_usd: int | None
    own: Own | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a caller has the bot do. Whether they may is asked of GitHub at the moment of the act.

    Everything raises NotFound, NotDone, Unavailable.
    """

    world: World
    reading: Reading

    async def give(self, order: Order, integration_id: str, ask: Ask) -> Row:
        """The integration as it is after that."""
        return await self._given(order, await self.reading.one(order.caller, integration_id), ask)

    async def end(self, order: Order, integration_id: str, *, removed_in: int | None) -> Row:
        """Take it out for good where it runs, else stop it."""
        row = await self.reading.one(order.caller, integration_id)
        if row["state"] == State.ACTIVE or removed_in is not None:
            return await self._given(order, row, partial(Deprecate, why="", removed_in=removed_in))
        return await self._given(replace(order, name="cancel"), row, partial(Cancel, cause="cancelled"))

    async def alter(
        self,
        order: Order,
        integration_id: str,
        wanted: Callable[[Row], Wanted],
        *,
        seen: Callable[[Row], int | None],
    ) -> Row:
        """Call it so, let it use up so much, and set that for it: all of it, where it is still what was seen.

        What is wanted is said of it as it stands.
        """
        row = await self.reading.one(order.caller, integration_id)
        saw, want = seen(row), wanted(row)
        if want.micro_usd is None:
            adjusted = partial(Adjust, title=want.title, own=want.own, seen=saw)
            name = "title" if want.own is None else "config"
            return await self._given(replace(order, name=name), row, adjusted)
        more = partial(RaiseBudget, up_to=want.micro_usd, title=want.title, own=want.own, seen=saw)
        return await self._given(order, row, more)

    async def _given(self, order: Order, row: Row, ask: Ask) -> Row:
        repository = Repository(
            id=row["repository_id"], full_name=row["repository"], installation_id=row["installation_id"]
        )
        where = refusing.Conversation(repository=repository, issue=row["issue"])
        try:
            about = await self.world.repositories.describe(repository)
            here = replace(repository, full_name=about.full_name, owner_id=about.owner_id)
            await self.sent(order, ask(by=order.caller.person, repository=here, integration_id=row["id"]))
        except (Denied, InvalidStateTransition, StepFailed) as no:
            code, said = told(no)
            await self.note(order, where, code, said)
            raise NotDone(code, said, possible(await load(self.world, row["id"]))) from None
        return await self.world.integrations.get(row["id"]) or row

    async def sent(self, order: Order, asked: Asked) -> Integration:
        """Hand the command on, through this door."""
        return await commands.handle(asked, key=order.key, door=DOOR, world=self.world)

    async def note(self, order: Order, where: refusing.Conversation, code: str, said: str) -> None:
        """The refusal is a fact of the conversation, as that of a comment is."""
        world, by = self.world, order.caller.person
        if not await refusing.may_be_told(world, where.repository, by, key=order.key):
            return
        key = f"refused:{order.key}"
        meta = {"by": by.id, "login": by.login, "door": DOOR, "key": key}
        command = refusing.Command(by=by, name=order.name, code=code, said=said)
        await refusing.note(world, where, command, key=key, meta=meta)


def told(no: Denied | InvalidStateTransition | StepFailed) -> tuple[str, str]:
    """The code of a refusal, and what is said to it: as on GitHub, where an approval that names its commit
    is a review. Raises NotFound where the repository is out of reach.
    """
    match no:
        case StaleApproval():
            return no.code, refusal_words.review_not_counted(no)
        case Denied():
            return no.code, refusal_words.refusal(no)
        case InvalidStateTransition():
            return "invalid_state_transition", refusal_words.refusal(no)
        case StepFailed():
            if no.code in OUT_OF_REACH:
                raise NotFound from None
            return no.code, words.stopped(no.code)
