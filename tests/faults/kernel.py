"""A kernel that refuses to sync, or tells somebody first: seccomp filters for a process of a test's own."""

import array
import ctypes
import errno
import fcntl
import os
import platform
import select
import socket
import struct
from collections.abc import Callable, Mapping
from typing import Final

# linux/seccomp.h, linux/prctl.h, linux/audit.h; x86-64 first, 64-bit ARM second.
_PRCTL: Final = {"x86_64": 157, "aarch64": 167}
_SECCOMP: Final = {"x86_64": 317, "aarch64": 277}
_ARCHITECTURE: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SYNCS: Final[Mapping[str, tuple[int, ...]]] = {"x86_64": (74, 75), "aarch64": (82, 83)}  # fsync, fdatasync
_NO_NEW_PRIVILEGES: Final = 38
_SET_FILTER: Final = 1
_TO_EVERY_THREAD, _LISTENER = 1, 1 << 3
_ALLOW, _ERROR, _NOTIFY = 0x7FFF0000, 0x00050000, 0x7FC00000
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_GO_ON: Final = 1
# _IOWR('!', 0, 80 bytes) and _IOWR('!', 1, 24 bytes)
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_ASKED: Final = struct.Struct("=QII iI Q 6Q")
_ANSWER: Final = struct.Struct("=QqiI")


def _call(number: int, *arguments: int | ctypes.c_void_p) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    came = int(libc.syscall(number, *arguments))
    if came < 0:
        raise OSError(ctypes.get_errno(), "syscall")
    return came


def _filtered(action: int, flags: int) -> int:
    """Every sync of this process, and of all its threads, is answered so."""
    machine = platform.machine()
    program = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, _ARCHITECTURE[machine]),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, 0),
    ]
    for number in SYNCS[machine]:
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, action)]
    program.append((_RETURN, 0, 0, _ALLOW))
    code = b"".join(struct.pack("=HBBI", *each) for each in program)
    kept = ctypes.create_string_buffer(code, len(code))
    told = struct.pack("@HP", len(program), ctypes.addressof(kept))
    whole = ctypes.create_string_buffer(told, len(told))
    _call(_PRCTL[machine], _NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return _call(_SECCOMP[machine], _SET_FILTER, flags, ctypes.c_void_p(ctypes.addressof(whole)))


def fail_every_sync() -> None:
    """From now on the disk of this process has errors."""
    _filtered(_ERROR | errno.EIO, _TO_EVERY_THREAD)


def be_watched(door: socket.socket) -> None:
    """Before each sync from now on whoever has the other end of this door is told, and waited for."""
    listener = _filtered(_NOTIFY, _LISTENER)
    socket.send_fds(door, [b"x"], [listener])
    os.close(listener)


def watch(door: socket.socket, before_a_sync: Callable[[int, int], None]) -> None:
    """Be told of each sync, as process and descriptor, until the process has ended."""
    _, (listener,), _, _ = socket.recv_fds(door, 1, 1)
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while poll.poll()[0][1] & select.POLLIN:
        asked = array.array("B", bytes(_ASKED.size))
        fcntl.ioctl(listener, _RECEIVE, asked, True)  # noqa: FBT003  as the library has it
        number, process, _, _, _, _, descriptor, *_ = _ASKED.unpack(asked.tobytes())
        before_a_sync(process, descriptor)
        answer = array.array("B", _ANSWER.pack(number, 0, 0, _GO_ON))
        fcntl.ioctl(listener, _SEND, answer, True)  # noqa: FBT003  the same
    os.close(listener)
