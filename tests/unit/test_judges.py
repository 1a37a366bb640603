"""Which files judge a change: by their names, and by what a file of many purposes says of tests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.judges import Judges, is_test, judges_in, may_judge
from bot.records import FileEdit

PYTEST = ("python", "-m", "pytest", "-q")


@pytest.mark.parametrize(
    "path",
    [
        "test_cart.py", "src/shop/cart_test.py", "app/tests.py", "tests/data/order.json", "Test/x.txt",
        "cart_test.go", "pkg/testdata/in.txt", "src/cart.test.ts", "src/cart.spec.jsx", "__tests__/cart.js",
        "src/__snapshots__/a.snap", "src/test/java/CartTest.java", "CartTests.kt", "CartIT.java",
        "CartSpec.scala", "spec/cart_spec.rb", "tests/cart.rs", "test/cart_test.exs",
    ],
)  # fmt: skip
def test_a_test_is_known_by_its_name_or_its_place(path: str) -> None:
    assert is_test(path)


@pytest.mark.parametrize(
    "path",
    ["src/contest.py", "latest.json", "testing.py", "attestation.go", "EXIT.md", "inspect.py",
     "docs/spec/api.yml", "spec.md", "test", "src/tests", "Testament.java", "src/protest.ts"],
)  # fmt: skip
def test_a_name_that_only_sounds_so_is_none(path: str) -> None:
    assert not is_test(path)


def judged(path: str, before: str | None, now: str | None, *, command: tuple[str, ...] = PYTEST) -> Judges:
    def content(text: str | None) -> bytes | None:
        return None if text is None else text.encode()

    edits = [FileEdit(path=path, content=content(now))]
    return judges_in(edits, {path: content(before)} if may_judge(path, command) else {}, command=command)


@pytest.mark.parametrize(
    ("before", "now", "judges"),
    [
        ("a", "b", Judges(changed=("tests/test_a.py",))),
        ("a", None, Judges(removed=("tests/test_a.py",))),
        (None, "b", Judges(added=("tests/test_a.py",))),
        ("a", "a", Judges()),
    ],
)
def test_what_became_of_a_test(before: str | None, now: str | None, judges: Judges) -> None:
    assert judged("tests/test_a.py", before, now) == judges


@pytest.mark.parametrize(
    "path",
    ["conftest.py", "tests/unit/conftest.py", "pytest.ini", ".pytest.ini", "tox.ini", "sitecustomize.py",
     "src/usercustomize.py", "web/jest.config.ts", "vitest.config.mjs", ".mocharc.yml", "pom.xml",
     "build.gradle.kts", "pytest.py", "src/_pytest/runner.py", "pluggy/__init__.py", "unittest/case.py",
     "tox.py", "nox/__main__.py", "src/tox/run.py", "tox_current_env/hooks.py", "pytest/a\nb", "iniconfig.py",
     "packaging/__init__.py", "src/virtualenv.pyc", "pygments.abi3.so", "nox.cpython-311-x86_64-linux-gnu.so",
     "attr/__init__.cpython-311.so"],
)  # fmt: skip
@pytest.mark.parametrize(("before", "now"), [("a", "b"), ("a", None), (None, "b")])
def test_what_steers_the_tests_is_named_whatever_is_done_to_it(
    path: str, before: str | None, now: str | None
) -> None:
    assert judged(path, before, now) == Judges(steering=(path,))


@pytest.mark.parametrize(
    "path",
    ["shop/pytest.py", "packaging/debian/rules", "packaging/build.py", "src/attrs/shop.py", "toxic.py",
     "nox.md", "docs/tox/index.md", "tomli.toml", "src/shop/packaging/__init__.py"],
)  # fmt: skip
def test_what_no_runner_would_import_steers_nothing(path: str) -> None:
    assert judged(path, None, "b") == Judges()


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (("sh", "./run.sh"), "run.sh"),
        (("python", "tools/../tools/check.py"), "tools/check.py"),
        (("make", "test"), "Makefile"),
        (("/usr/bin/make", "check"), "GNUmakefile"),
    ],
)
def test_a_file_that_the_command_names_steers_them(command: tuple[str, ...], path: str) -> None:
    assert judged(path, "a", "b", command=command) == Judges(steering=(path,))
    assert judged(path, "a", "b") == Judges()


@pytest.mark.parametrize(
    ("path", "before", "now", "steers"),
    [
        ("pyproject.toml", '[project]\nname = "a"\n', '[project]\nname = "b"\n', False),
        ("pyproject.toml", "", '[tool.ruff]\nline-length = 9\n[project]\nname = "b"\n', False),
        ("pyproject.toml", "", '[tool.pytest.ini_options]\naddopts = "-k nothing"\n', True),
        ("pyproject.toml", "[tool.pytest]\naddopts = []\n", None, True),
        ("pyproject.toml", "[project]\n", "[tool.pytest", True),
        ("pyproject.toml", "a = 1", "a = " + "[" * 50_000, True),
        ("setup.cfg", "[metadata]\nname = a\n", "[metadata]\nname = b\n", False),
        ("setup.cfg", "[metadata]\n", "[tool:pytest]\naddopts = -x\n", True),
        ("setup.cfg", "[metadata]\n", "addopts = -x\n", True),
        ("package.json", '{"dependencies": {}}', '{"dependencies": {"a": "1"}}', False),
        ("package.json", '{"scripts": {"test": "jest"}}', '{"scripts": {"test": "true"}}', True),
        ("web/package.json", "{}", '{"jest": {"testMatch": []}}', True),
        ("package.json", "{}", "[]", True),
        ("package.json", "{}", "{", True),
        ("package.json", None, '{"name": "a"}', False),
    ],
)
def test_a_file_of_many_purposes_counts_by_what_it_says_of_tests(
    path: str, before: str | None, now: str | None, *, steers: bool
) -> None:
    assert judged(path, before, now) == (Judges(steering=(path,)) if steers else Judges())


def test_all_of_them_are_those_of_every_kind() -> None:
    assert Judges(changed=("a",), removed=("b",), added=("c",), steering=("d",)).all == {"a", "b", "c", "d"}


@given(
    st.sampled_from(["pyproject.toml", "setup.cfg", "package.json", "conftest.py", "a_test.go"]),
    st.none() | st.text(),
    st.none() | st.text(),
)
def test_no_content_is_an_error(path: str, before: str | None, now: str | None) -> None:
    assert judged(path, before, now).all <= {path}
