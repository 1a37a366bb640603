"""What a sandboxed program finds: files, environment and user, as bubblewrap's arguments."""

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from bot.infrastructure.sandbox_annex import Annex, path_with, python_path_with
from bot.infrastructure.sandbox_covers import Mount, bare, covers

REPOSITORY: Final = "/repository"
_HOME: Final = "/home/runner"
_SYSTEM_BINARIES: Final = ("/usr/local/bin", "/usr/bin", "/bin")
_SYSTEM_PATH: Final = "/usr/bin:/bin:/usr/sbin:/sbin"
_SYSTEM: Final = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC: Final = (
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
)
_PLUGINS: Final = "[pytest11]"
SCRATCH: Final = ("/tmp", "/dev/shm", _HOME)  # noqa: S108  inside, where they belong to the run alone
_SCRATCH_BYTES: Final = 512 * 1024 * 1024


def python_toolchain() -> tuple[Path, ...]:
    """The bot's own virtual environment and the interpreter below it, so that a suite finds pytest."""
    return tuple(dict.fromkeys((Path(sys.prefix), Path(sys.base_prefix))))


@cache
def without_plugins(toolchain: tuple[Path, ...]) -> Mapping[str, bytes]:
    """The toolchain's lists of entry points, without what pytest would load of them by itself.

    A suite has the plugins that it names or brings: none of those that the bot's own tests are run with.
    """
    found = (
        path for top in toolchain for path in top.glob("lib/python3*/*-packages/*-info/entry_points.txt")
    )
    texts = {str(path): path.read_text(encoding="utf-8") for path in found}
    return {path: _without_plugins(text).encode() for path, text in texts.items() if _PLUGINS in text}


def _without_plugins(text: str) -> str:
    sections = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    return "".join(section for section in sections if not section.startswith(_PLUGINS))


def etc_files(user: int) -> Mapping[str, bytes]:
    """The files of /etc that are made up: they name nobody of the host."""
    return {
        "/etc/passwd": f"root:x:0:0::/:/bin/false\nrunner:x:{user}:{user}::{_HOME}:/bin/sh\n".encode(),
        "/etc/group": f"root:x:0:\nrunner:x:{user}:\n".encode(),
        "/etc/hosts": b"127.0.0.1 localhost\n::1 localhost\n",
        "/etc/nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files\n",
    }


def arguments(  # noqa: PLR0913  everything that is found inside
    directory: Path,
    *,
    toolchain: Sequence[Path],
    hidden: Sequence[Path],
    user: int,
    made_up: Mapping[str, int],
    memory_bytes: int,
    annex: Annex | None = None,
) -> list[str]:
    """The whole room; `made_up` gives the open descriptor that holds each made-up file."""
    return [
        *_walls(own_user_namespace=os.geteuid() != 0, user=user),
        *_system(),
        *_scratch(min(_SCRATCH_BYTES, memory_bytes)),
        *_read_only(toolchain),
        *covers(hidden, _mounts(toolchain), toolchain=toolchain),
        *(_directories(*annex.directories()) if annex else ()),
        *_made_up(made_up),
        *("--bind", str(directory), REPOSITORY, "--chdir", REPOSITORY),
        *(annex.mounts(REPOSITORY) if annex else ()),
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *_environment(toolchain, annex),
    ]


def not_hidden(hidden: Sequence[Path], toolchain: Sequence[Path]) -> list[Path]:
    """Those that would be seen inside, whatever is done."""
    return bare(hidden, _mounts(toolchain))


def _mounts(toolchain: Sequence[Path]) -> list[Mount]:
    system = (path for path in map(Path, ("/usr", *_SYSTEM)) if not path.is_symlink())
    seen = (path for path in (*system, *map(Path, _ETC), *toolchain) if path.exists())
    return [Mount(source=path, at=path) for path in seen]


def _walls(*, own_user_namespace: bool, user: int) -> Iterator[str]:
    yield from ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
    yield from ("--die-with-parent", "--new-session", "--hostname", "sandbox", "--cap-drop", "ALL")
    if own_user_namespace:
        yield from ("--unshare-user", "--uid", str(user), "--gid", str(user))
        return
    # Started by root, the last step inside is to become another user: for that alone these are kept.
    for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
        yield from ("--cap-add", capability)


def become(user: int) -> list[str]:
    """The command in front of the program that makes it another user, without a way back."""
    if os.geteuid() != 0:
        return []
    gone = ("--clear-groups", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all")
    # By its whole path: what was installed stands before the system in PATH, and this is started as root.
    program = shutil.which("setpriv", path=_SYSTEM_PATH) or "/usr/bin/setpriv"
    return [program, f"--reuid={user}", f"--regid={user}", *gone, "--no-new-privs", "--"]


def _system() -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev")
    for path in map(Path, _SYSTEM):
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.exists():
            yield from ("--ro-bind", str(path), str(path))
    yield from _directories("/etc", "/etc/ssl")
    for file in _ETC:
        yield from ("--ro-bind-try", file, file)


def _directories(*paths: str) -> Iterator[str]:
    # Named one by one: those that bubblewrap adds by itself are closed to everybody but root.
    for path in paths:
        yield from ("--perms", "0755", "--dir", path)


def _scratch(size: int) -> Iterator[str]:
    for path in SCRATCH:
        yield from ("--perms", "1777", "--size", str(size), "--tmpfs", path)


def _made_up(files: Mapping[str, int]) -> Iterator[str]:
    for path, descriptor in files.items():
        yield from ("--perms", "0444", "--ro-bind-data", str(descriptor), path)


def _read_only(toolchain: Sequence[Path]) -> Iterator[str]:
    for path in toolchain:
        if not path.is_relative_to("/usr"):
            yield from _directories(*map(str, reversed(path.parents[:-1])))
            yield from ("--ro-bind", str(path), str(path))


def _environment(toolchain: Sequence[Path], annex: Annex | None) -> Iterator[str]:
    binaries = [str(path / "bin") for path in toolchain if (path / "bin").is_dir()]
    variables = {
        "PATH": path_with(annex, (*binaries, *_SYSTEM_BINARIES)),
        "HOME": _HOME,
        "LANG": "C.UTF-8",
        "TMPDIR": "/tmp",  # noqa: S108  inside, where it belongs to the run alone
        "CI": "true",
        # The repository's own code, not a package of the same name that the toolchain has installed.
        "PYTHONPATH": python_path_with(annex, (f"{REPOSITORY}/src", REPOSITORY)),
        "PYTHONDONTWRITEBYTECODE": "1",
        **(annex.environment() if annex else {}),
    }
    yield "--clearenv"
    for name, value in variables.items():
        yield from ("--setenv", name, value)
