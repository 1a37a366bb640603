"""The App about itself: who it is, where it is installed, its tokens and its deliveries."""

import json
from typing import Any

from standins.github import access, hooks
from standins.github.call import Answer, Call, Routes, paged
from standins.github.calls import Attempt
from standins.github.shapes import accounts as shapes
from standins.github.shapes.repositories import full_repository, repository
from standins.github.state import Delivery, Installation
from standins.github.world import Missing, Refused

routes = Routes()


@routes.on("GET", "/meta", needs="nothing")
def get_meta(_call: Call) -> Answer:
    """What anybody may ask."""
    return Answer(body={"verifiable_password_authentication": False})


@routes.on("GET", "/app", needs="app")
def get_app(call: Call) -> Answer:
    count = len(call.world.installations)
    return Answer(body=shapes.app(call.world) | {"installations_count": count})


@routes.on("GET", "/app/installations", needs="app")
def list_installations(call: Call) -> Answer:
    return paged(call, call.world.installations.values(), lambda it: shapes.installation(call.world, it))


@routes.on("GET", "/app/installations/{installation_id}", needs="app")
def get_installation(call: Call) -> Answer:
    return Answer(body=shapes.installation(call.world, _installation(call)))


def _installation(call: Call) -> Installation:
    try:
        return call.world.installations[call.number("installation_id")]
    except KeyError:
        raise Missing("no such installation") from None


@routes.on("GET", "/repos/{owner}/{repo}/installation", needs="app")
def get_repository_installation(call: Call) -> Answer:
    found = call.world.installation_on(call.repository)
    if found is None:
        raise Missing("not installed here")
    return Answer(body=shapes.installation(call.world, found))


@routes.on("POST", "/app/installations/{installation_id}/access_tokens", needs="app")
def create_token(call: Call) -> Answer:
    token = access.mint(call.world, _installation(call), call.body or {})
    body: dict[str, Any] = {
        "token": token.value,
        "expires_at": shapes.moment(token.expires_at),
        "permissions": dict(token.permissions),
        "repository_selection": "all" if token.repository_ids is None else "selected",
    }
    if token.repository_ids is not None:
        seen = [call.world.repositories[each] for each in sorted(token.repository_ids)]
        body["repositories"] = [repository(call.world, each) for each in seen]
    return Answer(status=201, body=body)


@routes.on("DELETE", "/installation/token", needs="")
def revoke_token(call: Call) -> Answer:
    if call.token:
        del call.world.tokens[call.token.value]
    return Answer(status=204)


@routes.on("GET", "/installation/repositories", needs="")
def list_repositories(call: Call) -> Answer:
    seen = [each for each in call.world.repositories.values() if call.token and call.token.sees(each)]
    return paged(call, seen, lambda it: full_repository(call.world, it, settings=False), under="repositories")


@routes.on("GET", "/rate_limit", needs="")
def get_rate_limit(call: Call) -> Answer:
    limit = call.world.rate_limit
    used, reset = 0, int(call.world.now().timestamp()) + 3600
    if call.token and (window := call.world.windows.get(call.token.installation.id)):
        used, reset = window.used, int(window.resets_at.timestamp())
    core = {"limit": limit, "used": used, "remaining": max(0, limit - used), "reset": reset}
    search = {"limit": 30, "used": 0, "remaining": 30, "reset": reset}
    return Answer(body={"resources": {"core": core, "search": search}, "rate": core})


@routes.on("GET", "/users/{username}", needs="")
def get_user(call: Call) -> Answer:
    return Answer(body=shapes.public_user(call.world, call.world.account(call.parameters["username"])))


@routes.on("GET", "/app/hook/config", needs="app")
def get_hook(call: Call) -> Answer:
    world = call.world
    if world.webhook_url is None:
        raise Missing("The App has no webhook URL")
    return Answer(
        body={
            "url": world.webhook_url,
            "content_type": world.webhook_content_type,
            "insecure_ssl": world.webhook_insecure_ssl,
            "secret": "********",
        }
    )


@routes.on("GET", "/app/hook/deliveries", needs="app")
def list_deliveries(call: Call) -> Answer:
    """Each attempt is listed by itself, the newest first."""
    tried = [(attempt, each) for each in call.world.deliveries for attempt in each.attempts]
    newest_first = sorted(tried, key=lambda pair: pair[0].id, reverse=True)
    cursor = int(call.query.get("cursor", 0))
    size = int(call.query.get("per_page", 30))
    shown = newest_first[cursor : cursor + size]
    more = len(newest_first) > cursor + size
    url = f"{call.world.url}/app/hook/deliveries?per_page={size}&cursor={cursor + size}"
    link = {"Link": f'<{url}>; rel="next"'} if more else {}
    return Answer(body=[_listed(*pair) for pair in shown], headers=link)


def _listed(attempt: Attempt, delivery: Delivery) -> dict[str, Any]:
    return {
        "id": attempt.id,
        "guid": delivery.guid,
        "delivered_at": attempt.at.isoformat().replace("+00:00", "Z"),
        "redelivery": attempt.again,
        "duration": attempt.seconds,
        "status": "OK" if 200 <= attempt.status < 300 else "failed to connect to host",  # noqa: PLR2004  HTTP
        "status_code": attempt.status,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation_id,
        "repository_id": delivery.repository_id,
        "throttled_at": None,
    }


@routes.on("GET", "/app/hook/deliveries/{delivery_id}", needs="app")
def get_delivery(call: Call) -> Answer:
    attempt, delivery = _attempt(call)
    request = {"headers": hooks.headers(call.world, delivery), "payload": json.loads(delivery.body)}
    response: dict[str, Any] = {"headers": {}, "payload": None}
    url = call.world.webhook_url or ""
    return Answer(body=_listed(attempt, delivery) | {"url": url, "request": request, "response": response})


def _attempt(call: Call) -> tuple[Attempt, Delivery]:
    for delivery in call.world.deliveries:
        for attempt in delivery.attempts:
            if attempt.id == call.number("delivery_id"):
                return attempt, delivery
    raise Missing("no such delivery")


@routes.on("POST", "/app/hook/deliveries/{delivery_id}/attempts", needs="app")
def redeliver(call: Call) -> Answer:
    """It is sent again under its GUID, as soon as this call is answered."""
    _, delivery = _attempt(call)
    if call.world.webhook_url is None:
        raise Refused(422, "The App has no webhook URL")
    call.world.outbox.append(delivery)
    return Answer(status=202, body={})
