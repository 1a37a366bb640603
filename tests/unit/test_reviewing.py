"""A review: said once whatever dies in between, paid for once, and never the change's fault."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
import pytest

from bot.application.asked import Review
from bot.application.recording import append_beside
from bot.application.retrying import LeavesOnce
from bot.application.review_asking import ask_for_review, begin_unasked
from bot.application.review_paying import Cost
from bot.application.review_posting import say
from bot.application.review_reading import Read, load_read, read_pull
from bot.application.review_seen import keep_seen
from bot.application.review_telling import tell_anew
from bot.application.review_words import at_line
from bot.application.reviewing import open_check, set_aside
from bot.application.spending import spending
from bot.domain.anchors import Anchor
from bot.domain.policy import NotAllowed, Rules
from bot.domain.remarks import Finding
from bot.domain.replying import WITHDRAWN
from bot.domain.retrying import TRIES
from bot.domain.review_pauses import paused
from bot.domain.reviewing import Request, is_overtaken
from bot.records import STOPPED, Actor, Answer, Fact, Spent, Start, StepFailed, Unavailable, Usage
from bot.review_records import Patch
from tests.unit.fake_reviews import OPEN, FakeReviews
from tests.unit.fakes import Died, FakeClaude, FakeSources, Stage
from tests.unit.histories import SHOP

STREAM: Final = "review:7:5"
DEVELOPER: Final = Actor(id=1, login="requester")
USAGE: Final = Usage(input_tokens=1000, output_tokens=10, cache_read_tokens=0, cache_write_tokens=0)
DIFF: Final = b"""\
diff --git a/f.py b/f.py
--- a/f.py
+++ b/f.py
@@ -1,2 +1,2 @@
 def f():
