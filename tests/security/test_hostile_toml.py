"""A repository's TOML that is made to be slow, or made to be no TOML (security catalogue, RC)."""

from collections.abc import Callable, Sequence
from time import process_time

import pytest

from bot.domain.judges import Judges, judges_in
from bot.domain.suites import PYTEST, detect
from bot.records import FileEdit

KIB = 1024
PYPROJECT = "pyproject.toml"


def dotted(size: int) -> str:
    """One key of so many characters, half of them dots."""
    return ".".join("a" * (size // 2)) + "=1\n"


def below_a_dotted_table(size: int) -> str:
    """Keys of thirty parts, below a table of sixty."""
    line = ".".join("a" * 30)
    keys = (f"{line}.k{number} = 1\n" for number in range(size // 64))
    return f"[{'.'.join('b' * 60)}]\n{''.join(keys)}"


def suite_of(text: str) -> Sequence[str] | None:
    return detect([PYPROJECT, "tests/test_cart.py"], {PYPROJECT: text})


def judged(text: str) -> Judges:
    """What is said of a change that makes the file this text."""
    edit = FileEdit(path=PYPROJECT, content=text.encode())
    return judges_in([edit], {PYPROJECT: b"[project]\n"}, command=PYTEST)


def spent(work: Callable[[str], object], text: str) -> float:
    """The least CPU time of three tries: what else the machine does is not counted."""
    times = []
    for _ in range(3):
        began = process_time()
        work(text)
        times.append(process_time() - began)
    return min(times)


@pytest.mark.parametrize("work", [suite_of, judged])
@pytest.mark.parametrize("made", [dotted, below_a_dotted_table])
def test_rc_19_four_times_the_toml_is_no_more_than_about_four_times_the_work(
    work: Callable[[str], object], made: Callable[[int], str]
) -> None:
    small, large = spent(work, made(4 * KIB)), spent(work, made(16 * KIB))

    # Twice as much is the machine's share; what grows with the square would be sixteen times as much.
    assert large < 8 * max(small, 0.005)


@pytest.mark.parametrize(
    "text",
    [
        f"{'#' * 64 * KIB}\n[tool.pytest]\n",
        f"{'.'.join('a' * 66)} = 1\n[tool.pytest]\n",
        f"x = {'1' * 5000}\n[tool.pytest]\n",
    ],
    ids=["long", "dotted", "a number that is none"],
)
def test_rc_19_a_toml_that_is_not_read_configures_nothing_and_all_of_it_judges(text: str) -> None:
    assert suite_of(text) == list(PYTEST)
    assert detect([PYPROJECT], {PYPROJECT: text}) is None
    assert judged(text) == Judges(steering=(PYPROJECT,))


def test_rc_19_an_ordinary_toml_is_read() -> None:
    text = "[project]\ndependencies = [" + '"shop==1.2.3",' * 30 + "]\n[tool.pytest]\n"

    assert detect([PYPROJECT], {PYPROJECT: text}) == list(PYTEST)
    assert judged(text.replace("[tool.pytest]", "[tool.ruff]")) == Judges()
