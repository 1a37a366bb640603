"""Two commits put together in a mirror of single commits, by real git against a real server on loopback."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from bot.infrastructure.git import GitSources
from bot.infrastructure.git_changes import MOST_FILES
from bot.infrastructure.git_merging import merged
from bot.infrastructure.git_mirror import Mirror
from bot.landing_records import Merging
from bot.records import FileEdit, Repository, StepFailed
from tests.contracts.remote import Origin, serving, sources_at

SHOP: Final = Repository(id=7, full_name="team/shop", installation_id=1)
BASE: Final = {"a.txt": b"1\n2\n3\n4\n5\n", "b.sh": b"#!/bin/sh\n", "c.txt": b"c\n"}


@pytest.fixture
async def origin(tmp_path: Path) -> AsyncIterator[Origin]:
    async with serving(tmp_path / "remote") as origin:
        yield origin


@pytest.fixture
def sources(origin: Origin, tmp_path: Path) -> GitSources:
    return sources_at(tmp_path / "data", origin)


async def merge(
    sources: GitSources, origin: Origin, ours: dict[str, bytes], theirs: dict[str, bytes]
) -> Merging:
    base, one, other = (origin.commit(files) for files in (BASE, ours, theirs))
    return await sources.merge(SHOP, base=base, ours=one, theirs=other)


async def test_what_both_did_at_different_places_is_a_change_of_the_other(
    sources: GitSources, origin: Origin
) -> None:
    ours = {**BASE, "a.txt": b"one\n2\n3\n4\n5\n", "new.sh": b"#!/bin/sh\n"}
    theirs = {"a.txt": b"1\n2\n3\n4\nfive\n", "b.sh": b"#!/bin/sh\n", "more.txt": b"more\n"}

    put = await merge(sources, origin, ours, theirs)

    assert put == Merging(
        edits=(
            FileEdit(path="a.txt", content=b"one\n2\n3\n4\nfive\n"),
            FileEdit(path="new.sh", content=b"#!/bin/sh\n", executable=True),
        )
    )


async def test_a_file_that_ours_deleted_is_deleted(sources: GitSources, origin: Origin) -> None:
    put = await merge(
        sources, origin, {"a.txt": BASE["a.txt"], "b.sh": BASE["b.sh"]}, {**BASE, "d.txt": b"d"}
    )

    assert put == Merging(edits=(FileEdit(path="c.txt", content=None),))


async def test_a_renamed_file_takes_what_the_other_did_to_it_along(
    sources: GitSources, origin: Origin
) -> None:
    renamed = {"moved.txt": b"1\n2\n3\n4\n5\n", "b.sh": BASE["b.sh"], "c.txt": BASE["c.txt"]}

    put = await merge(sources, origin, {**BASE, "a.txt": b"1\n2\n3\n4\nfive\n"}, renamed)

    assert put == Merging(edits=(FileEdit(path="moved.txt", content=b"1\n2\n3\n4\nfive\n"),))


async def test_in_conflict_a_text_holds_both_sides_and_twice_the_same(
    sources: GitSources, origin: Origin
) -> None:
    sides = {**BASE, "a.txt": b"ours\n"}, {**BASE, "a.txt": b"theirs\n"}

    put = await merge(sources, origin, *sides)
    again = await merge(sources, origin, *sides)

    [edit] = put.edits
    first, *lines, last = (edit.content or b"").decode().splitlines()
    assert (put.conflicts, lines) == (("a.txt",), ["ours", "=======", "theirs"])
    assert (first[:8], len(first), last[:8], len(last)) == ("<<<<<<< ", 48, ">>>>>>> ", 48)
    assert put == again


async def test_what_one_deleted_and_the_other_changed_is_a_conflict(
    sources: GitSources, origin: Origin
) -> None:
    put = await merge(
        sources, origin, {**BASE, "c.txt": b"changed\n"}, {"a.txt": BASE["a.txt"], "b.sh": BASE["b.sh"]}
    )

    assert (put.conflicts, [edit.path for edit in put.edits]) == (("c.txt",), ["c.txt"])


async def test_a_repositorys_own_attributes_choose_no_way_of_merging(
    sources: GitSources, origin: Origin
) -> None:
    wily = {**BASE, ".gitattributes": b"* merge=union\n"}

    put = await merge(sources, origin, {**wily, "a.txt": b"ours\n"}, {**wily, "a.txt": b"theirs\n"})

    assert put.conflicts == ("a.txt",)


async def test_a_link_is_no_part_of_a_change(sources: GitSources, origin: Origin) -> None:
    base, theirs = origin.commit(BASE), origin.commit({**BASE, "d.txt": b"d"})
    ours = origin.commit(BASE, links={"way": "/etc/passwd"})

    with pytest.raises(StepFailed, match="not_a_file"):
        await sources.merge(SHOP, base=base, ours=ours, theirs=theirs)


async def test_more_than_a_change_may_be_is_not_read(sources: GitSources, origin: Origin) -> None:
    many = {f"{number}.txt": b"x" for number in range(MOST_FILES + 1)}

    with pytest.raises(StepFailed, match="change_too_large"):
        await merge(sources, origin, {**BASE, **many}, {**BASE, "f": b"f"})


async def test_git_that_takes_too_long_is_stopped(
    sources: GitSources, origin: Origin, tmp_path: Path
) -> None:
    base, ours, theirs = (origin.commit({**BASE, name: b"x"}) for name in "xyz")
    await sources.merge(SHOP, base=base, ours=ours, theirs=theirs)
    mirror = Mirror(tmp_path / "data" / "mirrors" / "7.git")

    with pytest.raises(StepFailed, match="merge_too_complex"):
        await merged(mirror, base=base, ours=ours, theirs=theirs, within=0.0)


async def test_a_mirror_that_lost_its_objects_is_built_anew_with_all_of_them(
    sources: GitSources, origin: Origin, tmp_path: Path
) -> None:
    base, ours, theirs = (origin.commit({**BASE, name: b"x"}) for name in "xyz")
    for commit in (base, ours, theirs):
        await sources.listing(SHOP, commit)
    mirror = tmp_path / "data" / "mirrors" / "7.git"
    (mirror / "refs" / "commits" / base).unlink()
    for pack in (mirror / "objects").rglob("*"):
        if pack.is_file():
            pack.unlink()

    merging = await sources.merge(SHOP, base=base, ours=ours, theirs=theirs)

    assert [edit.path for edit in merging.edits] == ["y"]
