"""Teams of an organisation."""

from typing import Any

from standins.github.shapes.accounts import node_id
from standins.github.state import Account
from standins.github.teams import Team
from standins.github.world import World


def team(world: World, of: Account, it: Team) -> dict[str, Any]:
    """A team as it stands beside a pull request."""
    url = f"{world.url}/organizations/{of.id}/team/{it.id}"
    return {
        "id": it.id,
        "node_id": node_id("T", it.id),
        "name": it.slug,
        "slug": it.slug,
        "description": None,
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "permission": "push",
        "url": url,
        "html_url": f"{world.url}/orgs/{of.login}/teams/{it.slug}",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "type": "organization",
        "organization_id": of.id,
        "parent": None,
    }


def told(world: World, of: Account, it: Team) -> dict[str, Any]:
    """The form that deliveries carry."""
    shape = team(world, of, it)
    return {name: shape[name] for name in shape if name not in {"type", "organization_id"}}


def membership(world: World, of: Account, it: Team, login: str) -> dict[str, Any]:
    url = f"{world.url}/organizations/{of.id}/team/{it.id}/memberships/{login}"
    return {"url": url, "role": "member", "state": it.members[login.lower()]}
