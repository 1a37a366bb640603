"""A question: answered once whatever dies in between, paid for once, within bounds, never silently lost."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from bot.application.answering import set_aside
from bot.application.asked import Ask
from bot.application.question_asking import ask_about
from bot.application.question_request import LONGEST_CONVERSATION
from bot.application.question_saying import say
from bot.application.question_seeing import MOST_COMMENTS, MOST_PEOPLE, load_seen, see
from bot.application.question_turns import (
    MOST_TURNS,
    NO_ROOM,
    ROOM,
    Replied,
    answer,
    load_replied,
)
from bot.application.question_words import CUT
from bot.application.recording import append_beside
from bot.application.retrying import stays
from bot.application.spending import spending
from bot.conversation_records import Conversation, Said
from bot.domain.enquiring import CONCLUDED, HELD_UP
from bot.domain.policy import NotAllowed, Rules
from bot.domain.retrying import TRIES
from bot.domain.reviewing import paid, paid_stream
from bot.records import Actor, Answer, Question, Start, StepFailed, Unavailable, Usage
from bot.review_records import Remark
from tests.unit.fake_conversations import FakeConversations
from tests.unit.fake_reviews import OPEN, FakeReviews
from tests.unit.fakes import Died, FakeClaude, FakeSources, Stage
from tests.unit.histories import BASE, BEGAN, SHOP, STRANGER

STREAM: Final = "questions:7:5"
DEVELOPER: Final = Actor(id=1, login="requester")
VIEWER: Final = Actor(id=4, login="viewer")
USAGE: Final = Usage(input_tokens=1000, output_tokens=10, cache_read_tokens=0, cache_write_tokens=0)
OWN: Final = "mine"
TALK: Final = Conversation(title="Invoices", body="Too many.", author=DEVELOPER)
FILES: Final[Mapping[str, bytes]] = {
    "count.py": b"def count(invoices):\n    return len(invoices)\n",
    "bin.dat": b"\0\1",
    "long.txt": b"x" * 24_600,
    ".env": b"TOKEN=1\n",
    "CLAUDE.md": b"Count them all.",
}
DIFF: Final = b"""\
diff --git a/count.py b/count.py
--- a/count.py
+++ b/count.py
@@ -1,1 +1,2 @@
+def count(invoices):
     return len(invoices)
