"""Offers for a pull request: facts, the bot's own part of a description, templates and labels."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import describing as d
from bot.domain.describing import BEGUN, GIVEN_UP, TAKEN, Cost, Taking, Wish
from bot.domain.labelling import MOST_LABELS, known_labels
from bot.domain.own_part import BEGINS, ENDS, part_in, with_part, without_part
from bot.domain.pull_templates import template_in
from bot.records import Actor, Fact, Recorded, Repository

NOW = datetime(2026, 11, 30, tzinfo=UTC)
SHOP = Repository(id=7, full_name="acme/shop", installation_id=2, owner_id=9)
WISH = Wish(repository=SHOP, number=5, by=Actor(id=1, login="ada"))
PEOPLES = st.text().filter(lambda text: BEGINS not in text and ENDS not in text)


def past(*facts: tuple[str, Fact]) -> list[Recorded]:
    return [
        Recorded(nth, "s", nth, fact.type, json.dumps(fact.data), json.dumps({"key": key}), NOW, "")
        for nth, (key, fact) in enumerate(facts, 1)
    ]


def test_what_was_wanted_is_read_back_as_it_was() -> None:
    taking = Wish(repository=SHOP, number=5, by=WISH.by, parts=("title",), offer="d1")
    facts = past(("a", d.wanted(WISH)), ("b", d.chosen(taking)))

    assert (d.wish_in(facts, "a"), d.wish_in(facts, "b")) == (WISH, taking)
    assert d.stream_of(7, 5) == "descriptions:7:5"
    assert d.given_up("frozen").data == {"code": "frozen"}


def test_the_newest_offer_is_the_one_that_counts() -> None:
    cost = Cost(tokens=9, micro_usd=7)
    facts = past(("a", d.offered("d1", cost)), ("b", d.offered("d2", cost)), ("c", d.wanted(WISH)))

    assert (d.newest_offer(facts), d.newest_offer([])) == ("d2", "")


def test_what_is_taken_has_an_end_of_its_own() -> None:
    facts = past(
        (d.key_of("c", BEGUN), d.begun("c3")),
        (d.key_of("c", GIVEN_UP), d.given_up("frozen")),
        (d.key_of("a", BEGUN), d.begun("c1")),
        (d.key_of("a", TAKEN), d.taken(["title_changed"])),
        (d.key_of("b", BEGUN), d.begun("c2")),
    )

    assert d.takings(facts) == [
        Taking(change="c3", undone=("given_up",)),
        Taking(change="c1", undone=("title_changed",)),
        Taking(change="c2"),
    ]
    assert (d.change_in(facts, "b"), d.change_in(facts, "d")) == ("c2", "")
    assert (d.is_shown(facts), d.is_shown(facts[1:2])) == (True, False)


@given(PEOPLES, PEOPLES, PEOPLES)
def test_of_what_people_wrote_nothing_is_lost(body: str, first: str, second: str) -> None:
    once = with_part(body, first)
    twice = with_part(once, second)

    assert without_part(once) == without_part(twice) == body.strip()
    assert (part_in(once), part_in(twice)) == (first.strip(), second.strip())
    assert with_part(twice, second) == twice


def test_what_people_wrote_below_it_stays_below_it() -> None:
    body = f"Before.\n\n{BEGINS}\nold\n{ENDS}\n\nAfter."

    assert with_part(body, "new") == f"Before.\n\n{BEGINS}\nnew\n{ENDS}\n\nAfter."
    assert without_part(body) == "Before.\n\nAfter."


@pytest.mark.parametrize("body", ["```sh\nmake", "Why:\n~~~\nthis\n```\n"])
def test_no_block_of_code_that_people_left_open_swallows_it(body: str) -> None:
    once = with_part(body, "new")

    assert once == f"{BEGINS}\nnew\n{ENDS}\n\n{body}"
    assert with_part(once, "newer") == f"{BEGINS}\nnewer\n{ENDS}\n\n{body}"


@pytest.mark.parametrize("body", [BEGINS, f"{BEGINS}\nhalf", f"half\n{ENDS}", f"{ENDS} x {BEGINS}"])
def test_half_a_mark_is_none(body: str) -> None:
    assert part_in(body) is None
    assert with_part(body, "new").startswith(body)
    assert without_part(body) == body

    twice = with_part(with_part(body, "new"), "newer")

    assert twice.startswith(body)
    assert (part_in(twice), without_part(twice)) == ("newer", body)


def test_of_two_beginnings_the_one_next_to_the_end_is_the_parts() -> None:
    """Whoever deletes an end, or quotes a beginning, marks none of their own words by that."""
    body = f"Mine.\n{BEGINS}\nMine too.\n\n{BEGINS}\nold\n{ENDS}\n\nAfter."

    assert part_in(body) == "old"
    assert with_part(body, "new") == body.replace("old", "new")


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        ((".github/PULL_REQUEST_TEMPLATE.md", "src/a.py"), ".github/PULL_REQUEST_TEMPLATE.md"),
        (("docs/pull_request_template.md", "pull_request_template.txt"), "pull_request_template.txt"),
        ((".github/PULL_REQUEST_TEMPLATE/bug.md",), None),
        (("src/pull_request_template.md",), None),
        ((), None),
    ],
)
def test_a_template_is_where_github_looks_for_one(paths: tuple[str, ...], found: str | None) -> None:
    assert template_in(paths) == found


def test_pi_08_labels_are_those_that_there_are() -> None:
    there = ["bug", "Good first issue", *map(str, range(9))]

    assert known_labels(["BUG ", "good first issue", "bug", "approved"], there) == (
        ("bug", "Good first issue"),
        1,
    )
    assert known_labels(map(str, range(9)), there) == (tuple(map(str, range(MOST_LABELS))), 9 - MOST_LABELS)
