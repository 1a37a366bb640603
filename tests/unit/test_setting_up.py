"""How what the tests need is installed: told from files or said, and what a set-up is given to see."""

from collections.abc import Mapping
from time import process_time

import pytest

from bot.domain.setting_up import LONGEST_LINE, Commands, SetUp, careful, commands_for, is_given, may_matter

PIP = ("python", "-m", "pip", "install", "--target", "/dependencies/python")
NPM = ("npm", "ci", "--no-audit", "--no-fund")
PYTEST = ("python", "-m", "pytest", "-q")
DETECTED = SetUp(is_detected=True)
PROJECT = """
[project]
dependencies = ["attrs>=23", "httpx"]
[project.optional-dependencies]
test = ["pytest-cov", "attrs>=23"]
docs = ["sphinx"]
[dependency-groups]
dev = ["ruff", {include-group = "test"}]
"""


@pytest.mark.parametrize(
    ("tests", "files", "commands"),
    [
        (PYTEST, {"requirements.txt": "attrs"}, [(*PIP, "-r", "requirements.txt")]),
        (
            PYTEST,
            {"requirements/test.txt": "", "requirements.txt": "", "pyproject.toml": PROJECT},
            [(*PIP, "-r", "requirements.txt", "-r", "requirements/test.txt")],
        ),
        (
            PYTEST,
            {"pyproject.toml": PROJECT},
            [(*PIP, "--", "attrs>=23", "httpx", "pytest-cov", "ruff")],
        ),
        (PYTEST, {"pyproject.toml": "[project]\nname = 'shop'\n"}, []),
        (PYTEST, {"pyproject.toml": "project = 1"}, []),
        (PYTEST, {"pyproject.toml": "[project]\ndependencies = 'attrs'\n"}, []),
        (PYTEST, {"pyproject.toml": "not = [toml"}, []),
        (PYTEST, {"package.json": "{}", "package-lock.json": "{}"}, []),
        (("npm", "test"), {"package.json": "{}", "package-lock.json": "{}", "requirements.txt": ""}, [NPM]),
        (("npm", "test"), {"package.json": "{}", "npm-shrinkwrap.json": "{}"}, [NPM]),
        (("npm", "test"), {"package.json": "{}"}, []),
        (("npm", "test"), {"package-lock.json": "{}"}, []),
        (("/usr/bin/go", "test", "./..."), {"go.mod": ""}, [("go", "mod", "download")]),
        (("cargo", "test"), {"Cargo.toml": "", "Cargo.lock": ""}, [("cargo", "fetch", "--locked")]),
        (("cargo", "test"), {"Cargo.toml": ""}, []),
        (
            ("make", "test"),
            {"requirements.txt": "", "package.json": "{}", "package-lock.json": "{}"},
            [(*PIP, "-r", "requirements.txt"), NPM],
        ),
        ((), {"go.mod": ""}, [("go", "mod", "download")]),
    ],
)
def test_the_commands_are_told_from_the_files_of_the_tests_language(
    tests: tuple[str, ...], files: Mapping[str, str], commands: Commands
) -> None:
    assert commands_for(DETECTED, tests, files) == tuple(commands)


TOX_INI = """
[tox]
requires = tox-uv>=1
[testenv]
deps =
    -r requirements/ci.txt
    -c constraints.txt
    -r ../outside.txt
    pytest>=8
    .[test]
    evil @ https://index.example.org/evil.tar.gz
    {env:MORE:}
commands = pytest
"""
NOXFILE = """
@nox.session
def tests(session):
    session.install("pytest>=8", "-r", "ci.txt", '.[test]')
    session.install(*wanted)
"""
BY_TOX = ("python", "-m", "tox", "run", "--current-env", "-e", "py")
BY_NOX = ("python", "-m", "nox", "--no-venv", "-s", "tests")


@pytest.mark.parametrize(
    ("tests", "files", "command"),
    [
        (
            BY_TOX,
            {"tox.ini": TOX_INI, "requirements/ci.txt": "", "pyproject.toml": PROJECT},
            (*PIP, "-r", "requirements/ci.txt", "--", "tox>=4", "tox-current-env", "attrs>=23", "httpx",
             "pytest-cov", "ruff", "tox-uv>=1", "pytest>=8"),
        ),
        (BY_TOX, {}, (*PIP, "--", "tox>=4", "tox-current-env")),
        (PYTEST, {"tox.ini": TOX_INI, "requirements.txt": ""}, (*PIP, "-r", "requirements.txt")),
        (PYTEST, {"tox.ini": TOX_INI}, (*PIP, "--", "tox-uv>=1", "pytest>=8")),
        (
            BY_NOX,
            {"noxfile.py": NOXFILE, "pyproject.toml": PROJECT},
            (*PIP, "--", "nox", "attrs>=23", "httpx", "pytest-cov", "ruff", "pytest>=8"),
        ),
        (
            BY_NOX,
            {"noxfile.py": NOXFILE, "pyproject.toml": PROJECT, "requirements.txt": "", "ci.txt": ""},
            (*PIP, "-r", "requirements.txt", "-r", "ci.txt", "--", "nox", "pytest>=8"),
        ),
    ],
)  # fmt: skip
def test_what_tox_and_nox_would_install_is_installed_before_them(
    tests: tuple[str, ...], files: Mapping[str, str], command: tuple[str, ...]
) -> None:
    assert commands_for(DETECTED, tests, files) == (command,)


