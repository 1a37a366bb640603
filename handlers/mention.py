"""Words to the bot behind its name, which are no command: heard here, and done as if one had been said."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from bot.application import mention_hearing
from bot.application import mention_words as words
from bot.application.mention_reading import ToSort
from bot.application.ports import World
from bot.domain.commands import Command, Spoken
from bot.domain.mentioned import Mention
from bot.domain.mentions import (
    Does,
    Move,
    Names,
    Proposes,
    Unclear,
    move_of,
    own_words,
    plain_move,
    words_to,
)
from bot.domain.policy import check_may
from handlers.conversation import Context, Here, Run, carry_out, is_worth_an_answer, reply, show
from handlers.payloads import Comment

Known = Mapping[str, tuple[Command, Run]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A comment that speaks to the bot, and what it says behind its name."""

    comment: Comment
    words: str


async def hear_words(comment: Comment, context: Context, known: Known) -> bool:
    """Take up what is said behind the bot's name, by whoever it answers; whether a comment begins with it.

    Of anybody else nothing is read, and no model is asked: as with a slip, they are not told either.
    """
    said = await _words(comment, context.world)
    if said is None:
        return False
    if await is_worth_an_answer(comment, context):
        await _take_up(Heard(comment=comment, words=said), context, known)
    return True


async def is_spoken_to(comment: Comment, context: Context) -> bool:
    """Whether the bot is spoken to, by whoever it answers."""
    return await _words(comment, context.world) is not None and await is_worth_an_answer(comment, context)


async def is_bare(comment: Comment, context: Context, known: Known) -> bool:
    """Whether it says no more to the bot than the name of a command: that is no talk."""
    said = await _words(comment, context.world)
    return said is not None and plain_move(own_words(said), known) is not None


async def _words(comment: Comment, world: World) -> str | None:
    """GitHub is asked for the bot's name only where a comment begins with somebody's."""
    if not comment.body.lstrip().startswith("@"):
        return None
    return words_to(await world.repositories.app_login(), comment.body)


async def _take_up(it: Heard, context: Context, known: Known) -> None:
    move = plain_move(own_words(it.words), known)
    if move is not None:
        await _follow(move, it, context, known)
        return
    await show(it.comment, context)
    repository, world = it.comment.repository, context.world
    kept = await world.blobs.put(repository.id, msgspec.json.encode(it))
    mention = Mention(repository=repository, number=it.comment.issue, by=it.comment.by, comment=kept)
    no = await mention_hearing.hear(mention, key=context.key, door=context.door, world=world)
    if no is not None:
        await reply(it.comment, context, no)


async def _follow(move: Move, it: Heard, context: Context, known: Known) -> None:
    """The command as it is declared, with its right asked now, or words that name it."""
    match move:
        case Does():
            text = it.words if move.has_text else ""
            await carry_out(known[move.name][1], _here(move.name, text, it, context, known))
        case Proposes():
            run = _proposing(known[move.name][0], it.words)
            await carry_out(run, _here(move.name, it.words, it, context, known))
        case Names():
            await reply(it.comment, context, words.said_as_command(known[move.name][0]))
        case Unclear():
            await reply(it.comment, context, words.unclear())


def _here(name: str, text: str, it: Heard, context: Context, known: Known) -> Here:
    """As if the command had been said there: its words are the person's own."""
    spoken = Spoken(name=name, text=text, options={})
    declared = tuple(command for command, _ in known.values())
    return Here(context=context, comment=it.comment, spoken=spoken, known=declared)


def _proposing(command: Command, said: str) -> Run:
    """Shows the command to whoever may give it; anybody else is refused as if they had."""

    async def run(here: Here) -> str:
        role = await here.role()
        if command.needs is not None:
            check_may(role, command.needs)
        return words.proposed(command, said)

    return run


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """What was heard here, and what follows once it is made out what it means."""

    world: World
    known: Known

    @property
    def commands(self) -> tuple[Command, ...]:
        """What there is on GitHub to be meant."""
        return tuple(command for command, _ in self.known.values())

    def words(self, heard: bytes) -> ToSort:
        """What was said, and on what."""
        it = _heard(heard)
        place = "a pull request" if it.comment.is_pull else "an issue"
        at = place if it.comment.thread is None else f"{place}, at a line of it"
        return ToSort(words=it.words, place=f"on {at}")

    async def act(self, heard: bytes, means: str, *, key: str) -> None:
        """Do what it means, or say what a person would have to say. Raises Unavailable."""
        it, context = _heard(heard), Context(world=self.world, key=key)
        await _follow(move_of(means, self.known), it, context, self.known)

    async def give_up(self, heard: bytes, code: str, *, is_read: bool, key: str) -> None:
        """Nobody can tell what it means now, or, where it `is_read`, do it, for this reason: say so."""
        said = words.not_done(code) if is_read else words.given_up(code)
        await reply(_heard(heard).comment, Context(world=self.world, key=key), said)


def _heard(kept: bytes) -> Heard:
    return msgspec.json.decode(kept, type=Heard)
