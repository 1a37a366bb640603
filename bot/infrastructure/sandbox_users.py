"""Who a sandboxed program is: a user that no other run on this machine has, of this bot or of another."""

import itertools
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from bot.records import StepFailed

# A range of user ids that nobody assigns: https://systemd.io/UIDS-GIDS/
USERS: Final = range(60578, 60706)


class Users:
    """Lends the user ids out, each to one run at a time on the whole machine.

    The kernel counts processes by user and lets a user into all that is theirs: two runs of one user would
    share a limit and could reach each other's files. An abstract socket address (unix(7)) is the token: its
    owner is one process, and it is free again as soon as that process is dead.
    """

    def __init__(self, ids: Sequence[int] = USERS) -> None:
        self._next = itertools.cycle(ids)
        self._size = len(ids)

    @contextmanager
    def one(self) -> Iterator[int]:
        """A user id for one run. Raises StepFailed("sandbox_unavailable") where all are taken."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as token:
            yield self._claimed(token)

    def _claimed(self, token: socket.socket) -> int:
        for user in itertools.islice(self._next, self._size):
            with suppress(OSError):
                token.bind(f"\0claude-bot-sandbox-{user}")
                return user
        raise StepFailed("sandbox_unavailable", f"all {self._size} users of the sandbox are taken")
