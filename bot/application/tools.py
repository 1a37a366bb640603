"""What the model may call: an editor and a shell over the files of one commit; code checks, then runs."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import ValidationError

from bot.application import looking, tool_words
from bot.application.setup_words import installs_withheld
from bot.application.suite_words import failing_for_the_model
from bot.application.tool_inputs import (
    Bash,
    Call,
    Create,
    Editing,
    Insert,
    ListFiles,
    RunTests,
    Search,
    StrReplace,
    View,
    name_of,
)
from bot.application.workbench import Ran, Workbench, loses_secrets, read_text, run_command
from bot.domain import finding
from bot.domain.editing import (
    CannotEdit,
    around,
    directory,
    encoded,
    insert_after,
    line_of,
    numbered,
    replace_once,
    shortened,
    whole_lines,
)
from bot.domain.fencing import fence, nonce_of, spelled
from bot.domain.lines import lines_of
from bot.domain.secrecy import MARK, without_secrets
from bot.domain.tree import Tree, check_change, check_edit, write
from bot.domain.verbose import without_those_that_passed
from bot.records import FileEdit

MOST_CALLS: Final = 20
LONGEST_RESULT: Final = 30_000
LONGEST_REPORT: Final = 12_000
MOST_REFUSALS_TOLD: Final = 20
MOST_TOLD: Final = 40
NOT_RUN: Final = "not_run"  # no tool of ours, not its input, or one call too many

_MARK_STANDS: Final = (
    "that mark stands for a secret that you are not shown, and that would be lost. Nothing was changed. "
    "Leave the secret where it is, and choose a part of the text without the mark."
)


@dataclass(frozen=True, slots=True)
class Worked:
    """The results of one turn's tool calls, one for each, the tree after them, and what each used."""

    results: tuple[Mapping[str, Any], ...]
    tree: Tree
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What one call says to the model. `data` comes from the repository or from what it ran."""

    note: str
    tree: Tree
    data: str = ""
    source: str = ""
    is_error: bool = False
    seconds: float = 0.0
    tool: str = NOT_RUN


async def run_tools(content: Sequence[Mapping[str, Any]], *, tree: Tree, bench: Workbench) -> Worked:
    """Run the tool calls of an answer one after the other, each on the tree that the one before left.

    Every distinct call gets exactly one result; what is wrong with a call is told to the model. The commands
    of one answer together may take as long as a single one.
    Call it only for an answer whose stop reason is `tool_use`. Raises StepFailed, Unavailable.
    """
    calls = {block["id"]: block for block in content if block.get("type") == "tool_use"}
    results, tools, left = [], list[str](), float(bench.limits.seconds)
    for count, (call_id, call) in enumerate(calls.items(), 1):
        within = replace(bench, limits=replace(bench.limits, seconds=int(left)))
        done = await _answered(call, tree, within) if count <= MOST_CALLS else _too_many(tree)
        results.append(_result(call_id, done))
        tools.append(done.tool)
        tree, left = done.tree, left - done.seconds
    return Worked(tuple(results), tree, tuple(tools))


async def _answered(call: Mapping[str, Any], tree: Tree, bench: Workbench) -> Done:
    inputs = bench.inputs.get(call["name"])
    if inputs is None:
        return _error(tree, f"There is no such tool. Use one of: {', '.join(bench.inputs)}.")
    try:
        asked = inputs.validate_python(call["input"])
    except ValidationError as error:
        return _error(tree, f"The input does not fit the tool: {_complaints(error)}.")
    try:
        done = await _run(asked, tree, bench)
    except CannotEdit as error:
        done = _error(tree, str(error))
    return replace(done, tool=name_of(asked))


async def _run(asked: Call, tree: Tree, bench: Workbench) -> Done:
    match asked:
        case Bash():
            return await _bash(asked, tree, bench)
        case RunTests():
            return await _tests(tree, bench)
        case ListFiles() | Search():
            return await _found(asked, tree, bench)
        case _:
            return await _edit(asked, tree, bench)


async def _edit(asked: Editing, tree: Tree, bench: Workbench) -> Done:
    match asked:
        case View():
            return await _view(asked, tree, bench)
        case Create():
            return await _create(asked, tree, bench)
        case StrReplace():
            return await _str_replace(asked, tree, bench)
        case Insert():
            return await _insert(asked, tree, bench)


async def _found(asked: ListFiles | Search, tree: Tree, bench: Workbench) -> Done:
    if isinstance(asked, ListFiles):
        seen, source = await looking.list_files(tree, asked.paths, most=LONGEST_RESULT), "paths"
    else:
        wanted = finding.Search(asked.text, ignore_case=asked.ignore_case)
        seen = await looking.search(bench, tree, wanted, asked.paths, most=LONGEST_RESULT)
        source = "lines found"
    return Done(seen.note, tree, data=seen.lines, source=source if seen.lines else "")


async def _tests(tree: Tree, bench: Workbench) -> Done:
    if bench.tests is None:
        return _error(tree, tool_words.NO_TESTS)
    if bench.limits.seconds <= 0:
        return _error(tree, tool_words.NO_TIME)
    edits, clock = tree.change(), asyncio.get_running_loop().time
    missing = await bench.withheld(edits) if bench.withheld else ()
    began = clock()
    ran = await bench.tests(edits, bench.limits)
    printed = without_those_that_passed(ran.outcome.output)
    return Done(
        installs_withheld(missing) + tool_words.tests_ended(ran.outcome),
        tree,
        data=f"{failing_for_the_model(ran.told)}\n\n{printed[-LONGEST_REPORT:]}".strip(),
        source="test output",
        is_error=not ran.is_green,
        # What is installed for the tests takes of the turn's time, too.
        seconds=max(ran.outcome.seconds, clock() - began),
    )


async def _view(asked: View, tree: Tree, bench: Workbench) -> Done:
    path = _clean(asked.path)
    if not path or tree.kind(path) == "directory":
        return Done("", tree, data=directory(tree.paths(), path), source=f"directory {path or '.'}")
    text, _ends = await read_text(bench, tree, path)
    first, last = asked.view_range or (1, -1)
    wanted = numbered(without_secrets(text), first=first, last=last)
    shown, count = whole_lines(wanted, LONGEST_RESULT)
    rest = _rest(first + count, first + wanted.count("\n")) if len(shown) < len(wanted) else ""
    return Done(rest, tree, data=shown, source=f"file {path}")


def _rest(first: int, last: int) -> str:
    return f"Cut here; lines {first} to {last} are left out. View them with view_range [{first}, {last}]."


async def _create(asked: Create, tree: Tree, bench: Workbench) -> Done:
    path = _clean(asked.path)
    after = await _written(tree, path, asked.file_text.encode(), bench)
    return Done(f"Written: {spelled(path)}, {len(lines_of(asked.file_text))} lines.", after)


async def _str_replace(asked: StrReplace, tree: Tree, bench: Workbench) -> Done:
    path = _clean(asked.path)
    text, ends = await read_text(bench, tree, path)
    if MARK in asked.old_str and asked.old_str not in text:
        raise CannotEdit(f"old_str holds {MARK} ...]: {_MARK_STANDS}")
    new = replace_once(text, asked.old_str, asked.new_str)
    after = await _written(tree, path, encoded(new, ends), bench)
    height = asked.new_str.count("\n") + 1
    return _edited(
        path, after, around(without_secrets(new), line=line_of(text, asked.old_str), height=height)
    )


async def _insert(asked: Insert, tree: Tree, bench: Workbench) -> Done:
    path = _clean(asked.path)
    text, ends = await read_text(bench, tree, path)
    new = insert_after(text, asked.insert_line, asked.insert_text)
    after = await _written(tree, path, encoded(new, ends), bench)
    height = asked.insert_text.count("\n") + 1
    return _edited(path, after, around(without_secrets(new), line=asked.insert_line + 1, height=height))


async def _bash(asked: Bash, tree: Tree, bench: Workbench) -> Done:
    if asked.command is None:
        if asked.restart:
            return Done("Nothing to restart: every command runs in a fresh shell at the root.", tree)
        return _error(tree, "The input does not fit the tool: command is missing.")
    if bench.limits.seconds <= 0:
        return _error(tree, tool_words.NO_TIME)
    ran = await run_command(bench, tree, asked.command)
    return Done(
        _ending(ran),
        ran.tree,
        data=ran.outcome.output,
        source="command output",
        is_error=ran.outcome.ended != "exited",
        seconds=ran.outcome.seconds,
    )


async def _written(tree: Tree, path: str, content: bytes, bench: Workbench) -> Tree:
    """The tree with the file written. Raises CannotEdit where that is not allowed."""
    edit, after = FileEdit(path=path, content=content), write(tree, path, content)
    if fault := check_edit(tree, edit) or check_change(after):
        raise CannotEdit(f"This edit is not allowed ({fault}); nothing was changed.")
    if await loses_secrets(bench, tree, edit):
        raise CannotEdit(f"This edit would write {MARK} ...] into {path}: {_MARK_STANDS}")
    return after


def _clean(path: str) -> str:
    """The path as the tree spells it; the root is the empty path."""
    return "" if path in {"", ".", "./", "/"} else path.removeprefix("./").removesuffix("/")


def _edited(path: str, tree: Tree, snippet: str) -> Done:
    return Done(f"Edited: {spelled(path)}.", tree, data=snippet, source=f"file {path}")


def _ending(ran: Ran) -> str:
    outcome = ran.outcome
    how = f"exit status {outcome.status}" if outcome.ended == "exited" else f"stopped: {outcome.ended}"
    told = [f"- {spelled(path)}: {fault}" for path, fault in ran.not_taken[:MOST_REFUSALS_TOLD]]
    more = len(ran.not_taken) - len(told)
    if more > 0:
        told.append(f"- and {more} more")
    refused = ["Not taken into the change:", *told] if told else []
    return "\n".join([f"{how}, after {outcome.seconds:.1f} s", *refused, _change(ran.tree)])


def _change(tree: Tree) -> str:
    """What differs from the commit by now: added, modified, deleted."""
    told = [f"{_letter(tree, edit)} {spelled(edit.path)}" for edit in tree.change()]
    more = [f"and {len(told) - MOST_TOLD} more"] if len(told) > MOST_TOLD else []
    return f"Your change so far: {', '.join([*told[:MOST_TOLD], *more]) or 'nothing'}"


def _letter(tree: Tree, edit: FileEdit) -> str:
    if edit.content is None:
        return "D"
    return "M" if edit.path in tree.listing else "A"


def _complaints(error: ValidationError) -> str:
    """What is wrong and where, without the value that was given."""
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'input'}: {fault['msg']}" for fault in faults[:5])


def _error(tree: Tree, note: str) -> Done:
    return Done(note, tree, is_error=True)


def _too_many(tree: Tree) -> Done:
    return _error(
        tree, f"Not run: at most {MOST_CALLS} calls are run in one turn. Ask again in the next one."
    )


def _result(call_id: str, done: Done) -> Mapping[str, Any]:
    data = shortened(without_secrets(done.data), LONGEST_RESULT)
    fenced = fence(data, done.source, nonce_of(call_id)) if done.source else ""
    text = "\n".join(part for part in (done.note, fenced) if part)
    block = {"type": "tool_result", "tool_use_id": call_id, "content": text}
    return {**block, "is_error": True} if done.is_error else block
