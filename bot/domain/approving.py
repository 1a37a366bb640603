"""Whose approvals a change takes for the paths that it touches, and how many of them are missing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain import events as e
from bot.domain.codeowners import is_met, pattern_of
from bot.domain.policy import Denied
from bot.records import Actor

# What GitHub's Apps are called; no person can be.
_APP: Final = "[bot]"
ADMIN: Final = "admin"
# What a configuration says of whose approvals count, and for how long.
RULING: Final = frozenset(("approval_paths", "approval_days"))


class RulesUnread(Denied):
    """What these files say of approvals cannot be read: nobody's releases the merge before it can."""

    code = "rules_unread"

    def __init__(self, files: tuple[str, ...]) -> None:
        super().__init__(*files)
        self.files = files


def may_rule(faulty: Iterable[str], said: Collection[str]) -> bool:
    """Whether a file with faults at these keys, which says these, may say of approvals what nobody knows.

    One of which not even the keys are known may say anything.
    """
    return not said or any(key.partition(".")[0] in RULING for key in (*faulty, *said))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A rule that holds, and who has approved that may; `is_vain` where too few can, whoever approves."""

    rule: e.PathRule
    given: tuple[Actor, ...] = ()
    is_vain: bool = False

    @property
    def missing(self) -> int:
        """How many more have to."""
        return max(0, self.rule.count - len(self.given))


def holding(rules: Iterable[e.PathRule], paths: Collection[str]) -> tuple[e.PathRule, ...]:
    """The rules of which a path is meant; one whose pattern is none holds for every change."""
    return tuple(rule for rule in rules if _holds(rule, paths))


def standing(
    rules: Iterable[e.PathRule], approvals: Sequence[e.Approved], *, without: Collection[int]
) -> tuple[Standing, ...]:
    """How far each rule is met by these approvals. A person counts once for each; `without` for none."""
    people = [given for given in approvals if given.by.id not in without and not _is_app(given.by)]
    return tuple(Standing(rule=rule, given=_meeting(rule, people)) for rule in rules)


def is_vain(rule: e.PathRule, *, asked_by: str, owner: str) -> bool:
    """Whether those whom it names are too few without whoever asked, and teams of other accounts."""
    names = {name.removeprefix("@").lower() for name in rule.by}
    if any(name.partition("/")[:2] == (owner.lower(), "/") for name in names):
        return False
    people = {name for name in names if "/" not in name} - {asked_by.lower()}
    return bool(names) and len(people) < rule.count


def teams_named(rules: Iterable[e.PathRule]) -> tuple[str, ...]:
    """The teams by whom one of these wants to be approved, each once."""
    return tuple(dict.fromkeys(name for rule in rules for name in rule.by if "/" in name))


def with_one_more(approvals: Sequence[e.Approved], given: e.Approved) -> tuple[e.Approved, ...]:
    """The approvals with this one, which stands for an earlier one of the same commit by the same person."""
    return (*without(approvals, given.by, given.head), given)


def without(approvals: Iterable[e.Approved], whose: Actor, head: str) -> tuple[e.Approved, ...]:
    """The approvals without that person's of this commit."""
    return tuple(each for each in approvals if (each.by, each.head) != (whose, head))


def _holds(rule: e.PathRule, paths: Collection[str]) -> bool:
    pattern = pattern_of(rule.path)
    if pattern is None:
        return True
    return any(is_met(pattern, path.split("/")) for path in paths)


def _meeting(rule: e.PathRule, people: Iterable[e.Approved]) -> tuple[Actor, ...]:
    able = {given.by.id: given.by for given in people if _may(rule, given)}
    return tuple(able.values())


def _may(rule: e.PathRule, given: e.Approved) -> bool:
    if rule.role == ADMIN and given.role != ADMIN:
        return False
    named = {name.lower() for name in rule.by}
    own = {f"@{given.by.login.lower()}", *(team.lower() for team in given.teams)}
    return not named or bool(named & own)


def _is_app(by: Actor) -> bool:
    return by.login.endswith(_APP)
