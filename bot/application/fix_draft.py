"""How far a fix has come: the conversation and the change so far, kept after each turn."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from bot.application.fix_seeing import Seen, load_seen
from bot.application.ports import World
from bot.application.review_paying import Cost, tokens_of
from bot.domain.fixing import Wish, wish_in
from bot.domain.policy import Rules
from bot.records import Answer, FileEdit, Repository, Usage

# Who has said it, or what was said to it, and the digest of that.
Entry = tuple[str, str]
ASK, TOOLS, WRITTEN = "ask", "tools", "written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The conversation as digests, what follows from its last answer, the change so far and what it has cost.

    `judged` is after how many turns the change was tested last, and `verdict` what came of that. `put` is
    where it is once it is there: a commit and, where it is on a branch of its own, a pull request.
    """

    talk: tuple[Entry, ...] = ()
    move: str = ASK
    turns: int = 0
    pauses: int = 0
    is_cut: bool = False
    kept_from: int = 0
    context: int = 0
    change: str = ""
    said: str = ""
    repairs: int = 0
    judged: int = -1
    tested: str = ""
    verdict: str = ""
    report: str = ""
    put: tuple[str, int] | None = None
    cost: Cost = Cost()  # noqa: RUF009  frozen

    def ceiling(self, rules: Rules) -> str:
        """Which ceiling of a run is reached; "" where none is."""
        reached = (
            (self.turns >= rules.turns, "turns"),
            (self.cost.tokens >= rules.tokens, "tokens"),
            (self.cost.micro_usd >= rules.micro_usd, "dollars"),
        )
        return next((name for is_reached, name in reached if is_reached), "")

    def paid(self, answer: Answer) -> "Draft":
        """With what this answer cost, and how much was read for it."""
        return replace(self, cost=self.cost.plus(answer), context=tokens_of(answer.usage))


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """Which fix it is: its stream, the key that it was asked under, what was asked, and what was seen."""

    stream: str
    key: str
    wish: Wish
    seen: Seen
    digest: str

    @property
    def repository(self) -> Repository:
        return self.wish.repository

    @property
    def name(self) -> str:
        """Of this try: what is seen anew is written anew."""
        return f"{self.key}:{self.digest[:16]}"


async def at(world: World, stream: str, asked_key: str, seen: str) -> At:
    """The fix of this key, as it was seen."""
    wish = wish_in(await world.log.read(stream), asked_key)
    loaded = await load_seen(world, wish.repository, seen)
    return At(stream=stream, key=asked_key, wish=wish, seen=loaded, digest=seen)


async def load_draft(it: At, world: World) -> Draft:
    """How far it has come; at its beginning what it begins with, and what was paid for another head of it."""
    digest = await world.notes.get(_note(it))
    if digest is not None:
        return await _kept(it.repository, digest, world)
    return Draft(change=it.seen.begins, cost=await paid_so_far(world, it.repository, it.key))


async def paid_so_far(world: World, repository: Repository, asked_key: str) -> Cost:
    """What the fix of this key has cost, for whatever heads."""
    newest = await world.notes.get(_newest(asked_key))
    return Cost() if newest is None else (await _kept(repository, newest, world)).cost


async def _kept(repository: Repository, digest: str, world: World) -> Draft:
    return msgspec.json.decode(await world.blobs.get(repository.id, digest), type=Draft)


async def keep_draft(it: At, draft: Draft, world: World) -> None:
    """The next step begins from here."""
    digest = await world.blobs.put(it.repository.id, msgspec.json.encode(draft))
    await world.notes.put(_note(it), digest)
    await world.notes.put(_newest(it.key), digest)


def _note(it: At) -> str:
    return f"fix:{it.name}"


def _newest(asked_key: str) -> str:
    return f"fix-newest:{asked_key}"


async def keep(world: World, repository: Repository, told: Any) -> str:
    """The digest of what can be said in JSON."""
    return await world.blobs.put(repository.id, json.dumps(told, ensure_ascii=False).encode())


async def load(world: World, repository: Repository, digest: str) -> Any:
    """The same, read back."""
    return json.loads(await world.blobs.get(repository.id, digest))


async def keep_answer(world: World, repository: Repository, answer: Answer) -> str:
    """The digest of what the model said, whole."""
    return await keep(
        world,
        repository,
        {"content": list(answer.content), "stop": answer.stop_reason, "model": answer.model},
    )


async def load_answer(world: World, repository: Repository, digest: str) -> Answer:
    """What the model said; what it cost is counted already."""
    kept: Mapping[str, Any] = await load(world, repository, digest)
    return Answer(
        content=tuple(kept["content"]), stop_reason=kept["stop"], usage=_NOTHING, model=kept["model"]
    )


_NOTHING: Final = Usage(input_tokens=0, output_tokens=0, cache_read_tokens=0, cache_write_tokens=0)


async def keep_edits(world: World, repository: Repository, edits: Sequence[FileEdit]) -> str:
    """The digest of a change; "" of none."""
    if not edits:
        return ""
    return await world.blobs.put(repository.id, msgspec.json.encode(list(edits)))


async def load_edits(world: World, repository: Repository, digest: str) -> list[FileEdit]:
    """The change that was kept."""
    if not digest:
        return []
    return msgspec.json.decode(await world.blobs.get(repository.id, digest), type=list[FileEdit])
