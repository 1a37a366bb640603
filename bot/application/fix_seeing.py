"""What a fix begins with, as it stands when it is looked at: the commit, how it is tested, what is meant."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from bot.application.basing import BEYOND, base_head
from bot.application.check_reports import gathered
from bot.application.configuration import Configuration, setup_of
from bot.application.conflicts import report_of
from bot.application.frozen import check_not_frozen
from bot.application.in_force import in_force
from bot.application.ports import World
from bot.application.setting_up import Place
from bot.application.suite_finding import command_of
from bot.application.verdicts import findings_of
from bot.check_records import OthersCheck
from bot.domain.branch import check_size, check_whole
from bot.domain.checks import failing
from bot.domain.fixing import Wish, is_stopped, same_before, wish_in
from bot.domain.own_checks import green_names
from bot.domain.paths import kept_back
from bot.domain.policy import CannotGoOn
from bot.domain.remarks import Finding
from bot.domain.setting_up import SetUp
from bot.landing_records import Merging
from bot.records import STOPPED, Repository, StepFailed
from bot.review_records import Remark, Reviewable

DUPLICATE: Final = "duplicate"
CLOSED: Final = "closed"
MOVED: Final = "branch_moved"
MOST_REMARKS: Final = 30
CHANGED_SINCE: Final = "(not shown: it was changed after this was asked for)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is meant, as GitHub and the last review tell it: only what belongs to its kind is there.

    `report` is that of the checks that fail, or of the conflict.
    """

    finding: Finding | None = None
    thread: tuple[Remark, ...] = ()
    report: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The pull request, the commit that is worked on, and how that is tested.

    `onto` is where its base is now, whose instructions count, and whose set-up where the head is not from
    here. To solve a conflict that is the commit worked on, which the fix merges: it begins with both.
    `is_default` is whether its head is the default branch, to which nothing goes but by a pull request.
    """

    pull: Reviewable
    onto: str
    page: str
    subject: Subject
    tests: tuple[str, ...]
    setup: SetUp = field(default_factory=SetUp)
    not_secret: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    reruns: int = 0
    refuses_remarks: bool = False
    merges: str = ""
    begins: str = ""
    is_default: bool = False

    @property
    def commit(self) -> str:
        """The commit that the change is one of."""
        return self.merges or self.pull.head


def place_of(repository: Repository, seen: Seen) -> Place:
    """Where it works."""
    return Place(
        repository=repository,
        commit=seen.commit,
        setup=seen.setup,
        tests=seen.tests,
        not_secret=seen.not_secret,
        reports=seen.reports,
    )


async def see(world: World, stream: str, asked_key: str, *, key: str) -> str:
    """Look; the digest of what was seen. Raises StepFailed, also where there is nothing to be done."""
    past = await world.log.read(stream)
    wish = wish_in(past, asked_key)
    if is_stopped(past, asked_key):
        raise StepFailed(STOPPED)
    if same_before(past, asked_key) is not None:
        raise StepFailed(DUPLICATE)
    repository = wish.repository
    await check_not_frozen(world, repository)
    pull = await world.reviews.look(repository, wish.number)
    if not pull.is_open:
        raise StepFailed(CLOSED)
    await _check_is_no_integrations(repository, pull, world)
    seen = await _seen(wish, pull, world)
    return await world.blobs.put(repository.id, msgspec.json.encode(seen))


async def check_stands(wish: Wish, seen: Seen, world: World) -> None:
    """Raise StepFailed where it is closed by now, an integration's, or others have pushed to it."""
    pull = await world.reviews.look(wish.repository, wish.number)
    if not pull.is_open:
        raise StepFailed(CLOSED)
    await _check_is_no_integrations(wish.repository, pull, world)
    if pull.head != seen.pull.head:
        raise StepFailed(MOVED, pull.head)


async def _check_is_no_integrations(repository: Repository, pull: Reviewable, world: World) -> None:
    """One being opened has a branch already; another may lead from the same. Raises StepFailed."""
    if not pull.is_from_here:
        return
    of_it = {"pull_request": pull.number}, {"branch": pull.branch}
    for columns in of_it:
        if await world.integrations.find(repository_id=repository.id, **columns):
            raise StepFailed("of_an_integration")


async def load_seen(world: World, repository: Repository, digest: str) -> Seen:
    """What was seen, as it was kept."""
    return msgspec.json.decode(await world.blobs.get(repository.id, digest), type=Seen)


