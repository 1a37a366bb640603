"""Which configuration is in force: the repository's file, then its owner's, then the defaults, key by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import structlog

from bot.application.configuration import PATH, Configuration
from bot.application.configuration_file import Fault, Reading, read_beside
from bot.application.fault_words import fault
from bot.application.ports import World
from bot.domain.approving import may_rule
from bot.records import Repository, RepositoryFacts, StepFailed

log = structlog.get_logger()

Level = Literal["repository", "owner"]
# What an owner's file says of it is added to what the repository's does.
ADDED: Final = "approval_paths"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that counts, as of a commit of its repository's default branch.

    Where `newest` is a commit, the file is broken as of that one, in these ways, and an earlier one counts.
    Then `may_rule` is whether it may say of approvals what nobody can read.
    """

    level: Level
    full_name: str
    branch: str
    page: str
    commit: str
    reading: Reading
    newest: str | None = None
    faults: tuple[Fault, ...] = ()
    may_rule: bool = False

    @property
    def url(self) -> str:
        """Where people see the file as it counts."""
        return f"{self.page}/blob/{self.commit}/{PATH}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """What holds, and the files that say so, the nearest first; `unseen` is where there may be another."""

    configuration: Configuration
    sources: tuple[Source, ...]
    unseen: tuple[str, ...] = ()

    def sources_of(self, key: str) -> list[Source]:
        """The nearest file that says this key; all that do where each adds to it."""
        saying = [source for source in self.sources if key in source.reading.lines]
        return saying if key == ADDED else saying[:1]

    @property
    def unread(self) -> tuple[str, ...]:
        """The repositories whose files may say of approvals what cannot be read."""
        return (*(source.full_name for source in self.sources if source.may_rule), *self.unseen)

    @property
    def broken(self) -> list[Source]:
        """The files of which an earlier version counts."""
        return [source for source in self.sources if source.newest is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A repository's default branch as it stands now."""

    level: Level
    repository: Repository
    about: RepositoryFacts
    commit: str


async def in_force(world: World, repository: Repository, about: RepositoryFacts, *, commit: str) -> InForce:
    """What holds in the repository, whose default branch is at that commit.

    Raises StepFailed("bad_configuration") where a file is broken, and no version of it is known that is not.
    """
    own = Place(level="repository", repository=repository, about=about, commit=commit)
    sources = [await _counting(own, await world.sources.read(repository, commit, PATH), world)]
    unseen = list[str]()
    if theirs := await _owners(repository, about, world, unseen):
        sources.append(await _counting(*theirs, world))
    return laid(*sources, unseen=unseen)


def laid(*sources: Source, unseen: Sequence[str] = ()) -> InForce:
    """Key by key what the nearest file says, of approvals for paths what all say; the nearest comes first."""
    said = dict[str, object]()
    for source in reversed(sources):
        said |= {key: getattr(source.reading.configuration, key) for key in source.reading.lines}
    configuration = Configuration.model_validate(said)
    # Nobody's rule for a path takes another's away.
    rules = [rule for source in sources for rule in getattr(source.reading.configuration, ADDED)]
    every = list({each.rule: each for each in rules}.values())
    configuration = configuration.model_copy(update={ADDED: every})
    return InForce(configuration=configuration, sources=sources, unseen=tuple(unseen))


async def _owners(
    repository: Repository, about: RepositoryFacts, world: World, unseen: list[str]
) -> tuple[Place, bytes | None] | None:
    """The account's own `.github` repository and the file there. One that is not there is none; one that may
    be there, and cannot be looked at, is named in `unseen`.
    """
    try:
        theirs = await world.repositories.settings_of_owner(repository)
        if theirs is None or not _is_the_owners(theirs, about):
            return None
        seen = Repository(
            id=theirs.id, full_name=theirs.full_name, installation_id=repository.installation_id
        )
        head = await world.branches.head(seen, theirs.default_branch)
        if head is None:
            return None
        content = await world.sources.read(seen, head.sha, PATH)
    except StepFailed as no:
        log.warning("owners_configuration_not_seen", code=no.code)
        unseen.append(f"{repository.full_name.partition('/')[0]}/.github")
        return None
    return Place(level="owner", repository=seen, about=theirs, commit=head.sha), content


def _is_the_owners(theirs: RepositoryFacts, about: RepositoryFacts) -> bool:
    """By number, another repository of the very account that this one belongs to."""
    return theirs.id != about.id and theirs.owner_id is not None and theirs.owner_id == about.owner_id


async def _counting(place: Place, content: bytes | None, world: World) -> Source:
    """The file as of that commit or, where it is broken there, as it was when it last was not."""
    newest, note = await read_beside(content), f"configuration:{place.repository.id}"
    if newest.faults:
        commit, reading = await _earlier(place, newest.faults, await world.notes.get(note), world)
    else:
        commit, reading = place.commit, newest
        if await world.notes.get(note) != commit:
            await world.notes.put(note, commit)
    return Source(
        level=place.level,
        full_name=place.about.full_name,
        branch=place.about.default_branch,
        page=place.about.page,
        commit=commit,
        reading=reading,
        newest=place.commit if newest.faults else None,
        faults=newest.faults,
        may_rule=bool(newest.faults) and may_rule([each.key for each in newest.faults], newest.named),
    )


async def _earlier(
    place: Place, faults: Sequence[Fault], commit: str | None, world: World
) -> tuple[str, Reading]:
    """The version that was found valid last, at that commit. Raises StepFailed("bad_configuration")."""
    reading = None if commit is None else await _still_valid(place.repository, commit, world)
    if commit is None or reading is None:
        raise StepFailed("bad_configuration", f"{place.about.full_name}, {fault(faults[0])}")
    return commit, reading


async def _still_valid(repository: Repository, commit: str, world: World) -> Reading | None:
    """What that version says; None where it is gone, or is not valid by now."""
    try:
        reading = await read_beside(await world.sources.read(repository, commit, PATH))
    except StepFailed as gone:
        log.warning("earlier_configuration_not_seen", code=gone.code)
        return None
    return None if reading.faults else reading
