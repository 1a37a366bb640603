"""What the API says when it refuses an act on a freeze, a budget or a delivery: what is wrong, what to do."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.domain.freezing import NotFrozen, NotOwner, OnlyOperator
from bot.domain.policy import Denied, NotAllowed

NO_REPOSITORY: Final = (
    "there is no repository of this name that you may see where this key counts: give it as owner/name"
)
NO_FREEZE: Final = (
    "there is no such freeze in force that you may see; GET /api/v1/freezes lists those there are"
)
NO_DELIVERY: Final = (
    "there is no delivery of this id that you may see; GET /api/v1/deliveries lists those there are"
)
NOT_SET_ASIDE: Final = "it is not set aside, or no longer: there is nothing to hand back; look at its state"
NOT_AHEAD: Final = "until: that moment is past, so nothing would be frozen; give a later one, or leave it out"
NO_OUTSIDE: Final = "GitHub does not let this be done there now: ask again later, or look at the installation"


def _not_allowed(no: NotAllowed) -> str:
    who = " or ".join(no.who_could) or "nobody"
    return f"GitHub says that you are {no.role or 'nobody'} there; {no.needs} takes {who}"


def _not_owner(no: NotOwner) -> str:
    if no.is_blind:
        return (
            f"nobody can be told to own {no.account}: the App lacks `members: read`, which an owner grants; "
            "the operator can do it without"
        )
    return f"this is for owners of {no.account} alone, and GitHub says that you are none"


def _only_operator(no: OnlyOperator) -> str:
    return f"this is the operator's alone, on the machine: `python -m bot {no.verb}`"


def _not_frozen(_no: NotFrozen) -> str:
    return NO_FREEZE


_DENIED: Final[Mapping[type[Denied], Callable[[Any], str]]] = {
    NotAllowed: _not_allowed,
    NotOwner: _not_owner,
    OnlyOperator: _only_operator,
    NotFrozen: _not_frozen,
}


def denied(no: Denied) -> str:
    """Why a person may not have it, and who could."""
    told = _DENIED.get(type(no))
    return told(no) if told else "this bot does not serve that account: its operator says which it serves"
