"""Looking at a finding again, with what was said to it: what the model is asked, and what it answers."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict

from bot.application.diffs import diff_of
from bot.application.frozen import check_not_frozen
from bot.application.ports import World
from bot.application.prompting import noting, render
from bot.application.review_answers import answered
from bot.application.review_changes import GROUP_TOKENS
from bot.application.review_paying import ask_once
from bot.application.review_questions import MOST_AROUND
from bot.application.review_surroundings import texts_around
from bot.domain.conversation import asked
from bot.domain.diff import FileDiff, files_in
from bot.domain.diff_shown import pack, shown_file
from bot.domain.fencing import fence, nonce_of
from bot.domain.replying import (
    Dispute,
    answer_in,
    dispute_in,
    heard_in,
    is_awaited,
    is_over,
    is_superseded,
    unanswered_in,
)
from bot.domain.secrecy import without_secrets
from bot.domain.visible import visible_markdown
from bot.records import Question
from bot.review_records import Remark, Reviewable

MAX_TOKENS: Final = 8_000
MOST_REMARKS: Final = 20
LONGEST_REMARK: Final = 4_000
LONGEST_HUNK: Final = 20_000
NOT_SHOWN: Final = "(not to be shown: it is not among what the pull request changes now, or too much)"


class Reconsidered(BaseModel):
    """What the model makes of the finding, now that something was said to it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    reasoning: str
    withdraws: bool
    wants_answer: bool
    answer: str


async def think(world: World, stream: str, asked_key: str, *, key: str) -> str:
    """The digest of what it makes of it, "" where nothing is to be said to that. Raises StepFailed.

    An answer that was paid for in an earlier try is taken from there.
    """
    past = await world.log.read(stream)
    it, noted = dispute_in(past, asked_key), answer_in(past, asked_key)
    if noted is not None:
        return str(noted.data["why"])  # it is decided, and may not be said yet
    if is_superseded(past, asked_key) or is_over(past, it.thread, it.fingerprint):
        return ""
    await check_not_frozen(world, it.repository)
    said = await world.review_threads.said(it.repository, it.number, it.thread)
    if not _is_there(said, it, unanswered_in(past, it.thread)):
        return ""
    pull = await world.reviews.look(it.repository, it.number)
    if not pull.is_open:
        return ""
    now = await _as_it_is_now(it, pull, said[0].path, world)
    heard = heard_in(past, it.thread)
    question = await asyncio.to_thread(reply_question, said, now, heard, asked_key, world.rules.model)
    answer = await ask_once(world, it.repository, question, key=f"{asked_key}:reply")
    made = answered(answer, Reconsidered)
    if not (made.withdraws or made.wants_answer or is_awaited(past, it.thread)):
        return ""
    return await world.blobs.put(it.repository.id, made.model_dump_json().encode())


async def load_reconsidered(world: World, repository_id: int, digest: str) -> Reconsidered:
    """What it made of it, as it was kept."""
    return Reconsidered.model_validate_json(await world.blobs.get(repository_id, digest))


def _is_there(said: Sequence[Remark], it: Dispute, waiting: Collection[int]) -> bool:
    """Whether the finding is, and anything that waits for an answer: what was said may be taken back."""
    return bool(said) and said[0].id == it.thread and any(each.id in waiting for each in said)


async def _as_it_is_now(it: Dispute, pull: Reviewable, path: str, world: World) -> str:
    """What the pull request changes in that file by now: it may have been mended since."""
    diff = await diff_of(it.repository, pull, world) or b""
    file = await asyncio.to_thread(_file_of, diff, path)
    if file is None:
        return NOT_SHOWN
    texts = await texts_around(it.repository, pull.head, [file], world)
    return await asyncio.to_thread(_shown, diff, file, texts.get(path, ()))


def _file_of(diff: bytes, path: str) -> FileDiff | None:
    """None where it is not among them, or too much."""
    file = next((each for each in files_in(diff) if each.path == path), None)
    return None if file is None or not pack([file], budget=GROUP_TOKENS, most=1).groups else file


def _shown(diff: bytes, file: FileDiff, lines: Sequence[str]) -> str:
    """Its hunks, with what is around them if there is room for that."""
    plain, whole = shown_file(diff, file), shown_file(diff, file, lines)
    return whole if len(whole) - len(plain) <= MOST_AROUND else plain


def reply_question(
    said: Sequence[Remark], now: str, heard: Collection[int], key: str, model: str
) -> Question:
    """What stands there now, what was found and where, and all that was said to it, each as its writer's."""
    first, nonce = said[0], nonce_of(key)
    hunk = without_secrets(first.hunk)[-LONGEST_HUNK:]
    talk = "\n\n".join(_told(each, heard, nonce) for each in _most_telling(said[1:], heard))
    with noting() as prompts:
        system = render("reply")
        turn = render(
            "reply_request",
            finding=fence(_visible(first.body), "the finding, as you said it", nonce),
            hunk=fence(hunk, f"the lines of {first.path} that it was said at", nonce),
            now=fence(now, f"what the pull request changes in {first.path} now", nonce),
            talk=talk,
        )
    return Question(
        model=model,
        system=system,
        messages=(asked(turn),),
        schema=Reconsidered.model_json_schema(),
        max_tokens=MAX_TOKENS,
        prompts=tuple(prompts),
    )


def _most_telling(said: Sequence[Remark], heard: Collection[int]) -> list[Remark]:
    """The newest, in their order: however much others say, they take nobody's place who has a say in it."""
    others = [each for each in said if not _has_a_say(each, heard)]
    telling = [each for each in said if _has_a_say(each, heard)][-MOST_REMARKS:]
    room = MOST_REMARKS - len(telling)
    kept = {each.id for each in (*telling, *(others[-room:] if room else ()))}
    return [each for each in said if each.id in kept]


def _has_a_say(it: Remark, heard: Collection[int]) -> bool:
    return it.is_ours or it.by_id in heard


def _told(it: Remark, heard: Collection[int], nonce: str) -> str:
    return fence(_visible(it.body), _voice(it, heard), nonce)


def _voice(it: Remark, heard: Collection[int]) -> str:
    """Whose words they are, as GitHub says, and whether these have a say in it."""
    if it.is_ours:
        return "you, earlier"
    return f"@{it.by}" if _has_a_say(it, heard) else f"@{it.by or 'ghost'}, who has no say in it"


def _visible(text: str) -> str:
    return visible_markdown(text[: 4 * LONGEST_REMARK]).text[:LONGEST_REMARK]
