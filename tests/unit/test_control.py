"""The test that must fail: where it is set, and how it is run."""

import pytest

from bot.domain.control import Control, control_for

PATHS = ("docs/test_a.py", "src/cart.py", "tests/test_cart.py", "tests/test_shop.py")


def control(*command: str, paths: tuple[str, ...] = PATHS) -> Control | None:
    return control_for(command, paths, nonce="ab12")


@pytest.mark.parametrize(
    ("command", "then"),
    [
        (("python", "-m", "pytest", "-q"), ("python", "-m", "pytest", "-x", "-q")),
        (("uv", "run", "pytest"), ("uv", "run", "pytest", "-x")),
        (("/venv/bin/pytest", "--", "tests"), ("/venv/bin/pytest", "-x", "--", "tests")),
        (("python", "-m", "unittest", "-q"), ("python", "-m", "unittest", "-f", "-q")),
    ],
)
def test_a_suite_in_python_has_one_and_ends_at_it(command: tuple[str, ...], then: tuple[str, ...]) -> None:
    found = control(*command)

    assert found is not None
    assert found.command == then


@pytest.mark.parametrize("command", [("make", "test"), ("go", "test", "./..."), ("sh", "pytest.sh")])
def test_any_other_suite_has_none(command: tuple[str, ...]) -> None:
    assert control(*command) is None


def test_without_a_test_module_there_is_none() -> None:
    assert control("pytest", paths=("src/cart.py", "README.md")) is None


@pytest.mark.parametrize(
    ("paths", "command", "place"),
    [
        (PATHS, ("pytest",), "tests/test_0ab12.py"),
        (PATHS, ("pytest", "./docs/"), "docs/test_0ab12.py"),
        (PATHS, ("pytest", "elsewhere"), "tests/test_0ab12.py"),
        (("test_a.py",), ("pytest",), "test_0ab12.py"),
        (("shop/cart_test.py",), ("pytest",), "shop/a0ab12_test.py"),
    ],
)
def test_it_stands_among_most_of_the_others_named_as_they_are(
    paths: tuple[str, ...], command: tuple[str, ...], place: str
) -> None:
    found = control(*command, paths=paths)

    assert found is not None
    assert found.edit.path == place


@pytest.mark.parametrize("command", ["pytest", "unittest"])
def test_it_is_a_program_that_fails_when_run(command: str) -> None:
    found = control(command)

    assert found is not None
    names: dict[str, object] = {}
    exec(compile(found.edit.content or b"", found.edit.path, "exec"), names)  # noqa: S102  our own
    assert [name for name in names if name.lower() == "test_ab12" or name == "Testab12"] != []
