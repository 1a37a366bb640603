"""A repository of a few files and a sandbox that does what it is told, for the model's tools."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bot.application.tool_inputs import EDITOR
from bot.application.tools import Worked, run_tools
from bot.application.workbench import Workbench, open_tree
from bot.domain.tree import Tree
from bot.landing_records import Merging
from bot.records import FileEdit, Outcome, Repository, SandboxLimits, TreeEntry

REPOSITORY: Final = Repository(id=1, full_name="acme/shop", installation_id=2)
Deed = Callable[[Path], None]


@dataclass
class FakeSources:
    """One commit's files; `modes` where a file is no plain one."""

    files: dict[str, bytes]
    modes: dict[str, str] = field(default_factory=dict)

    async def listing(self, _repository: Repository, _commit: str) -> Mapping[str, TreeEntry]:
        return {
            path: TreeEntry(path=path, mode=self.modes.get(path, "100644"), sha="0", size=len(content))
            for path, content in self.files.items()
        }

    async def read(self, _repository: Repository, _commit: str, path: str) -> bytes | None:
        return self.files.get(path)

    async def scan(
        self, _repository: Repository, _commit: str, paths: Sequence[str], look: Callable[[str, bytes], bool]
    ) -> None:
        for path in paths:
            if not look(path, self.files[path]):
                return

    @asynccontextmanager
    async def working_copy(
        self, _repository: Repository, _commit: str, edits: Sequence[FileEdit]
    ) -> AsyncIterator[Path]:
        with TemporaryDirectory() as name:
            contents = {**self.files, **{edit.path: edit.content for edit in edits}}
            for path, content in contents.items():
                put(Path(name) / path, content)
            yield Path(name)

    async def written(
        self, directory: Path, chosen: Callable[[Sequence[str]], Sequence[str]], *, limit: int
    ) -> list[bytes]:
        now = found(directory)
        contents, left = list[bytes](), limit + 1
        for path in chosen(list(now)):
            contents.append(now[path][: max(left, 0)])
            left -= len(contents[-1])
        return contents

    async def changes(self, _repository: Repository, _commit: str, directory: Path) -> list[FileEdit]:
        now = found(directory)
        paths = sorted(path for path in now.keys() | self.files if now.get(path) != self.files.get(path))
        return [FileEdit(path=path, content=now.get(path)) for path in paths]

    async def difference(self, repository: Repository, old: str, new: str) -> bytes:
        raise AssertionError

    async def merge(self, _repository: Repository, *, base: str, ours: str, theirs: str) -> Merging:
        return Merging(edits=())


@dataclass
class FakeSandbox:
    """Does one deed in the directory and ends as it is told."""

    deed: Deed = lambda _directory: None
    outcome: Outcome = Outcome(status=0, output="done\n", seconds=0.1, ended="exited")  # noqa: RUF009  frozen
    ran: list[Sequence[str]] = field(default_factory=list)
    kind: str = "bubblewrap, control groups"

    async def run(
        self, argv: Sequence[str], *, directory: Path, limits: SandboxLimits, tenant: str
    ) -> Outcome:
        self.ran.append(argv)
        self.deed(directory)
        return self.outcome


def found(directory: Path) -> dict[str, bytes]:
    files = (each for each in directory.rglob("*") if each.is_file())
    return {str(each.relative_to(directory)): each.read_bytes() for each in files}


def put(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@dataclass
class Hand:
    """The model's hand: calls tools one after the other on the tree that the last ones left."""

    sources: FakeSources
    sandbox: FakeSandbox
    bench: Workbench
    tree: Tree

    async def calls(self, *blocks: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        worked: Worked = await run_tools(blocks, tree=self.tree, bench=self.bench)
        self.tree = worked.tree
        return list(worked.results)

    async def edits(self, command: str, path: str, **given: Any) -> str:
        return self.text(await self.calls(use(EDITOR, command=command, path=path, **given)))

    async def runs(self, deed: Deed) -> str:
        self.sandbox.deed = deed
        return self.text(await self.calls(use("bash", command="make")))

    def text(self, results: list[Mapping[str, Any]]) -> str:
        content: str = results[0]["content"]
        return content

    def changed(self) -> dict[str, bytes | None]:
        return {edit.path: edit.content for edit in self.tree.change()}


def use(name: str, /, call_id: str = "toolu_1", **given: Any) -> Mapping[str, Any]:
    return {"type": "tool_use", "id": call_id, "name": name, "input": given}


async def hand(files: Mapping[str, str], modes: Mapping[str, str] | None = None) -> Hand:
    sources = FakeSources({path: text.encode() for path, text in files.items()}, dict(modes or {}))
    sandbox = FakeSandbox()
    bench = Workbench(
        repository=REPOSITORY, commit="c0", sources=sources, sandbox=sandbox, limits=SandboxLimits()
    )
    return Hand(sources, sandbox, bench, await open_tree(bench))
