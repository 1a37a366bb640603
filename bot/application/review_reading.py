"""Reading a pull request: what is new of it since it was last read, and what comes of that."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import msgspec

from bot.application.basing import base_head
from bot.application.configuration_review import Review as Settings
from bot.application.frozen import check_not_frozen
from bot.application.in_force import in_force
from bot.application.ports import World
from bot.application.review_asking import OWN
from bot.application.review_changes import BRIEF_GROUPS, MOST_GROUPS, Changed, Known, look_at_changes
from bot.application.review_group_words import REST
from bot.application.review_groups import Group
from bot.application.review_guidance import Guided, Place, gather
from bot.application.review_parts import Parts
from bot.application.review_paying import Cost
from bot.application.review_questions import Asking
from bot.application.review_readers import readers_of
from bot.application.review_seen import Seen, load_seen
from bot.application.review_tools import Job, Tooled, run_tools
from bot.application.side_by_side import both
from bot.domain.fencing import nonce_of
from bot.domain.lint_findings import adds_nothing, as_before, judges_tools, merged, parted
from bot.domain.remarks import Finding, Severity, each_once, grave
from bot.domain.reviewing import Request, is_overtaken, read_before, request_in
from bot.records import STOPPED, Recorded, Repository, StepFailed
from bot.review_records import Reviewable

RISKS: Final = ("low", "medium", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What came of it: everything that is said of the pull request is made of this.

    `lines` are those that change in what is `covered`. `since` is the commit that an earlier review read,
    `mended` what was found then and is so no more. Where it `is_further` only `anew`, the files that read
    otherwise since, were read: `news` is what they add.
    Of what is `lingering` the repository's own tools could not be asked again. What was paid `in_vain`, in
    millionths of a dollar, comes to the cost of the answers that it rests on.
    """

    head: str
    fails_at: Severity | None
    confidence: int
    covered: tuple[str, ...] = ()
    lines: int = 0
    left_out: tuple[tuple[str, str], ...] = ()
    in_part: tuple[str, ...] = ()
    unlisted: int = 0
    moved: tuple[tuple[str, str], ...] = ()
    summary: tuple[str, ...] = ()
    risk: str = "low"
    risk_why: str = ""
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    findings: tuple[Finding, ...] = ()
    mended: tuple[Finding, ...] = ()
    since: str = ""
    is_further: bool = False
    anew: tuple[str, ...] = ()
    news: tuple[str, ...] = ()
    hunks: tuple[str, ...] = ()
    unproven: int = 0
    withdrawn: int = 0
    cost: Cost = Cost()  # noqa: RUF009  frozen
    in_vain: int = 0
    guided: Guided = Guided()  # noqa: RUF009  frozen
    readers: tuple[str, ...] = ()
    looked_at: tuple[str, ...] = ()
    tooled: Tooled = Tooled()  # noqa: RUF009  frozen
    lingering: tuple[Finding, ...] = ()

    def without(self, fingerprints: Collection[str]) -> "Read":
        """The same without what was withdrawn since."""
        kept = tuple(each for each in self.findings if each.fingerprint not in fingerprints)
        return replace(self, findings=kept, withdrawn=len(self.findings) - len(kept))

    def with_all_spent(self, micro_usd: int) -> "Read":
        """The same, where so much was paid for it in all."""
        return replace(self, in_vain=max(0, micro_usd - self.cost.micro_usd))

    @property
    def unanswered(self) -> int:
        """How many that it would fail for a tool said before that could not be run this time."""
        there = [each for each in self.lingering if self.tooled.lacks(each.tool)]
        return 0 if self.fails_at is None else len(grave(there, self.fails_at))

    @property
    def unheard(self) -> tuple[str, ...]:
        """The tools that could not be run, where what tools find would fail it; "" where none could."""
        judges = self.fails_at is not None and judges_tools(self.fails_at)
        return tuple(each.name for each in self.tooled.ran if each.why) if judges else ()

    @property
    def unread(self) -> int:
        """How many files change lines that nobody read, or not to their end."""
        return self.unlisted + len(self.in_part) + sum(code != "no_lines" for _, code in self.left_out)


