"""What is filled in already when a window opens."""

from datetime import time

import pytest

from bot.domain.slack_inputs import one_of, time_of_day
from standins.slack.blockkit import faults_in_view


def view(element: object) -> dict[str, object]:
    label = {"type": "plain_text", "text": "What"}
    block = {"type": "input", "block_id": "b", "label": label, "element": element}
    title = {"type": "plain_text", "text": "T"}
    return {"type": "modal", "title": title, "submit": title, "blocks": [block]}


def test_what_was_chosen_before_is_chosen_already() -> None:
    made = one_of({"a": "First", "b": "Second"}, action="x", chosen="b")

    assert made["initial_option"]["value"] == "b"
    assert faults_in_view(view(made)) == []


@pytest.mark.parametrize("options", [{}, {"a": "First"}])
def test_what_may_not_be_chosen_cannot_have_been(options: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="has to be one of"):
        one_of(options, action="x", chosen="b")


def test_a_time_is_hours_and_minutes() -> None:
    made = time_of_day(time(7, 5), action="x")

    assert made["initial_time"] == "07:05"
    assert faults_in_view(view(made)) == []
