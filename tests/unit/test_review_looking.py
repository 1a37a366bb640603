"""Looks of a review's readers: only where they are wanted, within bounds, paid once, and named."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

from bot.application.review_looking import MOST_TURNS, ROOM
from bot.application.review_reading import Read
from bot.records import STOPPED, Answer, Question, StepFailed, TreeEntry
from tests.unit.fake_reviews import OPEN, FakeReviews
from tests.unit.fakes import FakeClaude, FakeSources, Stage
from tests.unit.test_reviewing import DIFF, FOUND, USAGE, asked, finds, reads, says

CALLER: Final = b"from f import f\n\nprint(f() + 1)\n"
UNSURE: Final[Mapping[str, Any]] = {**FOUND, "confidence": 40, "suggestion": None}
LARGE: Final = b"".join(b"+line number %d of a long file\n" % nth for nth in range(1_500))


def verdict(number: int = 0, *, is_real: bool = False, is_open: bool = False) -> Mapping[str, Any]:
    return {"number": number, "reasoning": "r", "is_real": is_real, "confidence": 90, "is_open": is_open}


def judges(*each: Mapping[str, Any]) -> Answer:
    return says({"verdicts": each})


LEFT_OPEN: Final = judges(verdict(is_open=True))


def views(path: str, call: str = "t1") -> Answer:
    content = ({"type": "tool_use", "id": call, "name": "view", "input": {"path": path}},)
    return Answer(content=content, stop_reason="tool_use", usage=USAGE, model="claude-opus-5-5")


async def staged(*answers: Answer, text: bytes = DIFF, **files: bytes) -> Stage:
    there = {"f.py": b"def f():\n    return 2\n", "caller.py": CALLER, ".env": b"KEY=1\n", **files}
    stage = Stage(
        reviews=FakeReviews(text=text),
        claude=FakeClaude(answers=list(answers)),
        sources=FakeSources(files={OPEN.head: there}),
    )
    await asked(stage, "k")
    return stage


def tools(it: Question) -> list[str]:
    return [each["name"] for each in it.tools]


def told(it: Question) -> str:
    return json.dumps(it.messages, ensure_ascii=False)


def found(read: Read) -> list[tuple[int, bool]]:
    return [(each.confidence, each.is_unsettled) for each in read.findings]


async def test_what_was_left_open_is_looked_for_and_then_counts_as_sure_as_whoever_looked() -> None:
    stage = await staged(finds(UNSURE), LEFT_OPEN, views("caller.py"), judges(verdict(is_real=True)))

    read = await reads(stage)

    assert found(read) == [(90, False)]
    assert (read.looked_at, read.cost.calls, read.unproven) == (("caller.py",), 4, 0)
    assert [tools(each) for each in stage.claude.asked] == [[], [], *[["view", "list_files", "search"]] * 2]
    assert "left open before" in told(stage.claude.asked[2])
    assert "print(f() + 1)" in told(stage.claude.asked[3])


async def test_what_the_looks_rule_out_is_none() -> None:
    stage = await staged(finds(UNSURE), LEFT_OPEN, views("caller.py"), judges(verdict()))

    read = await reads(stage)

    assert (found(read), read.unproven) == ([], 1)


async def test_only_what_is_open_is_looked_at_and_nothing_else_is_judged_anew() -> None:
    other = {**FOUND, "rule": "other", "title": "Something else is so"}
    both = judges(verdict(0, is_real=True), verdict(1, is_open=True), verdict(7, is_open=True))
    stage = await staged(finds(FOUND, other), both, judges(verdict(0), verdict(1), verdict(7)))

    read = await reads(stage)

    claims = [line for line in told(stage.claude.asked[2]).split("\\n") if '\\"claim\\"' in line]
    assert ["Something else is so" in each for each in claims] == [True]
    assert [each.rule for each in read.findings] == ["wrong"]


async def test_what_is_still_not_to_be_seen_stays_open() -> None:
    stage = await staged(finds(FOUND), LEFT_OPEN, LEFT_OPEN)

    assert found(await reads(stage)) == [(70, True)]


async def test_after_so_many_looks_it_answers_and_is_told_so() -> None:
    looks = [views("caller.py", f"t{nth}") for nth in range(MOST_TURNS - 1)]
    stage = await staged(finds(FOUND), LEFT_OPEN, *looks, judges(verdict(is_real=True)))

    assert found(await reads(stage)) == [(90, False)]

    *others, last = stage.claude.asked[2:]
    assert [each.may_call for each in (*others, last)] == [*[True] * (MOST_TURNS - 1), False]
    assert "There are no more looks" in told(last)
    assert "There are no more looks" not in told(others[-1])


async def test_who_goes_on_looking_all_the_same_leaves_it_open() -> None:
    looks = [views("caller.py", f"t{nth}") for nth in range(MOST_TURNS)]
    stage = await staged(finds(FOUND), LEFT_OPEN, *looks)

    read = await reads(stage)

    assert found(read) == [(70, True)]
    assert read.cost.calls == 2 + MOST_TURNS


async def test_a_file_of_credentials_is_not_shown_and_what_has_no_room_is_not_either() -> None:
    long = b"0123456789\n" * (ROOM // 10)
    stage = await staged(
        finds(FOUND),
        LEFT_OPEN,
        views(".env"),
        views("long.txt", "t2"),
        views("long.txt", "t3"),
        LEFT_OPEN,
        **{"long.txt": long},
    )

    read = await reads(stage)

    assert read.looked_at == ("long.txt",)
    assert "KEY=1" not in told(stage.claude.asked[-1])
    assert "looks like a file of credentials" in told(stage.claude.asked[-1])


async def test_each_turn_is_paid_once_however_often_it_is_tried() -> None:
    stage = await staged(finds(FOUND), LEFT_OPEN, views("caller.py"), judges(verdict(is_real=True)))

    first, second = await reads(stage), await reads(stage)

    assert first == second
    assert len(stage.claude.asked) == 4


async def test_a_large_part_may_be_looked_around_for_from_the_beginning() -> None:
    text = b"diff --git a/l b/l\n--- a/l\n+++ b/l\n@@ -0,0 +1,1500 @@\n" + LARGE
    stage = await staged(views("caller.py"), finds(), text=text)

    read = await reads(stage)

    first, second = stage.claude.asked
    assert tools(first) == tools(second) == ["view", "list_files", "search"]
    assert "You can look at other files" in told(first)
    assert [len(each.messages) for each in (first, second)] == [2, 4]
    assert any(each.startswith("review_look:") for each in first.prompts)
    assert read.looked_at == ("caller.py",)


async def test_what_hardly_matters_is_not_looked_for() -> None:
    stage = await staged(finds({**FOUND, "severity": "nit"}), LEFT_OPEN)

    assert found(await reads(stage)) == [(70, True)]
    assert len(stage.claude.asked) == 2


class Unseen(FakeSources):
    """A commit whose files cannot be listed."""

    async def listing(self, *_: Any) -> Mapping[str, TreeEntry]:
        raise StepFailed("git_failed")


async def test_where_no_file_can_be_looked_at_it_stays_open_and_nobody_is_asked() -> None:
    stage = await staged(finds(FOUND), LEFT_OPEN)
    stage.sources = Unseen(files=stage.sources.files)

    assert found(await reads(stage)) == [(70, True)]
    assert len(stage.claude.asked) == 2


class Overtaking(FakeClaude):
    """A newer review is asked for while the third question is answered."""

    stage: Stage

    async def ask(self, question: Question, **given: Any) -> Answer:
        got = await super().ask(question, **given)
        if len(self.asked) == 3:
            await asked(self.stage, "newer")
        return got


async def test_who_is_overtaken_while_it_looks_asks_no_further() -> None:
    stage = await staged()
    claude = Overtaking(answers=[finds(FOUND), LEFT_OPEN, views("caller.py")])
    claude.stage, stage.claude = stage, claude

    with pytest.raises(StepFailed, match=STOPPED):
        await reads(stage)

    assert len(claude.asked) == 3
