"""What lies beside the working copy: installed packages, and in a set-up the way out."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final

INSTALLED: Final = "/dependencies"
_MODULES: Final = "node_modules"
_BINARIES: Final = (f"{INSTALLED}/bin", f"{INSTALLED}/python/bin")
_PROXY: Final = "/proxy"
_SOCKET: Final = f"{_PROXY}/socket"
_FORWARD: Final = f"{_PROXY}/forward.py"
_PORT: Final = 3128
# Where the common tools look for what was fetched, in a set-up and in what comes after it.
_EVERYWHERE: Final[Mapping[str, str]] = {
    "CARGO_HOME": f"{INSTALLED}/cargo",
    "GOMODCACHE": f"{INSTALLED}/go",
}
_OFFLINE: Final[Mapping[str, str]] = {"CARGO_NET_OFFLINE": "true", "GOFLAGS": "-mod=mod", "GOPROXY": "off"}
_OUTWARD: Final = f"http://127.0.0.1:{_PORT}"
_ONLINE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), _OUTWARD),
    "NPM_CONFIG_AUDIT": "false",
    "NPM_CONFIG_FUND": "false",
    "NPM_CONFIG_UPDATE_NOTIFIER": "false",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_CACHE_DIR": "1",
    "PIP_NO_INPUT": "1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """A directory of installed packages, as a run finds it: read-only, or with a socket, to be filled.

    `has_modules`: it holds what Node looks for in the working copy itself. `variables` come on top.
    """

    top: Path
    has_modules: bool = False
    socket: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def installed(self) -> Path:
        return self.top / "installed"

    @property
    def modules(self) -> Path:
        return self.top / _MODULES

    @property
    def is_setup(self) -> bool:
        """Whether it is to be filled, by what runs then."""
        return self.socket is not None

    def fitted(self, directory: Path) -> "Annex":
        """As it can lie beside this working copy, in which what Node looks for has an empty place or none."""
        place = directory / _MODULES
        if self.is_setup or not self.has_modules:
            return self
        with suppress(FileExistsError):
            place.mkdir()
        is_free = not place.is_symlink() and place.is_dir() and not any(place.iterdir())
        return self if is_free else replace(self, has_modules=False)

    def made_up(self) -> Mapping[str, bytes]:
        """The program inside that leads to the socket."""
        return {_FORWARD: _forward()} if self.is_setup else {}

    def mounts(self, repository: str) -> Iterator[str]:
        """Bubblewrap's arguments; to be used once the working copy is there."""
        bind = "--bind" if self.is_setup else "--ro-bind"
        yield from (bind, str(self.installed), INSTALLED)
        if self.is_setup or self.has_modules:
            yield from (bind, str(self.modules), f"{repository}/{_MODULES}")
        if self.socket:
            yield from ("--ro-bind", str(self.socket), _SOCKET)

    def directories(self) -> Sequence[str]:
        """Those that must be there for what is made up."""
        return (_PROXY,) if self.is_setup else ()

    def environment(self) -> Mapping[str, str]:
        """The variables that it brings."""
        return {**_EVERYWHERE, **(_ONLINE if self.is_setup else _OFFLINE), **self.variables}

    def through(self, interpreter: str, argv: Sequence[str]) -> list[str]:
        """The command with the way out opened in front of it; itself where there is none."""
        if not self.is_setup:
            return list(argv)
        return [interpreter, "-I", "-S", _FORWARD, _SOCKET, str(_PORT), *argv]


def path_with(annex: Annex | None, binaries: Sequence[str]) -> str:
    """PATH: what was installed comes before the toolchain."""
    return ":".join(dict.fromkeys((*(_BINARIES if annex else ()), *binaries)))


def python_path_with(annex: Annex | None, own: Sequence[str]) -> str:
    """PYTHONPATH: the repository's own code comes before what was installed."""
    return ":".join((*own, *((f"{INSTALLED}/python",) if annex else ())))


@cache
def _forward() -> bytes:
    return (Path(__file__).parent / "sandbox_forward.py").read_bytes()
