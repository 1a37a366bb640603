"""What an answer rests on: only what is there, and what the model was shown, is named to people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.application.looking_tools import VIEW
from bot.application.question_answers import Source
from bot.application.workbench import Workbench, read_text
from bot.domain.citing import Citation, cited
from bot.domain.conversation import calls_of
from bot.domain.editing import CannotEdit
from bot.domain.lines import lines_of
from bot.domain.shown_lines import Lines, as_shown, found, viewed
from bot.domain.tree import Tree
from bot.records import Answer


def lines_shown(got: Answer, results: Iterable[Mapping[str, Any]]) -> Iterator[Lines]:
    """The lines that each look of this answer has shown; of one that failed, none."""
    calls = {call["id"]: call for call in calls_of(got)}
    for each in results:
        call = calls[each["tool_use_id"]]
        if each.get("is_error"):
            continue
        if call["name"] == VIEW:
            yield viewed(_clean(call["input"]["path"]), each["content"])
        else:
            yield found(each["content"])


async def sources_there(
    named: Sequence[Source], shown: Lines, tree: Tree, bench: Workbench
) -> tuple[tuple[Citation, ...], int]:
    """Those that are there and were shown, each once, and how many are not: these are named nowhere."""
    there = [await _looked_up(each, tree, bench) for each in named]
    kept = [None if each is None else as_shown(each, shown) for each in there]
    return tuple(dict.fromkeys(each for each in kept if each is not None)), kept.count(None)


async def _looked_up(it: Source, tree: Tree, bench: Workbench) -> Citation | None:
    path = _clean(it.path)
    if path not in tree.listing:
        return None
    try:
        text, _ends = await read_text(bench, tree, path)
    except CannotEdit:
        return None
    return cited(path, it.first, it.last, lines=len(lines_of(text)))


def _clean(path: str) -> str:
    return path.removeprefix("./")
