"""Kinds of repositories, from a comment to a pull request: Python, with tox or without, Node, and make."""

import shutil
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import pytest

from bot.domain.states import State
from standins.claude_replies import Asked, Raw, Reply, Script, calls, edit, says
from standins.packages import PackageIndex
from tests.story import Team
from tests.story.packages import (
    HOST,
    MAKE_FILES,
    PLAIN,
    PYTHON_FILES,
    TOX_FILES,
    leading_to,
    node_files,
    stocked,
)
from tests.story.scripts import SUMMARY, spec, wants_a_spec, writes
from tests.story.team import REQUEST

HAS_NODE: Final = shutil.which("npm") is not None
INDEX: Final = stocked()
NODE_FILES: Final = node_files(INDEX)
NEEDS_NODE: Final = pytest.mark.skipif(not HAS_NODE, reason="Node and npm are not on this machine")


@pytest.fixture
async def index() -> AsyncIterator[tuple[PackageIndex, int]]:
    """The package index of this story, and its port."""
    INDEX.asked.clear()
    async with INDEX.running() as port:
        yield INDEX, port


@pytest.fixture
def bent(index: tuple[PackageIndex, int]) -> Mapping[str, Any]:
    return {"out": leading_to(index[1])}


@pytest.fixture
def environment() -> Mapping[str, str]:
    """The operator allows the index."""
    indexes = f"python=http://{HOST}/simple,npm=http://{HOST}"
    return {"SETUP_HOSTS": PLAIN, "SETUP_INDEXES": indexes, "SANDBOX_LIMITS": "100,1024,128,20000"}


@pytest.mark.parametrize(
    ("files", "tested", "asked"),
    [
        pytest.param(
            PYTHON_FILES,
            "`python -m pytest -q`: 1 passed, 1 before this change",
            "/files/words-1.0-py3-none-any.whl",
            id="python",
        ),
        pytest.param(
            TOX_FILES,
            "`python -m tox run --current-env --no-provision -e py`: 1 passed, 1 before this change",
            "/files/words-1.0-py3-none-any.whl",
            id="tox",
        ),
        pytest.param(
            NODE_FILES,
            "`npm test`: 1 passed, 1 before this change",
            "/words/-/words-1.0.0.tgz",
            id="node",
            marks=NEEDS_NODE,
        ),
        pytest.param(MAKE_FILES, "`make test`: passed by its status alone, not counted", None, id="make"),
    ],
)
async def test_its_tests_are_found_what_they_need_is_installed_and_the_report_says_how_they_went(
    team: Team, index: tuple[PackageIndex, int], tested: str, asked: str | None
) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()

    assert tested in issue.status_comment()
    assert f"Pull request #{pull.number} (1 file)" in issue.status_comment()
    # Once for all runs: before the change, on it, and with a test that must fail.
    assert [path for path in index[0].asked if path == asked] == ([asked] if asked else [])


def needs_more(asked: Asked) -> Reply | Raw | None:
    """First it needs a package that nobody has, then one that there is."""
    if wants_a_spec(asked):
        return spec()
    wanted = "words==1.0\nletters==2.0\n" if "did not pass" in asked.told else "words==1.0\nno-such-thing\n"
    if asked.calls_since_told:
        return says(SUMMARY)
    return calls(edit(f"toolu_{asked.turns}", "create", "requirements.txt", file_text=wanted))


@pytest.mark.parametrize(("files", "script"), [(PYTHON_FILES, needs_more)])
async def test_a_change_of_what_is_needed_is_installed_anew_and_its_failure_is_told_to_the_model(
    team: Team,
) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()

    told = str(team.claude.requests)
    assert "the set-up before them failed: exit status 1" in told
    assert "No matching distribution found for no-such-thing" in told
    assert "What is installed for the tests was changed" in issue.status_comment()
    assert f"Pull request #{pull.number} (1 file)" in issue.status_comment()


def needs_letters(asked: Asked) -> Reply | Raw | None:
    """It needs one package more."""
    if wants_a_spec(asked):
        return spec()
    if asked.turns:
        return says(SUMMARY)
    wanted = "words==1.0\nletters==2.0\n"
    return calls(edit("toolu_1", "create", "requirements.txt", file_text=wanted))


@pytest.mark.parametrize(("files", "script"), [(PYTHON_FILES, needs_letters)])
async def test_sc_04_on_an_outsiders_issue_nothing_further_is_installed_before_a_person_grants_it(
    team: Team, index: tuple[PackageIndex, int]
) -> None:
    issue = await team.stranger.opens_an_issue(body="Please use letters as well.")
    await team.requester.comments(REQUEST, on=issue)
    await team.bot.waits_for("install_approval")
    await team.bot.comes_to_rest()
    said, before = issue.status_comment(), len(index[0].asked)

    await team.bot.restarts()
    await team.requester.comments("/claude approve", on=issue)

    pull = await team.bot.has_a_pull_request(on=issue)
    await team.bot.comes_to_rest()
    assert "The model reads text by `stranger`, who may not write here." in said
    assert "something else to be installed (`requirements.txt`)" in said
    assert len(index[0].asked) > before
    assert not pull.is_merged
    assert "Waits for an approval" in issue.status_comment()


ELSEWHERE: Final = {
    **PYTHON_FILES,
    ".github/claude-bot.yml": "setup:\n"
    "  - python -m pip install --index-url https://elsewhere.example.org/ --retries 0 -r requirements.txt\n",
}


@pytest.mark.parametrize("files", [ELSEWHERE])
async def test_a_set_up_that_is_refused_its_host_ends_it_and_the_requester_is_told_which(team: Team) -> None:
    issue = await team.asks()

    await team.bot.reaches(State.FAILED, because="setup_red")
    await team.bot.comes_to_rest()

    said = issue.status_comment()
    assert "What the tests need could not be installed here" in said
    assert "- elsewhere.example.org:443: not among the hosts that the operator allows (SETUP_HOSTS)" in said
    assert team.claude.requests == []


@pytest.fixture
def script() -> Script:
    return writes()
