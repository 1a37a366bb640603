"""Who is asked for a review, and the teams of an organisation."""

from standins.github import access
from standins.github.call import Answer, Call, Routes
from standins.github.routes.pulls import PULL, READ, WRITE, asked_pull, whole
from standins.github.shapes import teams as shapes
from standins.github.shapes.accounts import account
from standins.github.shapes.pulls import pull_of
from standins.github.state import Account
from standins.github.teams import Team
from standins.github.world import Missing, Refused

routes = Routes()
REVIEWERS = f"{PULL}/requested_reviewers"
MEMBERSHIP = "/orgs/{org}/teams/{team_slug}/memberships/{username}"
NO_COLLABORATOR = (
    "Reviews may only be requested from collaborators. One or more of the users or teams you specified is "
    "not a collaborator of the {} repository."
)


@routes.on("GET", REVIEWERS, needs=READ)
def list_reviewers(call: Call) -> Answer:
    pull, owner = pull_of(asked_pull(call)), call.repository.owner
    users = [account(call.world, each) for each in pull.reviewers]
    return Answer(
        body={"users": users, "teams": [shapes.team(call.world, owner, each) for each in pull.teams]}
    )


@routes.on("POST", REVIEWERS, needs=WRITE)
def ask_reviewers(call: Call) -> Answer:
    """All of them or none; who is asked already stays so."""
    issue, asked = asked_pull(call), call.body or {}
    pull = pull_of(issue)
    users = [_collaborator(call, login) for login in asked.get("reviewers", [])]
    teams = [_team(call, call.repository.owner, slug) for slug in asked.get("team_reviewers", [])]
    if issue.by.id in {each.id for each in users}:
        raise Refused(422, "Review cannot be requested from pull request author.")
    new_users = [each for each in users if each not in pull.reviewers]
    new_teams = [each for each in teams if each not in pull.teams]
    pull.reviewers += new_users
    pull.teams += new_teams
    names = [*(each.login for each in new_users), *(each.slug for each in new_teams)]
    if names:
        call.world.note("ask_reviewers", call.repository, call.by, number=issue.number, names=names)
    return whole(call, issue, status=201)


def _collaborator(call: Call, login: str) -> Account:
    found = call.world.accounts.get(login.lower())
    if found is None or call.repository.role_of(found) == "none":
        raise Refused(422, NO_COLLABORATOR.format(call.repository.full_name))
    return found


def _team(call: Call, owner: Account, slug: str) -> Team:
    found = call.world.teams.get(f"{owner.login}/{slug}".lower())
    if found is None:
        raise Refused(422, NO_COLLABORATOR.format(call.repository.full_name))
    return found


@routes.on("GET", MEMBERSHIP, needs="")
def get_membership(call: Call) -> Answer:
    """Told to those who may read the members of this very organisation."""
    owner, login = call.world.account(call.parameters["org"]), call.parameters["username"]
    access.check_may_of(call.token, "members:read", owner)
    found = call.world.teams.get(f"{owner.login}/{call.parameters['team_slug']}".lower())
    if found is None or login.lower() not in found.members:
        raise Missing("no such member")
    return Answer(body=shapes.membership(call.world, owner, found, login))
