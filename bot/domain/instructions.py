"""What a repository tells whoever writes its code: which files say it, and whose word counts where."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from bot.records import TreeEntry

NAMES: Final = frozenset(("AGENTS.md", "CLAUDE.md"))
AT_THE_ROOT: Final = (".claude/CLAUDE.md", ".github/copilot-instructions.md")
MOST_SHOWN: Final = 8
# Of other people's packages, and of what tools left behind: not this repository's own word.
_FOREIGN: Final = frozenset(("node_modules", "vendor", "third_party", ".venv", "venv"))


def instruction_files(listing: Mapping[str, TreeEntry]) -> list[str]:
    """All of them, the nearest to the root first; links are not followed."""
    found = [path for path, entry in listing.items() if entry.mode.startswith("100") and _instructs(path)]
    return sorted(found, key=lambda path: (len(_ruled(path).parts), path))


def split(paths: Sequence[str], touched: Iterable[str]) -> tuple[list[str], list[str]]:
    """Those to be shown at once, for the files that will likely be touched, and those only to be named."""
    files = [PurePosixPath(path.strip().removeprefix("./")) for path in touched]
    shown = [path for path in paths if _rules_over(_ruled(path), files)][:MOST_SHOWN]
    return shown, [path for path in paths if path not in shown]


def _instructs(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return path in AT_THE_ROOT or (
        parts[-1] in NAMES and _FOREIGN.isdisjoint(parts) and ".claude" not in parts
    )


def _ruled(path: str) -> PurePosixPath:
    """The directory below which a file of instructions counts."""
    return PurePosixPath() if path in AT_THE_ROOT else PurePosixPath(path).parent


def _rules_over(directory: PurePosixPath, files: Iterable[PurePosixPath]) -> bool:
    return directory == PurePosixPath() or any(file.is_relative_to(directory) for file in files)
