"""What people do to a repository as a whole: it is renamed, given away, archived, deleted."""

from typing import Any

from standins.github.deeds.installations import forget_repository
from standins.github.hooks import tell
from standins.github.shapes.accounts import account
from standins.github.state import Account, Repository
from standins.github.world import Refused, World


def rename(world: World, repository: Repository, by: Account, name: str) -> None:
    """Whoever asks for it by its old name is sent on."""
    before = repository.name
    _leave(world, repository, f"{repository.owner.login}/{name}")
    repository.name = name
    _tell(world, "renamed", repository, by, changes={"repository": {"name": {"from": before}}})


def transfer(world: World, repository: Repository, by: Account, owner: Account) -> None:
    """Its number stays. That it came is told to whom it came to, that it went to whom it left."""
    before, left = repository.owner, world.installation_on(repository)
    _leave(world, repository, f"{owner.login}/{repository.name}")
    repository.owner = owner
    if left is not None:
        forget_repository(world, left, by, repository)
    kind = before.type.lower()
    _tell(world, "transferred", repository, by, changes={"owner": {"from": {kind: account(world, before)}}})


def set_archived(world: World, repository: Repository, by: Account, *, archived: bool) -> None:
    """Nothing in it can be changed while it is."""
    repository.archived = archived
    _tell(world, "archived" if archived else "unarchived", repository, by)


def set_visibility(world: World, repository: Repository, by: Account, *, private: bool) -> None:
    """Whoever it was hidden from sees it now, or the other way round."""
    repository.private = private
    _tell(world, "privatized" if private else "publicized", repository, by)


def delete(world: World, repository: Repository, by: Account) -> None:
    """Nobody sees it any more; the App hears of it twice."""
    installation = world.installation_on(repository)
    _tell(world, "deleted", repository, by)
    del world.repositories[repository.id]
    if installation is not None:
        forget_repository(world, installation, by, repository)


def _leave(world: World, repository: Repository, name: str) -> None:
    if any(each.full_name.lower() == name.lower() for each in world.repositories.values()):
        raise Refused(422, "Validation Failed", resource="Repository", field="name", code="already_exists")
    world.former[repository.full_name.lower()] = repository.id


def _tell(world: World, action: str, repository: Repository, by: Account, **more: Any) -> None:
    tell(world, "repository", by=by, repository=repository, payload=lambda: {"action": action} | more)
