"""The model's looks into many files at once: their paths, and the lines that hold a text.

A repository may have very many and very long paths, and a change long files: they are looked through beside
everything else.
"""

import asyncio
from dataclasses import dataclass

from bot.application import tool_words as words
from bot.application.workbench import Workbench
from bot.domain.editing import whole_lines
from bot.domain.fencing import spelled
from bot.domain.finding import Search, fitting
from bot.domain.tree import LARGEST_FILE_BYTES, Tree


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found, a line each, and what to say of it."""

    lines: str
    note: str


async def list_files(tree: Tree, pattern: str, *, most: int) -> Seen:
    """The paths that fit, as many as that many characters hold."""
    return await asyncio.to_thread(_listed, tree, pattern, most=most)


def _listed(tree: Tree, pattern: str, *, most: int) -> Seen:
    found = [spelled(path) for path in fitting(tree.paths(), pattern)]
    lines, count = whole_lines("\n".join(found), most)
    if not found:
        return Seen("", words.NO_FILE)
    return Seen(lines, words.more_files(len(found) - count) if count < len(found) else "")


async def search(bench: Workbench, tree: Tree, search: Search, pattern: str, *, most: int) -> Seen:
    """The lines that hold the text, those of edited files first, as many as that many characters hold."""
    untouched = await asyncio.to_thread(_begun, bench, tree, search, pattern)
    if untouched and not search.is_over:
        await bench.sources.scan(
            bench.repository,
            bench.commit,
            untouched,
            lambda path, content: search.look(spelled(path), content),
        )
    lines, count = whole_lines("\n".join(search.lines), most)
    return Seen(lines, _note(search, count))


def _begun(bench: Workbench, tree: Tree, search: Search, pattern: str) -> list[str]:
    """Look into what was edited; the paths of what was not, and is to be searched still."""
    small = _searched(bench, tree, pattern)
    for path in small:
        if path in tree.edits and not search.look(spelled(path), tree.edits[path].content or b""):
            break
    return [path for path in small if path not in tree.edits]


def _searched(bench: Workbench, tree: Tree, pattern: str) -> list[str]:
    paths = [path for path in fitting(tree.paths(), pattern) if not bench.hides(path)]
    return [path for path in paths if tree.entry(path) == "file" and not _is_large(tree, path)]


def _is_large(tree: Tree, path: str) -> bool:
    return path not in tree.edits and tree.listing[path].size > LARGEST_FILE_BYTES


def _note(search: Search, shown: int) -> str:
    if search.is_cut or shown < len(search.lines):
        return words.more_lines(shown)
    if search.is_over:
        return words.searched_in_part(search.bytes_read)
    return "" if search.lines else words.NOT_FOUND
