"""Which command runs a repository's tests."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.suites import (
    CARGO,
    GO,
    GRADLE,
    MAKE,
    MAVEN,
    MAVEN_WRAPPER,
    NOX,
    NPM,
    PYTEST,
    TELLING_FILES,
    TOX,
    detect,
)

NPM_TEXT = json.dumps({"scripts": {"test": "jest"}})


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"pytest.ini": "[pytest]\n"}, PYTEST),
        ({"pyproject.toml": "[tool.pytest.ini_options]\nminversion = '9'\n"}, PYTEST),
        ({"pyproject.toml": "[tool.pytest]\n"}, PYTEST),
        ({"setup.cfg": "[tool:pytest]\n"}, PYTEST),
        ({"tox.ini": "[pytest]\n"}, PYTEST),
        ({"tests/test_cart.py": "def test_total(): ...\n"}, PYTEST),
        ({"src/shop/cart_test.py": ""}, PYTEST),
        ({"package.json": NPM_TEXT}, NPM),
        ({"go.mod": "module shop\n"}, GO),
        ({"Cargo.toml": "[package]\n"}, CARGO),
        ({"pom.xml": "<project/>"}, MAVEN),
        ({"pom.xml": "<project/>", "mvnw": "#!/bin/sh\n"}, MAVEN_WRAPPER),
        ({"gradlew": "#!/bin/sh\n"}, GRADLE),
        ({"Makefile": "build:\n\tcc\ntest: build\n\t./check\n"}, MAKE),
    ],
)
def test_a_suite_is_told_from_its_files(files: dict[str, str], command: tuple[str, ...]) -> None:
    assert detect(files.keys(), files) == list(command)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"README.md": "pytest and test:"},
        {"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'},
        {"package.json": '{"scripts": {"build": "tsc"}}'},
        {"package.json": "{"},
        {"package.json": "[]"},
        {"package.json": '{"scripts": ["test"]}'},
        {"package.json": "[" * 100_000},
        {"pyproject.toml": "not = [toml"},
        {"pyproject.toml": f"{'#' * 65_536}\n[tool.pytest]\n"},
        {"pyproject.toml": "tool = 1"},
        {"pyproject.toml": "[tool.ruff]\n"},
        {"Makefile": "tests:\n\ttrue\ntest := 1\nlatest: x\n"},
        {"src/contest.py": "", "testing.py": "", "test_data.txt": ""},
    ],
)
def test_without_tests_there_is_no_command(files: dict[str, str]) -> None:
    assert detect(files.keys(), files) is None


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"package.json": NPM_TEXT, "tools/test_release.py": ""}, NPM),
        ({"Makefile": "test:\n\t./check\n", "tools/test_release.py": ""}, MAKE),
        ({"package.json": NPM_TEXT, "shop/test_cart.py": "", "requirements.txt": "django\n"}, PYTEST),
        ({"package.json": NPM_TEXT, "tests/test_cart.py": "", "tests/conftest.py": ""}, PYTEST),
        ({"package.json": NPM_TEXT, ".pytest.ini": "[pytest]\n"}, PYTEST),
    ],
)
def test_a_stray_python_test_module_does_not_make_a_repository_pythons(
    files: dict[str, str], command: tuple[str, ...]
) -> None:
    assert detect(files.keys(), files) == list(command)


def test_what_the_tests_are_written_in_goes_before_a_makefile() -> None:
    files = {"Makefile": "test:\n\tpytest\n", "package.json": NPM_TEXT}

    assert detect(files.keys(), files) == list(NPM)


def test_names_alone_are_enough_for_most() -> None:
    assert detect(["tests/test_cart.py"], {}) == list(PYTEST)
    assert detect(["go.mod", "cart_test.go"], {}) == list(GO)


TOX_TEXT = "[tox]\nenvlist = py311, lint\n[testenv]\ndeps = pytest\ncommands = pytest {posargs:tests}\n"
NOX_TEXT = "import nox\n\n@nox.session(python=['3.11'])\ndef tests(session: nox.Session) -> None:\n    ...\n"


@pytest.mark.parametrize(
    ("files", "installed", "else_"),
    [
        ({"tox.ini": TOX_TEXT}, (*TOX, "py"), ("pytest", "tests")),
        ({"setup.cfg": TOX_TEXT.replace("[tox]", "[tox:tox]")}, (*TOX, "py"), ("pytest", "tests")),
        ({"tox.ini": TOX_TEXT, "tests/test_cart.py": ""}, (*TOX, "py"), ("pytest", "tests")),
        ({"tox.ini": f"{TOX_TEXT}[pytest]\n"}, PYTEST, PYTEST),
        ({"tox.ini": TOX_TEXT.replace("pytest {", "stestr {")}, (*TOX, "py"), None),
        ({"tox.ini": TOX_TEXT.replace("pytest {", "stestr {"), "test_a.py": ""}, (*TOX, "py"), PYTEST),
        ({"noxfile.py": NOX_TEXT}, (*NOX, "tests"), None),
        ({"noxfile.py": NOX_TEXT, "tests/test_cart.py": ""}, (*NOX, "tests"), PYTEST),
        ({"noxfile.py": NOX_TEXT.replace("tests", "lint")}, None, None),
        ({"tox.ini": "[tox]\nenvlist = lint\n"}, None, None),
        ({"tox.toml": '[env_run_base]\ncommands = [["pytest", "-q"]]\n'}, (*TOX, "py"), ("pytest", "-q")),
    ],
)
def test_tox_and_nox_are_run_where_they_can_be_installed_and_else_what_they_plainly_run(
    files: dict[str, str], installed: tuple[str, ...] | None, else_: tuple[str, ...] | None
) -> None:
    assert detect(files.keys(), files, installs=True) == (list(installed) if installed else None)
    assert detect(files.keys(), files) == (list(else_) if else_ else None)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(TELLING_FILES), st.text(max_size=200)))
def test_no_content_is_an_error(files: dict[str, str]) -> None:
    assert detect(files.keys(), files) in (None, *map(list, (PYTEST, NPM, MAKE)))