async def read_pull(world: World, stream: str, asked_key: str, seen: str, *, key: str) -> str:
    """Read it as it was seen; the digest of what came of it. Raises StepFailed.

    An answer that was paid for in an earlier try is taken from there.
    """
    records = await world.log.read(stream)
    request = request_in(records, asked_key)
    await check_not_frozen(world, request.repository)
    pull = await load_seen(world, request.repository, seen)
    settings, not_secret = await _settings(request.repository, pull, world)
    digest, before = await _before(records, asked_key, request, world)
    known = Known(
        not_secret=not_secret,
        findings=() if before is None else [each for each in before.findings if not each.tool],
        hunks=() if before is None or _is_anew(request) else before.hunks,
        most=BRIEF_GROUPS if request.is_brief else MOST_GROUPS,
    )
    changed = await look_at_changes(request, pull, known, world)
    read = _begun(pull, settings, changed)
    read = read if before is None else _going_on(read, before, is_anew=not known.hunks)
    key = f"{asked_key}:{pull.head}:{digest[:16]}" if digest else f"{asked_key}:{pull.head}"
    place = Place(repository=request.repository, pull=pull, paths=read.anew, nonce=nonce_of(key))
    past = _by_tools(before)
    job = Job(
        key=f"{asked_key}:{seen}",
        request=request,
        pull=pull,
        changed=changed,
        not_secret=not_secret,
        known={each.fingerprint for each in past},
    )
    check = partial(_check_wanted, stream, asked_key, world)
    await check()
    guidance, tooled = await both(
        gather(place, settings.instructions, world), run_tools(job, settings, world)
    )
    asking = Asking(
        request=request,
        pull=pull,
        key=key,
        focus=await _focus(request, world),
        guidance=guidance,
        readers=await readers_of(settings, place),
        not_secret=tuple(not_secret),
        patient=settings.patient and request.by is None and request.cause != OWN,
        by_tools=tooled.findings,
        moved=changed.moved,
    )
    names = asking.readers.names if read.anew else ()
    read = replace(read, guided=guidance.guided, readers=names, tooled=tooled)
    for group in await Parts(asking=asking, changed=changed, check=check, world=world).read():
        read = _with(read, group)
    done = await asyncio.to_thread(_with_tools, _settled(_all_named(read)), past, changed)
    return await world.blobs.put(request.repository.id, msgspec.json.encode(done))


async def _check_wanted(stream: str, asked_key: str, world: World) -> None:
    """Nothing more is paid for what nobody will be told, or while all is frozen. Raises StepFailed."""
    past = await world.log.read(stream)
    if is_overtaken(past, asked_key):
        raise StepFailed(STOPPED, "overtaken")
    await check_not_frozen(world, request_in(past, asked_key).repository)


async def load_read(world: World, repository: Repository, digest: str) -> Read:
    """What came of it, as it was kept."""
    return msgspec.json.decode(await world.blobs.get(repository.id, digest), type=Read)


async def _settings(repository: Repository, pull: Seen, world: World) -> tuple[Settings, Sequence[str]]:
    """What the default branch says of reviews; what a pull request says of them counts once it is merged."""
    about = pull.home or await world.repositories.describe(repository)
    commit = pull.commit or await base_head(repository, about.default_branch, world)
    configuration = (await in_force(world, repository, about, commit=commit)).configuration
    return configuration.review, configuration.not_secret


async def _focus(request: Request, world: World) -> str:
    """What whoever asked wants looked at."""
    if not request.focus:
        return ""
    return (await world.blobs.get(request.repository.id, request.focus)).decode()


def _is_anew(request: Request) -> bool:
    """Whether all of it is to be read, whatever was read before: it is looked at for something else."""
    return request.is_full or bool(request.focus)


