"""Real changes: what two published versions of a package differ in, each downloaded by its hash."""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from standins.github.people import GitHub

# No wheel that is pinned here comes near it.
MOST_BYTES: Final = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two versions of a package, each with the SHA-256 of its wheel."""

    name: str
    package: str
    before: tuple[str, str]
    after: tuple[str, str]


PAIRS: Final = (
    Pair(
        name="small",
        package="zipp",
        before=("3.20.2", "a817ac80d6cf4b23bf7f2828b7cabf326f15a001bea8b1f9b49631780ba28350"),
        after=("3.21.0", "ac1bbe05fd2991f160ebce24ffbac5f6d11d83dc90891255885223d42b3cd931"),
    ),
    Pair(
        name="medium",
        package="starlette",
        before=("0.41.3", "44cedb2b7c77a9de33a8b74b2b90e9f50d11fcf25d8270ea525ad71a25374ff7"),
        after=("0.46.2", "595633ce89f8ffa71a015caed34a5b2dc1c0cdb3f0f1fbd1e69339cf2abeec35"),
    ),
    Pair(
        name="large",
        package="click",
        before=("7.1.2", "dacca89f4bfadd5de3d7489b7c8a566eee0d3676333fbb50030263894c38c0dc"),
        after=("8.1.8", "63c132bbbed01578a06712a2d1f497bb62d9c1c0d329b7903a866228027263b2"),
    ),
)


def wheel(package: str, version: str, digest: str, where: Path, python: str = sys.executable) -> Path:
    """This very file, from the package index, for that Python."""
    with tempfile.TemporaryDirectory(dir=where) as fresh:
        wanted = Path(fresh) / "wanted.txt"
        wanted.write_text(f"{package}=={version} --hash=sha256:{digest}\n", encoding="ascii")
        how = ["download", "-q", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
        subprocess.run([python, "-m", "pip", *how, "-d", fresh, "-r", str(wanted)], check=True)
        (only,) = Path(fresh).glob("*.whl")
        return only.rename(where / only.name)


def files_of(packed: Path) -> Mapping[str, bytes]:
    """What a wheel installs, by path, without what it says of itself; nothing is written anywhere."""
    with zipfile.ZipFile(packed) as archive:
        members = [each for each in archive.infolist() if not each.is_dir()]
        assert sum(each.file_size for each in members) <= MOST_BYTES, f"{packed.name} is not what was pinned"
        named = [each for each in members if ".dist-info/" not in each.filename]
        return {each.filename: archive.read(each) for each in named}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change as files, and as a pull request of a repository of its own."""

    name: str
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    about: str = ""

    @property
    def repository(self) -> str:
        return f"acme/{self.name}"

    @property
    def files(self) -> int:
        return len(self._changed())

    def lines_in(self, github: GitHub, branch: str) -> int:
        """How many lines it adds and removes there."""
        repository = github.repository(self.repository)
        rows = repository.git.text("diff", "--numstat", "-M", f"main...{branch}").splitlines()
        return sum(int(added) + int(removed) for added, removed, _ in (row.split("\t", 2) for row in rows))

    def _changed(self) -> Mapping[str, bytes | None]:
        """What has to be pushed; None is deleted."""
        gone: dict[str, bytes | None] = dict.fromkeys(self.before.keys() - self.after.keys())
        return gone | {path: text for path, text in self.after.items() if self.before.get(path) != text}

    def touched(self) -> Mapping[str, bytes]:
        """One file of it, of which one line more reads otherwise."""
        path = next(path for path in self._changed() if path.endswith("/utils.py"))
        return {path: self.after[path].replace(b"import os\n", b"import os  # as it was\n", 1)}

    async def pushed(self, github: GitHub, who: str, branch: str) -> None:
        """As a branch; the repository is made where there is none."""
        if self.repository not in {each.full_name for each in github.repositories.values()}:
            files: Mapping[str, str | bytes | None] = dict(self.before)
            github.create_repository(self.repository, files).roles[who] = "write"
        await github.push(who, self.repository, self._changed(), branch=branch)

    async def opened(self, github: GitHub, who: str, branch: str) -> int:
        """Its number."""
        return await github.open_pull(who, self.repository, head=branch, title="Bring it up to date")


def versions(pair: Pair, where: Path) -> Change:
    """What became of the one version in the other."""
    before, after = (files_of(wheel(pair.package, *each, where)) for each in (pair.before, pair.after))
    about = f"{pair.package} {pair.before[0]} to {pair.after[0]}"
    return Change(name=pair.name, before=before, after=after, about=about)
