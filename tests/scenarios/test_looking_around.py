"""The model looks around and runs the tests by tools of its own, and the change stays what it wrote."""

import re
from collections.abc import Mapping
from typing import Any, Final

import pytest

from standins.claude_replies import Asked, Reply, Script, calls, edit, says, tool_use
from tests.story import Team
from tests.story.scripts import SUMMARY, spec, wants_a_spec

FILES: Final[Mapping[str, str]] = {
    "word.txt": "right\n",
    "shop/words.txt": "left\nRight of way\n",
    "run_tests.sh": 'touch left-behind; echo "the word is $(cat word.txt)"; grep -q right word.txt\n',
    ".github/claude-bot.yml": 'test: "sh run_tests.sh"\n',
}


def looks_around(asked: Asked) -> Reply:
    """Finds files, finds lines, breaks the word, sees it fail, mends it, sees it pass."""
    if wants_a_spec(asked):
        return spec()
    steps = (
        (
            tool_use("t1", "list_files", paths="*.txt"),
            tool_use("t2", "search", text="right", ignore_case=True),
        ),
        (edit("t3", "create", "word.txt", file_text="wrong\n"), tool_use("t4", "run_tests")),
        (edit("t5", "create", "word.txt", file_text="all right\n"), tool_use("t6", "run_tests")),
    )
    made = asked.calls_since_told // 2
    return calls(*steps[made]) if made < len(steps) else says(SUMMARY)


@pytest.fixture
def files() -> Mapping[str, str]:
    return FILES


@pytest.fixture
def script() -> Script:
    return looks_around


async def test_the_tools_that_look_and_test_show_what_stands_there(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    listed, found, _, red, _, green = results_in(team.claude.requests[-1])
    assert data_in(listed) == "shop/words.txt\nword.txt"
    assert data_in(found) == (
        'run_tests.sh:1:touch left-behind; echo "the word is $(cat word.txt)"; grep -q right word.txt\n'
        "shop/words.txt:2:Right of way\nword.txt:1:right"
    )
    assert (red["is_error"], data_in(red)) == (True, "the word is wrong")
    assert red["content"].startswith("The tests have run: exit status 1, after ")
    assert ("is_error" in green, data_in(green)) == (False, "the word is all right")
    await team.bot.comes_to_rest()
    assert f"Pull request #{pull.number} (1 file)" in issue.status_comment()


def results_in(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the tools have said, in the order of the calls."""
    blocks = [
        block for message in body["messages"] for block in message["content"] if isinstance(block, dict)
    ]
    return [block for block in blocks if block.get("type") == "tool_result"]


def data_in(result: Mapping[str, Any]) -> str:
    """What stands between the delimiters."""
    content = result["content"]
    text = content if isinstance(content, str) else "".join(part["text"] for part in content)
    found = re.search(r"<data-[^>]*>\n(.*?)\n</data-", text, re.DOTALL)
    return found[1].strip() if found else ""
