"""Two commits side by side in a mirror of single commits, by real git against a real server on loopback."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from bot.domain.diff import files_in
from bot.infrastructure.git import GitSources
from bot.infrastructure.git_comparing import difference
from bot.infrastructure.git_mirror import Mirror
from bot.records import Repository, StepFailed
from tests.contracts.remote import Origin, serving, sources_at

SHOP: Final = Repository(id=7, full_name="team/shop", installation_id=1)
LONG: Final = b"".join(b"line %d\n" % number for number in range(20))


@pytest.fixture
async def origin(tmp_path: Path) -> AsyncIterator[Origin]:
    async with serving(tmp_path / "remote") as origin:
        yield origin


@pytest.fixture
def sources(origin: Origin, tmp_path: Path) -> GitSources:
    return sources_at(tmp_path / "data", origin)


async def test_what_was_changed_moved_added_and_removed_is_in_it(sources: GitSources, origin: Origin) -> None:
    old = origin.commit({"a.txt": b"a\n", "was.txt": LONG, "gone.txt": b"gone\n"})
    new = origin.commit({"a.txt": b"b\n", "is.txt": LONG + b"more\n", "ü.txt": b"\xff\r\n"})

    diff = await sources.difference(SHOP, old, new)

    files = list(files_in(diff))
    assert [file.path for file in files] == ["a.txt", "gone.txt", "is.txt", "ü.txt"]
    assert all(file.is_whole for file in files)
    assert b"rename from was.txt" in diff
    assert b"+\xff\r\n" in diff


async def test_the_repositorys_own_attributes_hide_nothing_and_run_nothing(
    sources: GitSources, origin: Origin
) -> None:
    wily = {".gitattributes": b"*.txt -diff diff=own\n"}
    old, new = origin.commit({**wily, "a.txt": b"a\n"}), origin.commit({**wily, "a.txt": b"b\n"})

    assert b"+b\n" in await sources.difference(SHOP, old, new)


async def test_what_takes_too_long_is_too_large(sources: GitSources, origin: Origin, tmp_path: Path) -> None:
    old, new = origin.commit({"a.txt": b"a\n"}), origin.commit({"a.txt": b"b\n"})
    await sources.difference(SHOP, old, new)
    mirror = Mirror(tmp_path / "data" / "mirrors" / f"{SHOP.id}.git")

    with pytest.raises(StepFailed) as failure:
        await difference(mirror, old, new, within=0.0)

    assert failure.value.code == "diff_too_large"


async def test_what_is_longer_than_can_be_held_is_too_large(sources: GitSources, origin: Origin) -> None:
    old, new = origin.commit({}), origin.commit({"a.txt": b"x" * 79 + b"\n" + b"y\n" * 17_000_000})

    with pytest.raises(StepFailed) as failure:
        await sources.difference(SHOP, old, new)

    assert failure.value.code == "diff_too_large"


async def test_what_the_mirror_lost_since_it_was_listed_is_fetched_again(
    sources: GitSources, origin: Origin, tmp_path: Path
) -> None:
    """A mirror of many commits is made anew with one of them, and the list of the other is remembered."""
    old, new = origin.commit({"a.txt": b"a\n"}), origin.commit({"a.txt": b"b\n"})
    await sources.listing(SHOP, old)
    shutil.rmtree(tmp_path / "data" / "mirrors" / f"{SHOP.id}.git")

    assert b"+b\n" in await sources.difference(SHOP, old, new)

    shutil.rmtree(tmp_path / "data" / "mirrors" / f"{SHOP.id}.git")
    merging = await sources.merge(SHOP, base=old, ours=new, theirs=old)
    assert [(edit.path, edit.content) for edit in merging.edits] == [("a.txt", b"b\n")]


async def test_a_commit_that_is_gone_is_said_to_be(sources: GitSources, origin: Origin) -> None:
    old = origin.commit({"a.txt": b"a\n"})

    with pytest.raises(StepFailed) as failure:
        await sources.difference(SHOP, old, "0" * 40)

    assert failure.value.code == "commit_gone"
