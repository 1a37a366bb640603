"""What the API says when it refuses an act on a freeze, a budget or a delivery: what is wrong, what to do."""

from typing import Final

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
