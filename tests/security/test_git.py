"""Hostile repositories, and what the bot's own git must not do for them (security catalogue, RC)."""

import asyncio
import base64
import os
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.infrastructure.git import GitSources
from bot.infrastructure.git_mirror import Mirror, Remote
from bot.records import FileEdit, Repository, StepFailed
from tests.contracts.remote import Origin, git, serving, sources_at
from tests.processes import named

SHOP = Repository(id=7, full_name="team/shop", installation_id=1)


@pytest.fixture
async def origin(tmp_path: Path) -> AsyncIterator[Origin]:
    async with serving(tmp_path / "remote") as origin:
        yield origin


@pytest.fixture
def sources(origin: Origin, tmp_path: Path) -> GitSources:
    return sources_at(tmp_path / "data", origin)


def everything_below(directory: Path) -> list[Path]:
    return sorted(directory.rglob("*"))


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


async def test_rc_06_a_tree_with_git_s_own_names_is_laid_out_without_them(
    sources: GitSources, origin: Origin
) -> None:
    evil = origin.blob(b"[core]\n\tfsmonitor = touch /tmp/owned\n")
    git_directory = origin.tree([f"100644 blob {evil}\tconfig"])
    hostile = (".GIT", "git~1", "..", ".git")
    rows = [f"040000 tree {git_directory}\t{name}" for name in hostile]
    commit = origin.commit_tree(origin.tree([*rows, f"100644 blob {evil}\tharmless"]))

    async with sources.working_copy(SHOP, commit, []) as directory:
        assert names(directory) == ["harmless"]
        assert names(directory.parent) == [directory.name]


LINKS_OUT = {
    "absolute": "/etc/passwd", "up": "../../etc/passwd", "a/up": "../../x", "empty-part": "a//b",
    "self": "..", "back": "a/../../x", "a/b/back": "c/../../../../x", "chain2": "chain/../x",
    "a/behind": "top/../secret",
}  # fmt: skip
LINKS_IN = {"chain": "a/deep", "a/deep": "../src", "a/top": "..", "b/sibling": "file", "here": "src/file"}


async def test_rc_07_only_links_that_stay_inside_are_laid_out(sources: GitSources, origin: Origin) -> None:
    commit = origin.commit({"src/file": b"x"}, links={**LINKS_OUT, **LINKS_IN})

    async with sources.working_copy(SHOP, commit, []) as directory:
        links = {str(p.relative_to(directory)) for p in everything_below(directory) if p.is_symlink()}
        targets = [(directory / link).resolve() for link in links]

        assert links == LINKS_IN.keys()
        assert all(target.is_relative_to(directory.resolve()) for target in targets)


async def test_rc_07_no_edit_is_written_through_a_link(sources: GitSources, origin: Origin) -> None:
    commit = origin.commit({"src/file": b"x"}, links={"dir": "src", "link": "src/file"})

    with pytest.raises(StepFailed, match="path_refused"):
        async with sources.working_copy(SHOP, commit, [FileEdit(path="dir/file", content=b"evil")]):
            pass
    async with sources.working_copy(SHOP, commit, [FileEdit(path="link", content=b"y")]) as directory:
        assert (directory / "src/file").read_bytes() == b"x"
        assert not (directory / "link").is_symlink()


async def test_rc_07_links_and_devices_never_come_back_as_changes(
    sources: GitSources, origin: Origin, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"canary-secret")
    commit = origin.commit({"file": b"x", "src/a": b"a"})

    async with sources.working_copy(SHOP, commit, []) as directory:
        (directory / "link").symlink_to(secret)
        (directory / "folder").symlink_to(tmp_path)
        (directory / "file").unlink()
        (directory / "file").symlink_to(secret)
        (directory / "src/a").unlink()
        (directory / "src").rmdir()
        (directory / "src").symlink_to(tmp_path)
        os.mkfifo(directory / "pipe")
        changes = await sources.changes(SHOP, commit, directory)

    assert [(edit.path, edit.content) for edit in changes] == [("file", None), ("src/a", None)]


