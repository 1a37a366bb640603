"""Which issues a pull request says that it closes."""

import time

import pytest

from bot.domain.linked_issues import linked_issues


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Fixes #12", (12,)),
        ("It closes: #3, and RESOLVED #4.", (3, 4)),
        ("fix acme/shop#7 and fixed Acme/Shop#8", (7, 8)),
        ("Resolves https://github.com/acme/shop/issues/9", (9,)),
        ("Fixes #1, fixes #1, fixes #2, fixes #3, fixes #4", (1, 2, 3)),
        ("Fixes #5", ()),
        ("Fixes acme/other#7, closes https://github.com/acme/other/issues/9", ()),
        ("See #12, prefixes #13, fixing #14, closes 15, fixes\n#16, fixes #0, fixes #17x", ()),
        ("Fixes https://github.com/acme/shop/pull/9", ()),
        ("", ()),
    ],
)
def test_they_are_those_that_github_would_close_of_the_same_repository(
    text: str, numbers: tuple[int, ...]
) -> None:
    assert linked_issues(text, of="acme/shop", but=5) == numbers


def test_no_text_takes_long() -> None:
    began = time.perf_counter()

    assert linked_issues("fixes " + "a/" * 30_000 + "#", of="acme/shop", but=5) == ()
    assert linked_issues("close " * 20_000, of="acme/shop", but=5) == ()
    assert time.perf_counter() - began < 2
