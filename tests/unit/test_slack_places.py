"""What somebody names in Slack is read to the letter, or is nothing."""

import pytest

from bot.domain.slack_places import Numbered, is_repository, numbered


@pytest.mark.parametrize("word", ["acme/shop", "a/b", "acme-2/shop.js", "acme/_shop", "acme/.github"])
def test_a_repository_by_its_name(word: str) -> None:
    assert is_repository(word)


@pytest.mark.parametrize(
    "word",
    [
        "",
        "acme",
        "acme/",
        "/shop",
        "acme/..",
        "acme/.",
        "-a/shop",
        "a/b/c",
        "acme/shop#1",
        "acmé/shop",
        "a /b",
    ],
)
def test_nothing_else_is_one(word: str) -> None:
    assert not is_repository(word)


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("acme/shop#12", Numbered("acme/shop", 12)),
        ("#7", Numbered("", 7)),
        ("#0", None),
        ("#07", None),
        ("12", None),
        ("acme#12", None),
        ("a/..#12", None),
        ("#12345678901", None),
        ("#1x", None),
    ],
)
def test_an_issue_or_pull_request_by_its_number(word: str, found: Numbered | None) -> None:
    assert numbered(word) == found