async def test_rc_09_git_planted_in_a_working_copy_is_neither_run_nor_returned(
    sources: GitSources, origin: Origin, tmp_path: Path
) -> None:
    commit = origin.commit({"file": b"x", ".gitattributes": b"* filter=evil\n", ".gitignore": b"*.log\n"})
    owned = tmp_path / "owned"
    config = f'[core]\n\tfsmonitor = touch {owned}\n[filter "evil"]\n\tclean = touch {owned}\n'

    async with sources.working_copy(SHOP, commit, []) as directory:
        for planted in (".git", "sub/.git", "bare.git"):
            (directory / planted / "hooks").mkdir(parents=True)
            (directory / planted / "config").write_text(config)
            (directory / planted / "HEAD").write_text("ref: refs/heads/main\n")
        (directory / "file").write_bytes(b"y")
        changes = await sources.changes(SHOP, commit, directory)

    assert [edit.path for edit in changes] == ["bare.git/HEAD", "bare.git/config", "file"]
    assert not owned.exists()


async def test_rc_10_an_embedded_bare_repository_is_plain_files(
    sources: GitSources, origin: Origin, tmp_path: Path
) -> None:
    owned = tmp_path / "owned"
    files = {
        "HEAD": b"ref: refs/heads/main\n",
        "config": b"[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tfsmonitor = touch %s\n"
        % os.fsencode(owned),
        "objects/info/keep": b"",
        "refs/heads/keep": b"",
    }
    commit = origin.commit(files)

    async with sources.working_copy(SHOP, commit, []) as directory:
        (directory / "new").write_bytes(b"")
        assert [edit.path for edit in await sources.changes(SHOP, commit, directory)] == ["new"]
    assert not owned.exists()


@pytest.mark.parametrize(
    "commit",
    ["", "main", "HEAD", "--upload-pack=touch /tmp/owned", "-x", "0" * 39, "0" * 41, "0" * 40 + "\n",
     "G" * 40, "A" * 40, "0" * 64, "../../HEAD", "0" * 39 + "/"],
)  # fmt: skip
async def test_rc_11_only_a_commit_s_full_id_reaches_git(
    sources: GitSources, origin: Origin, commit: str
) -> None:
    with pytest.raises(StepFailed, match="bad_commit"):
        await sources.listing(SHOP, commit)

    assert origin.paths == []


@pytest.mark.parametrize(
    "url",
    ["--upload-pack=touch owned", "-x", "ext::touch owned", "file:///etc", "/etc", "ssh://-oProxyCommand=x/y",
     "git@github.com:a/b", "git://github.com/a/b", "http://github.com/a/b", "http://127.0.0.1.evil.example/a",
     "https://user:secret@github.com/a/b", "ftp://127.0.0.1/a", "http://localhost.evil.example/a", ""],
)  # fmt: skip
async def test_rc_13_only_https_is_spoken_and_http_to_this_machine(tmp_path: Path, url: str) -> None:
    with pytest.raises(StepFailed, match="remote_refused"):
        await Mirror(tmp_path / "mirror.git").fetch(Remote(url, "canary-token"), "0" * 40)

    assert everything_below(tmp_path) == []


async def test_rc_14_submodules_are_left_out_and_never_fetched(sources: GitSources, origin: Origin) -> None:
    modules = f'[submodule "evil"]\n\tpath = evil\n\turl = {origin.url}/evil\n\tupdate = !touch owned\n'
    commit = origin.commit_rows([
        f"160000 commit {'1' * 40}\tevil",
        f"100644 blob {origin.blob(modules.encode())}\t.gitmodules",
    ])

    async with sources.working_copy(SHOP, commit, []) as directory:
        (directory / "evil").mkdir()
        (directory / "evil" / "file").write_bytes(b"x")
        assert names(directory / "evil") == ["file"]
        assert await sources.changes(SHOP, commit, directory) == []
    assert set(origin.paths) == {"/team/shop.git/info/refs", "/team/shop.git/git-upload-pack"}


async def test_rc_14_lfs_pointers_stay_pointers(sources: GitSources, origin: Origin) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    commit = origin.commit({".gitattributes": b"*.bin filter=lfs diff=lfs\n", "large.bin": pointer})

    async with sources.working_copy(SHOP, commit, []) as directory:
        assert (directory / "large.bin").read_bytes() == pointer


async def test_rc_15_a_tree_of_ten_thousand_million_paths_is_refused(
    sources: GitSources, origin: Origin
) -> None:
    tree = origin.tree([f"100644 blob {origin.blob(b'boom')}\tfile"])
    for _ in range(10):
        tree = origin.tree([f"040000 tree {tree}\tf{digit}" for digit in range(10)])
    before = children()

    with pytest.raises(StepFailed, match="repository_too_large"):
        await sources.listing(SHOP, origin.commit_tree(tree))

    assert set(children()) <= set(before)


