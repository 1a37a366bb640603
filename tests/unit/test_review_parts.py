"""The groups of a change: read side by side, paid once each, and left where one of them comes to nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import pytest

from bot.application.ports import World
from bot.application.review_changes import Known, look_at_changes
from bot.application.review_parts import AT_ONCE, Parts
from bot.application.review_questions import Asking
from bot.application.review_seen import alone
from bot.domain.reviewing import Request
from bot.records import STOPPED, Answer, Question, Spent, StepFailed, Unavailable
from tests.unit.fake_reviews import OPEN, FakeReviews
from tests.unit.fakes import FakeClaude, FakeSources, Stage
from tests.unit.histories import DEVELOPER, SHOP
from tests.unit.test_reviewing import FOUND, finds, verdicts

NEW: Final = """\
diff --git a/{0} b/{0}
new file mode 100644
--- /dev/null
+++ b/{0}
@@ -0,0 +1,2 @@
+a = 1
+b = 2
"""


@dataclass
class Reader(FakeClaude):
    """Finds one thing in each group, once as many are asked as may be; how many there were at once."""

    barrier: asyncio.Barrier = field(default_factory=lambda: asyncio.Barrier(1))
    fails: list[str] = field(default_factory=list)
    at_work: int = 0
    most: int = 0

    async def ask(
        self, question: Question, *, key: str, repository_id: int, lost: Callable[[Spent], None]
    ) -> Answer:
        if key in self.given:
            return self.given[key]
        self.at_work += 1
        self.most = max(self.most, self.at_work)
        if ":find:" in key:
            await self.barrier.wait()
        self.at_work -= 1
        if any(each in key for each in self.fails):
            raise Unavailable("claude_overloaded")
        self.asked.append(question)
        self.given[key] = finds({**FOUND, "path": path_in(key)}) if ":find:" in key else verdicts(0)
        return self.given[key]


def path_in(key: str) -> str:
    return f"f{key.partition(':find:')[2].partition(':')[0]}.py"


async def unhindered() -> None:
    """Nobody has asked anew."""


async def parts(world: World, many: int, check: Callable[..., object] = unhindered) -> Parts:
    """Each of so many files is a group."""
    request = Request(repository=SHOP, number=5, cause="asked", by=DEVELOPER)
    changed = await look_at_changes(request, alone(OPEN), Known(not_secret=()), world)
    asking = Asking(request=request, pull=OPEN, key="k")
    groups = tuple((file,) for file in changed.files.values())
    assert len(groups) == many
    return Parts(asking=asking, changed=replace(changed, groups=groups), check=check, world=world)  # type: ignore[arg-type]


def staged(many: int, **reader: object) -> tuple[Stage, Reader]:
    text = "".join(NEW.format(f"f{nth}.py") for nth in range(many)).encode()
    claude = Reader(**reader)  # type: ignore[arg-type]
    return Stage(
        reviews=FakeReviews(text=text), claude=claude, sources=FakeSources(files={OPEN.head: {}})
    ), claude


async def test_as_many_as_may_be_are_read_at_once_and_what_comes_of_them_stays_in_order() -> None:
    stage, claude = staged(2 * AT_ONCE, barrier=asyncio.Barrier(AT_ONCE))

    async with asyncio.timeout(10):
        came = await (await parts(stage.world, 2 * AT_ONCE)).read()

    assert claude.most == AT_ONCE
    assert [[each.anchor.path for each in group.findings] for group in came] == [
        [f"f{nth}.py"] for nth in range(2 * AT_ONCE)
    ]
    assert sum(group.cost.calls for group in came) == 4 * AT_ONCE


async def test_where_one_comes_to_nothing_no_more_is_asked_and_what_was_paid_is_kept() -> None:
    stage, claude = staged(AT_ONCE + 1, barrier=asyncio.Barrier(AT_ONCE), fails=[":find:0:"])

    with pytest.raises(StepFailed, match="claude_unavailable"):
        await (await parts(stage.world, AT_ONCE + 1)).read()
    paid = len(claude.asked)

    claude.fails, claude.barrier = [], asyncio.Barrier(1)
    came = await (await parts(stage.world, AT_ONCE + 1)).read()

    assert paid == AT_ONCE - 1
    assert len(claude.asked) == 2 * (AT_ONCE + 1)
    assert len(came) == AT_ONCE + 1


async def test_before_each_question_it_is_looked_whether_anybody_still_wants_it() -> None:
    stage, claude = staged(2)
    looks = iter([None, None])

    async def check() -> None:
        if next(looks, STOPPED) is STOPPED:
            raise StepFailed(STOPPED, "overtaken")

    with pytest.raises(StepFailed, match=STOPPED):
        await (await parts(stage.world, 2, check)).read()

    assert len(claude.asked) == 2
