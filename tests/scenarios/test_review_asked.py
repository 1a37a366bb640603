"""A person asks for a review of a pull request."""

# ruff: noqa: E501  a sentence is pinned as it is said

from collections.abc import Mapping

import pytest
from inline_snapshot import snapshot

from standins.faults import Fault
from standins.github.people import GitHub
from standins.github.remarks import remarks_on
from tests.story import Team
from tests.story.reviews import FOUND, SOURCE, at_lines, has_a_change, reviews, walkthrough
from tests.story.scripts import REPOSITORY

MOST_CALLS = 12
REVIEWS = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews"
REMARKS = "/repos/{owner}/{repo}/pulls/{pull_number}/comments"


def refusal(route: str) -> Fault:
    return Fault(kind="refuse", method="POST", route=route, status=422, message="Validation Failed")


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def files() -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE}


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_what_was_found_is_said_at_its_line_in_one_comment_and_by_a_check_that_judges_nothing(
    team: Team,
) -> None:
    pull = await has_a_change(team)
    await team.bot.comes_to_rest()
    calls = team.github.world.calls
    before = len(calls)

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    assert len([each for each in calls[before:] if ".git/" not in each.path]) <= MOST_CALLS
    [check] = team.github.checks()
    [review] = pull.pull.reviews
    assert (check.name, check.head_sha, check.conclusion) == ("Claude review", pull.head, "neutral")
    assert (review.commit, review.state) == (pull.head, "COMMENTED")
    assert review.comments == snapshot([
        {
            "path": "count.py",
            "body": """\
**major** (90% sure): The total is set and not added to

With two paid invoices the total is 1, for each paid one sets it anew.

```suggestion
            total += 1
```

<sub>Finding `52c1aea0`</sub>

<!-- claude-code-bot:finding:52c1aea07d6423fb -->\
""",
            "line": 5,
            "side": "RIGHT",
        }
    ])
    assert walkthrough(pull) == snapshot("""\
### Review of <commit>

Only paid invoices are counted.

**Risk: medium.** Reports show this number.

**Effort to review: about 5 min**, for 3 changed lines of 1 file.

| what | files |
|---|---|
| Counting | `count.py` |

**At their lines:**

- <commit> **major** `count.py:5`: The total is set and not added to

`/claude accept <finding> <why>` says that we live with it, `/claude dismiss <finding> <why>` that it is none.

Read: 1 file.

<sub>Asked for by @developer. 2 model calls, <tokens>, <cost>. `/claude review` reads what is new, `/claude review full` all of it.</sub>\
""")
    assert (pull.replies(), pull.reactions()) == ([], ["eyes"])


@pytest.mark.parametrize("script", [reviews()])
async def test_where_nothing_was_found_no_review_is_left_and_the_walkthrough_says_so(team: Team) -> None:
    pull = await has_a_change(team)

    await team.developer.comments("/claude review the sum", on=pull)
    await team.bot.comes_to_rest()

    assert "**Nothing found.**" in walkthrough(pull)
    assert pull.pull.reviews == []
    assert len(team.claude.requests) == 1
    assert "the sum" in str(team.claude.requests[0])


@pytest.mark.parametrize("script", [reviews(FOUND, {**FOUND, "rule": "other", "line": 4}, real=[1])])
async def test_what_a_second_look_cannot_reproduce_is_said_nowhere(team: Team) -> None:
    pull = await has_a_change(team)

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    assert at_lines(pull) == [("count.py", 4)]
    assert "1 left out that a second look could not reproduce" in walkthrough(pull)


@pytest.mark.parametrize("script", [reviews(FOUND, sure=60)])
async def test_what_one_of_the_two_is_not_sure_of_is_not_said(team: Team) -> None:
    pull = await has_a_change(team)

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    assert at_lines(pull) == []
    assert "**Nothing found that counts.**" in walkthrough(pull)
    assert " 1 left out as less than 70% sure." in walkthrough(pull)


@pytest.mark.parametrize("script", [reviews({**FOUND, "line": 500})])
async def test_what_is_of_no_line_of_the_diff_is_said_in_the_walkthrough(team: Team) -> None:
    pull = await has_a_change(team)

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    assert at_lines(pull) == []
    assert (
        "`count.py:500` (no line of this change, so I did not look whether it is there): The total is set and not added to"
        in walkthrough(pull)
    )
    assert "total = 1" in str(team.claude.requests[-1])  # whoever looks again sees the file


OLD = "def a():\r\n    x = 1\r\n    y = 2\r\n    z = 3\r\n    return x + y + z\r\n"
NEW = "def a():\r\n    x = 1\r\n    w = 4\r\n    z = 5\r\n    return x + z\r\n"
AT_LINES = (
    {**FOUND, "rule": "a", "side": "LEFT", "start_line": 3, "line": 4, "suggestion": None},
    {**FOUND, "rule": "b", "side": "LEFT", "start_line": 2, "line": 5, "suggestion": None},
    {**FOUND, "rule": "c", "start_line": 4, "line": 3, "suggestion": "    w = 40\n    z = 50"},
    {**FOUND, "rule": "d", "start_line": None, "line": 5, "suggestion": "    return x + w + z"},
)


