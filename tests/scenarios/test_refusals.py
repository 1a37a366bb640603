"""What is refused: with the reason, and without any fact."""

# ruff: noqa: E501  a sentence is pinned as it is said

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from tests.story import Person, Team


@pytest.mark.parametrize(
    ("who", "words", "answer"),
    [
        (
            "viewer",
            "/claude integrate send invoices",
            snapshot(
                "This needs `integration:write`, and you are viewer here. Somebody who is developer or admin could do it."
            ),
        ),
        (
            "stranger",
            "/claude integrate send invoices",
            snapshot(
                "This needs `integration:write`, and you have no role here. Somebody who is developer or admin could do it."
            ),
        ),
        (
            "stranger",
            "/claude help",
            snapshot(
                "This needs `integration:read`, and you have no role here. Somebody who is viewer or developer or admin could do it."
            ),
        ),
        ("requester", "/claude integrate", snapshot("Say what to integrate: `/claude integrate <what>`.")),
        (
            "requester",
            "/claude integrate --budget much send invoices",
            snapshot("The value of `--budget` is not an amount of dollars, such as 2.50."),
        ),
        (
            "requester",
            "/claude integrate --colour red send invoices",
            snapshot(
                "I do not know the option `--colour`. `/claude help` shows what there is. What only looks like one goes below the first line."
            ),
        ),
        (
            "requester",
            "/claude integrate send invoices --base",
            snapshot("The option `--base` needs a value behind it."),
        ),
        (
            "requester",
            "/claude integrat send invoices",
            snapshot(
                "I do not know the command `integrat`. Did you mean `/claude integrate`? `/claude help` shows what there is."
            ),
        ),
        (
            "requester",
            "/claude approve",
            snapshot("Nothing here waits for that now. `/claude status` shows where it stands."),
        ),
        (
            "requester",
            "/claude cancel",
            snapshot("Nothing here waits for that now. `/claude status` shows where it stands."),
        ),
        (
            "requester",
            "/claude status",
            snapshot("There is no integration here yet. `/claude integrate <what>` asks for one."),
        ),
    ],
)
async def test_a_refusal_says_why(team: Team, who: str, words: str, answer: str) -> None:
    speaker = Person(login=who, world=team.github.world)
    issue = await team.requester.opens_an_issue()

    await speaker.comments(words, on=issue)

    await team.bot.comes_to_rest()
    assert issue.replies() == [answer]
    assert await team.bot.row() is None


async def test_a_slip_is_answered_to_the_teams_own_and_to_nobody_else(team: Team) -> None:
    team.github.repository.private = False
    team.github.world.person("passer-by")
    passer_by = Person(login="passer-by", world=team.github.world)
    issue = await team.requester.opens_an_issue()

    for person in (passer_by, team.stranger, team.viewer):
        await person.comments("/claude integrat send invoices", on=issue)
    await team.bot.comes_to_rest()
    before = issue.replies()
    await team.developer.comments("/claude integrat send invoices", on=issue)

    await team.bot.comes_to_rest()
    assert before == issue.reactions() == []
    assert issue.replies() == snapshot([
        "I do not know the command `integrat`. Did you mean `/claude integrate`? `/claude help` shows what there is."
    ])


async def test_only_a_new_comment_of_a_person_is_a_command(team: Team) -> None:
    """Not one that was edited later, not one of a bot, not one that is quoted or not in the first line."""
    team.github.world.add_account("helper[bot]", "Bot")
    team.github.repository.roles["helper[bot]"] = "admin"
    machine = Person(login="helper[bot]", world=team.github.world)
    issue = await team.requester.opens_an_issue()

    comment = await team.requester.comments("Let us send invoices", on=issue)
    await team.requester.edits(comment, "/claude integrate send invoices", on=issue)
    await machine.comments("/claude integrate send invoices", on=issue)
    await team.requester.comments("> /claude integrate send invoices", on=issue)
    await team.requester.comments("Hello\n/claude integrate send invoices", on=issue)

    await team.bot.comes_to_rest()
    assert issue.replies() == issue.reactions() == []
    assert await team.bot.row() is None


@pytest.mark.parametrize(
    ("who", "words", "answer"),
    [
        (
            "requester",
            "/claude approve",
            snapshot("You asked for it, so somebody else with write access has to approve it."),
        ),
        (
            "viewer",
            "/claude approve",
            snapshot(
                "This needs `integration:approve`, and you are viewer here. Somebody who is developer or admin could do it."
            ),
        ),
        (
            "stranger",
            "/claude approve",
            snapshot(
                "This needs `integration:approve`, and you have no role here. Somebody who is developer or admin could do it."
            ),
        ),
        (
            "viewer",
            "/claude cancel",
            snapshot(
                "This needs `integration:write`, and you are viewer here. Somebody who is developer or admin could do it."
            ),
        ),
        (
            "viewer",
            "/claude reject",
            snapshot(
                "This needs `integration:approve`, and you are viewer here. Somebody who is developer or admin could do it."
            ),
        ),
        (
            "admin",
            "/claude deploy",
            snapshot("Nothing here waits for that now. `/claude status` shows where it stands."),
        ),
        (
            "admin",
            "/claude answer yes",
            snapshot("Nothing here waits for that now. `/claude status` shows where it stands."),
        ),
    ],
)
async def test_the_gate_stays_shut_for_those_who_may_not_open_it(
    team: Team, who: str, words: str, answer: str
) -> None:
    speaker = Person(login=who, world=team.github.world)
    _, pull = await team.has_a_pull_request()
    before = await team.bot.facts()

    await speaker.comments(words, on=pull)

    await team.bot.comes_to_rest()
    assert pull.replies() == [answer]
    assert await team.bot.facts() == before


@pytest.mark.parametrize("environment", [{"ALLOW_SELF_APPROVAL": "true"}])
async def test_where_the_operator_allows_it_one_approves_alone_and_that_is_said(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    waiting = issue.status_comment()

    await team.requester.comments("/claude approve", on=pull)

    await team.bot.waits_for("deploy_approval")
    await team.bot.comes_to_rest()
    assert "by somebody with write access, @requester too (the operator allows one's own" in waiting
    assert "other than" not in waiting
    assert "Approved by @requester (the operator allows one's own approval here)." in issue.status_comment()


async def test_an_approval_counts_only_while_its_giver_may_give_it(team: Team) -> None:
    """Rights are asked again at the moment of the merge."""
    _, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    team.github.delays("PATCH", "/repos/{owner}/{repo}/check-runs/{check_run_id}")

    await team.developer.comments("/claude approve", on=pull)
    await team.bot.is_in(State.DEPLOYING)
    team.github.repository.roles["developer"] = "read"

    await team.bot.reaches(State.FAILED, because="approver_lost_access")
    assert team.github.merged_heads() == []


@pytest.mark.parametrize("environment", [{"ALLOWED_OWNERS": "somebody-else"}])
async def test_an_account_that_is_not_served_is_told_so(team: Team) -> None:
    issue = await team.asks()

    await team.bot.comes_to_rest()

    assert issue.replies() == snapshot([
        "This bot does not serve this account. Its operator can add it to `ALLOWED_OWNERS`."
    ])
    assert await team.bot.row() is None
