"""Answering a question: look, think, look again, within bounds; what the answer names is looked up."""

from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from bot.application.frozen import check_not_frozen
from bot.application.looking_tools import LOOKING_TOOLS, LOOKS
from bot.application.ports import World
from bot.application.prompting import noting, render
from bot.application.question_answers import Reply, read_reply
from bot.application.question_request import Wanted, request_shown
from bot.application.question_seeing import load_seen
from bot.application.question_sources import lines_shown, sources_there
from bot.application.review_paying import Cost, ask_once
from bot.application.slack_questions import asked_there
from bot.application.tools import run_tools
from bot.application.workbench import Workbench, open_tree
from bot.domain.citing import Citation
from bot.domain.conversation import (
    AskAgain,
    Finished,
    GoOn,
    Message,
    RunTools,
    Stop,
    asked,
    larger,
    next_move,
    replied,
    said,
    told_last,
    within,
)
from bot.domain.enquiring import enquiry_in
from bot.domain.shown_lines import Lines, together
from bot.domain.slack_talks import Talk as SaidInSlack
from bot.domain.tree import Tree
from bot.records import Answer, Question, Repository, StepFailed

MAX_TOKENS: Final = 8_000
MOST_TURNS: Final = 12
MOST_TOKENS: Final = 600_000
# What all looks of one question may show together, in characters, and where there is as good as no room left.
ROOM: Final = 200_000
LITTLE_ROOM: Final = 5_000
MOST_SOURCES: Final = 20
NOTHING_SAID: Final = SaidInSlack()
NO_ROOM: Final = "Not shown: there is no more room for this question. Ask for fewer lines, or answer now."


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """What came of it: what is said to whoever asked is made of this."""

    answer: str
    commit: str
    page: str
    sources: tuple[Citation, ...]
    dropped: int
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """The turns so far, what they cost, which lines they have shown, and how much more may be."""

    messages: tuple[Message, ...]
    turns: int = 0
    pauses: int = 0
    is_cut: bool = False
    room: int = ROOM
    shown: Lines = field(default_factory=dict)
    cost: Cost = Cost()  # noqa: RUF009  frozen

    def is_at_its_end(self, micro_usd: int) -> bool:
        """Whether the next turn has to be the last: of turns, of room, of tokens or of money."""
        return (
            self.turns >= MOST_TURNS - 1
            or self.room < LITTLE_ROOM
            or self.cost.tokens >= MOST_TOKENS
            or self.cost.micro_usd >= micro_usd
        )


async def answer(world: World, stream: str, asked_key: str, seen_digest: str, *, key: str) -> str:
    """Answer it from what was seen; the digest of what came of it. Raises StepFailed, Unavailable.

    A turn that was paid for in an earlier try is taken from there.
    """
    enquiry = enquiry_in(await world.log.read(stream), asked_key)
    repository = enquiry.repository
    seen = await load_seen(world, repository, seen_digest)
    text = (await world.blobs.get(repository.id, enquiry.text)).decode()
    there = await asked_there(enquiry, world)
    talked = NOTHING_SAID if there is None else there.talk
    it = Wanted(enquiry=enquiry, seen=seen, text=text, key=asked_key, talk=talked)
    bench = Workbench(
        repository=repository,
        commit=seen.commit,
        sources=world.sources,
        sandbox=world.sandbox,
        limits=world.rules.sandbox,
        not_secret=seen.not_secret,
        inputs=LOOKS,
    )
    tree = await open_tree(bench)
    reply, talk = await _talked(it, tree, bench, world)
    sources, dropped = await sources_there(reply.sources[:MOST_SOURCES], talk.shown, tree, bench)
    came = Replied(
        answer=reply.answer,
        commit=seen.commit,
        page=seen.page,
        sources=sources,
        dropped=dropped,
        cost=talk.cost,
    )
    return await world.blobs.put(repository.id, msgspec.json.encode(came))


async def load_replied(world: World, repository: Repository, digest: str) -> Replied:
    """What came of it, as it was kept."""
    return msgspec.json.decode(await world.blobs.get(repository.id, digest), type=Replied)


async def _talked(it: Wanted, tree: Tree, bench: Workbench, world: World) -> tuple[Reply, Talk]:
    """Turn by turn until it has answered. Raises StepFailed where nothing more can come of it."""
    with noting() as prompts:
        system, last = render("ask"), render("ask_last")
        first, lines = await request_shown(it, tree, world)
    talk = Talk(messages=(asked(first),), shown=lines)
    base = Question(
        model=world.rules.model,
        system=system,
        messages=(),
        tools=LOOKING_TOOLS,
        schema=Reply.model_json_schema(),
        prompts=tuple(prompts),
    )
    while True:
        await check_not_frozen(world, bench.repository)
        question = _question(base, talk, last if talk.is_at_its_end(world.rules.micro_usd) else "")
        own = f"{it.key}:turn:{talk.turns}{':again' if talk.is_cut else ''}"
        got = await ask_once(world, bench.repository, question, key=own)
        talk = replace(talk, cost=talk.cost.plus(got))
        move = next_move(got, max_tokens=question.max_tokens, enlarged=talk.is_cut, pauses=talk.pauses)
        match move:
            case Finished():
                return read_reply(move.text), talk
            case Stop():
                raise StepFailed(move.code)
            case AskAgain():
                talk = replace(talk, is_cut=True)
            case RunTools() | GoOn():
                if not question.may_call:
                    raise StepFailed("no_progress")
                talk = await _on(talk, got, move, tree, bench)


def _question(base: Question, talk: Talk, last: str) -> Question:
    """The next turn; where it has to be the last, it is told so, and no tool can be called any more."""
    return replace(
        base,
        messages=told_last(talk.messages, last) if last else talk.messages,
        max_tokens=larger(MAX_TOKENS) if talk.is_cut else MAX_TOKENS,
        may_call=not last,
    )


async def _on(talk: Talk, got: Answer, move: RunTools | GoOn, tree: Tree, bench: Workbench) -> Talk:
    """The talk with this answer, and with what its looks have shown."""
    spoken = (*talk.messages, said(got))
    on = replace(talk, turns=talk.turns + 1, is_cut=False)
    if isinstance(move, GoOn):
        return replace(on, messages=spoken, pauses=talk.pauses + 1)
    worked = await run_tools(got.content, tree=tree, bench=bench)
    results, room = within(worked.results, talk.room, otherwise=NO_ROOM)
    shown = together([talk.shown, *lines_shown(got, results)])
    return replace(on, messages=(*spoken, replied(results)), pauses=0, room=room, shown=shown)
