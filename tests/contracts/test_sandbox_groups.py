"""Where control groups are looked for, and what is written into them, in both versions' own shapes."""

import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.infrastructure.sandbox_groups import Groups, Hierarchy, find, find_hierarchy
from bot.records import SandboxLimits

LIMITS = SandboxLimits(memory_mib=64, processes=10)


def unified(top: Path, *, controllers: str = "cpu memory pids", enabled: str = "") -> Path:
    """A directory with the files of a version 2 group."""
    top.mkdir(parents=True, exist_ok=True)
    (top / "cgroup.controllers").write_text(controllers)
    (top / "cgroup.subtree_control").write_text(enabled)
    return top


def test_in_version_2_groups_are_made_in_the_bots_own_group_and_the_bot_moves_to_a_leaf(
    tmp_path: Path,
) -> None:
    own = unified(tmp_path / "system.slice" / "bot.service")
    (own / "claude-bot").mkdir()

    found = find(f"cgroup2 {tmp_path} cgroup2 rw 0 0\n", "0::/system.slice/bot.service\n")

    assert found == Hierarchy(memory=own, pids=own, unified=True)
    assert (own / "claude-bot" / "cgroup.procs").read_text() == str(os.getpid())
    assert (own / "cgroup.subtree_control").read_text() == "+memory +pids"


def test_in_version_2_a_bot_in_its_leaf_finds_the_same_place_again(tmp_path: Path) -> None:
    own = unified(tmp_path / "bot.service", enabled="memory pids")

    found = find(f"cgroup2 {tmp_path} cgroup2 rw 0 0\n", "0::/bot.service/claude-bot\n")

    assert found == Hierarchy(memory=own, pids=own, unified=True)
    assert not (own / "claude-bot").exists()


def test_in_version_2_both_controllers_are_needed(tmp_path: Path) -> None:
    unified(tmp_path, controllers="cpu hugetlb pids")

    assert find(f"cgroup2 {tmp_path} cgroup2 rw 0 0\n", "0::/\n") is None


def test_in_version_1_groups_are_made_at_the_top_of_both_hierarchies(tmp_path: Path) -> None:
    memory, pids = tmp_path / "memory", tmp_path / "with blank"
    memory.mkdir()
    pids.mkdir()
    mounts = (
        f"cgroup {memory} cgroup rw,relatime,memory 0 0\n"
        f"cgroup {tmp_path}/with\\040blank cgroup rw,pids 0 0\ncgroup2 /nowhere cgroup2 rw 0 0\n"
    )

    assert find(mounts, "8:pids:/x\n4:memory:/y\n0::/\n") == Hierarchy(
        memory=memory, pids=pids, unified=False
    )


@pytest.mark.parametrize("controller", ["memory", "pids"])
def test_in_version_1_both_hierarchies_are_needed(tmp_path: Path, controller: str) -> None:
    assert find(f"cgroup {tmp_path} cgroup rw,{controller} 0 0\n", "") is None


def test_without_any_control_groups_there_is_no_place() -> None:
    assert find("proc /proc proc rw 0 0\n", "") is None


def test_a_version_2_group_is_given_its_limits(tmp_path: Path) -> None:
    group = Groups(Hierarchy(memory=tmp_path, pids=tmp_path, unified=True)).create(LIMITS)

    group.add(1234)

    written = {path.name: path.read_text() for path in group.memory.iterdir()}
    assert group.memory.name.startswith(f"claude-bot-sandbox-{os.getpid()}-")
    assert written == {"memory.max": str(64 << 20), "pids.max": "12", "cgroup.procs": "1234"}


def test_a_version_2_group_tells_of_kills_and_of_refused_forks(tmp_path: Path) -> None:
    group = Groups(Hierarchy(memory=tmp_path, pids=tmp_path, unified=True)).create(LIMITS)
    calm = (group.struck_by_memory(), group.refused_forks())

    (group.memory / "memory.events").write_text("low 0\noom 1\noom_kill 1\noom_group_kill 1\n")
    (group.pids / "pids.events").write_text("max 7\n")

    assert calm == (False, 0)
    assert (group.struck_by_memory(), group.refused_forks()) == (True, 7)


def test_a_group_that_cannot_be_limited_is_not_left_behind() -> None:
    hierarchy = find_hierarchy()
    assert hierarchy is not None
    before = set(hierarchy.pids.iterdir())

    with pytest.raises(OSError, match="Invalid argument"):
        Groups(hierarchy).create(SandboxLimits(processes=-5))

    assert set(hierarchy.pids.iterdir()) == before


async def test_a_group_that_the_kernel_keeps_holds_up_no_start_and_is_told(tmp_path: Path) -> None:
    kept = tmp_path / f"claude-bot-sandbox-{2**22 + 1}-0"
    (kept / "inner").mkdir(parents=True)
    groups = Groups(Hierarchy(memory=tmp_path, pids=tmp_path, unified=True))

    with capture_logs() as told:
        await groups.sweep(within=0.05)

    assert kept.exists()
    assert told == [{"event": "sandbox_group_left", "group": kept.name, "log_level": "warning"}]
