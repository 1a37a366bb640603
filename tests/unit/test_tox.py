"""What tox is told to test, read from a repository's files."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.tox import FILES, LARGEST_CHARACTERS, MOST_NEEDS, Environment, environment

WHOLE = """
[tox]
requires =
    tox>=4
    tox-uv
envlist = py{39,311}-{fast,slow}, lint
[base]
deps =
    pytest
    # not this one
    attrs>=23
[testenv]
deps =
    {[base]deps}
    {[nowhere]deps}
    -r{toxinidir}/requirements/test.txt
    slow: hypothesis
    py,lint: six
    !slow: tomli
commands =
    pytest \\
        --quiet {posargs:tests unit}
[testenv:lint]
deps = ruff
commands = ruff check
"""


def of(text: str, name: str = "tox.ini") -> Environment | None:
    return environment({name: text})


def test_the_usual_environment_is_read_with_what_it_needs() -> None:
    assert of(WHOLE) == Environment(
        name="py",
        commands=("pytest --quiet {posargs:tests unit}",),
        needs=("tox>=4", "tox-uv", "pytest", "attrs>=23", "-rrequirements/test.txt", "six", "tomli"),
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("setup.cfg", WHOLE.replace("[tox]", "[tox:tox]")),
        ("pyproject.toml", f"[tool.tox]\nlegacy_tox_ini = '''{WHOLE}'''\n"),
    ],
)
def test_it_may_stand_in_other_files(name: str, text: str) -> None:
    assert of(text, name) == of(WHOLE)


TABLES = """
requires = ["tox>=4.20"]
[env_run_base]
deps = ["pytest", 7, ""]
commands = [["pytest", "tests", {replace = "posargs", extend = true}]]
[env.lint]
commands = [["ruff", "check"]]
"""


def test_tables_of_toml_say_the_same() -> None:
    told = Environment(name="py", commands=("pytest tests",), needs=("tox>=4.20", "pytest"))

    assert of(TABLES, "tox.toml") == told
    assert (
        of(TABLES.replace("[env", "[tool.tox.env").replace("requires", "tool.tox.requires"), "pyproject.toml")
        == told
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[testenv]\ncommands = pytest\n", "py"),
        ("[testenv]\ncommands = {posargs}\n[testenv:unit]\ncommands = stestr run\n", "unit"),
        ("[testenv:test]\ncommands = pytest\n[testenv:lint]\ncommands = ruff\n", "test"),
        ("[testenv:py]\ncommands = pytest\n", "py"),
        ("[testenv:lint]\ncommands = ruff\n", None),
        ("[testenv]\ndeps = pytest\n", None),
        ("[tox]\nenvlist = py\n", None),
        ("[pytest]\naddopts = -q\n", None),
        ("no section\n", None),
        ("", None),
    ],
)
def test_the_environment_is_one_that_runs_something(text: str, name: str | None) -> None:
    found = of(text)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("setup.cfg", "[testenv]\ncommands = pytest\n"),
        ("pyproject.toml", "tool = 1"),
        ("pyproject.toml", "[tool]\ntox = 1"),
        ("tox.toml", "env = 1\nenv_run_base = 2\n"),
        ("tox.toml", "env_run_base = {commands = 7}\n"),
        ("tox.ini", f"[testenv]\ncommands = pytest\n#{'x' * LARGEST_CHARACTERS}"),
    ],
)
def test_what_says_nothing_of_it_is_passed_by(name: str, text: str) -> None:
    assert of(text, name) is None


@pytest.mark.parametrize(
    ("commands", "direct"),
    [
        ("pytest", ("pytest",)),
        ("py.test -q", ("py.test", "-q")),
        ("pytest {posargs}", ("pytest",)),
        ("pytest {posargs:-x tests}", ("pytest", "-x", "tests")),
        ("{envpython} -m pytest {toxinidir}/tests", ("python", "-m", "pytest", "./tests")),
        ("python -m pytest --cov=shop", ("python", "-m", "pytest", "--cov=shop")),
        ("pytest {env:MORE:}", None),
        ("coverage run -m pytest", None),
        ("stestr run", None),
        ("bash -c 'pytest; true'", None),
        ("- pytest", None),
        ("py311: pytest", None),
        ("pytest 'a", None),
        ("pytest -k 'a or b'", None),
        ("pytest\n    ruff check", None),
    ],
)
def test_one_command_of_pytests_can_be_run_without_tox(commands: str, direct: tuple[str, ...] | None) -> None:
    found = of(f"[testenv]\ncommands =\n    {commands}\n")

    assert found is not None
    assert found.direct == direct


@pytest.mark.parametrize("more", ["setenv = A=1", "change_dir = tests", "commands_pre = true"])
def test_an_environment_that_says_more_is_not_plain(more: str) -> None:
    found = of(f"[testenv]\ncommands = pytest\n{more}\n")

    assert found is not None
    assert found.direct is None


def test_what_grows_by_references_stays_small() -> None:
    found = of(f"[a]\nb = {'x' * 30_000}\n[testenv]\ncommands = pytest\ndeps = {'{[a]b}' * 2_000}\n")

    assert found is not None
    assert sum(map(len, found.needs)) <= LARGEST_CHARACTERS


def test_more_needs_than_anybody_has_are_left_out() -> None:
    many = "\n".join(f"    package{number}" for number in range(MOST_NEEDS + 9))
    found = of(f"[testenv]\ncommands = pytest\ndeps =\n{many}\n")

    assert found is not None
    assert len(found.needs) == MOST_NEEDS


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(FILES), st.text(max_size=300)))
def test_no_content_is_an_error(files: dict[str, str]) -> None:
    assert environment(files) is None or environment(files)
