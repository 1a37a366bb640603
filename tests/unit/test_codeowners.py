"""CODEOWNERS as GitHub reads it: which pattern means which paths, and whom the last one names."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.codeowners import (
    LARGEST_BYTES,
    LONGEST_LINE,
    LONGEST_OWNER,
    is_met,
    owners_among,
    owners_of,
    pattern_of,
    read_rules,
)
from bot.domain.reviewers import MOST_ASKED, to_ask

# The cases are those of GitHub's documentation, by what it says of each pattern.
EXAMPLE = """\
# A comment.
*       @global-owner1 @global-owner2

*.js    @js-owner # after the owners
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @docs
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README", ("@global-owner1", "@global-owner2")),
        ("a/b.js", ("@js-owner",)),
        ("main.go", ("docs@example.com",)),
        ("a/b/c.txt", ("@octo-org/octocats",)),
        ("build/logs/a", ("@octocat",)),
        ("deeply/nested/logs/a/b", ("@octocat",)),
        ("x/apps/y", ("@octocat",)),
        ("docs/a/b", ("@docs",)),
        ("x/docs/a", ("@global-owner1", "@global-owner2")),
        ("scripts/a.js", ("@doctocat", "@octocat")),
        ("apps/a", ("@octocat",)),
        ("apps/github/a", ()),
    ],
)
def test_the_last_pattern_that_matches_decides(path: str, owners: tuple[str, ...]) -> None:
    assert owners_of(read_rules(EXAMPLE), path) == owners


@pytest.mark.parametrize(
    ("pattern", "path", "meant"),
    [
        ("docs/*", "docs/a", True),
        ("docs/*", "docs/a/b", False),
        ("docs/*", "x/docs/a", False),
        ("/*", "a", True),
        ("/*", "a/b", False),
        ("*", "a/b/c", True),
        ("**", "a/b", True),
        ("billing/**", "billing/a/b", True),
        ("billing/**", "billing", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b/c", True),
        ("a/**/b", "a/x/y", False),
        ("a/**/**/b", "a/b", True),
        ("a/**/**", "a/b", True),
        ("a/**/**", "a", False),
        ("apps/", "apps", False),
        ("/apps", "apps/x", True),
        ("/apps", "x/apps", False),
        ("a/b", "x/a/b", False),
        ("?.py", "a.py", True),
        ("?.py", "ab.py", False),
        ("a*b*c", "aXbYbZc", True),
        ("a*b*c", "aXbYbZ", False),
        ("A.py", "a.py", False),
        ("a\\*", "a*", True),
        ("a\\*", "ab", False),
    ],
)
def test_a_pattern_means_these_paths(pattern: str, path: str, *, meant: bool) -> None:
    read = pattern_of(pattern)

    assert read is not None
    assert is_met(read, path.split("/")) is meant


@pytest.mark.parametrize(
    "line", ["!a @b", "[ab] @c", "\\#a @b", "/ @a", "// @a", "a b", "a @b not-one", "#a", ""]
)
def test_a_line_that_github_cannot_read_is_as_if_it_were_not_there(line: str) -> None:
    assert owners_of(read_rules(f"* @all\n{line}"), "a") == ("@all",)


def test_a_space_in_a_path_stands_behind_a_backslash() -> None:
    rules = read_rules("a\\ b/ @one\n")

    assert (owners_of(rules, "a b/c"), owners_of(rules, "a")) == (("@one",), ())


def test_whoever_owns_one_of_the_paths_is_named_once() -> None:
    rules = read_rules("* @all\n/a @one @two\n/b @two\n")

    assert owners_among(rules, ["c", "b", "a"]) == ("@one", "@two", "@all")


@given(st.text(alphabet="ab*/?\\ ", max_size=12), st.lists(st.text(alphabet="ab", min_size=1), min_size=1))
def test_any_pattern_is_answered_for_any_path(words: str, names: list[str]) -> None:
    pattern = pattern_of(words)

    assert pattern is None or is_met(pattern, names) in {True, False}


@given(st.lists(st.text(alphabet="abc.", min_size=1, max_size=5), min_size=1, max_size=5))
def test_a_path_is_meant_by_itself_by_its_directories_and_by_its_last_name(names: list[str]) -> None:
    path = "/".join(names)
    above = [f"/{'/'.join(names[:nth])}/" for nth in range(1, len(names))]

    for words in (f"/{path}", *above, names[-1], "**", "*"):
        pattern = pattern_of(words)
        assert pattern is not None
        assert is_met(pattern, names)


def test_ab_a_pattern_of_many_stars_takes_no_time() -> None:
    pattern = pattern_of("/".join(["**", "*a" * 50] * 20))
    assert pattern is not None

    began = time.perf_counter()
    is_met(pattern, ["a" * 200] * 40)

    assert time.perf_counter() - began < 5


LONG = "p" * (LONGEST_LINE - len(" @one")) + " @one"


@pytest.mark.parametrize(
    ("line", "is_read"),
    [
        (LONG, True),
        (f"p{LONG}", False),
        (f"a {'x' * (LONGEST_OWNER - 4)}@b.c", True),
        (f"a {'x' * (LONGEST_OWNER - 3)}@b.c", False),
        (f"a # {'x' * LONGEST_OWNER}@b.c", True),
        ("a x@.b.c", True),
        ("a x@.b", False),
        ("a x@b.", False),
        ("a x@b", False),
        ("a x@b@c.d", False),
    ],
)
def test_ab_a_line_or_a_name_that_is_too_long_is_as_if_it_were_not_there(line: str, *, is_read: bool) -> None:
    assert bool(read_rules(line)) is is_read


@pytest.mark.parametrize("line", ["a " * 30_000, "a " + "x@" + "." * 30_000 + "@", "\\" * 30_001])
def test_ab_no_line_takes_long(line: str) -> None:
    began = time.process_time()
    assert read_rules(line) == ()
    assert time.process_time() - began < 1


def test_ab_a_file_of_lines_as_long_as_they_may_be_takes_no_time() -> None:
    mail = "x@" + "." * (LONGEST_OWNER - 3) + "@"
    line = " ".join(["a", *[mail] * (LONGEST_LINE // LONGEST_OWNER - 1)])

    began = time.process_time()
    assert read_rules(f"{line}\n" * (LARGEST_BYTES // LONGEST_LINE)) == ()
    assert time.process_time() - began < 1


def test_people_and_teams_of_the_organisation_are_asked() -> None:
    named = ["@a", "@Acme/Billing", "@other/team", "mail@example.com", "@A", "@requester"]

    asked = to_ask(named, owner="acme", without=("Requester",))

    assert (asked.names, asked.users, asked.teams) == (("@a", "@Acme/Billing"), ("a",), ("Billing",))


def test_no_more_than_fifteen_are_asked_and_the_others_are_counted() -> None:
    asked = to_ask([f"@u{nth}" for nth in range(20)], owner="acme", without=("@u0",))

    assert (len(asked.names), asked.left_out) == (MOST_ASKED, 4)
