"""The orders of the API on integrations: each is the command of the same name as on GitHub."""

from functools import partial
from typing import Final

from aiohttp import web

from bot.application import wanting
from bot.application.asked import (
    Adjust,
    AnswerQuestions,
    Approve,
    Cancel,
    Deploy,
    Deprecate,
    RaiseBudget,
    Reject,
    RequestChanges,
    RequestIntegration,
    Retry,
    RollBack,
)
from bot.application.ordering import NEVER, Ask, Order, Wanted
from bot.application.reading import NotFound, Row
from bot.records import Refused, Repository
from bot.web import api_order_shapes as said
from bot.web import api_shapes as v1
from bot.web import api_words as words
from bot.web.api_door import PREFIX, ApiDoor, Handle, answer_of, etag_of
from bot.web.api_gateway import CALLER, Right, check_scope
from bot.web.api_own_shapes import own_asked
from bot.web.api_repeats import ORDER
from bot.web.api_told import told_of
from bot.web.openapi import Route

FOUND: Final = web.RequestKey("FOUND", Repository)


async def is_visible(door: ApiDoor, request: web.Request, _asked: v1.Asked) -> None:
    """What one may not see is not there, also where an order for it was answered before."""
    await door.reading.one(request[CALLER], request.match_info["id"])


async def sees_repository(door: ApiDoor, request: web.Request, asked: said.Request) -> None:
    """The same of a repository that something is asked for in."""
    try:
        request[FOUND] = await wanting.find(door.orders, request[CALLER], asked.repository)
    except NotFound:
        raise Refused(404, "no_repository", words.NO_REPOSITORY) from None


async def knows_what_it_changes(door: ApiDoor, request: web.Request, asked: said.Settings) -> None:
    """Whoever sets something says what they saw; money takes another right than a name."""
    wanted_of(request, asked, await door.reading.one(request[CALLER], request.match_info["id"]))
    if "If-Match" not in request.headers:
        raise Refused(428, "precondition_required", words.NO_IF_MATCH)


async def ask_for_integration(door: ApiDoor, request: web.Request, asked: said.Request) -> web.StreamResponse:
    """Ask for an integration, or for another version of what runs on that issue."""
    budget = None if asked.budget_usd is None else said.micro_usd_of(asked.budget_usd)
    wish = wanting.Wish(
        repository=request[FOUND],
        what=asked.what,
        issue=asked.issue,
        base=asked.base,
        micro_usd=budget,
        plan_first=asked.plan_first,
        anyway=asked.anyway,
    )
    return taken(await wanting.want(door.orders, ordered(request, "integrate"), wish))


async def set_integration(door: ApiDoor, request: web.Request, asked: said.Settings) -> web.StreamResponse:
    """Set its title, what the run may use up in all, what holds for it alone; only from what you saw."""

    def seen(row: Row) -> int | None:
        named = {each.value for each in request.if_match or () if not each.is_weak}
        if "*" in named:
            return None
        return row["version"] if etag_of(answer_of(told_of(row))) in named else NEVER

    wanted, order = partial(wanted_of, request, asked), ordered(request, "budget")
    return taken(await door.orders.alter(order, request.match_info["id"], wanted, seen=seen))


def wanted_of(request: web.Request, asked: said.Settings, row: Row) -> Wanted:
    """What is to be set. A budget that is said again as it is changes nothing, and takes no right."""
    budget = None if asked.budget_usd is None else said.micro_usd_of(asked.budget_usd)
    if budget == row["budget_micro_usd"]:
        budget = None
    if budget is not None:
        check_scope(request, RaiseBudget.needs)
    own = None if asked.settings is None else own_asked(asked.settings)
    return Wanted(title=asked.title, micro_usd=budget, own=own)


async def end_integration(door: ApiDoor, request: web.Request, asked: said.Ending) -> web.StreamResponse:
    """Take it out for good where it runs; else stop it, and take back what was made."""
    order = ordered(request, "deprecate")
    return taken(await door.orders.end(order, request.match_info["id"], removed_in=asked.removed_in))


async def answer(door: ApiDoor, request: web.Request, asked: said.Answer) -> web.StreamResponse:
    """Answer what the bot asked, and have it look at the request again."""
    return await given(door, request, "answer", partial(AnswerQuestions, text=asked.text))