-    return 1
+    return 2
"""
FOUND: Final[Mapping[str, Any]] = {
    "rule": "wrong",
    "severity": "major",
    "confidence": 90,
    "path": "f.py",
    "side": "RIGHT",
    "line": 2,
    "start_line": None,
    "title": "It is wrong",
    "text": "For it is 2.\n```\n@admin /merge",
    "suggestion": "    return 1",
}
FINDING: Final = Finding(
    rule="wrong",
    severity="major",
    confidence=90,
    anchor=Anchor(path="f.py", line=2),
    title="It is wrong",
    text=str(FOUND["text"]),
    code=(b"    return 2",),
)


def says(data: Mapping[str, Any], stop: str = "end_turn") -> Answer:
    content = ({"type": "text", "text": json.dumps(data)},)
    return Answer(content=content, stop_reason=stop, usage=USAGE, model="claude-opus-5-5")


def finds(*found: Mapping[str, Any], **changed: Any) -> Answer:
    whole = {"summary": "s", "risk": "low", "risk_why": "w", "groups": [], "findings": found}
    return says({**whole, **changed})


def verdicts(*numbers: int) -> Answer:
    each = [{"number": nth, "reasoning": "r", "is_real": True, "confidence": 95} for nth in numbers]
    return says({"verdicts": each})


async def asked(stage: Stage, *keys: str) -> None:
    for key in keys:
        review = Review(by=DEVELOPER, repository=SHOP, number=5)
        await ask_for_review(review, key=key, door="github", world=stage.world)


async def staged(*answers: Answer, keys: Sequence[str] = ("k",), **fakes: Any) -> Stage:
    stage = Stage(
        reviews=FakeReviews(text=DIFF),
        claude=FakeClaude(answers=list(answers)),
        sources=FakeSources(files={OPEN.head: {"f.py": b"def f():\n    return 2\n"}}),
        **fakes,
    )
    await asked(stage, *keys)
    return stage


async def kept(stage: Stage, **changed: Any) -> str:
    read = Read(head=OPEN.head, fails_at=None, confidence=70, findings=(FINDING,), cost=Cost(2, 30, 400))
    return await stage.blobs.put(7, msgspec.json.encode(replace(read, **changed)))


async def kept_of(stage: Stage) -> str:
    seen = await keep_seen(stage.world, SHOP, replace(OPEN, files=stage.reviews.files))
    return await read_pull(stage.world, STREAM, "k", seen, key="step")


async def reads(stage: Stage) -> Read:
    return await load_read(stage.world, SHOP, await kept_of(stage))


async def test_asking_begins_one_workflow_however_often_the_delivery_comes() -> None:
    stage = await staged(keys=("k", "k"))

    assert len(stage.log.streams[STREAM]) == 1
    assert [each.id for each in stage.log.follow_ups if isinstance(each, Start)] == ["review-k"]


async def test_who_may_only_read_may_not_ask() -> None:
    stage = Stage()
    review = Review(by=Actor(id=4, login="viewer"), repository=SHOP, number=5)

    with pytest.raises(NotAllowed):
        await ask_for_review(review, key="k", door="github", world=stage.world)

    assert stage.log.streams == {}


async def test_what_both_readers_see_is_kept_with_a_suggestion_that_fits() -> None:
    read = await reads(await staged(finds(FOUND, {**FOUND, "line": 1}), verdicts(0)))

    assert [(each.code, each.suggestion) for each in read.findings] == [((b"    return 2",), "    return 1")]
    assert (read.covered, read.unproven, read.cost.calls) == (("f.py",), 1, 2)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"f.py": b"another\n"}, FOUND),
        ({}, FOUND),
        ({"f.py": b"\0"}, FOUND),
        ({"f.py": b"def f():\n    return 2\n"}, {**FOUND, "suggestion": "    return ("}),
        ({"f.py": b"def f():\n    return 2\n"}, {**FOUND, "line": 99}),
    ],
)
async def test_a_suggestion_that_does_not_fit_its_file_is_left_out(
    files: dict[str, bytes], found: Mapping[str, Any]
) -> None:
    stage = await staged(finds(found), verdicts(0))
    stage.sources.files = {OPEN.head: files}

    assert [each.suggestion for each in (await reads(stage)).findings] == [None]


async def test_what_was_overtaken_before_it_was_read_is_not_paid_for() -> None:
    stage = await staged(keys=("k", "l"))

    with pytest.raises(StepFailed, match=STOPPED):
        await reads(stage)

    assert stage.claude.asked == []


async def test_what_a_listing_of_files_ends_before_is_counted_as_not_read() -> None:
    stage = await staged(finds())
    patch = Patch(path="f.py", was=None, status="modified", changes=1, patch="@@ -1 +1 @@\n-a\n+b")
    stage.reviews = FakeReviews(files=3, text=None, listed=[patch])

    read = await reads(stage)

    assert (read.covered, read.unlisted, read.unread) == (("f.py",), 2, 2)


async def test_a_finding_in_a_file_that_was_not_shown_is_none() -> None:
    stage = await staged(finds({**FOUND, "path": "elsewhere.py"}))

    read = await reads(stage)

    assert (read.findings, read.unproven, len(stage.claude.asked)) == ((), 1, 1)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (finds(stop="x"), "review_unintelligible"),
        (says({}, stop="max_tokens"), "answer_too_long"),
        (says({}, stop="refusal"), "refused_by_model"),
    ],
)
async def test_an_answer_that_is_no_review_is_none(answer: Answer, code: str) -> None:
    with pytest.raises(StepFailed) as failure:
        await reads(await staged(answer))

    assert failure.value.code == code


async def test_what_an_answer_cost_that_was_lost_counts_and_a_second_try_pays_only_for_the_rest() -> None:
    stage = await staged(finds(FOUND), verdicts(0))
    broken = Spent(model="claude-opus-5-5", usage=USAGE)
    stage.claude.broken = [(broken, Unavailable("claude_cut_off")), (broken, Unavailable("claude_cut_off"))]
    for _ in range(2):
        with pytest.raises(StepFailed) as failure:
            await reads(stage)
        assert failure.value.code == "claude_unavailable"

    await reads(stage)
    await reads(stage)

    [paid] = [past for stream, past in stage.log.streams.items() if stream.startswith("paid:9:")]
    assert [each.data["micro_usd"] for each in paid] == [5250] * 4
    assert (await spending(SHOP, stage.world)).repository == 4 * 5250


async def test_the_walkthrough_tells_what_lost_answers_cost_also_when_it_is_said_anew() -> None:
    stage = await staged(finds(FOUND), verdicts(0))
    broken = Spent(model="claude-opus-5-5", usage=USAGE)
    stage.claude.broken = [(broken, Unavailable("claude_cut_off"))]
    with pytest.raises(StepFailed):
        await reads(stage)
    digest = await kept_of(stage)

    await say(stage.world, STREAM, "k", digest, 31, key="step")
    said = stage.comments.on(5)[0]
    await tell_anew(SHOP, OPEN, stage.world)

    assert "$0.0105. $0.0053 more for answers that were lost, or of no use. `/claude" in said
    assert stage.comments.on(5) == [said]
    assert stage.log.streams[STREAM][-1].data["micro_usd"] == 3 * 5250


async def test_an_answer_that_was_paid_for_is_none_to_another_diff_of_the_same_commit() -> None:
    stage = await staged(finds(), finds(FOUND), verdicts(0))
    assert (await reads(stage)).findings == ()

    stage.reviews.text = DIFF.replace(b"-    return 1", b"-    return 3")  # it goes to another branch by now
    read = await reads(stage)

    assert [each.title for each in read.findings] == ["It is wrong"]


async def test_what_reviews_cost_stops_them_at_the_ceiling_of_the_month() -> None:
    stage = await staged(finds(FOUND), rules=Rules(monthly_micro_usd=5000))

    with pytest.raises(StepFailed) as failure:
        await reads(stage)

    assert (failure.value.code, len(stage.claude.asked)) == ("monthly_budget", 1)


async def test_a_listing_of_another_commit_is_not_read() -> None:
    stage = await staged(finds(FOUND))
    stage.reviews.text, stage.reviews.pull = None, replace(OPEN, head="another")

    with pytest.raises(StepFailed) as failure:
        await reads(stage)

    assert failure.value.code == "head_moved"


@pytest.mark.parametrize("dies_at", ["review:", "walkthrough:"])
async def test_killed_after_saying_it_it_is_not_said_again(dies_at: str) -> None:
    stage = await staged()
    digest, stage.effects.dies_at = await kept(stage), dies_at
    with pytest.raises(Died):
        await say(stage.world, STREAM, "k", digest, 31, key="step")

    for _ in range(2):
        await say(stage.world, STREAM, "k", digest, 31, key="step")

    assert (len(stage.reviews.posted), len(stage.comments.on(5))) == (1, 1)
    assert "At their lines" in stage.comments.on(5)[0]
    assert stage.review_checks.runs[31][2] == "neutral"
    assert len(stage.log.streams[STREAM]) == 2


async def test_what_was_withdrawn_is_not_said_and_lets_no_check_pass() -> None:
    stage = await staged()
    fact = Fact(type=WITHDRAWN, data={"fingerprint": FINDING.fingerprint})
    await append_beside(stage.world, STREAM, fact, key="w", meta={"key": "w"})

    await say(stage.world, STREAM, "k", await kept(stage, fails_at="nit"), 31, key="step")

    assert stage.reviews.posted == []
    assert stage.review_checks.runs[31][2] == "neutral"
    assert "Left out, as withdrawn in their threads: 1 finding." in stage.comments.on(5)[0]


async def test_killed_while_it_opens_its_check_there_is_one() -> None:
    stage = await staged()
    stage.effects.dies_at = "check:"
    with pytest.raises(Died):
        await open_check(stage.world, STREAM, "k", 1, key="step")

    assert (await open_check(stage.world, STREAM, "k", 1, key="step"))[1] == "31"
    assert len(stage.review_checks.runs) == 1


async def test_of_what_is_closed_or_overtaken_there_is_no_check() -> None:
    stage = await staged(keys=("k", "newer"))

    assert await open_check(stage.world, STREAM, "k", 2, key="step") == []
    stage.reviews.pull = replace(OPEN, is_open=False)
    assert await open_check(stage.world, STREAM, "newer", 1, key="step") == []


async def test_each_pause_is_longer_and_after_the_last_it_is_left() -> None:
    stage = await staged(rules=Rules(look_again_seconds=60.0))

    pauses = [
        await set_aside(stage.world, STREAM, "k", 31, nth, "claude_unavailable", key="step")
        for nth in (1, 2, TRIES)
    ]

    assert pauses == [15.0, 60.0, 0.0]
    assert (stage.review_checks.runs[31][2], stage.review_checks.titled) == ("skipped", "Skipped")


@pytest.mark.parametrize("code", ["refused_by_model", "internal", STOPPED])
async def test_what_trying_again_does_not_mend_is_left_at_once(code: str) -> None:
    stage = await staged()

    assert await set_aside(stage.world, STREAM, "k", 31, 1, code, key="step") == 0.0
    assert stage.review_checks.runs[31][2] == "skipped"


async def test_without_a_check_it_is_tried_again_all_the_same() -> None:
    stage = await staged(rules=Rules(look_again_seconds=60.0))

    assert await set_aside(stage.world, STREAM, "k", 0, 1, "unavailable", key="step") == 15.0
    assert stage.review_checks.runs == {}


async def test_one_that_waits_in_line_leaves_it_for_a_newer_one() -> None:
    stage = await staged(keys=("k", "newer"))
    old, new = (
        LeavesOnce(world=stage.world, stream=STREAM, key=key, is_over=is_overtaken) for key in ("k", "newer")
    )

    assert [await old("job", waits=True), await old("job", waits=False), await new("job", waits=True)] == [
        True,
        False,
        False,
    ]
    stage.log.silent = 1
    assert not await old("job", waits=True)


def test_nothing_that_the_model_says_acts_or_swallows_what_follows() -> None:
    said = at_line(replace(FINDING, suggestion="x"))
    hidden = at_line(replace(FINDING, text="See [the docs](https://evil.example/)."))

    assert said.splitlines()[2] == "For it is 2. ``` @\u200badmin /merge"
    assert said.splitlines()[4:7] == ["```suggestion", "x", "```"]
    assert "[the docs]\u200b(https://evil.example/)" in hidden


@pytest.mark.parametrize("line", [0, -5])
async def test_what_is_said_of_a_line_that_there_is_none_of_stands_beside_its_file_alone(line: int) -> None:
    stage = await staged(finds({**FOUND, "line": line}), verdicts(0))
    digest = await stage.blobs.put(7, msgspec.json.encode(await reads(stage)))

    await say(stage.world, STREAM, "k", digest, 31, key="step")

    assert stage.reviews.posted == []
    assert "`f.py` (at which lines, I cannot tell): It is wrong" in stage.comments.on(5)[0]


async def test_without_a_check_and_a_comment_it_comes_to_its_end() -> None:
    stage = await staged()
    stage.comments.refuses = "github_forbidden"

    assert await set_aside(stage.world, STREAM, "k", 0, 1, "github_forbidden", key="step") == 0.0
    assert (stage.comments.bodies, stage.log.streams[STREAM][-1].data["outcome"]) == ({}, "github_forbidden")


async def test_without_a_check_and_during_a_pause_nothing_is_said() -> None:
    stage = await staged(keys=())
    await begin_unasked(Request(repository=SHOP, number=5, cause="pushed"), key="k", world=stage.world)
    await append_beside(stage.world, STREAM, paused(DEVELOPER), key="p", meta={"key": "p"})

    assert await set_aside(stage.world, STREAM, "k", 0, 1, "github_forbidden", key="step") == 0.0
    assert stage.comments.bodies == {}
