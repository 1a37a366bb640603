"""Words to the bot in Slack which are no command: heard here, and done as if one had been typed."""

from dataclasses import dataclass, replace

import msgspec

from bot.application import mention_hearing, slack_talk_words, slack_words
from bot.application.asked import Ask, LookUp
from bot.application.mention_reading import ToSort
from bot.application.ports import World
from bot.application.rights import belongs_here, check_right
from bot.application.slack_hearing import Slack
from bot.application.slack_linking import acts_as
from bot.application.slack_offering import offer
from bot.application.slack_questions import AskedThere, ask_there
from bot.application.slack_replying import answer, below, whisper
from bot.application.slack_talking import talk_before
from bot.application.slack_where import place_for
from bot.domain.commands import Command, Spoken
from bot.domain.mentioned import Mention
from bot.domain.mentions import Does, Move, Names, Proposes, Unclear, move_of
from bot.domain.policy import Denied, check_may
from bot.domain.slack_links import NotLinked
from bot.domain.slack_offers import Offer, request_of
from bot.domain.slack_places import NotThere, Unnamed
from bot.domain.slack_talks import Talk
from bot.records import Actor
from bot.slack_records import Me, Place, Said
from handlers.conversation import Context
from handlers.slack_aim import Aim, aim_of
from handlers.slack_answering import Answer, Known, as_said, done, plain, unlinked
from handlers.slack_payloads import SlackCommand
from handlers.slack_spoken_payloads import Spoke

