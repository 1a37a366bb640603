"""Threads of a review: whose they are, what is said in them, and that they are resolved, on the stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from bot.finding_marks import finding_marker
from bot.infrastructure.github_reviews import GitHubReviews
from bot.infrastructure.github_threads import GitHubThreads
from bot.records import StepFailed
from bot.review_records import LineComment, Remark, Thread
from standins.github.remarks import MOST_OF_A_REVIEW, remarks_on
from tests.contracts.github_side import ERP, Side, github_side

FINDING: Final = "0123456789abcdef"
OTHER: Final = "fedcba9876543210"
MARKER: Final = "<!-- claude-code-bot:reply:k1 -->"
TEXT: Final = "a\nb\nc\n"


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        yield side


@pytest.fixture
def threads(side: Side) -> GitHubThreads:
    return GitHubThreads(side.app)


async def reviewed(side: Side, *said: LineComment) -> int:
    """A pull request with a review of ours."""
    await side.github.push("dev", ERP, {"a.txt": TEXT}, branch="work")
    number = await side.github.open_pull("dev", ERP, head="work", title="Work")
    reviews, comments = GitHubReviews(side.app), said or (found(FINDING),)
    pull = await reviews.look(side.repository, number)
    await reviews.post(side.repository, number, head=pull.head, body="x", comments=comments)
    return number


def found(fingerprint: str, *, line: int = 2) -> LineComment:
    body = f"**major** It is wrong\n\n{finding_marker(fingerprint)}"
    return LineComment(path="a.txt", body=body, line=line, side="RIGHT")


async def only(side: Side, threads: GitHubThreads, number: int) -> Thread:
    [thread] = await threads.ours(side.repository, number)
    return thread


async def test_a_finding_of_ours_is_a_thread(side: Side, threads: GitHubThreads) -> None:
    number = await reviewed(side)

    thread = await only(side, threads, number)

    assert thread.fingerprint == FINDING
    assert (thread.is_resolved, thread.resolved_by, thread.is_outdated) == (False, None, False)
    assert await threads.finding(side.repository, thread.comment) == FINDING


async def test_all_of_them_are_found_however_many_there_are(side: Side, threads: GitHubThreads) -> None:
    number = await reviewed(side, *(found(f"{nth:016x}") for nth in range(99)))
    pull = await GitHubReviews(side.app).look(side.repository, number)
    more = [found(OTHER, line=1), LineComment(path="a.txt", body="No finding", line=3, side="RIGHT")]
    await GitHubReviews(side.app).post(side.repository, number, head=pull.head, body="y", comments=more)

    assert len({each.fingerprint for each in await threads.ours(side.repository, number)}) == 100


async def test_a_marker_that_somebody_copied_begins_no_thread_of_ours(
    side: Side, threads: GitHubThreads
) -> None:
    number = await reviewed(side, LineComment(path="a.txt", body="Ours", line=1, side="RIGHT"))
    forged = {"path": "a.txt", "line": 2, "side": "RIGHT", "body": finding_marker(FINDING)}
    review = await side.github.review("dev", ERP, number, event="COMMENT", body="x", comments=[forged])

    assert await threads.ours(side.repository, number) == []
    assert await threads.finding(side.repository, review * MOST_OF_A_REVIEW) is None


async def test_what_is_not_there_is_no_finding(side: Side, threads: GitHubThreads) -> None:
    assert await threads.finding(side.repository, 404) is None
    with pytest.raises(StepFailed, match="pull_request_gone"):
        await threads.ours(side.repository, 404)


async def test_the_talk_of_a_thread_is_told_with_who_said_it_and_nothing_of_another(
    side: Side, threads: GitHubThreads
) -> None:
    number = await reviewed(side, found(FINDING), found(OTHER, line=3))
    thread, other = await threads.ours(side.repository, number)
    await side.github.answer("dev", ERP, thread.comment, "It is not.")
    await side.github.answer("dev", ERP, other.comment, "Elsewhere")

    first, second = await threads.said(side.repository, number, thread.comment)

    assert (first.is_ours, first.hunk) == (True, "@@ -0,0 +1,3 @@\n+a\n+b")
    assert second == Remark(
        id=second.id,
        by="dev",
        by_id=side.github.account("dev").id,
        is_ours=False,
        body="It is not.",
        path="a.txt",
        hunk=first.hunk,
    )


async def test_an_answer_is_said_in_the_thread_and_found_again(side: Side, threads: GitHubThreads) -> None:
    number = await reviewed(side, found(FINDING), found(OTHER, line=3))
    thread, other = await threads.ours(side.repository, number)
    await side.github.answer("dev", ERP, thread.comment, MARKER)
    assert await threads.find(side.repository, number, thread.comment, marker=MARKER) is None

    made = await threads.reply(side.repository, number, thread.comment, f"{MARKER}\nIt is.")

    assert await threads.find(side.repository, number, thread.comment, marker=MARKER) == made
    assert await threads.find(side.repository, number, other.comment, marker=MARKER) is None
    assert [each.thread for each in remarks_on(side.github.repository(ERP).issues[number])].count(
        thread.comment
    ) == 3


async def test_where_the_thread_is_gone_that_is_said(side: Side, threads: GitHubThreads) -> None:
    number = await reviewed(side)
    thread = await only(side, threads, number)
    answer = await side.github.answer("dev", ERP, thread.comment, "It is not.")

    for comment in (404, answer):
        with pytest.raises(StepFailed, match="thread_gone"):
            await threads.reply(side.repository, number, comment, "x")


async def test_a_reaction_is_made_once_and_needs_no_comment(side: Side, threads: GitHubThreads) -> None:
    thread = await only(side, threads, await reviewed(side))

    for comment in (thread.comment, thread.comment, 404):
        await threads.react(side.repository, comment, content="eyes")

    assert [each.facts["content"] for each in side.github.effects_named("create_reaction")] == ["eyes"]


async def test_a_thread_is_resolved_and_again_without_effect(side: Side, threads: GitHubThreads) -> None:
    number = await reviewed(side)
    thread = await only(side, threads, number)

    assert await threads.resolve(side.repository, thread.id)
    assert await threads.resolve(side.repository, thread.id)

    assert (await only(side, threads, number)).is_resolved
    assert len(side.github.effects_named("resolve_thread")) == 1


async def test_who_resolved_it_is_told_of_people(side: Side, threads: GitHubThreads) -> None:
    number = await reviewed(side)
    thread = await only(side, threads, number)

    await side.github.resolve("dev", ERP, thread.comment)

    thread = await only(side, threads, number)
    assert (thread.is_resolved, thread.resolved_by) == (True, "dev")


async def test_a_thread_whose_line_is_gone_is_outdated(side: Side, threads: GitHubThreads) -> None:
    number = await reviewed(side, found(FINDING), found(OTHER, line=3))
    await side.github.push("dev", ERP, {"a.txt": "a\nB\nc\n"}, branch="work")

    told = {each.fingerprint: each.is_outdated for each in await threads.ours(side.repository, number)}

    assert told == {FINDING: True, OTHER: False}


async def test_an_app_that_may_not_write_contents_cannot_resolve(side: Side, threads: GitHubThreads) -> None:
    thread = await only(side, threads, await reviewed(side))
    await threads.resolve(side.repository, "PRRT_0")
    for token in side.github.tokens.values():
        token.permissions = {**token.permissions, "contents": "read"}

    assert not await threads.resolve(side.repository, thread.id)
    assert side.github.effects_named("resolve_thread") == []


async def test_a_thread_that_is_gone_cannot_be_resolved(side: Side, threads: GitHubThreads) -> None:
    assert not await threads.resolve(side.repository, "PRRT_0")


async def test_threads_are_found_under_the_new_name_of_a_repository(
    side: Side, threads: GitHubThreads
) -> None:
    number = await reviewed(side)
    await side.github.rename_repository("acme", ERP, "billing")

    assert (await only(side, threads, number)).fingerprint == FINDING


async def test_an_answer_can_be_edited_until_it_is_gone(side: Side, threads: GitHubThreads) -> None:
    number = await reviewed(side)
    thread = await only(side, threads, number)
    answer = await threads.reply(side.repository, number, thread.comment, f"{MARKER}\nFirst.")

    await threads.edit(side.repository, answer, body=f"{MARKER}\nSecond.")

    said = await threads.said(side.repository, number, thread.comment)
    assert [each.body for each in said][1:] == [f"{MARKER}\nSecond."]
    with pytest.raises(StepFailed) as failure:
        await threads.edit(side.repository, answer + 1, body="x")
    assert failure.value.code == "comment_gone"
