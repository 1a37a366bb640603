"""The App on an account: installed, narrowed, suspended, gone."""

from collections.abc import Iterable
from typing import Any

from standins.github.hooks import send_later
from standins.github.shapes.accounts import installation as shape
from standins.github.state import Account, Installation, Repository
from standins.github.world import World


def install(world: World, account: Account, by: Account, *, repository_ids: set[int] | None) -> Installation:
    installation = Installation(
        id=world.new_id(),
        account=account,
        permissions=dict(world.app.permissions),
        repository_ids=repository_ids,
        created_at=world.now(),
    )
    world.installations[installation.id] = installation
    _tell(world, "created", installation, by, repositories=_short(_seen(world, installation)))
    return installation


def uninstall(world: World, installation: Installation, by: Account) -> None:
    """Its tokens are worthless from now on."""
    del world.installations[installation.id]
    world.tokens = {
        value: token for value, token in world.tokens.items() if token.installation.id != installation.id
    }
    _tell(world, "deleted", installation, by, repositories=_short(_seen(world, installation)))


def suspend(world: World, installation: Installation, by: Account) -> None:
    installation.suspended_at = installation.updated_at = world.now()
    _tell(world, "suspend", installation, by)


def unsuspend(world: World, installation: Installation, by: Account) -> None:
    installation.suspended_at, installation.updated_at = None, world.now()
    _tell(world, "unsuspend", installation, by)


def remove_repository(world: World, installation: Installation, by: Account, repository: Repository) -> None:
    """The App sees it no more."""
    seen = {each.id for each in _seen(world, installation)}
    installation.repository_ids = seen - {repository.id}
    forget_repository(world, installation, by, repository)


def add_repository(world: World, installation: Installation, by: Account, repository: Repository) -> None:
    """The App sees it again."""
    if installation.repository_ids is not None:
        installation.repository_ids |= {repository.id}
    _tell_repositories(world, installation, by, added=[repository])


def forget_repository(world: World, installation: Installation, by: Account, repository: Repository) -> None:
    """It has gone from the App's sight, for whatever reason."""
    _tell_repositories(world, installation, by, removed=[repository])


def _seen(world: World, installation: Installation) -> list[Repository]:
    return [each for each in world.repositories.values() if installation.sees(each)]


def _short(repositories: Iterable[Repository]) -> list[dict[str, Any]]:
    return [
        {
            "id": each.id,
            "node_id": f"R_{each.id}",
            "name": each.name,
            "full_name": each.full_name,
            "private": each.private,
        }
        for each in repositories
    ]


def _tell_repositories(
    world: World,
    installation: Installation,
    by: Account,
    *,
    added: Iterable[Repository] = (),
    removed: Iterable[Repository] = (),
) -> None:
    installation.updated_at = world.now()
    body = {
        "action": "added" if added else "removed",
        "installation": shape(world, installation),
        "repository_selection": "all" if installation.repository_ids is None else "selected",
        "repositories_added": _short(added),
        "repositories_removed": _short(removed),
        "requester": None,
    }
    if world.webhook_url:
        send_later(world, "installation_repositories", body, by=by, installation=installation)


def _tell(world: World, action: str, installation: Installation, by: Account, **more: Any) -> None:
    """Every App hears of its own installations; it need not ask for that."""
    if world.webhook_url:
        body = {"action": action, "installation": shape(world, installation)} | more
        send_later(world, "installation", body, by=by, installation=installation)
