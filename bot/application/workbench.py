"""Where the model's tools work: the files of one commit, as data, and a sandbox for commands."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import TypeAdapter

from bot.application.installations import Sandbox
from bot.application.setup_words import installs_withheld, setup_failed
from bot.application.source_ports import Sources
from bot.application.tool_inputs import INPUTS
from bot.application.trial import Furnish, Tried
from bot.domain.editing import CannotEdit, decoded
from bot.domain.paths import kept_back
from bot.domain.secrecy import MARK, adds_marks
from bot.domain.tree import Tree, check_change, check_edit, is_binary, lay
from bot.records import FileEdit, Outcome, Repository, SandboxLimits, StepFailed

# The files by which a change would have more installed, if only it might.
Withheld = Callable[[Sequence[FileEdit]], Awaitable[Sequence[str]]]
# The repository's tests on a change, within these limits.
Tests = Callable[[Sequence[FileEdit], SandboxLimits], Awaitable[Tried]]

# What running a program leaves behind; it never becomes part of a change.
DEBRIS: Final = frozenset(
    ("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".tox", ".nox", ".venv",
     "venv", "node_modules", ".gradle", ".next", ".cache", ".coverage", ".DS_Store")
)  # fmt: skip
# The kernel takes no argument of 128 KiB, and none that holds a NUL.
LONGEST_COMMAND_BYTES: Final = 100_000
WHOLE: Final = "the whole change"
# What keeps a change from being told from what the command left; the next command begins without it.
UNTOLD: Final = frozenset(("change_too_large", "gitignore_too_complex"))
DEBRIS_ENDINGS: Final = (".pyc", ".pyo", ".egg-info", ".orig", ".rej", "~")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """What the tools reach, and nothing else: no other repository, no secret, no network.

    `does_without` says that the work goes on where no command can be run: others run the tests. What is not
    among `inputs` is no tool here, whatever it is elsewhere.
    """

    repository: Repository
    commit: str
    sources: Sources
    sandbox: Sandbox
    limits: SandboxLimits
    not_secret: tuple[str, ...] = ()
    furnish: Furnish | None = None
    does_without: bool = False
    withheld: Withheld | None = None
    tests: Tests | None = None
    inputs: Mapping[str, TypeAdapter[Any]] = field(default_factory=lambda: INPUTS)

    def hides(self, path: str) -> bool:
        """Whether its name says that it holds credentials, and the repository does not say otherwise."""
        return bool(kept_back([path], not_secret=self.not_secret))


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, the tree after it, and what of its changes was not taken (path, code)."""

    outcome: Outcome
    tree: Tree
    not_taken: tuple[tuple[str, str], ...]


async def open_tree(bench: Workbench, edits: Sequence[FileEdit] = ()) -> Tree:
    """The commit's files with the change so far over them."""
    return lay(await bench.sources.listing(bench.repository, bench.commit), edits)


async def read_bytes(bench: Workbench, tree: Tree, path: str) -> bytes:
    """The file as it stands now. Raises CannotEdit where there is none to be shown."""
    if path in tree.edits:
        content = tree.edits[path].content
    else:
        content = await bench.sources.read(bench.repository, bench.commit, path)
    if content is None:
        raise CannotEdit(f"{path} does not exist.")
    return content


async def read_text(bench: Workbench, tree: Tree, path: str) -> tuple[str, str]:
    """The file's text and its line end. Raises CannotEdit for what is no text, or holds credentials."""
    if tree.kind(path) in {"link", "submodule"}:
        raise CannotEdit(f"{path} is a {tree.kind(path)}; it is not followed.")
    if bench.hides(path):
        raise CannotEdit(f"{path} looks like a file of credentials; it is not shown.")
    content = await read_bytes(bench, tree, path)
    if is_binary(content):
        raise CannotEdit(f"{path} is not a text file.")
    return decoded(content)


