"""What somebody is told in Slack without having asked, when, and by which way: as they set it themselves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import takewhile
from typing import Any, Final, Literal, get_args

from bot.domain import deploying, outsiders, planning
from bot.domain.freezing import FROZEN
from bot.domain.integration import Integration
from bot.domain.pausing import LONGEST
from bot.domain.policy import Permission
from bot.records import Actor, Fact, Recorded
from bot.slack_link_records import SlackUser

Kind = Literal["question", "gate", "reminder", "ended", "finding"]
Way = Literal["direct", "channel", "none"]
Digest = Literal["none", "daily", "weekly"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
WAYS: Final[tuple[Way, ...]] = get_args(Way)
DIGESTS: Final[tuple[Digest, ...]] = get_args(Digest)

# Of whoever set nothing. A gate is seen in the run's own thread; who may open it is called only when it waits
# for long.
USUAL: Final[Mapping[Kind, Way]] = {
    "question": "direct", "gate": "none", "reminder": "direct", "ended": "direct", "finding": "direct",
}  # fmt: skip
SETTINGS: Final = "slack-notices"
SET: Final = "SlackNoticesSet"
WAITING: Final = "slack-held"
HELD: Final = "SlackNoticeHeld"
TOLD: Final = "SlackNoticesTold"
DIGEST_AT: Final = time(9)
MONDAY: Final = 0
MOST_REPOSITORIES: Final = 50  # with settings of their own, the newest

# What each waits for takes. Whoever was asked a question is the one who asked for it, and is called alone.
NEEDED: Final[Mapping[str, Permission]] = {
    "answer": Permission.WRITE,
    "approval": Permission.APPROVE,
    planning.WAITS: Permission.APPROVE,
    outsiders.WAITS: Permission.APPROVE,
    "deploy_approval": Permission.DEPLOY,
    "deployment": Permission.DEPLOY,
    **{cause: Permission.BUDGET for cause in LONGEST if cause != FROZEN},
}
GATES: Final = ("approval", planning.WAITS, outsiders.WAITS)


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one time of the day to another, over midnight too; none where both are the same."""

    begins: time
    ends: time

    def holds(self, now: time) -> bool:
        """Whether it is one of these hours."""
        if self.begins <= self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What somebody wants to be told, by kind and, where they said so, by repository.

    `zone` is the time zone that Slack knows them in, `since` when they set this, by our clock.
    """

    ways: Mapping[Kind, Way] = field(default_factory=lambda: USUAL)
    repositories: Mapping[int, Mapping[Kind, Way]] = field(default_factory=dict)
    digest: Digest = "none"
    quiet: Quiet | None = None
    zone: str = "UTC"
    since: datetime | None = None

    def way(self, kind: Kind, repository: int) -> Way:
        """By which way they are told of this kind there."""
        return self.repositories.get(repository, {}).get(kind) or self.ways.get(kind) or USUAL[kind]

    def is_quiet(self, local: datetime) -> bool:
        """Whether nothing is to reach them now; `local` is by the clock on their wall."""
        return self.quiet is not None and self.quiet.holds(local.time())

    def digest_of(self, local: datetime) -> str | None:
        """The day of the digest that is due by then; None where none is.

        One that was asked for later than the time it is sent at begins on another day.
        """
        if self.digest == "none" or local.time() < DIGEST_AT or self.is_quiet(local):
            return None
        if self.digest == "weekly" and local.weekday() != MONDAY:
            return None
        if self.since is not None and self.since > local.replace(hour=DIGEST_AT.hour, minute=0, second=0):
            return None
        return local.date().isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that people may be told of an integration, as it was after that fact."""

    kind: Kind
    integration: str
    version: int


def kinds_of(before: Integration, after: Integration) -> list[Kind]:
    """What a fact gives people to be told of."""
    waits = after.waiting_for != before.waiting_for and after.waiting_for is not None
    told: Mapping[Kind, bool] = {
        "question": waits and after.waiting_for == "answer",
        "gate": waits and after.waiting_for != "answer" and is_for_people(after),
        "reminder": after.reminders > before.reminders,
        "ended": after.ended and not before.ended,
    }
    return [kind for kind, is_so in told.items() if is_so]


