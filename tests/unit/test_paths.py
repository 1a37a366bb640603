"""Paths of a change: where each rule begins and ends."""

import pytest

from bot.domain.paths import check_path, is_secret_like

FITS = "/".join(["a" * 203] * 5) + "/aaaa"  # 1024 bytes


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("", "empty"),
        ("/a", "absolute"),
        ("~a", "absolute"),
        ("c:a", "absolute"),
        ("a\\b", "backslash"),
        ("a\nb", "control_character"),
        ("a\u00a0b", "invisible_character"),
        ("a\u3164b", "invisible_character"),
        ("a/../b", "traversal"),
        ("a/.git/b", "git_directory"),
        ("a /b", "edge_space_or_dot"),
        ("a./b", "edge_space_or_dot"),
        ("a/-b", "leading_dash"),
        ("a/nul", "reserved_name"),
        ("gitmod~1", "reserved_name"),
        (".github/claude-bot.yml", "bot_configuration"),
        (".github/workflows/a.yml", "workflow"),
        (".husky/a", "needs_second_approval"),
        ("a/codeowners", "needs_second_approval"),
        ("a/.vscode", "needs_second_approval"),
        ("a/jenkinsfile", "needs_second_approval"),
        ("ab:c", "reserved_name"),
        ("abcdefg~1.abc", "reserved_name"),
        ("com\u00b9", "reserved_name"),
    ],
)
def test_each_rule_has_its_code(path: str, code: str) -> None:
    assert check_path(path) == code


@pytest.mark.parametrize(
    "path",
    ["a~", "abcdefgh~1", "a~1.abcd", "a~x", "a b", "X.git", ".gitX", ".git2", "Xa/X", "a-", "com10",
    "console",
     "github~",     "git~x", ".husky2/a", ".github/actions-a/b", ".github/workflows2",
     "a/.github/workflows/b",
     "a/.husky/b", "a/.circleci/b", "render.json", "xaction.yml", "jenkinsfiles", ".vscodes/a"],
)  # fmt: skip
def test_what_only_looks_like_it_is_allowed(path: str) -> None:
    assert check_path(path) is None


@pytest.mark.parametrize(
    ("fits", "does_not"),
    [
        ("a" * 255, "a" * 256),
        ("é" * 127 + "a", "é" * 128),
        (FITS, FITS + "a"),
        (FITS[:-2] + "é", FITS[:-1] + "é"),
    ],
)
def test_lengths_are_counted_in_bytes(fits: str, does_not: str) -> None:
    assert (check_path(fits), check_path(does_not)) == (None, "too_long")


@pytest.mark.parametrize(
    ("path", "is_one"), [("a/.env", True), (".env/a", False), ("a.pem", True), ("a", False)]
)
def test_credentials_are_known_by_the_last_name(path: str, is_one: bool) -> None:  # noqa: FBT001
    assert is_secret_like(path) is is_one
