"""With which status an act is refused, by the code of the refusal, and in which words: one table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from bot.application import refusal_words
from bot.application.ordering import NotDone
from bot.application.reading import NotFound
from bot.domain.freezing import NotFrozen
from bot.domain.policy import Denied, OwnerNotAllowed
from bot.domain.reaching import OUT_OF_REACH
from bot.records import Refused, StepFailed
from bot.web import api_resource_words as words

FORBIDDEN, NOT_THERE, CONFLICT, CHANGED, LOCKED = 403, 404, 409, 412, 423

STATUSES: Final[Mapping[str, int]] = {
    "asked_already": CONFLICT,
    "being_deprecated": CONFLICT,
    "budget_not_lowered": CONFLICT,
    "cannot_deprecate": CONFLICT,
    "cannot_go_on": CONFLICT,
    "cannot_retry": CONFLICT,
    "ceiling_reached": CONFLICT,
    "changed_since": CHANGED,
    "checks_fail": CONFLICT,
    "done_already": CONFLICT,
    "frozen": LOCKED,
    "installs_not_seen": CONFLICT,
    "issue_gone": NOT_THERE,
    "invalid_state_transition": CONFLICT,
    "lapsed_approval": CONFLICT,
    "no_such_finding": NOT_THERE,
    "not_allowed": FORBIDDEN,
    "not_frozen": CONFLICT,
    "not_owner": FORBIDDEN,
    "not_seen": CONFLICT,
    "not_settable": CONFLICT,
    "nothing_to_roll_back": CONFLICT,
    "nothing_waits": CONFLICT,
    "of_an_integration": CONFLICT,
    "only_operator": FORBIDDEN,
    "own_commits": FORBIDDEN,
    "own_pull_request": FORBIDDEN,
    "owner_not_allowed": FORBIDDEN,
    "plan_not_seen": CONFLICT,
    "plans_used_up": CONFLICT,
    "rules_unread": CONFLICT,
    "self_approval": FORBIDDEN,
    "stale_approval": CONFLICT,
    "too_many_under_way": CONFLICT,
}


def refused(no: NotDone) -> Refused:
    """The problem: in the words of GitHub, and with what is possible where it is only not possible now.

    What is in no row is what stands in the way of the work itself: the month's money, or what was deleted.
    """
    status = STATUSES.get(no.code, CONFLICT)
    tells = no.instead is not None and status in {CONFLICT, LOCKED}
    return Refused(status, no.code, no.said, **({"possible": list(no.instead or ())} if tells else {}))


@contextmanager
def refused_as(code: str, detail: str) -> Iterator[None]:
    """What is not there, or not for this caller, is refused under this code; what is denied under its own."""
    try:
        yield
    except (NotFound, NotFrozen, OwnerNotAllowed):
        raise Refused(404, code, detail) from None
    except Denied as no:
        raise Refused(STATUSES.get(no.code, CONFLICT), no.code, refusal_words.refusal(no)) from None
    except StepFailed as failure:
        if failure.code in OUT_OF_REACH:
            raise Refused(404, code, detail) from None
        raise Refused(409, "not_now", words.NO_OUTSIDE) from None