async def test_rc_24_the_token_is_in_one_header_and_nowhere_on_disk(
    sources: GitSources, origin: Origin, tmp_path: Path
) -> None:
    commit = origin.commit({"file": b"x"})
    encoded = base64.b64encode(f"x-access-token:{origin.token}".encode())

    async with sources.working_copy(SHOP, commit, []):
        written = [path.read_bytes() for path in everything_below(tmp_path) if path.is_file()]

    assert set(origin.authorizations) == {f"Basic {encoded.decode()}"}
    assert len(written) > 5
    assert not [each for each in written if origin.token.encode() in each or encoded in each]


async def test_rc_24_the_token_is_in_no_command_line(sources: GitSources, origin: Origin) -> None:
    commit = origin.commit({"file": b"x"})
    origin.waits = asyncio.Event()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sources.listing(SHOP, commit))
        await origin.asked.wait()
        lines = [line for process in children() for line in command_lines(process)]
        origin.waits.set()

    assert any("fetch" in line for line in lines)
    assert not [line for line in lines if origin.token in line or "Authorization" in line]


def children() -> list[int]:
    return [int(p) for task in Path("/proc/self/task").glob("*/children") for p in task.read_text().split()]


def command_lines(process: int) -> list[str]:
    below = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [Path(f"/proc/{each}/cmdline").read_text() for each in (process, *below)]


async def test_rc_24_a_redirect_to_another_host_gets_no_token(sources: GitSources, origin: Origin) -> None:
    commit = origin.commit({"file": b"x"})
    async with serving(Path(origin.path.parent, "other")) as sink:
        origin.moved_to = sink.url
        with pytest.raises(StepFailed, match="repository_gone"):
            await sources.listing(SHOP, commit)

    assert sink.authorizations == []


async def test_rc_19_a_gitignore_that_git_would_read_for_ever_is_given_up(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("/".join(["**"] * 12) + "/b\n")
    mirror = tmp_path / "mirror.git"
    git(tmp_path, "init", "--quiet", "--bare", str(mirror))

    with pytest.raises(StepFailed, match="gitignore_too_complex"):
        await Mirror(mirror).ignored(["/".join("a" * 30)], tree=tmp_path, within=0.2)

    assert named(str(mirror)) == []


@pytest.mark.long
async def test_rc_19_git_is_given_ten_seconds_for_a_gitignore(sources: GitSources, origin: Origin) -> None:
    commit = origin.commit({".gitignore": b"/".join([b"**"] * 12) + b"/b\n"})

    async with sources.working_copy(SHOP, commit, []) as directory:
        (directory / "/".join("a" * 30)).mkdir(parents=True)
        (directory / "/".join("a" * 31)).touch()
        async with asyncio.timeout(20):
            with pytest.raises(StepFailed, match="gitignore_too_complex"):
                await sources.changes(SHOP, commit, directory)


async def test_rc_19_one_gitignore_in_very_many_directories_is_not_read(
    sources: GitSources, origin: Origin
) -> None:
    rules = origin.blob(b"#" * 256 * 1024)
    commit = origin.commit_rows([f"100644 blob {rules}\td{number}/.gitignore" for number in range(40)])

    async with sources.working_copy(SHOP, commit, []) as directory:
        (directory / "new").touch()
        with pytest.raises(StepFailed, match="gitignore_too_complex"):
            await sources.changes(SHOP, commit, directory)


async def test_sb_04_new_files_that_are_too_large_together_are_not_read(
    sources: GitSources, origin: Origin
) -> None:
    commit = origin.commit({"file": b"x"})

    async with sources.working_copy(SHOP, commit, []) as directory:
        for number in range(7):
            with (directory / f"sparse{number}").open("wb") as file:
                file.truncate(5 * 1024 * 1024)
        tracemalloc.start()
        with pytest.raises(StepFailed, match="change_too_large"):
            await sources.changes(SHOP, commit, directory)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert most < 5 * 1024 * 1024


async def test_id_11_who_wrote_a_commit_is_in_no_file_of_a_working_copy(
    sources: GitSources, origin: Origin
) -> None:
    commit = origin.commit({"src/file": b"x"})

    async with sources.working_copy(SHOP, commit, []) as directory:
        files = [path for path in everything_below(directory) if path.is_file()]

        assert [path.name for path in files] == ["file"]
        assert b"developer@example.com" not in files[0].read_bytes()
