"""What a person may set for one integration alone: never less of what guards it, and nothing too late."""

from collections.abc import Iterator
from typing import Any, Final

from bot.domain import events as e
from bot.domain.integration import REFUSES, Integration, said_in
from bot.domain.policy import Denied
from bot.domain.states import State
from bot.records import Actor

KEYS: Final = e.Own.__struct_fields__
# What still counts for what is merged and goes out.
ALWAYS: Final = frozenset(("reminders",))


class NotSettable(Denied):
    """This key is not set for one integration, or not like this; `why` says why, as a code.

    It is of_repository, weaker, planned, merged or over; `value` is what holds, where that is the reason.
    """

    code = "not_settable"

    def __init__(self, key: str, why: str, value: str = "") -> None:
        super().__init__(key, why, value)
        self.key, self.why, self.value = key, why, value


def adjust(it: Integration, *, by: Actor, own: e.Own) -> list[e.Event]:
    """Set that for it; all of it or, where one thing is refused, none. The same again changes nothing."""
    new = {key: value for key, value in said_in(own).items() if _is_new(it, key, value, by)}
    for key, value in new.items():
        _check_in_time(it, key)
        for holds in _weaker(it, key, value):
            raise NotSettable(key, "weaker", holds)
    return [e.Adjusted(by=by, own=e.Own(**new))] if new else []


def _is_new(it: Integration, key: str, value: Any, by: Actor) -> bool:
    """What guards nothing already and is not wanted is nothing to be set; who wants a plan, each says."""
    is_left_as_it_is = (key, value) in {("plan_first", False), ("update", False), ("test_remarks", "report")}
    if is_left_as_it_is and not [*_weaker(it, key, value)]:
        return False
    if (key, value) == ("plan_first", True):
        return by.id not in it.plan_wanted_by
    return bool(getattr(it.own, key) != value)


def _check_in_time(it: Integration, key: str) -> None:
    if it.state is State.DEPRECATED:
        raise NotSettable(key, "over")
    if it.is_made and key not in ALWAYS:
        raise NotSettable(key, "merged")
    is_at_work = it.state in {State.GENERATING, State.TESTING, State.REVIEWING, State.DEPLOYING}
    if key == "plan_first" and is_at_work and it.stage is not State.VALIDATING:
        raise NotSettable(key, "planned")


def _weaker(it: Integration, key: str, value: Any) -> Iterator[str]:
    """What holds, where this would be less of it."""
    if key == "approvals" and value < it.approvals_needed:
        yield str(it.approvals_needed)
    if key == "plan_first" and not value and it.plan_first:
        yield "true"
    if key == "test_remarks" and value != REFUSES and it.refuses_remarks:
        yield REFUSES
    if key == "update" and not value and it.updates:
        yield "true"