# What looks at one run, and where none is meant at the list of them.
OF_ONE = frozenset(("status", "why"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message that speaks to the bot, what it says, what it is about, and where its answer stands."""

    spoke: Spoke
    command: SlackCommand
    words: str
    aim: Aim | None = None
    place: Place | None = None
    talk: Talk = Talk()  # noqa: RUF009  frozen

    @property
    def name(self) -> str:
        """Of the one message that answers it."""
        return f"slack-heard:{self.spoke.key}"


async def take_up(it: Heard, run: str, me: Me, context: Context, slack: Slack) -> Answer | None:
    """Find what it is about, show that it is looked at, and have made out what it means; a refusal is said.

    Raises Unavailable.
    """
    world = context.world
    try:
        by = await acts_as(it.spoke.by, world)
        aim = await aim_of(it.words, run, it.spoke.channel_place, by, world)
    except NotLinked:
        return unlinked(it.command, context, slack)
    except NotThere:
        return await plain(slack_talk_words.NOT_THERE)
    except Unnamed:
        return await plain(slack_talk_words.WHICH)
    about = aim.seen
    if not await belongs_here(by, about.repository, world, private=about.private):
        return replace(await plain(slack_talk_words.OUTSIDER), about=(about,))
    place = await place_for(
        it.spoke.place, it.spoke.by, about.repository, private=about.private, slack=slack, world=world
    )
    whole = replace(it, aim=aim, place=place)
    await _stands(whole, await as_said(slack_talk_words.WORKING), slack, world)
    talk = await talk_before(it.spoke.place, it.spoke.ts, it.spoke.files, me, slack)
    return await _hand_on(replace(whole, talk=talk), aim, by, context)


async def _hand_on(it: Heard, aim: Aim, by: Actor, context: Context) -> Answer | None:
    world, repository = context.world, aim.seen.repository
    kept = await world.blobs.put(repository.id, msgspec.json.encode(it))
    mention = Mention(repository=repository, number=aim.number, by=by, comment=kept, ear="slack")
    no = await mention_hearing.hear(mention, key=context.key, door=context.door, world=world)
    return None if no is None else replace(await plain(no), about=(aim.seen,))


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackEar:
    """What was heard in Slack, and what follows once it is made out what it means."""

    world: World
    known: Known

    @property
    def commands(self) -> tuple[Command, ...]:
        """What there is in Slack to be meant."""
        return tuple(command for command, _ in self.known.values())

    def words(self, heard: bytes) -> ToSort:
        """What was said, and after what."""
        it = _heard(heard)
        of_run = ", in the thread of a run" if it.aim and it.aim.run else ""
        return ToSort(words=it.words, place=f"in Slack{of_run}", before=it.talk)

    async def act(self, heard: bytes, means: str, *, key: str) -> None:
        """Do what it means, or say what a person would have to say. Raises Unavailable, StepFailed."""
        it, slack = _heard(heard), self.world.slack
        if slack is None:
            return
        context = Context(world=self.world, key=key, door="slack")
        said = await self._said(move_of(means, self.known), it, context, slack)
        if said is not None:
            await _answer(it, said, context, slack)

    async def _said(self, move: Move, it: Heard, context: Context, slack: Slack) -> Answer | None:
        match move:
            case Does(name="ask"):
                return await asks(it, context, slack)
            case Does():
                spoken = _spoken(move, it)
                if spoken is None:
                    return await plain(_which_pull(it))
                return await done(spoken, it.command, context, slack, self.known)
            case Proposes():
                return await _proposed(move, self.known[move.name][0], it, context)
            case Names():
                return await plain(slack_talk_words.said_as_command(self.known[move.name][0]))
            case Unclear():
                return await plain(slack_talk_words.unclear())

    async def give_up(self, heard: bytes, code: str, *, is_read: bool, key: str) -> None:
        """Nobody can tell what it means now, or, where it `is_read`, do it, for this reason: say so."""
        it, slack = _heard(heard), self.world.slack
        if slack is not None:
            said = await plain(slack_talk_words.given_up(code, is_read=is_read))
            await _answer(it, said, Context(world=self.world, key=key, door="slack"), slack)


async def asks(it: Heard, context: Context, slack: Slack) -> Answer | None:
    """Begin; the answer takes the place of what says that it is looked at. A refusal is said."""
    aim, world = it.aim, context.world
    if aim is None:
        return None
    repository = aim.seen.repository
    there = AskedThere(place=it.place or it.spoke.place, user=it.spoke.by, name=it.name, talk=it.talk)
    try:
        asked = Ask(
            by=await acts_as(it.spoke.by, world),
            repository=repository,
            number=aim.number,
            is_pull=aim.is_pull,
            text=it.words,
            comment=0,
            said_at=world.clock.now(),
        )
        await ask_there(asked, there, key=context.key, door=context.door, world=world)
    except NotLinked:
        return unlinked(it.command, context, slack)
    except Denied as no:
        return await plain(slack_words.refused(no))
    return None


async def _answer(it: Heard, said: Answer, context: Context, slack: Slack) -> None:
    """In place of the message that said that it is looked at; what is for one person alone, to them."""
    world, shown = context.world, said.said
    if said.is_private and not it.spoke.is_direct:
        await whisper(it.spoke.place, it.spoke.by.id, shown, slack, world, name=it.name)
        shown = await as_said(slack_talk_words.ALONE)
    notes = await as_said("\n\n".join(slack_talk_words.unread(it.talk)))
    await _stands(it, below(shown, notes), slack, world)


async def _stands(it: Heard, said: Said, slack: Slack, world: World) -> None:
    """In the thread, where that may be said there by now; else to them alone, below what they said."""
    place, name = it.spoke.place, it.name
    if it.aim is not None:
        about = it.aim.seen
        place = await place_for(
            place, it.spoke.by, about.repository, private=about.private, slack=slack, world=world
        )
    if place.channel != it.spoke.channel:
        said = below(await as_said(slack_talk_words.quoted(it.words)), said)
    if it.place is not None and place.channel != it.place.channel:
        name = f"{it.name}:direct"
    await answer(place, said, slack, world, name=name)


async def _proposed(move: Proposes, command: Command, it: Heard, context: Context) -> Answer:
    """Shown to whoever may have it done; anybody else is refused as if they had typed it."""
    aim, world, place = it.aim, context.world, it.place or it.spoke.place
    if aim is None or (move.name == "fix" and not aim.is_pull):
        return await plain(_which_pull(it))
    repository = aim.seen.repository
    try:
        by = await acts_as(it.spoke.by, world)
        role = await check_right(LookUp(by=by, repository=repository), world)
        if command.needs is not None:
            check_may(role, command.needs)
    except Denied as no:
        return await plain(slack_words.refused(no))
    text, is_cut = request_of(it.words, it.talk)
    offered = Offer(
        command=move.name,
        repository=repository,
        number=aim.number if move.name == "fix" else 0,
        text=await world.blobs.put(repository.id, text.encode()),
        by=it.spoke.by,
        channel=it.spoke.channel,
        name=it.name,
        shown_in=place.channel,
        thread=place.thread,
    )
    return Answer(said=await offer(offered, text, by, is_cut=is_cut, key=context.key, world=world))


def _spoken(move: Does, it: Heard) -> Spoken | None:
    """The command as if it had been typed, on what it is about; None where a pull request has to be named."""
    aim = it.aim
    if aim is None:
        return None
    full_name = aim.seen.repository.full_name
    if move.name == "review":
        if not aim.is_pull:
            return None
        focus = f" {it.words}" if move.has_text else ""
        return Spoken(name="review", text=f"{full_name}#{aim.number}{focus}", options={})
    if move.name in OF_ONE:
        return Spoken(name=move.name if aim.run else "list", text=aim.run or full_name, options={})
    return Spoken(name=move.name, text=full_name, options={})


def _which_pull(it: Heard) -> str:
    """Whoever named none, or one that is none, is asked for one."""
    return slack_talk_words.no_pull(it.aim.number if it.aim and not it.aim.run else 0)


def _heard(kept: bytes) -> Heard:
    return msgspec.json.decode(kept, type=Heard)