async def _before(
    past: Sequence[Recorded], asked_key: str, request: Request, world: World
) -> tuple[str, Read | None]:
    """What the last review made of it, with its digest; none where there was none, or it is forgotten."""
    digest = read_before(past, asked_key)
    if not digest:
        return "", None
    try:
        return digest, await load_read(world, request.repository, digest)
    except StepFailed:
        return "", None


def _begun(pull: Reviewable, settings: Settings, changed: Changed) -> Read:
    """What is known of it before anybody is asked; what nobody looks at again still stands."""
    doubtful = changed.followed.doubtful
    anew = tuple(file.path for group in changed.groups for file in group)
    return Read(
        head=pull.head,
        fails_at=settings.fails_at,
        confidence=settings.confidence,
        left_out=changed.left_out,
        in_part=changed.in_part,
        unlisted=changed.unlisted,
        moved=changed.moved,
        covered=changed.covered,
        lines=sum(changed.files[path].changed for path in changed.covered),
        hunks=changed.hunks,
        findings=(*changed.followed.open, *(each for each in doubtful if each.anchor.path not in anew)),
        mended=changed.followed.gone,
        anew=anew,
    )


def _going_on(read: Read, before: Read, *, is_anew: bool) -> Read:
    """What was said of the whole still holds; where all is read again it is said again."""
    if is_anew:
        return replace(read, since=before.head)
    kept = ((what, tuple(path for path in paths if path in read.covered)) for what, paths in before.groups)
    return replace(
        read,
        since=before.head,
        is_further=True,
        summary=before.summary,
        risk=before.risk,
        risk_why=before.risk_why,
        groups=tuple(each for each in kept if each[1]),
    )


def _with(read: Read, it: Group) -> Read:
    """With what came of one group more."""
    said, named = it.said, {path for _, paths in read.groups for path in paths}
    groups = ((what, tuple(path for path in paths if path not in named)) for what, paths in it.groups)
    is_graver = RISKS.index(said.risk) > RISKS.index(read.risk) or not read.risk_why
    return replace(
        read,
        summary=read.summary if read.is_further else (*read.summary, said.summary),
        news=(*read.news, said.summary) if read.is_further else (),
        risk=said.risk if is_graver else read.risk,
        risk_why=said.risk_why if is_graver else read.risk_why,
        groups=(*read.groups, *(each for each in groups if each[1])),
        findings=(*read.findings, *it.findings),
        mended=(*read.mended, *it.mended),
        unproven=read.unproven + it.unproven,
        cost=read.cost.plus_all(it.cost),
        looked_at=tuple(sorted({*read.looked_at, *it.looked_at})),
    )


def _all_named(read: Read) -> Read:
    """With what was read and is in none of its groups in one of its own: each file is told of."""
    groups = [each for each in read.groups if each[0] != REST]
    named = {path for _, paths in groups for path in paths}
    rest = tuple(path for path in read.covered if path not in named)
    return replace(read, groups=(*groups, *([(REST, rest)] if rest else [])))


def _by_tools(before: Read | None) -> Sequence[Finding]:
    """What the repository's own tools said when it was read before, or before that."""
    return () if before is None else [each for each in (*before.findings, *before.lingering) if each.tool]


def _with_tools(read: Read, before: Sequence[Finding], changed: Changed) -> Read:
    """With what the repository's own tools say by now, and say no more."""

    def is_heard(it: Finding) -> bool:
        file = changed.files.get(it.anchor.path)
        is_out = not changed.unlisted if file is None else adds_nothing(changed.diff, file)
        return is_out or read.tooled.heard(it)

    least = read.confidence
    found = merged(read.findings, as_before(read.tooled.findings, before, least=least), least=least)
    gone, lingering = parted(before, found, is_heard)
    return replace(read, findings=found, mended=(*read.mended, *gone), lingering=lingering)


def _settled(read: Read) -> Read:
    """Each finding once, and what is found again is not mended, whoever found it."""
    found = each_once(read.findings)
    known = {each.fingerprint for each in found}
    mended = tuple(each for each in read.mended if each.fingerprint not in known)
    return replace(read, findings=found, mended=mended)
