"""What is set for one integration alone: read as the configuration is, and written as that has it."""

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from bot.application.configuration import Configuration, reviewers_of
from bot.domain import events as e
from bot.domain.adjusting import KEYS, NotSettable
from bot.domain.integration import said_in
from bot.domain.reviewers import CODEOWNERS

NONE: Final = "none"


def own_of(configuration: Configuration, keys: Collection[str]) -> e.Own:
    """What it says at these keys. Raises NotSettable where one is for the repository alone to say."""
    for key in keys:
        if key not in KEYS:
            raise NotSettable(key, "of_repository")
    said: Mapping[str, Any] = {
        **{key: getattr(configuration, key) for key in KEYS},
        "reviewers": tuple(reviewers_of(configuration)),
        "labels": tuple(configuration.labels),
    }
    return e.Own(**{key: said[key] for key in keys})


def as_written(own: e.Own) -> dict[str, Any]:
    """What is set, as a configuration has it."""
    said = said_in(own)
    if own.labels is not None:
        said["labels"] = list(own.labels)
    if own.reviewers is not None:
        said["reviewers"] = _reviewers(own.reviewers)
    return said


def own_text(own: e.Own) -> str | None:
    """The same as a row keeps it; None where nothing is set."""
    return json.dumps(as_written(own), sort_keys=True) if said_in(own) else None


def counting(own: e.Own, configuration: Configuration) -> dict[str, Any]:
    """What of it counts where the repository says this: of approvals that take more people."""
    said = as_written(own)
    return {
        key: value for key, value in said.items() if key != "approvals" or value > configuration.approvals
    }


def _reviewers(names: tuple[str, ...]) -> str | list[str]:
    if not names:
        return NONE
    return CODEOWNERS if names == (CODEOWNERS,) else list(names)
