"""Drafts made ready by GraphQL, suites and commit statuses, read against GitHub's stand-in."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from graphql import parse, validate

from bot.check_records import CheckSuite, OthersCheck
from bot.infrastructure.github_graphql import GRAPHQL, address_of, data_of
from bot.infrastructure.github_pulls import READY
from bot.infrastructure.github_threads import RESOLVE, THREADS
from bot.records import PullRequest, StepFailed, Unavailable
from standins.github import graphql
from tests.contracts.github_side import BRANCH, ERP, Side, github_side

DONE: Final = {"markPullRequestReadyForReview": {"pullRequest": {"isDraft": False}}}


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        yield side


async def draft(side: Side) -> PullRequest:
    await side.branch()
    return await side.pulls.open(
        side.repository, branch=BRANCH, base="main", title="Invoices", body="b", draft=True
    )


async def test_a_draft_is_opened_and_made_ready(side: Side) -> None:
    opened = await draft(side)

    await side.pulls.make_ready(side.repository, opened.number)

    assert opened.draft
    assert not (await side.pulls.get(side.repository, opened.number)).draft
    assert "POST /graphql" in side.calls()


async def test_what_is_no_draft_any_more_is_left_so(side: Side) -> None:
    opened = await draft(side)
    await side.github.ready("dev", ERP, opened.number)

    await side.pulls.make_ready(side.repository, opened.number)

    assert "POST /graphql" not in side.calls()


async def test_where_there_are_no_drafts_that_is_a_failure_of_its_own(side: Side) -> None:
    side.github.repository(ERP).has_drafts = False

    with pytest.raises(StepFailed, match="drafts_unsupported"):
        await draft(side)


async def test_a_draft_cannot_be_merged(side: Side) -> None:
    opened = await draft(side)

    with pytest.raises(StepFailed, match="merge_blocked"):
        await side.merge(opened.number, opened.head)


async def test_a_right_that_is_missing_is_said_although_the_status_is_200(side: Side) -> None:
    opened = await draft(side)
    await side.pulls.get(side.repository, opened.number)
    for token in side.github.tokens.values():
        token.permissions = {**token.permissions, "pull_requests": "read"}

    with pytest.raises(StepFailed) as no:
        await side.pulls.make_ready(side.repository, opened.number)

    assert no.value.code == "github_forbidden"


@pytest.mark.parametrize(
    ("errors", "raised", "code"),
    [
        ([{"type": "FORBIDDEN", "message": "no"}], StepFailed, "github_forbidden"),
        ([{"type": "NOT_FOUND", "message": "no node"}], StepFailed, "github_not_found"),
        ([{"type": "UNPROCESSABLE", "message": "no draft"}], StepFailed, "github_invalid"),
        ([{"type": "ODD", "message": "odd"}], StepFailed, "github_refused"),
        ([{"message": "Resource not accessible by integration"}], StepFailed, "github_forbidden"),
        ([{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}], Unavailable, "github_limited"),
        ([{"type": "FORBIDDEN", "message": "was submitted too quickly"}], Unavailable, "github_limited"),
        ([{"message": "Something went wrong while executing your query"}], Unavailable, "github_broken"),
        (["odd"], Unavailable, "github_broken"),
    ],
)
def test_an_answer_with_errors_is_a_failure_whatever_else_it_holds(
    errors: list[Any], raised: type[Exception], code: str
) -> None:
    with pytest.raises(raised, match=code):
        data_of({"data": DONE, "errors": errors}, what="make_ready")


@pytest.mark.parametrize("answer", [None, [], {}, {"data": None}, {"data": []}])
def test_an_answer_of_another_shape_is_none(answer: Any) -> None:
    with pytest.raises(Unavailable, match="github_unreadable"):
        data_of(answer, what="make_ready")


def test_what_was_asked_for_is_what_it_says() -> None:
    assert data_of({"data": DONE}, what="make_ready") == DONE


@pytest.mark.parametrize(
    ("base", "path", "address"),
    [
        ("https://api.github.com", GRAPHQL, "https://api.github.com/graphql"),
        ("https://git.example.org/api/v3", GRAPHQL, "https://git.example.org/api/graphql"),
        ("https://git.example.org/api/v3", "/repos/a/b", "https://git.example.org/api/v3/repos/a/b"),
    ],
)
def test_where_graphql_lies(base: str, path: str, address: str) -> None:
    assert address_of(base, path) == address


@pytest.mark.parametrize("document", [READY, RESOLVE, THREADS])
def test_what_is_asked_is_in_the_published_schema(document: str) -> None:
    assert validate(graphql.schema(), parse(document)) == []


async def asked(side: Side, body: Any, token: str) -> tuple[int, Mapping[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"}
    sent = body if isinstance(body, str) else json.dumps(body)
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{side.github.url}/graphql", data=sent, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


async def test_the_stand_in_refuses_what_it_does_not_play(side: Side) -> None:
    opened = await draft(side)
    token = next(each.value for each in side.github.tokens.values() if "pull_requests" in each.permissions)
    unknown = await asked(side, {"query": "query { viewer { login } }"}, token)
    nowhere = await asked(side, {"query": READY, "variables": {"pull": "PR_1"}}, token)
    [violation] = side.github.violations
    side.github.violations.clear()

    assert (await asked(side, {"query": READY}, "nobody"))[0] == 401
    assert (await asked(side, "{", token))[0] == 400
    assert (unknown[0], "errors" in unknown[1]) == (200, True)
    assert nowhere[1]["errors"][0]["type"] == "NOT_FOUND"
    assert "viewer" in violation
    await side.github.ready("dev", ERP, opened.number)
    issue = side.github.repository(ERP).issues[opened.number]
    again = await asked(side, {"query": READY, "variables": {"pull": f"PR_{issue.id}"}}, token)
    assert again[1]["errors"][0]["type"] == "UNPROCESSABLE"


async def test_suites_say_how_far_they_are_and_ours_is_not_among_them(side: Side) -> None:
    head = await side.main()
    await side.checks.create(side.repository, head=head, external_id="1", title="t", summary="s")
    lint = await side.github.run_check(ERP, head, "lint", conclusion="success")
    suite = side.github.repository(ERP).checks[lint].suite
    await side.github.run_check(ERP, head, "build", app="some-ci")

    found = await side.checks.suites_of_others(side.repository, head)

    assert [(each.status, each.conclusion, each.checks) for each in found] == [
        ("completed", "success", 1),
        ("in_progress", None, 1),
    ]
    side.github.repository(ERP).suites_say[suite] = "in_progress"
    assert (await side.checks.suites_of_others(side.repository, head))[0].status == "in_progress"


async def test_a_workflow_that_could_not_begin_is_a_suite_without_checks(side: Side) -> None:
    head = await side.main()
    await side.github.end_suite(ERP, head, "startup_failure")

    [found] = await side.checks.suites_of_others(side.repository, head)

    assert found == CheckSuite(
        id=found.id,
        app="github-actions",
        status="completed",
        conclusion="startup_failure",
        checks=0,
    )


async def test_of_each_status_the_newest_counts_in_the_words_of_checks(side: Side) -> None:
    head = await side.main()
    for context, state in (("a", "failure"), ("a", "success"), ("b", "pending"), ("c", "error")):
        await side.github.set_status("dev", ERP, head, context, state, description="says so")

    found = await side.checks.statuses(side.repository, head)

    assert [(each.name, each.status, each.conclusion, each.is_run) for each in found] == [
        ("a", "completed", "success", False),
        ("b", "queued", None, False),
        ("c", "completed", "failure", False),
    ]
    assert found[0] == OthersCheck(
        id=found[0].id,
        name="a",
        status="completed",
        conclusion="success",
        title="says so",
        is_run=False,
    )


async def test_more_than_a_page_of_statuses_is_read(side: Side) -> None:
    head = await side.main()
    for number in range(101):
        await side.github.set_status("dev", ERP, head, f"check {number}", "success")

    assert len(await side.checks.statuses(side.repository, head)) == 101


async def test_without_the_right_to_statuses_nothing_is_taken_for_a_pass(side: Side) -> None:
    for installation in side.github.installations.values():
        installation.permissions.pop("statuses")

    with pytest.raises(StepFailed, match="github_forbidden"):
        await side.checks.statuses(side.repository, await side.main())
