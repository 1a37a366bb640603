"""Words to the bot in Slack which are no command: heard here, and done as if one had been typed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from bot.application import mention_hearing, slack_talk_words, slack_words
from bot.application.asked import Ask
from bot.application.mention_reading import ToSort
from bot.application.ports import World
from bot.application.rights import belongs_here
from bot.application.slack_channels import bound_to
from bot.application.slack_hearing import Slack
from bot.application.slack_linking import acts_as
from bot.application.slack_questions import AskedThere, ask_there
from bot.application.slack_replying import answer
from bot.application.slack_talking import talk_before, unread_words
from bot.application.slack_where import place_for
from bot.domain.commands import Command, Spoken
from bot.domain.mentioned import Mention
from bot.domain.mentions import Does, Move, Names, Proposes, Unclear, move_of
from bot.domain.policy import Denied
from bot.domain.slack_heard import named_in
from bot.domain.slack_links import NotLinked
from bot.domain.slack_places import NotThere, Unnamed
from bot.domain.slack_talks import Talk
from bot.records import Actor
from bot.slack_records import Me, Place, Said
from handlers.conversation import Context
from handlers.slack_answering import Answer, Known, as_said, done, plain, unlinked
from handlers.slack_conversation import Seen, is_pull_request, repository_of, seen, seen_by_name
from handlers.slack_payloads import SlackCommand
from handlers.slack_spoken_payloads import Spoke

# What looks at one run, and where none is meant at the list of them.
OF_ONE = frozenset(("status", "why"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What words are about: a repository, and an issue or pull request and a run of it, if any is meant."""

    seen: Seen
    number: int = 0
    is_pull: bool = False
    run: str = ""


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
        aim = await _aim_of(it, run, by, world)
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


async def _aim_of(it: Heard, run: str, by: Actor, world: World) -> Aim:
    """What the words name, else the run of the thread, else the channel's. Raises NotThere, Unnamed.

    A name that may be one by chance, and of nothing that they may read, is none.
    """
    named = named_in(it.words)
    for each in (*named.ids, *([run] if run else [])):
        aim = await _of_run(each, by, world)
        if aim is not None:
            return aim
    numbers = [each for each in named.numbers if each.repository]
    if numbers:
        found = await seen_by_name(numbers[0].repository, by, world)
        return await _at(found, numbers[0].number, world)
    found = await _repository(it, named.repositories, by, world)
    return await _at(found, named.numbers[0].number, world) if named.numbers else Aim(seen=found)


async def _of_run(named: str, by: Actor, world: World) -> Aim | None:
    row = await world.integrations.get(named)
    if row is None:
        return None
    try:
        found = await seen(repository_of(row), by, world)
    except NotThere:
        return None
    pull = row["pull_request"]
    return Aim(seen=found, run=row["id"], number=pull or row["issue"], is_pull=pull is not None)


async def _at(found: Seen, number: int, world: World) -> Aim:
    is_pull = await is_pull_request(found.repository, number, world)
    return Aim(seen=found, number=number, is_pull=is_pull)


async def _repository(it: Heard, names: Sequence[str], by: Actor, world: World) -> Seen:
    for name in names:
        try:
            return await seen_by_name(name, by, world)
        except NotThere:
            continue
    bound = await bound_to(Place(workspace=it.spoke.workspace, channel=it.spoke.channel), world)
    if bound is not None:
        return await seen(bound.repository, by, world)
    raise NotThere if names else Unnamed("repository")


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

    async def _said(self, move: Move, it: Heard, context: Context, slack: Slack) -> Said | None:
        match move:
            case Does(name="ask"):
                return await asks(it, context, slack)
            case Does():
                spoken = _spoken(move, it)
                if spoken is None:
                    return await as_said(slack_talk_words.WHICH_PULL)
                return (await done(spoken, it.command, context, slack, self.known)).said
            case Proposes():
                return await as_said(slack_talk_words.said_as_command(self.known[move.name][0]))
            case Names():
                return await as_said(slack_talk_words.said_as_command(self.known[move.name][0]))
            case Unclear():
                return await as_said(slack_talk_words.unclear())

    async def give_up(self, heard: bytes, code: str, *, is_read: bool, key: str) -> None:
        """Nobody can tell what it means now, or, where it `is_read`, do it, for this reason: say so."""
        it, slack = _heard(heard), self.world.slack
        if slack is not None:
            said = await as_said(slack_talk_words.given_up(code, is_read=is_read))
            await _answer(it, said, Context(world=self.world, key=key, door="slack"), slack)


async def asks(it: Heard, context: Context, slack: Slack) -> Said | None:
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
        return unlinked(it.command, context, slack).said
    except Denied as no:
        return await as_said(slack_words.refused(no))
    return None


async def _answer(it: Heard, said: Said, context: Context, slack: Slack) -> None:
    """In place of the message that said that it is looked at."""
    notes = await as_said("\n\n".join(unread_words(it.talk)))
    whole = replace(said, text=f"{said.text}\n\n{notes.text}") if notes.text else said
    await _stands(it, whole, slack, context.world)


async def _stands(it: Heard, said: Said, slack: Slack, world: World) -> None:
    """In the thread; said to them alone elsewhere, below what they said."""
    place = it.place or it.spoke.place
    if place.channel != it.spoke.channel:
        quoted = await as_said(slack_talk_words.quoted(it.words))
        said = replace(said, text=f"{quoted.text}\n\n{said.text}")
    await answer(place, said, slack, world, name=it.name)


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


def _heard(kept: bytes) -> Heard:
    return msgspec.json.decode(kept, type=Heard)
