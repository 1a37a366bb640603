"""Deliveries by REST: what was received, what became of it, and handled once more; never a payload."""

from typing import Final, Literal

from aiohttp import web
from pydantic import Field

from bot.api_records import DeliveriesWanted, Received, ReceivedWhole
from bot.application.deliveries_seen import NotSetAside
from bot.domain.policy import Permission
from bot.records import Refused
from bot.web import api_resource_words as words
from bot.web import openapi
from bot.web.api_door import PREFIX, ApiDoor, Handle, json_of, row_behind, sealed
from bot.web.api_gateway import CALLER, Right
from bot.web.api_refusals import refused_as
from bot.web.api_resource_shapes import FullName
from bot.web.api_shapes import Asked, Cursor, Limit, Moment, Nothing, Person, Plain, Repository, Shape

Became = Literal["kept", "settled", "ignored", "set_aside"]
BECAME: Final = (
    "kept: it waits or is worked on; settled: it was handled; ignored: nothing follows from its kind; "
    "set_aside: it could not be handled, and waits for people"
)


class DeliveriesAsked(Asked):
    """Which deliveries."""

    state: Became | None = Field(None, description=f"only what is so. {BECAME}")
    kind: Plain | None = Field(None, description="only of this kind, as issue_comment.created")
    repository: FullName | None = Field(None, description="only of this repository, as owner/name")
    cursor: Cursor | None = None
    limit: Limit = 30


class Delivery(Shape):
    """A delivery of GitHub's."""

    id: str = Field(description="GitHub's own id of it")
    kind: str
    repository: Repository | None = Field(description="null where it is of the whole account")
    received_at: Moment
    state: Became = Field(description=BECAME)
    why: str | None = Field(description="why it was set aside, as a code; null where it was not")


class Deliveries(Shape):
    """A page of deliveries, the newest first."""

    items: list[Delivery]
    next_cursor: str | None = Field(description="where to go on; null at the end. A page may be short of it")


class DeliveryWhole(Delivery):
    """A delivery, with who had it sent, what it is of, and what it moved. The payload is not shown."""

    sender: Person | None
    number: int | None = Field(description="the issue or pull request")
    size: int = Field(description="of its payload, in bytes")
    integrations: list[str] = Field(description="the integrations that it moved on")


async def list_deliveries(door: ApiDoor, request: web.Request, asked: DeliveriesAsked) -> web.StreamResponse:
    """What was received of the repositories that you may read, the newest first."""
    caller = request[CALLER]
    wanted = DeliveriesWanted(
        installation_id=caller.installation_id,
        state=asked.state,
        kind=asked.kind,
        repository=asked.repository,
    )
    about = f"{caller.id} {wanted!r}"
    page = await door.resources.receipts.listed(
        caller, wanted, after=row_behind(door, asked.cursor, about), most=asked.limit
    )
    following = sealed(door, page.last, about)
    return json_of(Deliveries(items=[*map(delivery_of, page.rows)], next_cursor=following))


async def get_delivery(door: ApiDoor, request: web.Request, _asked: Nothing) -> web.StreamResponse:
    """What one delivery was, and what became of it."""
    receipts = door.resources.receipts
    with refused_as("no_delivery", words.NO_DELIVERY):
        found = await receipts.whole(request[CALLER], request.match_info["delivery"])
    return json_of(whole_of(found))


async def redeliver(door: ApiDoor, request: web.Request, _asked: Nothing) -> web.StreamResponse:
    """Have a delivery that was set aside handled once more, for whoever had it sent."""
    with refused_as("no_delivery", words.NO_DELIVERY):
        try:
            received = await door.resources.receipts.hand_back(
                request[CALLER], request.match_info["delivery"]
            )
        except NotSetAside:
            raise Refused(409, "not_set_aside", words.NOT_SET_ASIDE) from None
    answer = json_of(delivery_of(received), status=202)
    answer.headers["Location"] = f"{PREFIX}/deliveries/{received.key}"
    return answer


def delivery_of(received: Received) -> Delivery:
    """A delivery as v1 tells it."""
    return Delivery.model_validate(_told(received))


def whole_of(it: ReceivedWhole) -> DeliveryWhole:
    """The same, with what of its payload is no secret."""
    sender = None if it.sender is None else Person(id=it.sender.id, login=it.sender.login)
    return DeliveryWhole.model_validate({
        **_told(it.received),
        "sender": sender,
        "number": it.number,
        "size": it.size,
        "integrations": [*it.moved],
    })


def _told(received: Received) -> dict[str, object]:
    number, name = received.repository_id, received.repository
    return {
        "id": received.key,
        "kind": received.kind,
        "repository": None if number is None else Repository(id=number, full_name=name or ""),
        "received_at": received.received_at,
        "state": received.state,
        "why": received.why,
    }


ROUTES: Final[tuple[openapi.Route[Handle], ...]] = (
    openapi.Route("/deliveries", list_deliveries, DeliveriesAsked, Deliveries, Right(Permission.READ)),
    openapi.Route("/deliveries/{delivery}", get_delivery, Nothing, DeliveryWhole, Right(Permission.READ)),
    openapi.Route(
        "/deliveries/{delivery}/redeliver",
        redeliver,
        Nothing,
        Delivery,
        Right(Permission.FREEZE),
        method="POST",
        status=202,
    ),
)
