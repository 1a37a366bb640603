"""Where a test run leaves its report, and how a runner is asked for one."""

from time import process_time

import pytest

from bot.domain.reporting import REPORT, cleared, matching, reported

ASKED = f"--junitxml={REPORT}"


@pytest.mark.parametrize(
    ("command", "run", "patterns"),
    [
        (("pytest", "-q"), ("pytest", ASKED, "-q"), (REPORT,)),
        (("python", "-m", "pytest", "tests"), ("python", "-m", "pytest", ASKED, "tests"), (REPORT,)),
        (("/usr/bin/py.test",), ("/usr/bin/py.test", ASKED), (REPORT,)),
        (
            ("python", "-m", "tox", "run", "-e", "py"),
            ("env", f"PYTEST_ADDOPTS={ASKED}", "python", "-m", "tox", "run", "-e", "py"),
            (f"**/{REPORT}",),
        ),
        (("nox", "-s", "tests"), ("env", f"PYTEST_ADDOPTS={ASKED}", "nox", "-s", "tests"), (f"**/{REPORT}",)),
        (("pytest", "--junitxml=./out/r.xml"), ("pytest", "--junitxml=./out/r.xml"), ("out/r.xml",)),
        (("/bin/python3.12", "-m", "pytest"), ("/bin/python3.12", "-m", "pytest", ASKED), (REPORT,)),
        ((), (), ()),
    ],
)
def test_a_runner_that_can_is_asked_for_a_report(
    command: tuple[str, ...], run: tuple[str, ...], patterns: tuple[str, ...]
) -> None:
    found = reported(command)

    assert (found.command, found.patterns) == (run, patterns)


@pytest.mark.parametrize(
    "command",
    [
        ("pytest", "-p", "no:junitxml"),
        ("pytest", "-pno:junitxml"),
        ("tox", "--", "-pno:junitxml"),
        ("grep", "-r", "pytest"),
        ("echo", "pytest"),
        ("pip", "install", "pytest"),
        ("python", "tools/pytest"),
        ("python", "-m", "tools/pytest"),
        ("ipython", "-m", "pytest"),
        ("npm", "test"),
        ("python", "-m"),
    ],
)
def test_any_other_command_is_run_as_it_is(command: tuple[str, ...]) -> None:
    found = reported(command)

    assert (found.command, found.patterns) == (command, ())


def test_node_prints_its_words_as_well() -> None:
    found = reported(("node", "--test", "tests"))

    assert found.command[:2] + found.command[-1:] == ("node", "--test", "tests")
    assert "--test-reporter=spec" in found.command
    assert found.patterns == (REPORT,)


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (("mvn", "-o", "-q", "test"), "target/surefire-reports/TEST-shop.CartTest.xml"),
        (("./mvnw", "test"), "cart/target/failsafe-reports/TEST-shop.CartIT.xml"),
        (("./gradlew", "test"), "cart/build/test-results/test/TEST-shop.CartTest.xml"),
        (("gradle", "test"), "build/test-results/TEST-a.xml"),
    ],
)
def test_some_leave_one_by_custom(command: tuple[str, ...], path: str) -> None:
    found = reported(command)

    assert found.command == command
    assert matching([path, "pom.xml", "target/TEST-a.xml"], found.patterns) == [path]


def test_where_the_repository_says_it_is_there_and_the_command_stays() -> None:
    found = reported(("pytest",), ("out/*.xml",))

    assert (found.command, found.patterns) == (("pytest",), ("out/*.xml",))


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("out/*.xml", ["out/a.xml", "out/b.xml"]),
        ("**/a.xml", ["a.xml", "out/a.xml", "out/deep/er/a.xml"]),
        ("out/**", ["out/a.xml", "out/b.xml", "out/deep/er/a.xml", "out/new\nline.xml"]),
        ("out/*", ["out/a.xml", "out/b.xml"]),
        ("**/deep/**/a.xml", ["out/deep/er/a.xml"]),
        ("**", ["a.xml", "out/a.xml", "out/b.xml", "out/deep/er/a.xml", "out/new\nline.xml"]),
        ("?.xml", ["a.xml"]),
        ("a.xml", ["a.xml"]),
        ("axml", []),
    ],
)
def test_a_pattern_means_paths(pattern: str, paths: list[str]) -> None:
    every = ["a.xml", "out/a.xml", "out/b.xml", "out/deep/er/a.xml", "out/new\nline.xml"]

    assert [
        path for path in matching(every, [pattern]) if "\n" not in path or pattern.endswith("**")
    ] == paths


def test_rc_19_no_pattern_takes_long() -> None:
    deep = "/".join(["a" * 60] * 60)
    patterns = ["/".join(["**", "*a" * 9] * 9) + "/b", "*a" * 99 + "b"]

    began = process_time()
    assert matching([deep, "a" * 4_000], patterns) == []
    assert process_time() - began < 2


def test_what_has_a_reports_very_name_is_taken_away_and_no_file_that_a_pattern_meets() -> None:
    assert cleared(["out/a.xml", "pom.xml"], ["out/a.xml", "**/*.xml"]) == ["out/a.xml"]