async def run_command(bench: Workbench, tree: Tree, command: str) -> Ran:
    """Run it by a fresh shell at the root of a working copy; what it changed becomes the change.

    Files that look like credentials are not in that copy. Raises CannotEdit for what no shell could be given.
    """
    try:
        return await _run(bench, tree, command)
    except StepFailed as no:
        if no.code != "sandbox_unavailable" or not bench.does_without:
            raise
    raise CannotEdit("No command can be run here, there is no sandbox: use the editor alone.")


async def _run(bench: Workbench, tree: Tree, command: str) -> Ran:
    if "\0" in command or len(command.encode()) > LONGEST_COMMAND_BYTES:
        raise CannotEdit(f"The command holds a NUL or more than {LONGEST_COMMAND_BYTES} bytes; write a file.")
    hidden = [FileEdit(path=path, content=None) for path in filter(bench.hides, tree.paths())]
    copy = bench.sources.working_copy(bench.repository, bench.commit, [*tree.change(), *hidden])
    began = asyncio.get_running_loop().time()
    async with _furnished(bench, tree) as (sandbox, told), copy as directory:
        # What is installed for a command takes of the turn's time as the command does.
        before = asyncio.get_running_loop().time() - began
        outcome = await sandbox.run(
            ["bash", "-c", command],
            directory=directory,
            limits=bench.limits,
            tenant=bench.repository.account,
        )
        outcome = replace(outcome, output=f"{told}{outcome.output}", seconds=before + outcome.seconds)
        try:
            found = await bench.sources.changes(bench.repository, bench.commit, directory)
        except StepFailed as failure:
            if failure.code not in UNTOLD:
                raise
            return Ran(outcome, tree, ((WHOLE, f"{failure.code} ({failure.detail})"),))
    return await _taken(bench, tree, outcome, found)


@asynccontextmanager
async def _furnished(bench: Workbench, tree: Tree) -> AsyncIterator[tuple[Sandbox, str]]:
    """The sandbox for a command, and what to tell where nothing could be installed for it."""
    if bench.furnish is None:
        yield bench.sandbox, ""
        return
    paths = await bench.withheld(tree.change()) if bench.withheld else ()
    async with bench.furnish(tree.change()) as room:
        failed = setup_failed(room.failed, room.refused) if room.failed else ""
        yield room.sandbox, f"{installs_withheld(paths)}{failed}"


async def loses_secrets(bench: Workbench, tree: Tree, edit: FileEdit) -> bool:
    """Whether it would write marks over the secrets that they stand for."""
    after = (edit.content or b"").decode(errors="replace")
    if MARK not in after:
        return False
    before = await read_bytes(bench, tree, edit.path) if edit.path in tree.paths() else b""
    return adds_marks(before.decode(errors="replace"), after)


async def _taken(bench: Workbench, tree: Tree, outcome: Outcome, found: Sequence[FileEdit]) -> Ran:
    """The allowed part of what a command changed; all of it is left where the whole is too large."""
    relevant = [edit for edit in found if not _is_debris(tree, edit) and not bench.hides(edit.path)]
    base = lay(tree.listing, ())
    faults = {edit.path: await _fault(bench, base, edit) for edit in relevant}
    kept = [edit for edit in tree.change() if bench.hides(edit.path)]
    after = lay(tree.listing, [*kept, *(edit for edit in relevant if faults[edit.path] is None)])
    not_taken = tuple((path, fault) for path, fault in sorted(faults.items()) if fault)
    if fault := check_change(after):
        return Ran(outcome, tree, (*not_taken, (WHOLE, fault)))
    return Ran(outcome, after, not_taken)


async def _fault(bench: Workbench, base: Tree, edit: FileEdit) -> str | None:
    return check_edit(base, edit) or ("secret_mark" if await loses_secrets(bench, base, edit) else None)


def _is_debris(tree: Tree, edit: FileEdit) -> bool:
    """Whether it was left by running something, and is no file of the repository itself."""
    parts = edit.path.split("/")
    left = any(part in DEBRIS or part.endswith(DEBRIS_ENDINGS) for part in parts)
    return left and edit.path not in tree.listing
