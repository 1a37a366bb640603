"""Asked for over the API: an integration, on an issue that is named or on one that the bot opens for it."""

from dataclasses import dataclass, replace

from bot.api_records import Caller
from bot.application import order_words, refusing
from bot.application.asked import RequestIntegration
from bot.application.duplicates import check_is_new
from bot.application.effects import once, say_once
from bot.application.frozen import check_may_move
from bot.application.ordering import DOOR, NotDone, Order, Orders, told
from bot.application.ports import World
from bot.application.reading import NotFound, Row
from bot.application.requesting import check_share, new_id, request_text
from bot.application.rights import check_right
from bot.domain.policy import Denied
from bot.domain.states import InvalidStateTransition
from bot.issue_records import Issue
from bot.records import Repository, StepFailed, Unavailable

NOT_YET: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for, in which repository; without an issue, one is opened."""

    repository: Repository
    what: str
    issue: int | None = None
    base: str | None = None
    micro_usd: int | None = None
    plan_first: bool = False
    anyway: bool = False


async def find(orders: Orders, caller: Caller, full_name: str) -> Repository:
    """The repository of this name, in the caller's installation, if they may read it. Raises NotFound."""
    about = await orders.world.repositories.named(caller.installation_id, full_name)
    if about is None:
        raise NotFound
    repository = Repository(
        id=about.id,
        full_name=about.full_name,
        installation_id=caller.installation_id,
        owner_id=about.owner_id,
    )
    if not await orders.reading.may_read(caller, repository):
        raise NotFound
    return repository


async def want(orders: Orders, order: Order, wish: Wish) -> Row:
    """The integration that is asked for by that. Raises NotFound, NotDone, Unavailable."""
    world, where = orders.world, wish.issue or NOT_YET
    asked = await _asked(order, wish, world)
    try:
        if where == NOT_YET:
            asked = replace(asked, issue=await issue_for(wish, asked, world, key=order.key, door=DOOR))
            where = asked.issue
        it = await orders.sent(order, asked)
    except (Denied, InvalidStateTransition, StepFailed) as no:
        code, said = told(no)
        if where != NOT_YET:
            conversation = refusing.Conversation(repository=wish.repository, issue=where)
            await orders.note(order, conversation, code, said)
        if where not in {wish.issue, NOT_YET}:
            await say_so(asked, said, world, key=order.key)
        raise NotDone(code, said) from None
    row = await world.integrations.get(it.id)
    if row is None:
        raise Unavailable("row_missing")
    return row


async def _asked(order: Order, wish: Wish, world: World) -> RequestIntegration:
    """The command, with the issue as it is at this moment; what the bot is to open says nothing more."""
    try:
        issue = await _issue(order, wish, world)
    except StepFailed as no:
        raise NotDone(*told(no)) from None
    return RequestIntegration(
        by=order.caller.person,
        repository=wish.repository,
        issue=wish.issue or NOT_YET,
        request=request_text(wish.what, issue),
        base=wish.base,
        micro_usd=wish.micro_usd,
        plan_first=wish.plan_first,
        anyway=wish.anyway,
    )


async def _issue(order: Order, wish: Wish, world: World) -> Issue:
    if wish.issue is None:
        return Issue(title="", body="", author=order.caller.person)
    return await world.issues.get(wish.repository, wish.issue)


async def issue_for(wish: Wish, asked: RequestIntegration, world: World, *, key: str, door: str) -> int:
    """The issue of what this key asked for at that door, opened once.

    Only where nothing stands in the way of it. Raises Denied, StepFailed, Unavailable.
    """
    own = new_id(key)
    if (row := await world.integrations.get(own)) is not None:
        return int(row["issue"])
    await check_right(asked, world)
    await check_may_move(wish.repository, world)
    await check_is_new(asked, own, world)
    await check_share(wish.repository.id, asked.by, own, world)
    marker = order_words.issue_marker(own)

    async def look() -> str | None:
        found = await world.issues.find(wish.repository, marker=marker)
        return None if found is None else str(found)

    async def make() -> str:
        title = order_words.issue_title(wish.what)
        body = order_words.issue_body(wish.what, by=asked.by.login, door=door, marker=marker)
        return str(await world.issues.open(wish.repository, title=title, body=body))

    return int(await once(world, f"issue:{own}", find=look, make=make))


async def say_so(asked: RequestIntegration, said: str, world: World, *, key: str) -> None:
    """What was opened in vain does not stand there without a word."""
    marker = order_words.refusal_marker(new_id(key))
    body = order_words.not_taken(said, by=asked.by.login, marker=marker)
    await say_once(world, asked.repository, asked.issue, body, marker=marker, effect=f"not-asked:{key}")
