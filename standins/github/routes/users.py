"""Somebody who signed in: who that is, where they find the App, and the end of their tokens."""

from standins.github.call import Answer, Call, Routes, paged
from standins.github.shapes import accounts as shapes
from standins.github.state import Account, Installation
from standins.github.world import Missing, Refused, World

routes = Routes()


@routes.on("GET", "/user", needs="person")
def get_user(call: Call) -> Answer:
    return Answer(body=shapes.public_user(call.world, _person(call)))


@routes.on("GET", "/user/installations", needs="person")
def list_installations(call: Call) -> Answer:
    """Those in which the person may see something by a right of their own."""
    person = _person(call)
    seen = [each for each in call.world.installations.values() if _is_in(call.world, each, person)]
    return paged(call, seen, lambda it: shapes.installation(call.world, it), under="installations")


def _person(call: Call) -> Account:
    if call.person is None:
        raise Missing("nobody signed in")
    return call.person


def _is_in(world: World, installation: Installation, person: Account) -> bool:
    role, state = world.members.get((installation.account.id, person.id), ("", ""))
    if installation.account.id == person.id or (role and state == "active"):
        return True
    seen = [each for each in world.repositories.values() if installation.sees(each)]
    return any(each.roles.get(person.login, "none") != "none" for each in seen)


@routes.on("DELETE", "/applications/{client_id}/token", needs="client")
def delete_token(call: Call) -> Answer:
    """Neither the token nor what renews it is good any more. Refused: 422 where it is none."""
    value = call.body["access_token"]
    if value not in call.world.authorizations.tokens:
        raise Refused(422, "Validation Failed")
    call.world.authorizations.taken_back(value)
    return Answer(status=204)
