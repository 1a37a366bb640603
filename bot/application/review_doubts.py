"""What the second reader left open, for a step that it was not shown: it looks for that, and judges again."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Final

import structlog

from bot.application.ports import World
from bot.application.review_answers import Verdict, Verdicts, answered
from bot.application.review_batches import WAITS
from bot.application.review_looking import Ask, looked, open_sight, with_looks
from bot.application.review_paying import Cost
from bot.application.review_questions import Asking, Claims, verifying_question
from bot.domain.diff import FileDiff
from bot.domain.remarks import Finding
from bot.domain.retrying import MENDABLE
from bot.domain.shown_lines import Lines
from bot.records import STOPPED, Answer, Question, StepFailed

log = structlog.get_logger()

LONGEST_DOUBT: Final = 600

Around = Callable[[Sequence[Finding]], Sequence[FileDiff]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The verdicts with what came of the looks, which numbers that settled, its cost, and what was seen."""

    verdicts: Sequence[Verdict]
    numbers: frozenset[int] = frozenset()
    cost: Cost = Cost()  # noqa: RUF009  frozen
    lines: Lines = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """What was asked, of which lines of the diff, and what came of it; `key` is that of the looks."""

    asking: Asking
    diff: bytes
    around: Around
    claims: Claims
    verdicts: Sequence[Verdict]
    key: str

    @property
    def open(self) -> Mapping[int, Verdict]:
        """What is left open and matters, by the numbers of the claims."""
        known = {nth for nth, each in enumerate(self.claims.all) if each.severity != "nit"}
        return {
            each.number: each
            for each in sorted(self.verdicts, key=lambda it: it.number)
            if each.is_open and not each.is_real and each.number in known
        }


async def settle(it: Doubted, ask: Ask, world: World) -> Settled:
    """Nothing is asked where nothing is open, and what looking cannot do stays open. Raises StepFailed."""
    sight = await open_sight(it.asking, world) if it.open else None
    if sight is None:
        return Settled(verdicts=it.verdicts)
    doubts = {nth: each.reasoning[:LONGEST_DOUBT] for nth, each in it.open.items()}
    around = await asyncio.to_thread(it.around, [it.claims.all[nth] for nth in doubts])
    question = await asyncio.to_thread(
        verifying_question, it.asking, it.diff, around, it.claims, world.rules.model, doubts=doubts
    )
    answers = list[Answer]()

    async def paid(turn: Question, key: str) -> Answer:
        answers.append(await ask(turn, key))
        return answers[-1]

    try:
        got = await looked(with_looks(question), it.key, sight, paid)
        again = answered(got.answer, Verdicts).verdicts
    except StepFailed as no:
        if no.code in {STOPPED, WAITS} | MENDABLE:
            raise
        log.warning("review_doubts_not_settled", code=no.code)
        return Settled(verdicts=it.verdicts, cost=reduce(Cost.plus, answers, Cost()))
    found = [each for each in again if each.number in doubts]
    return Settled(
        verdicts=_with(it.verdicts, found),
        numbers=frozenset(each.number for each in found if each.is_real),
        cost=got.cost,
        lines=got.lines,
    )


def _with(before: Sequence[Verdict], again: Sequence[Verdict]) -> Sequence[Verdict]:
    """What was judged again is as it was judged then."""
    numbers = {each.number for each in again}
    return [*(each for each in before if each.number not in numbers), *again]
