"""What is said at a line of a pull request: the same commands, answered and marked in that very thread."""

from typing import Final

import pytest

from bot.domain.commands import Spoken
from bot.records import Actor, StepFailed
from bot.review_records import Remark, Thread
from handlers import APOLOGIES, GITHUB
from handlers.conversation import Context, Here
from handlers.payloads import Comment
from tests.unit.deliveries import Payload, line_comment
from tests.unit.fake_reviews import FakeThreads
from tests.unit.fakes import Died, Stage
from tests.unit.histories import BRANCH, COMMIT, DEVELOPER, PULL, REQUESTER, STRANGER, UP_FOR_REVIEW

KIND: Final = "pull_request_review_comment.created"
FIRST: Final = 500
FOUND: Final = Remark(
    id=FIRST, by="bot", is_ours=True, body="It is wrong", path="a.py", hunk="@@ -1 +1 @@\n+a"
)
THREAD: Final = Thread(
    id="PRRT_1",
    comment=FIRST,
    fingerprint="0123456789abcdef",
    is_resolved=False,
    resolved_by=None,
    is_outdated=False,
)


def staged() -> Stage:
    stage = Stage(review_threads=FakeThreads(threads=[THREAD], remarks={FIRST: [FOUND]}))
    stage.log.holds(UP_FOR_REVIEW)
    stage.pulls.has(PULL, BRANCH, COMMIT)
    return stage


async def deliver(payload: Payload, stage: Stage, key: str = "d-1") -> None:
    await GITHUB[KIND](payload, Context(world=stage.world, key=key))


def answers(stage: Stage) -> list[str]:
    return [each.body for each in stage.review_threads.remarks[FIRST][1:]]


async def test_a_command_is_marked_and_answered_in_its_thread_once() -> None:
    stage = staged()

    for _ in range(2):
        await deliver(line_comment("/claude help", by=DEVELOPER, thread=FIRST), stage)

    [said] = answers(stage)
    assert said.startswith("<!-- claude-code-bot:reply:d-1 -->\n")
    assert set(stage.review_threads.reactions) == {(700, "eyes")}
    assert not stage.comments.bodies
    assert not stage.comments.reactions


async def test_a_refusal_is_said_in_the_thread() -> None:
    stage = staged()

    await deliver(line_comment("/claude approve", by=STRANGER, thread=FIRST), stage)

    assert "you have no role here" in answers(stage)[0]
    assert not stage.comments.bodies


async def test_a_slip_is_answered_in_the_thread() -> None:
    stage = staged()

    await deliver(line_comment("/claude aprove", by=DEVELOPER, thread=FIRST), stage)

    assert "`/claude approve`" in answers(stage)[0]


async def test_an_apology_is_said_in_the_thread() -> None:
    stage = staged()

    await APOLOGIES[KIND](
        line_comment("/claude help", by=DEVELOPER, thread=FIRST), Context(world=stage.world, key="d-1")
    )

    assert "`d-1`" in answers(stage)[0]


async def test_for_what_was_said_to_a_finding_there_is_an_apology_too() -> None:
    stage = staged()

    await APOLOGIES[KIND](line_comment("No.", thread=FIRST), Context(world=stage.world, key="d-1"))

    assert "`d-1`" in answers(stage)[0]


@pytest.mark.parametrize(("by", "thread"), [(STRANGER, FIRST), (DEVELOPER, 501), (DEVELOPER, None)])
async def test_talk_among_others_is_given_no_apology(by: Actor, thread: int | None) -> None:
    stage = staged()

    await APOLOGIES[KIND](line_comment("Hm.", by=by, thread=thread), Context(world=stage.world, key="d-1"))

    assert answers(stage) == []


async def test_an_answer_whose_outcome_was_lost_is_found_again() -> None:
    stage = staged()
    stage.effects.dies_at = "reply:"
    with pytest.raises(Died):
        await deliver(line_comment("/claude help", by=DEVELOPER, thread=FIRST), stage)

    await deliver(line_comment("/claude help", by=DEVELOPER, thread=FIRST), stage)

    assert len(answers(stage)) == 1


async def test_where_the_thread_is_gone_it_is_said_on_the_pull_request_once() -> None:
    stage = staged()
    stage.review_threads.remarks.clear()

    for _ in range(2):
        await deliver(line_comment("/claude help", by=DEVELOPER, thread=FIRST), stage)

    assert len(stage.comments.on(PULL)) == 1


async def test_where_github_lets_nobody_answer_that_is_a_failure() -> None:
    stage = staged()
    stage.review_threads.forbids = True

    with pytest.raises(StepFailed, match="github_forbidden"):
        await deliver(line_comment("/claude help", by=DEVELOPER, thread=FIRST), stage)


@pytest.mark.parametrize("author", [REQUESTER, None])
async def test_only_who_wrote_it_is_heard(author: Actor | None) -> None:
    stage, payload = staged(), line_comment("/claude approve", by=DEVELOPER, thread=FIRST)
    payload["comment"]["user"] = author and {"id": author.id, "login": author.login}

    await deliver(payload, stage)

    assert answers(stage) == []
    assert not stage.log.follow_ups


async def test_a_bot_is_not_heard() -> None:
    stage = staged()

    await deliver(line_comment("/claude approve", by=DEVELOPER, thread=FIRST, kind="Bot"), stage)

    assert answers(stage) == []


@pytest.mark.parametrize(("first", "finding"), [(FIRST, THREAD.fingerprint), (None, None), (501, None)])
async def test_the_thread_tells_the_finding(first: int | None, finding: str | None) -> None:
    stage = staged()
    comment = Comment.at_a_line(line_comment("/claude help", thread=first))
    here = Here(
        context=Context(world=stage.world, key="d-1"),
        comment=comment,
        spoken=Spoken(name="help", text="", options={}),
        known=(),
    )

    assert (comment.thread, comment.is_pull) == (first or 700, True)
    assert await here.finding() == finding