def test_what_the_repository_says_stands_whatever_the_files_are() -> None:
    setup = SetUp(lines=("sh tools/setup 'a b'", "make deps"))

    assert commands_for(setup, PYTEST, {"requirements.txt": ""}) == (
        ("sh", "tools/setup", "a b"),
        ("make", "deps"),
    )
    assert commands_for(SetUp(), PYTEST, {"requirements.txt": ""}) == ()


SAID = SetUp(lines=("sh ./tools/setup.sh",), files=("tools/lib/", "versions"))


@pytest.mark.parametrize(
    "path",
    [
        *("requirements.txt", "requirements-dev.txt", "requirements/base.in", "constraints.txt"),
        *("pyproject.toml", "apps/shop/pyproject.toml", "package.json", "apps/web/package-lock.json"),
        *("go.sum", "Cargo.lock", "Makefile", "Gemfile.lock", "tools/setup.sh"),
        *("tools/lib/a/b.sh", "versions"),
    ],
)
def test_what_says_what_is_needed_matters(path: str) -> None:
    assert may_matter(path, SAID)
    assert is_given(path, SAID, SAID.commands())


@pytest.mark.parametrize(
    "path",
    [
        *("src/shop.py", "README.md", "tools/other.sh", "tools/library", "versions2"),
        *("node_modules/a/package.json", "vendor/x/go.mod", "src/package.json.py"),
    ],
)
def test_code_and_other_peoples_packages_do_not_matter(path: str) -> None:
    assert not may_matter(path, SAID)


@pytest.mark.parametrize("path", ["requirements.txt", "deep/constraints.txt"])
def test_commands_that_were_told_see_what_they_read(path: str) -> None:
    assert is_given(path, DETECTED, ((*PIP, "-r", "requirements.txt"),))


@pytest.mark.parametrize("path", ["pyproject.toml", "package.json", "Makefile"])
def test_commands_that_were_told_see_nothing_else(path: str) -> None:
    assert not is_given(path, DETECTED, ((*PIP, "-r", "requirements.txt"),))


def test_a_lock_file_of_node_is_seen_by_npm() -> None:
    assert is_given("package-lock.json", DETECTED, (NPM,))


# --- a set-up that a change asks for -------------------------------------------------------------------

PIP_R = ("python", "-m", "pip", "install", "--target", "/dependencies/python", "-r", "requirements.txt")


def test_sc_04_what_a_change_asks_for_runs_no_code_of_its_own() -> None:
    assert careful((PIP_R, ("npm", "ci", "--no-audit")), ["requests==2.0\n-r more.txt  # x\n"]) == (
        (*PIP_R[:4], "--only-binary", ":all:", *PIP_R[4:]),
        ("npm", "ci", "--ignore-scripts", "--no-audit"),
    )


@pytest.mark.parametrize(
    "line",
    [
        "--no-binary :all:",
        "-e .",
        "./evil",
        "evil @ https://index.example.org/evil.tar.gz",
        "git+https://github.com/evil/evil",
        "--extra-index-url https://evil.example",
        "-rhttps://evil.example/r.txt",
        "requests --config-settings=x:y",
        "requests#@https://evil.example",
        "./evil # requests",
        f"requests #{'x' * (LONGEST_LINE - 9)}",
    ],
)
def test_sc_04_more_than_names_of_packages_is_not_installed_for_a_change(line: str) -> None:
    assert careful((PIP_R,), [f"requests\n{line}\n"]) is None
    assert careful(((*PIP_R[:6], "--", "requests", line),), []) is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# why",
        "  # why: see https://example.org",
        "requests[socks]>=2,<3; python_version < '3.13'",
        "requests  # why: see https://example.org",
        "-r more.txt\t# mail@example.org \\",
        "--hash=sha256:" + "a" * 64 + " \\",
        f"requests #{'x' * (LONGEST_LINE - 10)}",
    ],
)
def test_names_of_packages_are_plain(line: str) -> None:
    assert careful((PIP_R,), [line]) is not None


@pytest.mark.parametrize("line", ["a" + " " * 20_000 + "@", "a" + " #" * 10_000 + "\n@", "-r" + " " * 20_000])
def test_sc_04_no_line_takes_long(line: str) -> None:
    began = process_time()
    assert careful((PIP_R,), [line]) is None
    assert careful(((*PIP_R[:6], "--", line),), []) is None
    assert process_time() - began < 1


def test_sc_04_no_name_that_nox_would_install_takes_long() -> None:
    session = f"session.install('a{' ' * 20_000}@')"

    began = process_time()
    assert commands_for(DETECTED, ("nox",), {"noxfile.py": session}) == ((*PIP, "--", "nox"),)
    assert process_time() - began < 1


def test_sc_04_commands_of_the_repositorys_own_are_not_run_on_what_a_change_wrote() -> None:
    assert careful((("sh", "tools/setup.sh"),), []) is None
