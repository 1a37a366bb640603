"""A real bare repository on disk, written and read through git's own plumbing."""

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from standins.github import diffs

CONFIGURATION = """
[gc]
	auto = 0
[uploadpack]
	allowAnySHA1InWant = true
	allowReachableSHA1InWant = true
	allowFilter = true
"""


class GitFailed(Exception):
    """What git said when it refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a tree, with the size where it is a blob."""

    mode: str
    kind: str
    sha: str
    size: int | None
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One path of a new tree: text to store, an object that exists, or neither where it is deleted."""

    path: str
    mode: str = "100644"
    content: bytes | None = None
    sha: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who wrote or made a commit, and when."""

    name: str
    email: str
    at: datetime

    def variables(self, role: str) -> dict[str, str]:
        return {
            f"GIT_{role}_NAME": self.name,
            f"GIT_{role}_EMAIL": self.email,
            f"GIT_{role}_DATE": f"{int(self.at.timestamp())} +0000",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a head adds to a base since they parted; `merged` is both together, None where they conflict."""

    merge_base: str
    commits: list[str]
    behind: int
    changes: list[diffs.Change]
    merged: str | None


class Git:
    """One bare repository."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._compared: dict[tuple[str, str], Comparison] = {}
        self._recalled: dict[tuple[str, ...], bytes] = {}

    def __deepcopy__(self, memo: object) -> "Git":
        return self  # objects never change, so old and new views of a repository share them

    def run(self, *arguments: str, given: bytes = b"", variables: Mapping[str, str] | None = None) -> bytes:
        """What git printed. Raises GitFailed."""
        done = subprocess.run(  # noqa: S603  git itself, arguments as a list
            ["git", "-C", str(self.path), *arguments],  # noqa: S607  the git on the path
            input=given,
            capture_output=True,
            check=False,
            env={"PATH": os.defpath, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(self.path), **(variables or {})},
        )
        if done.returncode:
            raise GitFailed(done.stderr.decode(errors="replace").strip())
        return done.stdout

    def text(self, *arguments: str, given: bytes = b"", variables: Mapping[str, str] | None = None) -> str:
        return self.run(*arguments, given=given, variables=variables).decode(errors="replace").strip()

    def initialise(self, default_branch: str) -> None:
        self.path.mkdir(parents=True)
        self.run("init", "--quiet", "--bare", f"--initial-branch={default_branch}")
        self.configure()

    def copy(self, source: Path) -> None:
        """Take over the branches and tags of another repository on this machine."""
        self.path.mkdir(parents=True)
        self.run("clone", "--quiet", "--bare", "--no-local", str(source.resolve()), ".")
        self.configure()

    def take(self, source: "Git", sha: str) -> None:
        """Have a commit of another repository here as well, as forks and what they are of share them."""
        if self.kind(sha) is None:
            self.run("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", str(source.path), sha)

    def configure(self) -> None:
        with (self.path / "config").open("a", encoding="utf-8") as file:
            file.write(CONFIGURATION)

    def branches(self) -> dict[str, str]:
        lines = self.text("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads").splitlines()
        return {name.removeprefix("refs/heads/"): sha for name, sha in (line.split(" ") for line in lines)}

    def resolve(self, name: str) -> str | None:
        """The full id of the object that this name means, None where there is none."""
        try:
            return self.text("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        except GitFailed:
            return None

    def recall(self, *arguments: str) -> bytes:
        """What git printed of objects named in full, which never change. Raises GitFailed."""
        if arguments not in self._recalled:
            self._recalled[arguments] = self.run(*arguments)
        return self._recalled[arguments]

    def kind(self, sha: str) -> str | None:
        """Whether it is a blob, a tree or a commit, None where it is nothing here."""
        if not re.fullmatch(r"[0-9a-f]{40}", sha):
            return None
        try:
            return self.recall("cat-file", "-t", sha).decode().strip()
        except GitFailed:
            return None

    def blob(self, sha: str) -> bytes:
        return self.run("cat-file", "blob", sha)

    def keep_blob(self, content: bytes) -> str:
        return self.text("hash-object", "-w", "--stdin", given=content)

    def entries(self, tree: str, *options: str, path: str = "") -> list[Entry]:
        """The entries of a tree named in full, or those at a path; with "-r", those of trees in it too."""
        at = ["--", path] if path else []
        listed = self.recall("ls-tree", "-z", "--long", *options, tree, *at)
        return [_entry(line) for line in listed.decode(errors="surrogateescape").split("\0") if line]

    def keep_tree(self, base: str | None, edits: Iterable[Edit]) -> str:
        """The id of the base with these edits made to it."""
        with TemporaryDirectory(dir=self.path) as scratch:
            index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
            if base is not None:
                self.run("read-tree", base, variables=index)
            lines = b"".join(self._index_lines(edits, Path(scratch)))
            self.run("update-index", "-z", "--index-info", given=lines, variables=index)
            return self.text("write-tree", variables=index)

    def _index_lines(self, edits: Iterable[Edit], scratch: Path) -> Iterable[bytes]:
        edits = list(edits)
        stored = self._keep_contents([edit for edit in edits if edit.content is not None], scratch)
        for edit in edits:
            if edit.mode == "040000":
                yield from self._subtree_lines(edit)
                continue
            sha = stored.get(edit.path, edit.sha)
            line = f"{edit.mode} {sha}" if sha else f"0 {'0' * 40}"
            yield f"{line}\t{edit.path}\0".encode()

    def _keep_contents(self, edits: list[Edit], scratch: Path) -> dict[str, str]:
        """Store all contents with one call, by path."""
        files = [scratch / str(number) for number in range(len(edits))]
        for file, edit in zip(files, edits, strict=True):
            file.write_bytes(edit.content or b"")
        listed = "\n".join(map(str, files)).encode()
        shas = self.text("hash-object", "-w", "--no-filters", "--stdin-paths", given=listed).split()
        return {edit.path: sha for edit, sha in zip(edits, shas, strict=True)}

    def _subtree_lines(self, edit: Edit) -> Iterable[bytes]:
        for entry in self.entries(str(edit.sha), "-r"):
            yield f"{entry.mode} {entry.sha}\t{edit.path}/{entry.path}\0".encode()

    def keep_commit(
        self, tree: str, parents: Iterable[str], message: str, *, author: Signature, committer: Signature
    ) -> str:
        ancestry = [argument for parent in parents for argument in ("-p", parent)]
        signed = author.variables("AUTHOR") | committer.variables("COMMITTER")
        return self.text("commit-tree", tree, *ancestry, given=message.encode(), variables=signed)

    def set_reference(self, name: str, sha: str) -> None:
        self.run("update-ref", name, sha)

    def delete_reference(self, name: str) -> None:
        self.run("update-ref", "-d", name)

    def is_ancestor(self, older: str, newer: str) -> bool:
        try:
            self.run("merge-base", "--is-ancestor", older, newer)
        except GitFailed:
            return False
        return True

    def merged_tree(self, base: str, head: str) -> str | None:
        """The tree of both together, None where they conflict."""
        try:
            return self.text("merge-tree", "--write-tree", base, head).splitlines()[0]
        except GitFailed:
            return None

    def log(self, *revisions: str) -> list[str]:
        """Commit ids, oldest first."""
        return self.text("rev-list", "--reverse", "--topo-order", *revisions).split()

    def compare(self, base: str, head: str) -> Comparison:
        """Two commits laid side by side; commits never change, so the answer is kept. Raises GitFailed."""
        if (base, head) not in self._compared:
            merge_base = self.text("merge-base", base, head)
            apart = self.log("--left-right", f"{base}...{head}")
            self._compared[base, head] = Comparison(
                merge_base=merge_base,
                commits=[each[1:] for each in apart if each.startswith(">")],
                behind=sum(each.startswith("<") for each in apart),
                changes=self.changes(merge_base, head),
                merged=self.merged_tree(base, head),
            )
        return self._compared[base, head]

    def changes(self, old: str, new: str) -> list[diffs.Change]:
        """The files that differ, renames found, each with its part of the diff."""
        return list(diffs.read_changes(self.recall(*diffs.PRINT, old, new)))

    def diff(self, old: str, new: str) -> str:
        return self.run("diff-tree", "-r", "-M", "-p", "--no-color", old, new).decode(errors="replace")


def _entry(line: str) -> Entry:
    facts, _, path = line.partition("\t")
    mode, kind, sha, size = facts.split()
    return Entry(mode=mode, kind=kind, sha=sha, size=None if size == "-" else int(size), path=path)
