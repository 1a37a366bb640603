"""Reviewed again: only what is new is read, what was said is followed, and nothing is said twice."""

# ruff: noqa: E501  a sentence is pinned as it is said

import json
import re
from collections.abc import Mapping
from typing import Final

import pytest
from inline_snapshot import snapshot

from standins.claude_replies import Asked, Reply, says
from standins.github.people import GitHub
from tests.story import Team
from tests.story.places import PullRequest
from tests.story.reviews import (
    CHANGED,
    FOUND,
    READ,
    SOURCE,
    at_lines,
    first_thread,
    has_a_change,
    is_first_look,
    threads,
    walkthrough,
)
from tests.story.scripts import REPOSITORY

OTHER: Final = "".join(f"line {nth}\n" for nth in range(30))
MORE: Final = OTHER.replace("line 20\n", "twenty\n")
MENDED: Final = CHANGED.replace("total = 1", "total += 1")


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def files() -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE, "other.txt": OTHER}


def finds_it(asked: Asked) -> Reply:
    """A reader that sees the mistake where it is in the code that is shown, and says nothing again."""
    is_there = re.search(r"^\d+[+ ] +total = 1", asked.told, re.MULTILINE) is not None
    if is_first_look(asked):
        is_known = FOUND["title"] in asked.told
        found = [FOUND] if is_there and not is_known else []
        return says(json.dumps({**READ, "findings": found, "summary": "Something else is new."}))
    claims = [json.loads(line) for line in asked.told.splitlines() if line.startswith('{"number"')]
    verdicts = [
        {"number": each["number"], "reasoning": "So it is.", "is_real": is_there, "confidence": 95}
        for each in claims
    ]
    return says(json.dumps({"verdicts": verdicts}))


@pytest.fixture
def script() -> object:
    return finds_it


async def reviewed(team: Team) -> PullRequest:
    """A pull request with a mistake, of which the developer was told."""
    pull = await has_a_change(team)
    await is_reviewed(team, pull)
    return pull


async def is_reviewed(team: Team, pull: PullRequest, words: str = "/claude review") -> list[str]:
    """What the model was asked for it."""
    before = len(team.claude.requests)
    await team.developer.comments(words, on=pull)
    await team.bot.comes_to_rest()
    return [str(each) for each in team.claude.requests[before:]]


async def test_of_a_second_push_only_what_is_new_is_read_and_nothing_is_said_twice(team: Team) -> None:
    pull = await reviewed(team)
    await team.developer.pushes({"other.txt": MORE}, branch="count")

    [request] = await is_reviewed(team, pull)

    assert "+twenty" in request
    assert "count.py" not in request
    assert at_lines(pull) == [("count.py", 5)]
    assert walkthrough(pull) == snapshot("""\
### Review of <commit>

**New since <commit>** in `other.txt`: Something else is new. The rest stands as it was read then.

Something else is new.

**Risk: medium.** Reports show this number.

**Effort to review: about 5 min**, for 5 changed lines of 2 files.

| what | files |
|---|---|
| Counting | `count.py` |
| The rest | `other.txt` |

**Said here only, or at their lines before:**

- <commit> **major** `count.py:5`: The total is set and not added to. With two paid invoices the total is 1, for each paid one sets it anew.

`/claude accept <finding> <why>` says that we live with it, `/claude dismiss <finding> <why>` that it is none.

Read: 2 files.

<sub>Asked for by @developer. 1 model call, <tokens>, <cost>. `/claude review` reads what is new, `/claude review full` all of it.</sub>\
""")


async def test_asked_again_where_nothing_changed_nobody_is_asked_and_all_of_it_only_by_full(
    team: Team,
) -> None:
    pull = await reviewed(team)

    assert await is_reviewed(team, pull) == []
    assert "Of what I read, nothing reads otherwise since" in walkthrough(pull)
    assert "The total is set and not added to" in walkthrough(pull)
    assert len(await is_reviewed(team, pull, "/claude review full")) == 2
    assert at_lines(pull) == [("count.py", 5)]
    assert threads(pull) == [(False, [])]