@pytest.mark.parametrize("files", [{**REPOSITORY, "Zähler 1.py": OLD}])
@pytest.mark.parametrize("script", [reviews(*({**each, "path": "Zähler 1.py"} for each in AT_LINES))])
async def test_it_is_said_at_one_line_or_many_on_either_side_whatever_the_file_is_like(team: Team) -> None:
    pull = await has_a_change(team, {"Zähler 1.py": NEW})

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    said = [each.said for each in remarks_on(pull.issue)]
    at = [
        (each["side"], each.get("start_line"), each["line"], "```suggestion" in each["body"]) for each in said
    ]
    assert sorted(at, key=str) == [
        ("LEFT", 3, 4, False),
        ("LEFT", None, 5, False),
        ("RIGHT", 3, 4, True),
        ("RIGHT", None, 5, True),
    ]


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_asked_again_nothing_is_said_twice_at_a_line_also_where_all_is_wanted(team: Team) -> None:
    pull = await has_a_change(team)
    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()
    again = at_lines(pull), walkthrough(pull)
    await team.developer.comments("/claude review full", on=pull)
    await team.bot.comes_to_rest()

    assert again[0] == [("count.py", 5)]
    assert "Said here only, or at their lines before" in again[1]
    assert at_lines(pull) == [("count.py", 5)]
    assert "Said here only, or at their lines before" in walkthrough(pull)


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_what_github_does_not_take_together_is_said_one_by_one(team: Team) -> None:
    pull = await has_a_change(team)
    team.github.world.faults.add(refusal(REVIEWS))
    team.github.world.faults.add(Fault(kind="cut_after", method="POST", route=REMARKS))

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    assert at_lines(pull) == [("count.py", 5)]
    assert "At their lines" in walkthrough(pull)
    assert len(team.claude.requests) == 2


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_where_github_takes_none_at_the_line_it_is_said_of_the_file(team: Team) -> None:
    pull = await has_a_change(team)
    team.github.world.faults.add(refusal(REVIEWS))
    team.github.world.faults.add(refusal(REMARKS))

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    [said] = remarks_on(pull.issue)
    assert (said.said["path"], said.said["subject_type"]) == ("count.py", "file")
    assert "At their lines" in walkthrough(pull)


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_where_github_takes_none_it_is_in_the_walkthrough_and_not_paid_again(
    team: Team,
) -> None:
    pull = await has_a_change(team)
    team.github.world.faults.add(refusal(REVIEWS))
    for _ in range(2):
        team.github.world.faults.add(refusal(REMARKS))

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    assert at_lines(pull) == []
    assert "With two paid invoices the total is 1" in walkthrough(pull)
    assert len(team.claude.requests) == 2


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_a_review_whose_answer_was_lost_is_found_again(team: Team) -> None:
    pull = await has_a_change(team)
    team.github.world.faults.add(Fault(kind="cut_after", method="POST", route=REVIEWS))

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    assert at_lines(pull) == [("count.py", 5)]
    assert "At their lines" in walkthrough(pull)


@pytest.mark.parametrize("script", [reviews({**FOUND, "suggestion": "            total += ("})])
async def test_a_suggestion_that_breaks_the_file_is_not_offered(team: Team) -> None:
    pull = await has_a_change(team)

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    [review] = pull.pull.reviews
    assert [each["line"] for each in review.comments] == [5]
    assert "suggestion" not in review.comments[0]["body"]


async def test_who_may_not_write_gets_no_review(team: Team) -> None:
    pull = await has_a_change(team)

    await team.viewer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    assert team.claude.requests == []
    assert team.github.checks() == []
    assert pull.replies() == snapshot([
        "This needs `integration:write`, and you are viewer here. Somebody who is developer or admin could do it."
    ])


async def test_an_issue_cannot_be_reviewed(team: Team) -> None:
    issue = await team.requester.opens_an_issue()

    await team.requester.comments("/claude review", on=issue)
    await team.bot.comes_to_rest()

    assert issue.replies() == snapshot([
        "There is nothing to review on an issue. Say `/claude review` on a pull request."
    ])


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_nothing_is_reviewed_while_it_is_frozen(team: Team) -> None:
    pull = await has_a_change(team)
    await team.admin.comments("/claude freeze Stocktaking", on=pull)
    await team.bot.comes_to_rest()

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    assert team.claude.requests == []
    assert len(pull.replies()) == 2
    assert "nothing is begun or moved on here" in pull.replies()[-1]