def is_for_people(it: Integration) -> bool:
    """Whether it waits for somebody, and not for a machine or a freeze to end."""
    if it.waiting_for == "deployment":
        return deploying.waits_for_people(it)
    return it.waiting_for in NEEDED


def is_for_requester(kind: Kind, it: Integration) -> bool:
    """Whether whoever asked for it is told, and nobody else."""
    return kind in {"question", "ended"} or it.waiting_for == "answer"


def could_help(it: Integration, person: Actor, *, own_counts: bool) -> bool:
    """Whether a person with the right could do it, as far as who they are: nobody approves twice, or alone
    what they asked for.
    """
    if it.waiting_for not in GATES:
        return True
    if any(given.by.id == person.id for given in it.approvals):
        return False
    return own_counts or person.id != it.requested_by.id


def still(notice: Notice, it: Integration) -> bool:
    """Whether there is still a reason to tell it, after it was held."""
    match notice.kind:
        case "ended":
            return it.ended
        case "question":
            return it.waiting_for == "answer"
        case _:
            return is_for_people(it)


def settings_of(user: SlackUser) -> str:
    """The stream of what this account wants to be told."""
    return f"{SETTINGS}:{user.place}"


def held_of(user: SlackUser) -> str:
    """The stream of what was held back for it, and told."""
    return f"{WAITING}:{user.place}"


def wished(user: SlackUser, wishes: Wishes) -> Fact:
    """From now on it is told so."""
    quiet = wishes.quiet and [wishes.quiet.begins.isoformat(), wishes.quiet.ends.isoformat()]
    newest = list(wishes.repositories.items())[-MOST_REPOSITORIES:]
    return Fact(
        type=SET,
        data={
            "user": _told(user),
            "ways": dict(wishes.ways),
            "repositories": {str(number): dict(ways) for number, ways in newest},
            "digest": wishes.digest,
            "quiet": quiet,
            "zone": wishes.zone,
        },
    )


def wishes_in(past: Sequence[Recorded]) -> Wishes:
    """What counts now: the newest word, or what is usual."""
    return wishes_of(past[-1]) if past else Wishes()


def wishes_of(fact: Recorded) -> Wishes:
    """What that fact says."""
    said = fact.data
    quiet = said["quiet"] and Quiet(*map(time.fromisoformat, said["quiet"]))
    return Wishes(
        ways=said["ways"],
        repositories={int(number): ways for number, ways in said["repositories"].items()},
        digest=said["digest"],
        quiet=quiet or None,
        zone=said["zone"],
        since=fact.at,
    )


def user_in(fact: Recorded) -> SlackUser:
    """Whose fact that is."""
    return SlackUser(**fact.data["user"])


def held(user: SlackUser, notice: Notice) -> Fact:
    """It waits until the quiet hours are over."""
    it = {"kind": notice.kind, "integration": notice.integration, "version": notice.version}
    return Fact(type=HELD, data={"user": _told(user), **it})


def told(user: SlackUser, *, upto: int) -> Fact:
    """What was held up to that version of the stream is told."""
    return Fact(type=TOLD, data={"user": _told(user), "upto": upto})


def held_in(past: Sequence[Recorded]) -> list[Notice]:
    """What waits to be told, oldest first, each integration by its newest notice."""
    upto = max((each.data["upto"] for each in past if each.type == TOLD), default=0)
    waiting = takewhile(lambda each: each.version > upto, reversed(past))
    newest: dict[str, Notice] = {}
    for each in waiting:
        if each.type == HELD:
            said: Any = {name: each.data[name] for name in ("kind", "integration", "version")}
            newest.setdefault(each.data["integration"], Notice(**said))
    return list(reversed(newest.values()))


def are_held(newest: Iterable[Recorded]) -> list[SlackUser]:
    """For whom something waits, of the newest fact of each stream of what is held: that it was told may have
    come behind what was held meanwhile.
    """
    return [user_in(each) for each in newest if each.type == HELD or each.version > each.data["upto"] + 1]


def _told(user: SlackUser) -> dict[str, str | None]:
    return {"enterprise": user.enterprise, "team": user.team, "id": user.id}
