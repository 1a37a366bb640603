"""What plain words mean: the small model is asked once, and answers with one word of a closed list."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.application.frozen import check_not_frozen
from bot.application.ports import World
from bot.application.prompting import noting, render
from bot.application.recording import append_beside
from bot.application.review_paying import ask_once, tokens_of
from bot.application.slack_talking import talk_shown
from bot.domain.commands import PREFIX, Command
from bot.domain.conversation import asked, text_of
from bot.domain.fencing import fence, nonce_of
from bot.domain.mentioned import Understood, meaning_of, mention_in, understood, understood_key
from bot.domain.mentions import UNCLEAR, meaning_in, own_words, schema_of
from bot.domain.pricing import cost_micro_usd
from bot.domain.slack_talks import Talk
from bot.domain.visible import visible_markdown
from bot.records import Answer, Question

MAX_TOKENS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSort:
    """What somebody said, where, and what was said there before, as far as their words may lean on it."""

    words: str
    place: str
    before: Talk = Talk()  # noqa: RUF009  frozen


async def read_words(world: World, known: Sequence[Command], stream: str, key: str, it: ToSort) -> str:
    """What they mean, noted once; what was paid for in an earlier try is taken from there.

    Raises StepFailed.
    """
    past = await world.log.read(stream)
    if (means := meaning_of(past, key)) is not None:
        return means
    repository = mention_in(past, key).repository
    await check_not_frozen(world, repository)
    own = understood_key(key)
    with noting() as prompts:
        before = await talk_shown(it.before, nonce_of(own))
    sorting = await asyncio.to_thread(mention_question, known, it, before, own, world.rules.fast_model)
    question = replace(sorting, prompts=(*sorting.prompts, *prompts))
    answer = await ask_once(world, repository, question, key=own)
    made = Understood(
        means=_meaning(answer, known),
        tokens=tokens_of(answer.usage),
        micro_usd=cost_micro_usd(answer.model, answer.usage),
    )
    await append_beside(world, stream, understood(made), key=own, meta={"key": own})
    return made.means


def _leant_on(before: str) -> str:
    return render("mention_talk", talk=before).strip() + "\n\n" if before else ""


def _meaning(answer: Answer, known: Sequence[Command]) -> str:
    """Whatever it is that it answers, it is one of the list."""
    if answer.stop_reason != "end_turn":
        return UNCLEAR
    return meaning_in(text_of(answer), [command.name for command in known])


def mention_question(known: Sequence[Command], it: ToSort, before: str, key: str, model: str) -> Question:
    """The commands there are, where it was said, and the words; of the place only what they may lean on."""
    seen = own_words(visible_markdown(it.words).text)
    with noting() as prompts:
        system = render("mention")
        turn = render(
            "mention_request",
            commands="\n".join(f"- `{each.name}` (`{PREFIX} {each.usage}`): {each.help}" for each in known),
            place=it.place,
            before=_leant_on(before),
            words=fence(seen, "what somebody wrote to the bot", nonce_of(key)),
        )
    return Question(
        model=model,
        system=system,
        messages=(asked(turn),),
        schema=schema_of([command.name for command in known]),
        max_tokens=MAX_TOKENS,
        prompts=tuple(prompts),
    )
