"""What others' checks say of a commit, read against GitHub's stand-in, and against a host that lies."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from bot.annotations import Annotation
from bot.check_records import OthersCheck
from bot.infrastructure.github_checks import LOG_BYTES, GitHubChecks
from bot.records import StepFailed, Unavailable
from tests.contracts.github_side import ERP, Side, github_side
from tests.faults import hostile_github
from tests.faults.hostile_github import Says, hostile_side

LOG: Final = (
    "\ufeff2026-01-01T09:00:00.1234567Z Run ruff\n"
    "2026-01-01T09:00:01.1234567Z \x1b[31mE501\x1b[0m too long\n"
    "2026-01-01T09:00:02.1234567Z ##[error]Process completed with exit code 1."
)


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        yield side


@pytest.fixture
async def hostile() -> AsyncIterator[hostile_github.Side]:
    async with hostile_side() as side:
        yield side


def line(path: str, **said: str) -> dict[str, object]:
    return {"path": path, "start_line": 3, "end_line": 3, "annotation_level": "failure", **said}


async def test_each_check_of_others_is_read_and_ours_is_not_among_them(side: Side) -> None:
    head = await side.main()
    await side.checks.create(side.repository, head=head, external_id="1", title="t", summary="s")
    output = {"title": "2 errors", "summary": "See **below**."}
    lint = await side.github.run_check(ERP, head, "lint", conclusion="failure", output=output, log=LOG)
    other = await side.github.run_check(ERP, head, "build", app="some-ci")

    found = await side.checks.of_others(side.repository, head)

    assert sorted(found, key=lambda each: each.id) == [
        OthersCheck(
            id=lint,
            name="lint",
            status="completed",
            conclusion="failure",
            title="2 errors",
            summary="See **below**.",
            job=lint,
        ),
        OthersCheck(id=other, name="build", status="in_progress", conclusion=None),
    ]


async def test_of_a_check_that_ran_again_the_newest_counts_and_of_other_commits_none(side: Side) -> None:
    head = await side.main()
    await side.github.run_check(ERP, head, "lint", conclusion="failure")
    newest = await side.github.run_check(ERP, head, "lint", conclusion="success")
    namesake = await side.github.run_check(ERP, head, "lint", app="some-ci", conclusion="failure")
    later = await side.github.push("dev", ERP, {"a.py": "a\n"})
    await side.github.run_check(ERP, later, "lint", conclusion="failure")

    found = await side.checks.of_others(side.repository, head)

    assert {(each.id, each.conclusion) for each in found} == {(newest, "success"), (namesake, "failure")}


async def test_more_than_a_page_of_them_is_read(side: Side) -> None:
    head = await side.main()
    for number in range(101):
        await side.github.run_check(ERP, head, f"check {number}", conclusion="success")

    assert len(await side.checks.of_others(side.repository, head)) == 101


async def test_what_it_says_of_lines(side: Side) -> None:
    lines = [line("a.py", message="too long", title="E501"), line("b.py", message="unused")]
    output = {"title": "t", "summary": "s", "annotations": lines}
    lint = await side.github.run_check(ERP, await side.main(), "lint", conclusion="failure", output=output)

    assert await side.checks.annotations(side.repository, lint) == [
        Annotation(path="a.py", line=3, message="E501: too long"),
        Annotation(path="b.py", line=3, message="unused"),
    ]


async def test_a_jobs_log_is_read_without_its_times_and_colours(side: Side) -> None:
    job = await side.github.run_check(ERP, await side.main(), "lint", conclusion="failure", log=LOG)

    assert await side.checks.log_tail(side.repository, job) == (
        "Run ruff\nE501 too long\n##[error]Process completed with exit code 1."
    )


async def test_of_a_long_log_the_end_is_read(side: Side) -> None:
    log = "x" * 3 * LOG_BYTES + "the end"
    job = await side.github.run_check(ERP, await side.main(), "lint", conclusion="failure", log=log)

    told = await side.checks.log_tail(side.repository, job)

    assert (len(told), told[-7:]) == (LOG_BYTES, "the end")


async def test_without_the_right_to_it_no_log_is_read_and_all_else_goes_on(side: Side) -> None:
    [installation] = side.github.installations.values()
    del installation.permissions["actions"]
    head = await side.main()
    job = await side.github.run_check(ERP, head, "lint", conclusion="failure", log=LOG)

    with pytest.raises(StepFailed, match="github_forbidden"):
        await side.checks.log_tail(side.repository, job)

    assert [each.id for each in await side.checks.of_others(side.repository, head)] == [job]


async def test_a_log_that_is_gone_is_named(side: Side) -> None:
    with pytest.raises(StepFailed, match="github_not_found"):
        await side.checks.log_tail(side.repository, 12_345)


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "//evil.example/x", "x"]
)
async def test_a_log_is_fetched_over_tls_or_from_github_itself(
    hostile: hostile_github.Side, address: str
) -> None:
    hostile.hostile.will(Says(302, raw=b"", headers={"Location": address}))

    with pytest.raises(StepFailed, match="another kind of address"):
        await GitHubChecks(hostile.app).log_tail(hostile_github.ERP, 5)

    assert len(hostile.hostile.heard) == 1


async def test_no_token_goes_where_logs_lie_and_no_further_way_is_followed(
    hostile: hostile_github.Side,
) -> None:
    there = f"{hostile.hostile.url}/logs"
    hostile.hostile.will(
        Says(302, raw=b"", headers={"Location": there}),
        Says(302, raw=b"", headers={"Location": f"{there}/2"}),
    )

    with pytest.raises(StepFailed, match="status 302"):
        await GitHubChecks(hostile.app).log_tail(hostile_github.ERP, 5)

    assert ["Authorization" in each.headers for each in hostile.hostile.heard] == [True, False]


async def test_where_logs_lie_and_nobody_answers_it_may_be_tried_later(hostile: hostile_github.Side) -> None:
    there = f"{hostile.hostile.url}/logs"
    hostile.hostile.will(Says(302, raw=b"", headers={"Location": there}), Says(cut=b"HTTP/1.1 "))

    with pytest.raises(Unavailable, match="github_unreachable"):
        await GitHubChecks(hostile.app).log_tail(hostile_github.ERP, 5)


async def test_an_answer_that_leads_nowhere_is_no_log(hostile: hostile_github.Side) -> None:
    hostile.hostile.will(Says(200, body={}))

    with pytest.raises(StepFailed, match="github_refused"):
        await GitHubChecks(hostile.app).log_tail(hostile_github.ERP, 5)


async def test_only_a_job_of_github_actions_has_a_log(hostile: hostile_github.Side) -> None:
    run = {
        "id": 9,
        "name": "n",
        "status": "completed",
        "conclusion": "failure",
        "output": {"title": None, "summary": None},
        "details_url": "https://github.com/acme/erp/actions/runs/1/job/77",
        "app": {"id": 1, "slug": "github-actions"},
    }
    runs = [
        run,
        {**run, "app": {"id": 2, "slug": "some-ci"}},
        {**run, "app": None},
        {**run, "details_url": None},
        {**run, "details_url": "https://evil.example/job/../1"},
    ]
    hostile.hostile.will(Says(body={"total_count": 5, "check_runs": runs}))

    found = await GitHubChecks(hostile.app).of_others(hostile_github.ERP, "a" * 40)

    assert [each.job for each in found] == [77, None, None, None, None]


async def test_of_our_own_only_the_one_that_is_heeded_judges(hostile: hostile_github.Side) -> None:
    run = {"id": 1, "status": "completed", "conclusion": "failure", "details_url": None}
    ours = {
        "output": {"title": None, "summary": None},
        "app": {"id": hostile.app.id, "slug": "claude-code-bot"},
    }
    runs = [{**run, **ours, "name": name} for name in ("Claude Code Bot", "Claude review")]
    hostile.hostile.will(Says(body={"total_count": 2, "check_runs": runs}))

    found = await GitHubChecks(hostile.app, heeds="Claude review").of_others(hostile_github.ERP, "a" * 40)

    assert [(each.name, each.is_ours) for each in found] == [("Claude review", True)]
