"""Organisations, and what people are in them."""

from standins.github.access import LEVELS
from standins.github.call import Answer, Call, Routes
from standins.github.shapes import accounts
from standins.github.world import Missing, Refused

routes = Routes()


@routes.on("GET", "/orgs/{org}/memberships/{username}", needs="")
def get_membership(call: Call) -> Answer:
    """Only an installation on the organisation that may read its members is told."""
    organization = call.world.account(call.parameters["org"])
    token = call.token
    is_there = token is not None and token.installation.account.id == organization.id
    if token is None or not is_there or LEVELS.get(token.permissions.get("members", ""), 0) < LEVELS["read"]:
        raise Refused(403, "Resource not accessible by integration")
    person = call.world.account(call.parameters["username"])
    member = call.world.members.get((organization.id, person.id))
    if member is None:
        raise Missing(f"{person.login} is no member of {organization.login}")
    return Answer(body=accounts.membership(call.world, organization, person, *member))
