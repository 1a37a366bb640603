"""A copy of a wide record: as `dataclasses` makes it, and nothing that the record does not have."""

import dataclasses

import pytest

from bot.domain.copying import replace
from bot.domain.integration import Integration
from bot.domain.states import State


def test_it_is_the_copy_that_dataclasses_make_and_what_it_was_made_of_stays() -> None:
    before = Integration(id="1", issue=7)

    after = replace(before, state=State.ACTIVE, turns=3)

    assert after == dataclasses.replace(before, state=State.ACTIVE, turns=3)
    assert hash(after) == hash(dataclasses.replace(after))
    assert before == Integration(id="1", issue=7)


def test_a_copy_cannot_be_changed_either() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(replace(Integration(id="1"), turns=3), "turns", 4)  # noqa: B010  the checker refuses it anyhow


def test_there_is_no_field_that_the_record_does_not_have() -> None:
    with pytest.raises(TypeError, match="Integration has no turnz"):
        replace(Integration(id="1"), turnz=1)  # type: ignore[call-arg]