async def _seen(wish: Wish, pull: Reviewable, world: World) -> Seen:
    """The default branch says how it is tested: of a pull request anybody may have written that."""
    repository = wish.repository
    if wish.kind == "conflict" and not pull.is_from_here:
        raise StepFailed("conflict_of_fork")
    about = await world.repositories.describe(repository)
    if about.archived:
        raise StepFailed("archived")
    default = await base_head(repository, about.default_branch, world)
    onto = default if pull.into == about.default_branch else await base_head(repository, pull.into, world)
    said = (await in_force(world, repository, about, commit=default)).configuration
    seen = Seen(
        pull=pull,
        onto=onto,
        page=about.page,
        subject=await _subject(wish, pull, world),
        tests=await _tests(repository, pull.head, said, world),
        setup=setup_of(said, detects=bool(world.rules.setup_hosts)),
        not_secret=tuple(said.not_secret),
        reports=(said.report,) if said.report else (),
        reruns=said.test_reruns,
        refuses_remarks=said.test_remarks == "refuse",
        is_default=pull.is_from_here and pull.branch == about.default_branch,
    )
    return await _with_both(seen, wish, world) if wish.kind == "conflict" else seen


async def _tests(
    repository: Repository, commit: str, configuration: Configuration, world: World
) -> tuple[str, ...]:
    """None where none are known, or the repository's own checks judge."""
    if configuration.tester == "checks":
        return ()
    listing = await world.sources.listing(repository, commit)
    try:
        return tuple(await command_of(repository, world, commit, listing, configuration))
    except StepFailed as no:
        if no.code != "no_tests":
            raise
        return ()


async def _subject(wish: Wish, pull: Reviewable, world: World) -> Subject:
    match wish.kind:
        case "finding":
            return await _finding(wish, world)
        case "line":
            return Subject(thread=await _thread(wish, world))
        case "checks":
            return Subject(report=await _checks(wish.repository, pull.head, world))
        case _:
            return Subject()


async def _finding(wish: Wish, world: World) -> Subject:
    """As the last review has it; what that does not know any more stands in its thread, if it is in one."""
    found = await findings_of(wish.repository, wish.number, world)
    it = next((each for each in found if each.fingerprint == wish.name), None)
    thread = await _thread(wish, world)
    if it is None and not thread:
        raise StepFailed("forgotten", wish.name)
    return Subject(finding=it, thread=thread)


async def _thread(wish: Wish, world: World) -> tuple[Remark, ...]:
    """How the thread begins, and the newest before the wish, as it read then; nothing of that itself."""
    if wish.thread is None:
        return ()
    said = await world.review_threads.said(wish.repository, wish.number, wish.thread)
    told = [each for each in said if each.id <= wish.comment or each.id == wish.thread]
    before = [_as_read(each, wish) for each in told]
    kept = [each for each in before[1:] if each.body]
    return (*before[:1], *kept[-MOST_REMARKS:])


def _as_read(it: Remark, wish: Wish) -> Remark:
    """What anybody made of it since is not what whoever asked meant; ours is edited as things go on."""
    if it.id == wish.comment:
        return replace(it, body="")
    is_theirs = not it.is_ours and it.by_id != wish.by.id
    is_changed = it.edited_at is not None and it.edited_at > wish.said_at
    return replace(it, body=CHANGED_SINCE) if is_theirs and is_changed else it


async def _checks(repository: Repository, head: str, world: World) -> str:
    """What those say that fail on the commit. Raises StepFailed where none does."""
    found: Sequence[OthersCheck] = [
        *await world.checks.of_others(repository, head),
        *await world.checks.statuses(repository, head),
    ]
    failed = failing(found)
    if not failed:
        raise StepFailed("no_failing_checks")
    return await gathered(repository, failed, world, green=green_names(found))


async def _with_both(seen: Seen, wish: Wish, world: World) -> Seen:
    """The base's newest commit with the pull request put together with it. Raises StepFailed."""
    repository, head, onto = wish.repository, seen.pull.head, seen.onto
    began = await world.branches.began(repository, onto, head)
    if began is None:
        raise StepFailed("nothing_in_common")
    if began in {onto, head}:
        raise StepFailed("no_conflict")
    put = await world.sources.merge(repository, base=began, ours=head, theirs=onto)
    if not put.conflicts:
        raise StepFailed("no_conflict")
    await _check(repository, put, seen, world)
    report = await report_of(repository, world, put, began=began, head=head, onto=onto)
    begins = await world.blobs.put(repository.id, msgspec.json.encode(list(put.edits)))
    told = {**json.loads(report), "all": list(put.conflicts)}
    subject = Subject(report=json.dumps(told, ensure_ascii=False))
    return replace(seen, merges=onto, begins=begins, subject=subject)


async def _check(repository: Repository, put: Merging, seen: Seen, world: World) -> None:
    """Nobody is shown a file of credentials, or writes where no change may. Raises StepFailed."""
    if odd := kept_back(put.conflicts, not_secret=seen.not_secret):
        raise StepFailed("secret_conflict", odd[0])
    try:
        check_size(put.edits)
        check_whole(await world.sources.listing(repository, seen.onto), put.edits)
    except CannotGoOn as no:
        code = no.why if no.why in {*BEYOND, "too_many_files"} else "path_withheld"
        raise StepFailed(code, no.what) from no
