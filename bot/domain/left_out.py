"""Which files of a diff no reviewer is shown, and why: nobody wrote them by hand, or nobody may read them."""

import re
from collections.abc import Collection
from typing import Final

from bot.domain.diff import FileDiff
from bot.domain.paths import is_secret_like

LOCKS: Final = frozenset((
    "bun.lock", "bun.lockb", "cargo.lock", "composer.lock", "flake.lock", "gemfile.lock", "go.sum",
    "gradle.lockfile", "mix.lock", "npm-shrinkwrap.json", "package-lock.json", "packages.lock.json",
    "pdm.lock", "pipfile.lock", "pnpm-lock.yaml", "podfile.lock", "poetry.lock", "pubspec.lock", "uv.lock",
    "yarn.lock",
))  # fmt: skip
VENDORED: Final = re.compile(r"(?:^|/)(?:vendor|vendored|third_party|node_modules|bower_components)/")
GENERATED: Final = re.compile(
    r"\.(?:g|pb|generated|designer)\.\w+$|_pb2(?:_grpc)?\.pyi?$|\.snap$|(?:^|/)__snapshots__/|\.(?:map|svg)$"
)
SAYS_SO: Final = re.compile(rb"@generated\b|\bcode generated\b.{0,80}\bdo not edit\b", re.IGNORECASE)
MINIFIED: Final = re.compile(r"[.-]min\.(?:js|css|mjs)$")
# Of a file's first lines, in which generators say who they are.
FIRST_BYTES: Final = 2_000
LONG_LINE_BYTES: Final = 1_000


def why_left_out(diff: bytes, file: FileDiff, *, not_secret: Collection[str] = ()) -> str | None:
    """The code of why, None where it is to be read."""
    header, path = file.header, file.path
    if is_secret_like(path) and path not in not_secret:
        return "secret"
    if header.is_binary:
        return "binary"
    if header.is_submodule:
        return "submodule"
    if not file.is_whole:
        return "unreadable"
    return _by_name(path) or _by_lines(diff, file)


def _by_name(path: str) -> str | None:
    if path.rpartition("/")[2].lower() in LOCKS:
        return "lock"
    if VENDORED.search(path):
        return "vendored"
    if MINIFIED.search(path):
        return "minified"
    return "generated" if GENERATED.search(path) else None


def _by_lines(diff: bytes, file: FileDiff) -> str | None:
    if not file.hunks:
        return "no_lines"
    first, last = file.hunks[0].start, file.hunks[-1].end
    if SAYS_SO.search(diff, first, min(last, first + FIRST_BYTES)):
        return "generated"
    lines = sum(len(hunk.signs) for hunk in file.hunks)
    return "minified" if last - first > lines * LONG_LINE_BYTES else None
