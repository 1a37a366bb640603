"""What a diff says of a file before its lines: what it is called, and what became of it."""

import re
from dataclasses import dataclass
from typing import Final, Literal

Became = Literal["added", "removed", "modified", "renamed", "copied"]

NOTHING: Final = "/dev/null"
SUBMODULE: Final = "160000"
UNREADABLE: Final = "\ufffd"
_ESCAPED: Final = re.compile(rb"\\(?:([0-7]{3})|(.))", re.DOTALL)
_LETTERS: Final = dict(zip(b"abtnvfr", b"\a\b\t\n\v\f\r", strict=True))
_BINARY: Final = ("Binary files ", "GIT binary patch")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_MODES: Final = ("new file mode", "deleted file mode", "index", "new mode")
_NAMES: Final = (
    *_MODES,
    "old mode",
    "rename from",
    "rename to",
    "copy from",
    "copy to",
    "---",
    "+++",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A file of a diff; `was` is what it is a copy of, or was called before."""

    path: str
    was: str | None = None
    became: Became = "modified"
    is_binary: bool = False
    is_submodule: bool = False
    is_mode_changed: bool = False

    @property
    def is_readable(self) -> bool:
        """Whether its name is one that can be said to GitHub again."""
        return bool(self.path) and UNREADABLE not in self.path


def header_in(text: bytes) -> Header:
    """What these lines say."""
    first, *rest = text.decode(errors="replace").split("\n")
    said = [_told(line) for line in rest]
    named = {name: value for name, value in said if name}
    old, new = named.get("---", NOTHING), named.get("+++", NOTHING)
    moved = next((verb for verb in ("rename", "copy") if f"{verb} to" in named), None)
    if moved is not None:
        path, was = _plain(named[f"{moved} to"]), _plain(named.get(f"{moved} from", ""))
    else:
        side = new if new != NOTHING else old
        path, was = (_of_side(side) if side != NOTHING else _of_both(first)), None
    return Header(
        path=path,
        was=was,
        became=_became(named, moved),
        is_binary=any(line.startswith(_BINARY) for line in rest),
        is_submodule=any(value.endswith(SUBMODULE) for name, value in said if name in _MODES),
        is_mode_changed="old mode" in named,
    )


def _told(line: str) -> tuple[str, str]:
    """What a line of a header is about, and what it says; nothing where that is of no interest."""
    name = next((name for name in _NAMES if line.startswith(f"{name} ")), "")
    return name, line[len(name) + 1 :] if name else ""


def _became(named: dict[str, str], moved: str | None) -> Became:
    if moved is not None:
        return "renamed" if moved == "rename" else "copied"
    if "new file mode" in named:
        return "added"
    return "removed" if "deleted file mode" in named else "modified"


def _of_side(side: str) -> str:
    """The path in what names one side: git ends a name with a space in it by a tabulator."""
    return _plain(side.removesuffix("\t"))[2:]


def _of_both(first: str) -> str:
    """The path that the first line names twice; empty where the two are not alike."""
    names = first.removeprefix("diff --git ")
    if quoted := _QUOTED.match(names):
        return _plain(quoted[0])[2:]
    half = len(names) // 2
    left, right = names[:half], names[half + 1 :]
    return right[2:] if left[2:] == right[2:] else ""


def _plain(name: str) -> str:
    """A name without git's quotes: bytes that are no letters are spelled in octal there."""
    if not _QUOTED.fullmatch(name):
        return name
    spelled = name[1:-1].encode()
    return _ESCAPED.sub(_unescaped, spelled).decode(errors="replace")


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1] is not None:
        return bytes([int(found[1], 8) & 0xFF])
    return bytes([_LETTERS.get(found[2][0], found[2][0])])
