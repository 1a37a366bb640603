"""What somebody names in Slack: a repository, or an issue or a pull request of one."""

import re
from typing import Final, NamedTuple

from bot.domain.policy import Denied

_REPOSITORY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}", re.ASCII)
_NUMBERED: Final = re.compile(r"([^#\s]*)#([1-9][0-9]{0,9})", re.ASCII)


class NotThere(Denied):
    """There is no such thing that this person could see: which of the two it is, is not said."""

    code = "not_there"


class Unnamed(Denied):
    """It is not said what is meant, and the channel has no repository; `what` is repository, id or pull."""

    code = "unnamed"

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Numbered(NamedTuple):
    """An issue or a pull request; the repository is "" where that is the channel's."""

    repository: str
    number: int


def is_repository(word: str) -> bool:
    """Whether it reads as `owner/name`."""
    name = word.partition("/")[2]
    return _REPOSITORY.fullmatch(word) is not None and name not in {".", ".."}


def numbered(word: str) -> Numbered | None:
    """What `owner/name#12` or `#12` names; None where it is neither."""
    found = _NUMBERED.fullmatch(word)
    if found is None or (found[1] and not is_repository(found[1])):
        return None
    return Numbered(found[1], int(found[2]))
