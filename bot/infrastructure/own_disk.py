"""Errors of the disk that the bot works on: nobody's change is at fault, and later may help."""

import errno
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from bot.records import Unavailable

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FAILING: Final = (errno.EROFS, errno.EIO)
_CODES: Final[Mapping[int, str]] = {
    **dict.fromkeys(_FULL, "disk_full"),
    **dict.fromkeys(_FAILING, "disk_failing"),
}
# What other programs say of the same.
_SAID: Final = (
    (re.compile(r"no space left on device|disk quota exceeded"), "disk_full"),
    (re.compile(r"read-only file system|input/output error"), "disk_failing"),
)


def trouble_of(error: OSError) -> Unavailable | None:
    """What it means where it is the disk's; None where it is not."""
    code = _CODES.get(error.errno or 0)
    return None if code is None else Unavailable(code, error.strerror or "")


def trouble_said(words: str) -> Unavailable | None:
    """The same, of what a program said in lower case before it ended."""
    return next((Unavailable(code, words) for said, code in _SAID if said.search(words)), None)


@contextmanager
def on_own_disk() -> Iterator[None]:
    """Raises Unavailable: disk_full, disk_failing."""
    try:
        yield
    except OSError as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        raise trouble from error
