"""Commands that no system call could be given: refused in words, before anything breaks over them."""

import pytest

from bot.application.configuration_file import read_configuration
from bot.application.workbench import LONGEST_COMMAND_BYTES
from bot.records import Outcome
from tests.unit.bench import hand, put, use


@pytest.mark.parametrize("command", ["echo a\0b", "echo " + "x" * LONGEST_COMMAND_BYTES, "\u00e9" * 60_000])
async def test_ab_02_a_command_that_cannot_be_run_is_told_to_the_model(command: str) -> None:
    model = await hand({"a.txt": "a\n"})

    [result] = await model.calls(use("bash", command=command))

    assert result["is_error"] is True
    assert "NUL" in result["content"]
    assert model.sandbox.ran == []


def test_rc_18_a_test_command_that_cannot_be_run_is_a_bad_configuration() -> None:
    [fault] = read_configuration(b'test: "pytest \\0"').faults

    assert (fault.line, fault.key, fault.said) == (1, "test", "Value error, a command cannot hold a NUL")


async def test_ab_02_the_commands_of_one_turn_share_its_time() -> None:
    model = await hand({"a.txt": "a\n"})
    most = model.bench.limits.seconds
    model.sandbox.outcome = Outcome(status=None, output="", seconds=most / 2, ended="timeout")

    results = await model.calls(*(use("bash", f"toolu_{n}", command=f"sleep {n}") for n in range(5)))

    assert len(model.sandbox.ran) == 2
    assert [result.get("is_error") for result in results] == [True] * 5
    assert "used up its time" in results[-1]["content"]


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u2069"])
async def test_rc_20_text_that_reads_otherwise_than_it_runs_is_not_committed(sign: str) -> None:
    model = await hand({"a.py": "x = 1\n"})
    turned = f"is_admin = False  # {sign} if trusted\n"

    said = await model.edits("create", "a.py", file_text=turned)
    ran = await model.runs(lambda copy: put(copy / "b.py", turned.encode()))

    assert "turned_text" in said
    assert "b.py: turned_text" in ran
    assert model.changed() == {}