async def approve(door: ApiDoor, request: web.Request, asked: said.Approval) -> web.StreamResponse:
    """Open the gate that is waiting, for exactly what you saw: a commit, a plan, or what it installs."""
    installs = None if asked.installs is None else tuple(asked.installs)
    ask = partial(Approve, head=asked.head, plan=asked.plan, installs=installs)
    return await given(door, request, "approve", ask)


async def change(door: ApiDoor, request: web.Request, asked: said.Changes) -> web.StreamResponse:
    """Send what waits for approval back, to be changed as you say."""
    return await given(
        door, request, "changes", partial(RequestChanges, parts=(asked.text,), head=asked.head)
    )


async def reject(door: ApiDoor, request: web.Request, asked: said.Reason) -> web.StreamResponse:
    """Close the gate for good, and have taken back what was made."""
    return await given(door, request, "reject", partial(Reject, why=asked.why))


async def cancel(door: ApiDoor, request: web.Request, _asked: v1.Nothing) -> web.StreamResponse:
    """Stop it at once, and have taken back what was made."""
    return await given(door, request, "cancel", partial(Cancel, cause="cancelled"))


async def retry(door: ApiDoor, request: web.Request, asked: said.Again) -> web.StreamResponse:
    """Try again what failed, from where it is still good."""
    return await given(door, request, "retry", partial(Retry, wanted=asked.state))


async def deploy(door: ApiDoor, request: web.Request, _asked: v1.Nothing) -> web.StreamResponse:
    """Let what was merged go out."""
    return await given(door, request, "deploy", Deploy)


async def roll_back(door: ApiDoor, request: web.Request, asked: said.Reason) -> web.StreamResponse:
    """Take what runs out of use again: the deployment, and by a revert the merge."""
    return await given(door, request, "rollback", partial(RollBack, why=asked.why))


async def given(door: ApiDoor, request: web.Request, name: str, ask: Ask) -> web.StreamResponse:
    """Give the order, and tell how it stands then."""
    return taken(await door.orders.give(ordered(request, name), request.match_info["id"], ask))


def ordered(request: web.Request, name: str) -> Order:
    """The order, as it is known by."""
    return Order(caller=request[CALLER], key=request[ORDER], name=name)


def taken(row: Row) -> web.Response:
    """It is taken, and is done meanwhile: how it stands at this moment, and where to look."""
    answer = answer_of(told_of(row), status=202)
    answer.headers["Location"] = f"{PREFIX}/integrations/{row['id']}"
    return answer


def _of_one(path: str, handle: Handle, asked: type[v1.Asked], needs: Right) -> Route[Handle]:
    return Route(
        f"/integrations/{{id}}{path}",
        handle,
        asked,
        v1.Integration,
        needs,
        method="POST",
        status=202,
        before=is_visible,
        also=(409, 423),
    )


ROUTES: Final[tuple[Route[Handle], ...]] = (
    Route(
        "/integrations",
        ask_for_integration,
        said.Request,
        v1.Integration,
        Right(RequestIntegration.needs),
        method="POST",
        status=202,
        before=sees_repository,
        also=(404, 409, 423),
    ),
    Route(
        "/integrations/{id}",
        set_integration,
        said.Settings,
        v1.Integration,
        Right(Adjust.needs),
        method="PUT",
        status=202,
        before=knows_what_it_changes,
        also=(409, 412, 428),
    ),
    Route(
        "/integrations/{id}",
        end_integration,
        said.Ending,
        v1.Integration,
        Right(Deprecate.needs),
        method="DELETE",
        status=202,
        before=is_visible,
        also=(409, 423),
    ),
    _of_one("/answer", answer, said.Answer, Right(AnswerQuestions.needs)),
    _of_one("/approve", approve, said.Approval, Right(Approve.needs)),
    _of_one("/changes", change, said.Changes, Right(RequestChanges.needs)),
    _of_one("/reject", reject, said.Reason, Right(Reject.needs)),
    _of_one("/cancel", cancel, v1.Nothing, Right(Cancel.needs)),
    _of_one("/retry", retry, said.Again, Right(Retry.needs)),
    _of_one("/deploy", deploy, v1.Nothing, Right(Deploy.needs)),
    _of_one("/rollback", roll_back, said.Reason, Right(RollBack.needs)),
)