diff --git a/.env b/.env
--- a/.env
+++ b/.env
@@ -1,1 +1,1 @@
-TOKEN=1
+TOKEN=2
"""


def remark(number: int, body: str = "x", by: Actor | None = DEVELOPER, at: datetime = BEGAN) -> Said:
    return Said(id=number, body=body, by=by, at=at, is_own=body == OWN)


def spoken(*blocks: Mapping[str, Any], stop: str | None = "end_turn") -> Answer:
    return Answer(content=blocks, stop_reason=stop, usage=USAGE, model="claude-opus-5-5")


def says(text: str, *sources: Sequence[Any], stop: str | None = "end_turn") -> Answer:
    named = [dict(zip(("path", "first", "last"), each, strict=True)) for each in sources]
    return spoken({"type": "text", "text": json.dumps({"answer": text, "sources": named})}, stop=stop)


def looks(*calls: tuple[str, Mapping[str, Any]]) -> Answer:
    blocks = [
        {"type": "tool_use", "id": f"t{nth}", "name": name, "input": given}
        for nth, (name, given) in enumerate(calls)
    ]
    return spoken(*blocks, stop="tool_use")


LOOK: Final = looks(("view", {"path": "count.py"}))


async def staged(
    *answers: Answer,
    is_pull: bool = False,
    thread: int | None = None,
    talk: Conversation = TALK,
    **fakes: Any,
) -> Stage:
    stage = Stage(
        conversations=FakeConversations(there={5: talk}),
        reviews=FakeReviews(text=DIFF),
        claude=FakeClaude(answers=list(answers)),
        sources=FakeSources(files={OPEN.head: {**FILES}, OPEN.base: {**FILES}, BASE: {**FILES}}),
        **fakes,
    )
    await ask(stage, is_pull=is_pull, thread=thread)
    return stage


async def ask(
    stage: Stage, by: Actor = DEVELOPER, *, is_pull: bool = False, thread: int | None = None
) -> None:
    asked = Ask(
        by=by,
        repository=SHOP,
        number=5,
        is_pull=is_pull,
        text="How many?",
        comment=1000,
        said_at=BEGAN,
        thread=thread,
    )
    await ask_about(asked, key="k", door="github", world=stage.world)


async def replied(stage: Stage) -> Replied:
    seen = await see(stage.world, STREAM, "k", key="see")
    return await load_replied(stage.world, SHOP, await answer(stage.world, STREAM, "k", seen, key="step"))


async def code_of(stage: Stage) -> str:
    with pytest.raises(StepFailed) as failure:
        await replied(stage)
    return failure.value.code


def first_turn(question: Question) -> str:
    return str(question.messages[0]["content"][0]["text"])


async def test_asking_begins_one_workflow_however_often_the_delivery_comes() -> None:
    stage = await staged()
    await ask(stage)

    assert len(stage.log.streams[STREAM]) == 1
    assert [each.id for each in stage.log.follow_ups if isinstance(each, Start)] == ["question-k"]


async def test_who_may_only_read_may_not_ask() -> None:
    with pytest.raises(NotAllowed):
        await ask(Stage(), by=VIEWER)


async def test_what_was_said_since_is_not_part_of_the_question_and_of_the_rest_the_newest_is() -> None:
    said = [remark(nth) for nth in range(MOST_COMMENTS + 2)]
    since = remark(1001, at=BEGAN + timedelta(seconds=1))
    stage = await staged(talk=replace(TALK, comments=(*said, remark(1000), since), earlier=3))

    seen = await load_seen(stage.world, SHOP, await see(stage.world, STREAM, "k", key="see"))

    assert [each.id for each in seen.conversation.comments] == [*range(2, MOST_COMMENTS + 2)]
    assert seen.conversation.earlier == 5


async def test_what_was_edited_since_is_no_part_of_it_unless_the_bot_did_that() -> None:
    later = BEGAN + timedelta(seconds=1)
    said = [remark(1), remark(2), remark(3), remark(4, OWN)]
    edited = [replace(each, edited_at=at) for each, at in zip(said, (None, BEGAN, later, later), strict=True)]
    stage = await staged(talk=replace(TALK, comments=tuple(edited)))

    seen = await load_seen(stage.world, SHOP, await see(stage.world, STREAM, "k", key="see"))

    assert [each.id for each in seen.conversation.comments] == [1, 2, 4]


async def test_of_so_many_people_only_it_is_asked_who_they_are_and_of_the_bot_never() -> None:
    people = [remark(nth, by=Actor(id=100 + nth, login=f"p{nth}")) for nth in range(30)]
    own = remark(40, OWN, by=Actor(id=99, login="bot"))
    gone = remark(41, by=None)
    stage = await staged(talk=replace(TALK, comments=(*people, own, gone)))
    stage.repositories.asked.clear()

    await see(stage.world, STREAM, "k", key="see")

    assert len(stage.repositories.asked) == MOST_PEOPLE
    assert stage.repositories.asked[:2] == [DEVELOPER.id, 129]


async def test_the_first_turn_marks_who_spoke_and_leaves_out_what_has_no_room() -> None:
    said = (
        remark(1, "a" * 9_000, by=None),
        *(remark(nth, "b" * 9_000, by=VIEWER) for nth in range(2, 12)),
        remark(20, OWN, by=None),
    )
    stage = await staged(says("42"), talk=replace(TALK, author=None, comments=said))

    await replied(stage)

    shown = first_turn(stage.claude.asked[0])
    assert 'source="title, by somebody whose account is gone"' in shown
    assert "(2 earlier comments are left out.)" in shown
    assert shown.count('source="comment by @viewer, ') == 9
    assert "aaa" not in shown
    assert 'source="you said"' in shown


async def test_of_a_pull_request_the_diff_is_shown_without_files_of_credentials() -> None:
    stage = await staged(says("42"), is_pull=True)

    came = await replied(stage)

    shown = first_turn(stage.claude.asked[0])
    assert came.commit == OPEN.head
    assert "1+def count(invoices):" in shown
    assert "TOKEN" not in shown
    assert 'source="changed as well, and not shown here"' in shown
    assert "Count them all." in shown


@pytest.mark.parametrize(("text", "told"), [(None, "GitHub does not show this change"), (b"", "(nothing)")])
async def test_a_diff_that_is_too_large_or_empty_is_said_to_be_so(text: bytes | None, told: str) -> None:
    stage = await staged(says("42"), is_pull=True)
    stage.reviews.text = text

    await replied(stage)

    assert told in first_turn(stage.claude.asked[0])


HUNK: Final = "@@ -1 +1,2 @@\n+def count(invoices):"


def at_the_line(number: int, body: str, by: str | None = "viewer", **more: Any) -> Remark:
    made = Remark(id=number, by=by, is_ours=False, body=body, path="count.py", hunk=HUNK)
    return replace(made, **more)


async def in_a_thread(*said: Remark, answers: Sequence[Answer] = ()) -> Stage:
    stage = await staged(*answers, is_pull=True, thread=said[0].id)
    stage.review_threads.remarks[said[0].id] = list(said)
    return stage


async def test_at_a_line_it_is_shown_where_that_is_and_what_was_said_there_before() -> None:
    said = [at_the_line(900, "Wrong.", "bot", is_ours=True), at_the_line(950, "Why?", None)]
    asked = [at_the_line(1000, "/claude ask x"), at_the_line(1001, "later")]
    stage = await in_a_thread(*said, *asked, answers=[says("42")])

    await replied(stage)

    shown = first_turn(stage.claude.asked[0]).partition("The line that it was asked at")[2]
    assert HUNK in shown
    assert shown.index('source="you said">\nWrong.') < shown.index('whose account is gone">\nWhy?')
    assert "/claude ask x" not in shown
    assert "later" not in shown


async def test_a_thread_that_the_question_begins_shows_the_line() -> None:
    stage = await in_a_thread(at_the_line(1000, "/claude ask x"), answers=[says("42")])

    await replied(stage)

    shown = first_turn(stage.claude.asked[0])
    assert HUNK in shown
    assert "/claude ask x" not in shown


async def line_shown(stage: Stage) -> str:
    await replied(stage)
    return first_turn(stage.claude.asked[0]).partition("The line that it was asked at")[2]


async def test_of_a_long_thread_the_first_and_the_newest_are_shown_as_far_as_there_is_room() -> None:
    long = [at_the_line(901 + nth, f"{nth} {'a' * 3_000}") for nth in range(20)]
    stage = await in_a_thread(at_the_line(900, "Wrong."), *long, answers=[says("42")])

    shown = await line_shown(stage)

    assert len(shown.partition("What it changes")[0]) < LONGEST_CONVERSATION + 5_000
    assert shown.index("Wrong.") < shown.index("(7 remarks are left out.)") < shown.index("\n7 aaa")
    assert "\n6 aaa" not in shown
    assert "19 aaa" in shown


async def test_of_a_thread_longer_than_is_kept_the_first_is_shown() -> None:
    many = [at_the_line(901 + nth, "hm") for nth in range(MOST_COMMENTS + 5)]
    stage = await in_a_thread(at_the_line(900, "Wrong."), *many, answers=[says("42")])

    assert "Wrong." in await line_shown(stage)


@pytest.mark.parametrize(("not_secret", "is_shown"), [("[]", False), ("[.env]", True)])
async def test_the_line_of_a_file_of_credentials_is_shown_where_it_is_none(
    *, not_secret: str, is_shown: bool
) -> None:
    secret = replace(at_the_line(900, "Wrong."), path=".env", hunk="@@ -1 +1 @@\n+TOKEN=2")
    stage = await in_a_thread(secret, answers=[says("42")])
    configuration = f"not_secret: {not_secret}".encode()
    stage.sources.files[BASE][".github/claude-bot.yml"] = configuration

    assert ("TOKEN" in (await line_shown(stage)).partition("What it changes")[0]) is is_shown


async def test_a_key_in_the_line_is_left_out_whole_where_it_is_cut() -> None:
    lines = ["+-----BEGIN RSA PRIVATE KEY-----", *[f"+{'QUJD' * 16}"] * 40, "+-----END RSA PRIVATE KEY-----"]
    long = replace(at_the_line(900, "Wrong."), hunk="\n".join(["@@ -0,0 +1,99 @@", *lines, "+x = 1" * 500]))
    stage = await in_a_thread(long, answers=[says("42")])

    assert "QUJDQUJD" not in await line_shown(stage)


async def test_of_who_spoke_at_the_line_it_is_told_whether_they_belong_here() -> None:
    said = (
        at_the_line(900, "Wrong.", "stranger", by_id=STRANGER.id),
        at_the_line(901, "Right.", "requester", by_id=1),
    )
    stage = await in_a_thread(*said, answers=[says("42")])

    shown = await line_shown(stage)

    assert 'source="at the line, by @stranger, not somebody of this repository"' in shown
    assert 'source="at the line, by @requester, somebody of this repository"' in shown


async def test_in_a_thread_a_delay_is_said_once_and_then_the_answer_once() -> None:
    stage = await in_a_thread(at_the_line(900, "Wrong."), answers=[says("42")])
    for nth in (1, 2):
        await set_aside(stage.world, STREAM, "k", nth, "frozen", key="step")
    seen = await see(stage.world, STREAM, "k", key="see")
    digest = await answer(stage.world, STREAM, "k", seen, key="step")
    for _ in range(2):
        await say(stage.world, STREAM, "k", digest, key="step")

    _, held, said = [each.body for each in stage.review_threads.remarks[900]]
    assert "I cannot answer yet" in held
    assert "42" in said
    assert stage.comments.on(5) == []


async def test_what_was_paid_in_vain_is_said_with_the_answer_and_with_its_end() -> None:
    stage = await staged(says("42"))
    month = paid_stream(SHOP.installation_id, stage.world.clock.now())
    seen = await see(stage.world, STREAM, "k", key="see")
    digest = await answer(stage.world, STREAM, "k", seen, key="step")
    await append_beside(stage.world, month, paid(SHOP.id, 12_300), key="l", meta={"key": "k:turn:0:lost:1"})

    await say(stage.world, STREAM, "k", digest, key="step")
    assert "$0.0123 more for answers that were lost, or of no use. A model" in stage.comments.on(5)[0]

    await set_aside(stage.world, STREAM, "k", 1, "refused_by_model", key="step")
    assert stage.comments.on(5)[0].endswith("asks again. What was asked until then cost $0.0175.")


async def test_only_what_is_there_is_named_and_each_once() -> None:
    named = [("count.py", 1, 2), ("./count.py", 1, 2), ("count.py", 1, 3), ("gone.py", None, None)]
    hidden = [
        (".env", 1, 1),
        ("bin.dat", None, None),
        ("../count.py", None, None),
        ("count.py\0", None, None),
    ]
    stage = await staged(LOOK, says("42", *named, *hidden))

    came = await replied(stage)

    assert [each.name for each in came.sources] == ["count.py:1-2"]
    assert came.dropped == 6


@pytest.mark.parametrize(
    ("calls", "names"),
    [
        ([], ["CLAUDE.md"]),
        ([("view", {"path": "./count.py", "view_range": [2, 2]})], ["count.py:2", "CLAUDE.md"]),
        ([("search", {"text": "def count"})], ["count.py:1", "CLAUDE.md"]),
        ([("view", {"path": "count.py", "view_range": [9, 9]}), ("view", {"path": ""})], ["CLAUDE.md"]),
    ],
)
async def test_of_lines_only_those_that_were_shown_are_named(
    calls: list[tuple[str, Mapping[str, Any]]], names: list[str]
) -> None:
    before = [looks(*calls)] if calls else []
    stage = await staged(*before, says("42", ("count.py", 1, 2), ("CLAUDE.md", None, None)))

    assert [each.name for each in (await replied(stage)).sources] == names


async def test_lines_of_the_diff_were_shown() -> None:
    stage = await staged(says("42", ("count.py", 1, 2), (".env", 1, 1)), is_pull=True)

    assert [each.name for each in (await replied(stage)).sources] == ["count.py:1-2"]


@pytest.mark.parametrize(
    "call",
    [
        ("bash", {"command": "id"}),
        ("run_tests", {}),
        ("str_replace_based_edit_tool", {"command": "view", "path": "count.py"}),
        ("view", {"command": "create", "path": "x", "file_text": "x"}),
        ("view", {"path": ".env"}),
        ("search", {"text": "a\nb"}),
    ],
)
async def test_there_is_no_tool_that_does_more_than_look(call: tuple[str, Mapping[str, Any]]) -> None:
    stage = await staged(looks(call), says("42"))

    await replied(stage)

    [result] = stage.claude.asked[1].messages[-1]["content"]
    assert result["is_error"]
    assert "TOKEN" not in result["content"]
    assert stage.sandbox.ran == []


async def test_at_the_last_turn_it_is_told_so_and_may_call_nothing() -> None:
    stage = await staged(*[LOOK] * (MOST_TURNS - 1), says("42"))

    came = await replied(stage)

    asked = stage.claude.asked
    assert (came.cost.calls, len(asked)) == (MOST_TURNS, MOST_TURNS)
    assert [each.may_call for each in asked] == [*[True] * (MOST_TURNS - 1), False]
    assert "There are no more looks." in asked[-1].messages[-1]["content"][-1]["text"]


async def test_who_calls_all_the_same_gets_no_further() -> None:
    assert await code_of(await staged(*[LOOK] * MOST_TURNS)) == "no_progress"


async def test_what_has_no_room_is_not_shown_and_the_next_turn_is_the_last() -> None:
    many = looks(*[("view", {"path": "long.txt"})] * (ROOM // 24_600 + 1))
    stage = await staged(many, says("42"))

    await replied(stage)

    results = stage.claude.asked[1].messages[-1]["content"]
    assert [each["content"] == NO_ROOM for each in results[:-1]][-1]
    assert sum(len(each.get("content", "")) for each in results) < ROOM + 1_000
    assert not stage.claude.asked[1].may_call


async def test_the_money_of_a_run_ends_the_looks_as_well() -> None:
    stage = await staged(LOOK, says("42"), rules=Rules(micro_usd=1))

    await replied(stage)

    assert [each.may_call for each in stage.claude.asked] == [True, False]


async def test_a_cut_answer_is_asked_for_once_more_with_more_room_and_a_paused_one_gone_on_with() -> None:
    cut, paused = says("4", stop="max_tokens"), spoken({"type": "text", "text": "..."}, stop="pause_turn")
    stage = await staged(cut, paused, says("42"))

    came = await replied(stage)

    first, second, third = stage.claude.asked
    assert second.max_tokens > first.max_tokens == third.max_tokens
    assert first.messages == second.messages
    assert third.messages[-1]["role"] == "assistant"
    assert came.answer == "42"


async def test_where_it_paused_before_its_last_turn_that_is_told_in_a_turn_of_its_own() -> None:
    paused = spoken({"type": "text", "text": "..."}, stop="pause_turn")
    stage = await staged(paused, says("42"), rules=Rules(micro_usd=1))

    await replied(stage)

    assert [each["role"] for each in stage.claude.asked[1].messages] == ["user", "assistant", "user"]


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([says("4", stop="max_tokens")] * 2, "answer_too_long"),
        ([says("4", stop="refusal")], "refused_by_model"),
        ([says("4", stop="model_context_window_exceeded")], "context_exceeded"),
        ([says("4", stop=None)], "answer_incomplete"),
        ([says("4", stop="tomorrow")], "unknown_stop_reason"),
        ([says("4", stop="tool_use")], "answer_unintelligible"),
        ([spoken({"type": "text", "text": "..."}, stop="pause_turn")] * 4, "model_paused_too_often"),
        ([spoken({"type": "text", "text": "no JSON"})], "answer_unintelligible"),
        ([says(" \n")], "answer_unintelligible"),
    ],
)
async def test_every_way_to_end_has_a_reason(answers: list[Answer], code: str) -> None:
    assert await code_of(await staged(*answers)) == code


async def test_what_was_paid_for_is_not_paid_again_and_counts_in_the_month() -> None:
    stage = await staged(LOOK, says("42"))
    seen = await see(stage.world, STREAM, "k", key="see")
    first = await answer(stage.world, STREAM, "k", seen, key="step")
    spent = (await spending(SHOP, stage.world)).repository

    again = await answer(stage.world, STREAM, "k", seen, key="again")

    assert (first, len(stage.claude.asked)) == (again, 2)
    assert (await spending(SHOP, stage.world)).repository == spent > 0


async def test_it_is_said_once_however_often_the_step_dies() -> None:
    stage = await staged(says("42"), LOOK)
    seen = await see(stage.world, STREAM, "k", key="see")
    digest = await answer(stage.world, STREAM, "k", seen, key="step")
    stage.effects.dies_at = "question:"
    with pytest.raises(Died):
        await say(stage.world, STREAM, "k", digest, key="step")

    await say(stage.world, STREAM, "k", digest, key="step")
    await say(stage.world, STREAM, "k", digest, key="step")

    [said] = stage.comments.on(5)
    assert "42" in said
    assert [each.type for each in stage.log.streams[STREAM]][1:] == [CONCLUDED]


async def test_what_holds_it_up_is_told_in_the_comment_that_becomes_the_answer() -> None:
    stage = await staged(says("42"))

    seconds = await set_aside(stage.world, STREAM, "k", 1, "claude_unavailable", key="step")
    [held] = stage.comments.on(5)
    seen = await see(stage.world, STREAM, "k", key="see")
    await say(stage.world, STREAM, "k", await answer(stage.world, STREAM, "k", seen, key="s"), key="s")

    assert seconds > 0
    assert "I cannot answer yet, because: Claude does not answer." in held
    assert "42" in stage.comments.on(5)[0]
    assert [each.type for each in stage.log.streams[STREAM]][1:] == [HELD_UP, CONCLUDED]


@pytest.mark.parametrize(("code", "nth"), [("frozen", TRIES), ("refused_by_model", 1)])
async def test_what_time_does_not_mend_is_given_up_and_told(code: str, nth: int) -> None:
    stage = await staged()

    assert await set_aside(stage.world, STREAM, "k", nth, code, key="step") == 0
    assert "@requester, I could not answer, because:" in stage.comments.on(5)[0]
    assert stage.log.streams[STREAM][-1].data["outcome"] == code


async def test_it_has_ended_also_where_nobody_may_be_told() -> None:
    stage = await staged(is_pull=True, thread=500)
    stage.review_threads.forbids = True

    assert await set_aside(stage.world, STREAM, "k", 1, "refused_by_model", key="step") == 0
    assert stage.log.streams[STREAM][-1].data["outcome"] == "refused_by_model"


async def test_where_github_is_away_it_is_tried_again_by_the_engine() -> None:
    stage = await staged()
    stage.comments.away = True

    with pytest.raises(Unavailable):
        await set_aside(stage.world, STREAM, "k", 1, "frozen", key="step")


async def test_a_very_long_answer_is_cut_with_a_notice_and_still_says_what_it_rests_on() -> None:
    stage = await staged(LOOK, says("```\n" + "x = 1\n" * 20_000, ("count.py", 1, 2)))
    seen = await see(stage.world, STREAM, "k", key="see")
    await say(stage.world, STREAM, "k", await answer(stage.world, STREAM, "k", seen, key="s"), key="s")

    [said] = stage.comments.on(5)
    assert len(said) < 60_000
    assert f"x = 1\n```\n\n{CUT}\n\n**It rests on:**" in said


async def test_a_question_leaves_its_queue_for_nothing() -> None:
    assert not await stays("job", waits=True)
