"""Which way a pull request is merged."""

import pytest

from bot.domain.merging import METHODS, chosen, in_order, named
from bot.records import MergeMethod


@pytest.mark.parametrize(
    ("preferred", "allowed", "method"),
    [
        (None, METHODS, "merge"),
        (None, ("rebase", "squash"), "squash"),
        (None, ("rebase",), "rebase"),
        ("rebase", METHODS, "rebase"),
        ("rebase", ("merge", "squash"), "merge"),
        ("merge", ("squash",), "squash"),
        (None, (), "merge"),
        ("squash", (), "squash"),
    ],
)
def test_the_preferred_one_is_taken_where_it_is_allowed_else_the_first_that_is(
    preferred: MergeMethod | None, allowed: tuple[MergeMethod, ...], method: MergeMethod
) -> None:
    assert chosen(preferred, allowed) == method


@pytest.mark.parametrize("first", METHODS)
def test_after_the_chosen_one_the_others_are_tried_once_each(first: MergeMethod) -> None:
    order = in_order(first)

    assert order[0] == first
    assert sorted(order) == sorted(METHODS)


@pytest.mark.parametrize(("name", "method"), [("squash", "squash"), ("octopus", None), ("", None)])
def test_a_method_is_known_by_its_name(name: str, method: MergeMethod | None) -> None:
    assert named(name) == method
