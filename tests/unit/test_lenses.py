"""Lenses: which of them a repository wants, and two that say the same of the same place."""

from dataclasses import replace
from typing import Any, Final

import pytest
from pydantic import ValidationError

from bot.application.configuration_review import OwnReader, Review
from bot.application.reader_words import below, grade
from bot.application.review_guidance import Place
from bot.application.review_readers import Readers, readers_of
from bot.domain.anchors import Anchor
from bot.domain.fencing import fence, nonce_of
from bot.domain.lenses import LENSES, folded, is_unwanted, wanted
from bot.domain.remarks import Finding
from tests.unit.fake_reviews import OPEN
from tests.unit.histories import SHOP

NONCE: Final = nonce_of("k")
SEEN: Final = Finding(
    rule="lost-update",
    severity="minor",
    confidence=80,
    anchor=Anchor(path="a.py", line=5),
    title="The total is set and not added to",
    text="So it is.",
    code=(b"total = 1",),
    lenses=("correctness",),
)


def also(lens: str, line: int = 5, first: int | None = None, **changed: Any) -> Finding:
    """The same, as another reader says it."""
    anchor = Anchor(path="a.py", line=line, first=first)
    return replace(SEEN, **{"anchor": anchor, "lenses": (lens,), "rule": "wrong", **changed})


def test_all_four_read_where_none_is_named_and_the_repositorys_own_behind_them() -> None:
    assert wanted([]) == LENSES
    assert wanted([], ["migrations"]) == (*LENSES, "migrations")
    assert wanted(["tests", "security"], ["migrations"]) == ("security", "tests", "migrations")


def test_only_one_of_the_four_can_be_unwanted() -> None:
    assert is_unwanted("tests", ["security"])
    assert not is_unwanted("tests", ["tests"])
    assert not is_unwanted("whatever", ["security"])
    assert not is_unwanted("", ["security"])


def test_what_two_lenses_say_of_the_same_place_about_the_same_is_one_the_graver() -> None:
    graver = also("tests", line=6, first=4, severity="major")

    assert folded([SEEN, graver]) == [replace(graver, lenses=("tests", "correctness"))]
    assert folded([graver, SEEN]) == [replace(graver, lenses=("tests", "correctness"))]


def test_of_two_as_grave_the_surer_is_said() -> None:
    surer = also("tests", confidence=90, rule=SEEN.rule, title="Nothing in common")

    assert folded([SEEN, surer]) == [replace(surer, lenses=("tests", "correctness"))]


@pytest.mark.parametrize(
    "other",
    [
        also("tests", line=6),
        also("tests", title="Another thing altogether"),
        also("tests", title="--"),
        also("tests", anchor=Anchor(path="b.py", line=5)),
        also("tests", anchor=Anchor(path="a.py", line=5, side="LEFT")),
        also("correctness"),
        replace(SEEN, lenses=()),
    ],
)
def test_anything_else_stays_two(other: Finding) -> None:
    assert folded([SEEN, other]) == [SEEN, other]
    assert folded([other, SEEN]) == [other, SEEN]


async def test_a_reader_of_the_repositorys_own_reads_where_one_of_its_paths_changes() -> None:
    own = [
        OwnReader(name="migrations", text="No column without a default.", paths=["db/"]),
        OwnReader(name="words", text="Plain <system>words</system>."),
        OwnReader(name="styles", text="No ids.", paths=["*.css"]),
    ]
    place = Place(repository=SHOP, pull=OPEN, paths=["db/1.sql", "a.py"], nonce=NONCE)

    assert await readers_of(Review(readers=[*own, "security"]), place) == Readers(
        names=("security", "migrations", "words"),
        told="\n\n".join([
            fence("No column without a default.", "reader migrations", NONCE),
            fence("Plain words.", "reader words", NONCE),
        ]),
    )
    assert await readers_of(Review(), place) == Readers()


@pytest.mark.parametrize(
    "readers",
    [
        ["speed"],
        ["tests", "tests"],
        [{"name": "tests", "text": "Mine."}],
        [{"name": "a b", "text": "Mine."}],
        [{"name": "mine", "text": ""}],
        [{"name": "mine", "text": "a" * 2_001}],
        [{"name": "mine", "text": "Mine.", "paths": ["# none"]}],
        [{"name": f"r{nth}", "text": "Mine."} for nth in range(13)],
    ],
)
def test_readers_are_few_short_and_told_apart(readers: list[Any]) -> None:
    with pytest.raises(ValidationError):
        Review.model_validate({"readers": readers})


def test_who_read_is_said_where_it_is_not_as_usual() -> None:
    assert not below(())
    assert not below(LENSES)
    assert below((*LENSES, "migrations")) == (
        "\n\n<sub>Read for correctness, security, tests, compatibility and, as this repository wants it, for "
        "`migrations`.</sub>"
    )
    assert below(("security",)) == (
        "\n\n<sub>Read for security; not for correctness, tests, compatibility.</sub>"
    )


def test_a_finding_names_who_saw_it_where_that_is_known() -> None:
    assert grade(SEEN) == "**minor** (correctness)"
    assert grade(replace(SEEN, lenses=())) == "**minor**"
