"""The Sources port, on real git against a real server on loopback."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.application.source_ports import Sources
from bot.infrastructure.git import GitSources
from bot.infrastructure.resilience import POLICIES, Policy
from bot.records import FileEdit, Repository, StepFailed, Unavailable
from tests.contracts.remote import Origin, serving, sources_at

SHOP = Repository(id=7, full_name="team/shop", installation_id=1)
FILES = {
    ".gitignore": b"build/\n*.log\n!kept.log\n",
    "README.md": b"# Shop\n",
    "docs/.gitignore": b"/drafts\n",
    "run.sh": b"#!/bin/sh\n",
    "src/shop/cart.py": b"TOTAL = 1\n",
    "windows.txt": b"one\r\ntwo\r\n",
}


@pytest.fixture
async def origin(tmp_path: Path) -> AsyncIterator[Origin]:
    async with serving(tmp_path / "remote") as origin:
        yield origin


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def sources(origin: Origin, data: Path) -> GitSources:
    return sources_at(data, origin)


def contents(directory: Path) -> dict[str, bytes]:
    found = [path for path in directory.rglob("*") if path.is_file() and not path.is_symlink()]
    return {str(path.relative_to(directory)): path.read_bytes() for path in found}


async def test_a_commit_is_fetched_once_and_listed(sources: GitSources, origin: Origin) -> None:
    commit = origin.commit(FILES)

    listing = await sources.listing(SHOP, commit)
    again = await sources.listing(SHOP, commit)

    assert set(listing) == set(again) == set(FILES)
    assert (listing["run.sh"].mode, listing["README.md"].size) == ("100755", 7)
    assert origin.fetches == 1


async def test_a_port_of_this_shape_is_what_steps_are_given(sources: GitSources, origin: Origin) -> None:
    port: Sources = sources

    assert await port.read(SHOP, origin.commit(FILES), "src/shop/cart.py") == b"TOTAL = 1\n"


async def test_f29_a_repository_that_was_renamed_is_fetched_under_its_new_name(
    origin: Origin, data: Path
) -> None:
    asked: list[bool] = []

    async def token_of(repository: Repository) -> str:
        return origin.token

    async def named(repository: Repository, *, anew: bool) -> Repository:
        asked.append(anew)
        return replace(repository, full_name="acme/store" if anew else "acme/shop")

    def remote_url_of(repository: Repository) -> str:
        return origin.url if repository.full_name == "acme/store" else f"{origin.url}-before"

    policy = Policy("git", **POLICIES["git"])
    sources = GitSources(data, remote_url_of=remote_url_of, token_of=token_of, named=named, policy=policy)

    assert set(await sources.listing(SHOP, origin.commit(FILES))) == set(FILES)
    assert asked == [False, True]


async def test_another_process_reads_what_was_fetched_without_asking(
    sources: GitSources, origin: Origin, data: Path
) -> None:
    commit = origin.commit(FILES)
    await sources.listing(SHOP, commit)
    asked = len(origin.paths)

    listing = await sources_at(data, origin).listing(SHOP, commit)

    assert set(listing) == set(FILES)
    assert len(origin.paths) == asked


async def test_a_file_that_the_commit_lacks_reads_as_none(sources: GitSources, origin: Origin) -> None:
    commit = origin.commit(FILES, links={"link": "README.md"})

    assert await sources.read(SHOP, commit, "nowhere.py") is None
    assert await sources.read(SHOP, commit, "src") is None
    assert await sources.read(SHOP, commit, "link") is None


async def test_files_are_shown_in_the_order_asked_for_until_that_is_enough(
    sources: GitSources, origin: Origin
) -> None:
    commit, seen = origin.commit(FILES, links={"link": "README.md"}), list[tuple[str, bytes]]()

    def look(path: str, content: bytes) -> bool:
        seen.append((path, content))
        return path != "README.md"

    await sources.scan(SHOP, commit, ["run.sh", "link", "nowhere", "README.md", "windows.txt"], look)

    assert seen == [("run.sh", FILES["run.sh"]), ("README.md", FILES["README.md"])]


async def test_a_second_commit_is_fetched_beside_the_first(sources: GitSources, origin: Origin) -> None:
    first = origin.commit(FILES)
    await sources.listing(SHOP, first)
    second = origin.commit({**FILES, "new.py": b"1\n"})

    assert await sources.read(SHOP, second, "new.py") == b"1\n"
    assert await sources.read(SHOP, first, "new.py") is None


async def test_a_working_copy_holds_the_very_bytes_and_nothing_of_git(
    sources: GitSources, origin: Origin
) -> None:
    commit = origin.commit({**FILES, ".gitattributes": b"* text=auto eol=lf filter=lfs\n"})

    async with sources.working_copy(SHOP, commit, []) as directory:
        found = contents(directory)

    assert found == {**FILES, ".gitattributes": b"* text=auto eol=lf filter=lfs\n"}
    assert not directory.exists()


async def test_a_working_copy_has_the_edits(sources: GitSources, origin: Origin) -> None:
    commit = origin.commit(FILES)
    edits = [
        FileEdit(path="README.md/now/a/folder.txt", content=b"deep\n"),
        FileEdit(path="README.md", content=None),
        FileEdit(path="src/shop/cart.py", content=b"TOTAL = 2\n"),
        FileEdit(path="tool.sh", content=b"#!/bin/sh\n", executable=True),
    ]

    async with sources.working_copy(SHOP, commit, edits) as directory:
        found = contents(directory)
        mode = (directory / "tool.sh").stat().st_mode

    assert found["README.md/now/a/folder.txt"] == b"deep\n"
    assert found["src/shop/cart.py"] == b"TOTAL = 2\n"
    assert mode & stat.S_IXUSR


async def test_sb_09_of_several_edits_of_a_file_a_working_copy_has_the_last(
    sources: GitSources, origin: Origin
) -> None:
    commit = origin.commit(FILES)
    edits = [
        FileEdit(path="report.xml", content=b"3 passed\n"),
        FileEdit(path="run.sh", content=None),
        FileEdit(path="report.xml", content=None),
        FileEdit(path="run.sh", content=b"#!/bin/sh\n"),
    ]

    async with sources.working_copy(SHOP, commit, edits) as directory:
        found = contents(directory)

    assert "report.xml" not in found
    assert found["run.sh"] == b"#!/bin/sh\n"


async def test_changes_give_the_edits_back(sources: GitSources, origin: Origin) -> None:
    commit = origin.commit(FILES)
    edits = [
        FileEdit(path="README.md", content=None),
        FileEdit(path="run.sh", content=b"#!/bin/sh\n", executable=False),
        FileEdit(path="src/shop/cart.py", content=b"TOTAL = 2\n"),
        FileEdit(path="src/shop/tax.sh", content=b"#!/bin/sh\n", executable=True),
    ]

    async with sources.working_copy(SHOP, commit, edits) as directory:
        changes = await sources.changes(SHOP, commit, directory)

    assert changes == edits


async def test_an_untouched_working_copy_has_no_changes(sources: GitSources, origin: Origin) -> None:
    commit = origin.commit(FILES, links={"link": "README.md", "out": "../../etc"})

    async with sources.working_copy(SHOP, commit, []) as directory:
        assert await sources.changes(SHOP, commit, directory) == []


async def test_what_is_ignored_or_generated_is_no_change(sources: GitSources, origin: Origin) -> None:
    commit = origin.commit(FILES)
    written = (
        "build/out.js",
        "src/build/x",
        "debug.log",
        "docs/drafts/a.md",
        "src/__pycache__/cart.pyc",
        ".pytest_cache/v",
        "node_modules/left-pad/index.js",
        "shop.egg-info/PKG-INFO",
        ".coverage",
        "kept.log",
        "drafts/b.md",
        "src/shop/new.py",
    )

    async with sources.working_copy(SHOP, commit, []) as directory:
        for path in written:
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_bytes(b"x")
        changes = await sources.changes(SHOP, commit, directory)

    assert [edit.path for edit in changes] == ["drafts/b.md", "kept.log", "src/shop/new.py"]


async def test_too_many_files_are_too_large_a_change(sources: GitSources, origin: Origin) -> None:
    commit = origin.commit(FILES)

    async with sources.working_copy(SHOP, commit, []) as directory:
        for number in range(2001):
            (directory / f"file{number}.txt").touch()
        with pytest.raises(StepFailed, match="change_too_large"):
            await sources.changes(SHOP, commit, directory)


async def test_a_file_of_more_than_five_mib_is_too_large_a_change(
    sources: GitSources, origin: Origin
) -> None:
    commit = origin.commit(FILES)

    async with sources.working_copy(SHOP, commit, []) as directory:
        with (directory / "README.md").open("r+b") as file:
            file.truncate(5 * 1024 * 1024 + 1)
        with pytest.raises(StepFailed, match="change_too_large"):
            await sources.changes(SHOP, commit, directory)


async def test_a_working_copy_goes_whatever_its_program_did_to_it(
    sources: GitSources, origin: Origin
) -> None:
    commit = origin.commit(FILES)

    async with sources.working_copy(SHOP, commit, []) as directory:
        deep = os.open(directory, os.O_RDONLY)
        for _ in range(1500):
            os.mkdir("d", dir_fd=deep)
            below = os.open("d", os.O_RDONLY, dir_fd=deep)
            os.close(deep)
            deep = below
        os.close(deep)
        (directory / "README.md").chmod(0)
        (directory / "src").chmod(0)

    assert not directory.exists()


async def test_a_cancelled_working_copy_leaves_nothing(
    sources: GitSources, origin: Origin, data: Path
) -> None:
    commit = origin.commit(FILES)
    entered = asyncio.Event()

    async def holds() -> None:
        async with sources.working_copy(SHOP, commit, []):
            entered.set()
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        holding = tasks.create_task(holds())
        await entered.wait()
        holding.cancel()

    assert list((data / "copies").iterdir()) == []


async def test_copies_of_a_killed_bot_are_swept_and_those_of_a_living_one_are_not(
    sources: GitSources, data: Path
) -> None:
    dead, alive = data / "copies" / f"{2**22 + 1}-x", data / "copies" / f"{os.getpid()}-x"
    (dead / "src").mkdir(parents=True)
    alive.mkdir()

    await sources.sweep()

    assert list((data / "copies").iterdir()) == [alive]


async def test_ten_readers_at_once_fetch_once(sources: GitSources, origin: Origin) -> None:
    commit = origin.commit(FILES)
    await sources.listing(SHOP, origin.commit({"a": b"a"}))
    asked = origin.fetches

    listings = await asyncio.gather(*(sources.listing(SHOP, commit) for _ in range(10)))

    assert all(set(listing) == set(FILES) for listing in listings)
    assert origin.fetches - asked == 1


async def test_two_processes_do_not_fetch_into_one_mirror_at_once(
    sources: GitSources, origin: Origin, data: Path
) -> None:
    commits = [origin.commit({"n": str(number).encode()}) for number in range(4)]
    other = sources_at(data, origin)

    read = await asyncio.gather(
        *(each.read(SHOP, commit, "n") for commit in commits for each in (sources, other))
    )

    assert read == [str(number).encode() for number in range(4) for _ in range(2)]


@pytest.mark.parametrize("damaged", ["objects/??/*", "HEAD", "config"])
async def test_a_damaged_mirror_is_built_anew(
    sources: GitSources, origin: Origin, data: Path, damaged: str
) -> None:
    await sources.listing(SHOP, origin.commit({"a": b"a"}))
    for path in (data / "mirrors" / "7.git").glob(damaged):
        path.unlink()
        path.write_bytes(b"rubbish")

    assert set(await sources_at(data, origin).listing(SHOP, origin.commit(FILES))) == set(FILES)


async def test_a_lock_that_a_killed_fetch_left_holds_nobody_up(
    sources: GitSources, origin: Origin, data: Path
) -> None:
    await sources.listing(SHOP, origin.commit({"a": b"a"}))
    (data / "mirrors" / "7.git" / "shallow.lock").touch()

    assert set(await sources.listing(SHOP, origin.commit(FILES))) == set(FILES)


async def test_lost_objects_of_a_commit_at_hand_are_fetched_again(
    sources: GitSources, origin: Origin, data: Path
) -> None:
    commit = origin.commit(FILES)
    await sources.listing(SHOP, commit)
    for path in (data / "mirrors" / "7.git" / "objects").rglob("*"):
        if path.is_file():
            path.unlink()

    assert await sources.read(SHOP, commit, "README.md") == b"# Shop\n"


async def test_no_file_is_shown_twice_where_the_rest_is_fetched_again(
    sources: GitSources, origin: Origin, data: Path
) -> None:
    commit, seen, lost = origin.commit({"a": b"a", "b": b"b"}), list[str](), list[Path]()
    objects = data / "mirrors" / "7.git" / "objects"

    def look(path: str, _content: bytes) -> bool:
        seen.append(path)
        if len(seen) == 1:
            lost.extend(each for each in objects.rglob("*") if each.is_file())
            for each in lost:
                each.unlink()
        return True

    await sources.scan(SHOP, commit, ["a", "b"], look)

    assert seen == ["a", "b"]
    assert lost


async def test_a_commit_that_is_gone_is_a_business_failure(sources: GitSources, origin: Origin) -> None:
    origin.commit(FILES)

    with pytest.raises(StepFailed, match="commit_gone"):
        await sources.listing(SHOP, "0" * 39 + "1")


@pytest.mark.parametrize(
    ("status", "failure", "code"),
    [
        (404, StepFailed, "repository_gone"),
        (403, Unavailable, "git_unreachable"),
        (503, Unavailable, "git_unreachable"),
        (401, Unavailable, "git_unreachable"),
    ],
)
async def test_a_remote_that_says_no_keeps_the_mirror(
    sources: GitSources, origin: Origin, status: int, failure: type[Exception], code: str
) -> None:
    known = origin.commit(FILES)
    await sources.listing(SHOP, known)
    origin.answers = status

    with pytest.raises(failure, match=code):
        await sources.listing(SHOP, origin.commit({"a": b"a"}))

    assert await sources.read(SHOP, known, "README.md") == b"# Shop\n"


async def test_a_remote_that_is_down_is_unavailable(origin: Origin, data: Path) -> None:
    commit = origin.commit(FILES)
    origin.url = "http://127.0.0.1:1/team/shop.git"

    with pytest.raises(Unavailable, match="git_unreachable"):
        await sources_at(data, origin).listing(SHOP, commit)


async def test_two_hundred_files_are_laid_out_in_a_fraction_of_a_second(
    sources: GitSources, origin: Origin
) -> None:
    commit = origin.commit({f"src/package{n % 20}/module{n}.py": b"x = %d\n" % n * 200 for n in range(200)})
    await sources.listing(SHOP, commit)
    clock = asyncio.get_running_loop().time

    began = clock()
    async with sources.working_copy(SHOP, commit, []):
        seconds = clock() - began

    assert seconds < 0.5
