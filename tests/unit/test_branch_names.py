"""What the bot's branches may be called."""

import pytest

from bot.application.configuration_file import read_configuration
from bot.domain.branch_names import USUAL, is_a_name, is_branch, named
from tests.unit.histories import BRANCH, ID, ISSUE


@pytest.mark.parametrize("template", ["", USUAL])
def test_where_nothing_is_said_it_is_the_usual_name(template: str) -> None:
    assert named(template, issue=ISSUE, integration_id=ID) == BRANCH == f"claude/{ISSUE}-{ID}"


def test_a_template_may_say_another() -> None:
    assert named("bot/{id}/{issue}", issue=3, integration_id="a2") == "bot/a2/3"


@pytest.mark.parametrize("template", ["{id}", "a/b.c/{id}-{issue}", "{issue}{id}", "A_b/{id}.x"])
def test_what_git_takes_is_taken(template: str) -> None:
    assert is_a_name(template)
    assert read_configuration(f'branch: "{template}"'.encode()).faults == ()


@pytest.mark.parametrize(
    "template",
    [
        "/{id}",
        "{id}/",
        "a//{id}",
        "a..{id}",
        ".a/{id}",
        "a/.{id}",
        "{id}.lock",
        "a.lock/{id}",
        "{id}.",
        "-{id}",
    ],
)
def test_rc_11_what_git_takes_for_something_else_is_not(template: str) -> None:
    assert not is_a_name(template)
    [fault] = read_configuration(f'branch: "{template}"'.encode()).faults
    assert (fault.line, fault.key) == (1, "branch")


@pytest.mark.parametrize(
    "template",
    [
        "main",
        "claude/{issue}",
        "{id} x",
        "{id}~1",
        "{id}^",
        "{id}:x",
        "{id}*",
        "{name}-{id}",
        "@{id}",
        "é{id}",
    ],
)
def test_id_16_a_name_without_the_id_or_with_odd_signs_is_not(template: str) -> None:
    [fault] = read_configuration(f'branch: "{template}"'.encode()).faults
    assert fault.key == "branch"


@pytest.mark.parametrize("name", ["main", "release/1.x", "x" * 255, "Üb"])
def test_a_base_may_be_called_so(name: str) -> None:
    assert is_branch(name)


@pytest.mark.parametrize("name", ["", "x" * 256, "a b", "a..b", "-x", "/x", "a\nb"])
def test_no_branch_is_called_so(name: str) -> None:
    assert not is_branch(name)