async def test_what_people_resolved_and_stands_there_all_the_same_is_said_again_by_full_alone(
    team: Team,
) -> None:
    pull = await reviewed(team)
    pull.pull.resolved[first_thread(pull)] = team.github.world.account("developer")

    await is_reviewed(team, pull)
    before = at_lines(pull)
    await is_reviewed(team, pull, "/claude review full")

    assert before == [("count.py", 5)]
    assert at_lines(pull) == [("count.py", 5), ("count.py", 5)]


async def test_what_is_mended_is_said_to_be_and_said_again_if_it_comes_back(team: Team) -> None:
    pull = await reviewed(team)
    await team.developer.pushes({"count.py": MENDED}, branch="count")

    assert len(await is_reviewed(team, pull)) == 2
    mended, [thread] = walkthrough(pull), threads(pull)
    await team.developer.pushes({"count.py": CHANGED}, branch="count")
    await is_reviewed(team, pull)

    assert mended == snapshot("""\
### Review of <commit>

**New since <commit>** in `count.py`: Something else is new. The rest stands as it was read then.

Something else is new.

**Risk: medium.** Reports show this number.

**Effort to review: about 5 min**, for 3 changed lines of 1 file.

| what | files |
|---|---|
| Counting | `count.py` |

**Nothing found.**

**No longer so since <commit>:**

- `count.py`: The total is set and not added to

Read: 1 file.

<sub>Asked for by @developer. 2 model calls, <tokens>, <cost>. `/claude review` reads what is new, `/claude review full` all of it.</sub>\
""")
    assert thread == (True, [snapshot("No longer so in <commit>, as far as I can see.")])
    assert at_lines(pull) == [("count.py", 5), ("count.py", 5)]
    assert [is_resolved for is_resolved, _ in threads(pull)] == [True, False]


async def test_what_is_taken_out_of_the_change_is_gone_and_nobody_is_asked(team: Team) -> None:
    pull = await reviewed(team)
    await team.developer.pushes({"count.py": SOURCE, "other.txt": MORE}, branch="count")

    [request] = await is_reviewed(team, pull)

    assert "count.py" not in request
    assert "No longer so since" in walkthrough(pull)
    assert "Nothing found" in walkthrough(pull)


async def test_after_a_rebase_what_reads_the_same_was_read_and_is_at_its_new_line(team: Team) -> None:
    pull = await reviewed(team)
    top = "import this\n\n\n\n\n"
    await team.developer.pushes({"count.py": f"{top}{SOURCE}", "added.py": "x = 1\n"})
    rebased = await team.developer.pushes({"count.py": f"{top}{CHANGED}"}, branch="rebased")
    await team.github.world.force_push("developer", "acme/shop", "count", rebased)

    asked = await is_reviewed(team, pull)

    assert [each for each in asked if "added.py" in each] == []
    assert "`count.py:10`: The total is set and not added to" in walkthrough(pull)
    assert at_lines(pull) == [("count.py", 5)]


async def test_what_is_still_so_where_its_line_reads_otherwise_is_not_said_again(team: Team) -> None:
    pull = await reviewed(team)
    await team.developer.pushes(
        {"count.py": CHANGED.replace("total = 1", "total = 1  # one")}, branch="count"
    )

    first, second = await is_reviewed(team, pull)

    assert "do not say it again" in first
    assert "The total is set and not added to" in first
    assert "code_then" in second
    assert at_lines(pull) == [("count.py", 5)]
    assert "`count.py` (at which lines, I cannot tell): The total" in walkthrough(pull)
    assert await is_reviewed(team, pull) == []
    assert "`count.py` (at which lines, I cannot tell): The total" in walkthrough(pull)
    assert threads(pull) == [(False, [])]


async def test_a_file_that_calls_itself_generated_by_now_mends_nothing(team: Team) -> None:
    pull = await reviewed(team)
    hidden = CHANGED.replace("total = 1", "total = 1  # @generated")
    await team.developer.pushes({"count.py": hidden}, branch="count")

    assert await is_reviewed(team, pull) == []
    assert "`count.py` (at which lines, I cannot tell): The total" in walkthrough(pull)
    assert threads(pull) == [(False, [])]


async def test_with_something_to_look_at_all_of_it_is_read(team: Team) -> None:
    pull = await reviewed(team)

    asked = await is_reviewed(team, pull, "/claude review the rounding")

    assert "the rounding" in asked[0]
    assert "+            total = 1" in asked[0]
    assert at_lines(pull) == [("count.py", 5)]
