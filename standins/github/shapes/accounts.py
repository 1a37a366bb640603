"""Accounts, the App, its installations."""

from datetime import datetime
from typing import Any

from standins.github.state import Account, App, Installation, Repository, Role
from standins.github.world import World

# Beyond these five the permission of a role is spelled as the role itself.
PERMISSIONS = {"maintain": "write", "triage": "read"}
ACCOUNT_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_or_none(at: datetime | None) -> str | None:
    return moment(at) if at else None


def node_id(kind: str, number: int | str) -> str:
    return f"{kind}_{number}"


def account(world: World, of: Account) -> dict[str, Any]:
    url = f"{world.url}/users/{of.login}"
    return {
        "login": of.login,
        "id": of.id,
        "node_id": node_id("U", of.id),
        "avatar_url": f"{world.url}/avatars/{of.id}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{world.url}/{of.login}",
        "type": of.type,
        "site_admin": False,
    } | {name: url + suffix for name, suffix in ACCOUNT_LINKS.items()}


def public_user(world: World, of: Account) -> dict[str, Any]:
    """An account as anybody may see it."""
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    unsaid = dict.fromkeys(("name", "company", "location", "email", "hireable", "bio"))
    dates = dict.fromkeys(("created_at", "updated_at"), moment(world.app.created_at))
    return account(world, of) | counts | unsaid | dates | {"blog": ""}


def organization(world: World, of: Account) -> dict[str, Any]:
    url = f"{world.url}/orgs/{of.login}"
    links = ("repos", "events", "hooks", "issues")
    return {
        "login": of.login,
        "id": of.id,
        "node_id": node_id("O", of.id),
        "url": url,
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"{world.url}/avatars/{of.id}",
        "description": None,
    } | {f"{name}_url": f"{url}/{name}" for name in links}


def collaborator(world: World, of: Account, role: Role) -> dict[str, Any]:
    """What GitHub says of a person's right in a repository."""
    user = account(world, of) | {"role_name": role}
    return {"permission": PERMISSIONS.get(role, role), "role_name": role, "user": user}


def membership(world: World, of: Account, person: Account, role: str, state: str) -> dict[str, Any]:
    """What a person is in an organisation."""
    place = organization(world, of)
    return {
        "url": f"{place['url']}/memberships/{person.login}",
        "state": state,
        "role": role,
        "organization_url": place["url"],
        "organization": place,
        "user": account(world, person),
    }


def app(world: World, of: App | None = None) -> dict[str, Any]:
    """The bot's App, or another."""
    of = of or world.app
    return {
        "id": of.id,
        "slug": of.slug,
        "node_id": node_id("A", of.id),
        "owner": account(world, of.owner),
        "name": of.slug,
        "description": None,
        "external_url": world.url,
        "html_url": f"{world.url}/apps/{of.slug}",
        "created_at": moment(of.created_at),
        "updated_at": moment(of.created_at),
        "permissions": dict(of.permissions),
        "events": list(of.events),
    }


def installation(world: World, of: Installation) -> dict[str, Any]:
    return {
        "id": of.id,
        "account": account(world, of.account),
        "repository_selection": "all" if of.repository_ids is None else "selected",
        "access_tokens_url": f"{world.url}/app/installations/{of.id}/access_tokens",
        "repositories_url": f"{world.url}/installation/repositories",
        "html_url": f"{world.url}/settings/installations/{of.id}",
        "app_id": world.app.id,
        "app_slug": world.app.slug,
        "target_id": of.account.id,
        "target_type": of.account.type,
        "permissions": dict(of.permissions),
        "events": list(world.app.events),
        "created_at": moment(of.created_at),
        "updated_at": moment(of.updated_at or of.created_at),
        "single_file_name": None,
        "suspended_at": moment_or_none(of.suspended_at),
        "suspended_by": account(world, of.account) if of.suspended_at else None,
    }


def association(repository: Repository, of: Account) -> str:
    """How the author relates to the repository; only for show, no right follows from it."""
    if of.id == repository.owner.id:
        return "OWNER"
    return "COLLABORATOR" if of.login in repository.roles else "NONE"
