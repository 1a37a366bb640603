"""What a sandboxed program may not ask of the kernel, as a filter for bubblewrap's `--seccomp`."""

import errno
import platform
import struct
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

# Numbers: linux/audit.h, and each machine's asm/unistd.h. x86-64 first, 64-bit ARM second.
_ARCHITECTURES: Final[Mapping[str, tuple[int, int]]] = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_CLONE: Final = (56, 220)
_SOCKET: Final = (41, 198)
# The C library falls back to clone, whose flags can be looked at.
_CLONE3: Final = (435, 435)
REFUSED: Final[Mapping[str, tuple[int, int]]] = {
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
}
# Memory that belongs to no process: only a control group counts it.
REFUSED_WITHOUT_GROUPS: Final[Mapping[str, tuple[int, int]]] = {
    **REFUSED,
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
}
_NEW_NAMESPACES: Final = 0x7E020000
# Unix, IPv4, IPv6 and netlink; vsock, for one, would reach past the network namespace.
_FAMILIES: Final = (1, 2, 10, 16)
_X32: Final = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_AT_NUMBER, _AT_ARCHITECTURE, _AT_FIRST_ARGUMENT = 0, 4, 16


class _Instruction(NamedTuple):
    code: int
    value: int
    then: int = 0
    otherwise: int = 0


def seccomp_filter(machine: str = "", *, refused: Mapping[str, tuple[int, int]] = REFUSED) -> bytes | None:
    """The filter for this machine, or None where its system calls are not known here."""
    known = _ARCHITECTURES.get(machine or platform.machine())
    if known is None:
        return None
    return b"".join(
        struct.pack("=HBBI", i.code, i.then, i.otherwise, i.value) for i in _program(*known, refused)
    )


def _program(
    column: int, architecture: int, refused: Mapping[str, tuple[int, int]]
) -> Iterator[_Instruction]:
    yield _Instruction(_LOAD, _AT_ARCHITECTURE)
    yield _Instruction(_EQUAL, architecture, then=1)
    yield _Instruction(_RETURN, _KILL)
    yield _Instruction(_LOAD, _AT_NUMBER)
    yield from _answer(_AT_LEAST, _X32, errno.ENOSYS)
    yield from _answer(_EQUAL, _CLONE3[column], errno.ENOSYS)
    for numbers in refused.values():
        yield from _answer(_EQUAL, numbers[column], errno.EPERM)
    yield from _clone(_CLONE[column])
    yield from _socket(_SOCKET[column])
    yield _Instruction(_RETURN, _ALLOW)


def _answer(test: int, value: int, error: int) -> Iterator[_Instruction]:
    yield _Instruction(test, value, otherwise=1)
    yield _Instruction(_RETURN, _ERROR | error)


def _clone(number: int) -> Iterator[_Instruction]:
    """Processes and threads, yes; namespaces, no."""
    yield _Instruction(_EQUAL, number, otherwise=4)
    yield _Instruction(_LOAD, _AT_FIRST_ARGUMENT)
    yield from _answer(_ANY_BIT, _NEW_NAMESPACES, errno.EPERM)
    yield _Instruction(_RETURN, _ALLOW)


def _socket(number: int) -> Iterator[_Instruction]:
    """The last test: whatever family is not listed does not exist."""
    yield _Instruction(_EQUAL, number, otherwise=len(_FAMILIES) + 2)
    yield _Instruction(_LOAD, _AT_FIRST_ARGUMENT)
    for left, family in enumerate(reversed(_FAMILIES)):
        yield _Instruction(_EQUAL, family, then=len(_FAMILIES) - left)
    yield _Instruction(_RETURN, _ERROR | errno.EAFNOSUPPORT)
