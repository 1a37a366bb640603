"""What the model is shown of a question at first: who said what, what changes, and which files there are."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.application.diffs import diff_of
from bot.application.ports import World
from bot.application.prompting import render
from bot.application.question_seeing import Seen, actor_of
from bot.application.showing import instructions_of, seen_of, shown_paths
from bot.application.slack_talking import talk_shown
from bot.conversation_records import Said
from bot.domain.diff import files_in
from bot.domain.diff_shown import pack, shown_file
from bot.domain.enquiring import Enquiry
from bot.domain.fencing import fence, nonce_of
from bot.domain.left_out import why_left_out
from bot.domain.paths import kept_back
from bot.domain.secrecy import without_secrets
from bot.domain.shown_lines import Lines, changed
from bot.domain.slack_talks import Talk
from bot.domain.tree import Tree
from bot.records import Actor
from bot.review_records import Remark

LONGEST_DESCRIPTION: Final = 8_000
LONGEST_SAID: Final = 4_000
LONGEST_CONVERSATION: Final = 40_000
DIFF_TOKENS: Final = 30_000

GONE: Final = "somebody whose account is gone"
NOTHING: Final = "(nothing)"
NO_LINE: Final = "(it was asked at no line)"
NOT_SHOWN: Final = "(not shown: the file is named like one of credentials)"
NO_PLACE: Final = "(it was asked in Slack, on no issue or pull request)"
NO_PULL: Final = "(an issue changes nothing)"
NO_DIFF: Final = "(GitHub does not show this change at once; look at the files.)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to know, of what was seen; the key is that of the question."""

    enquiry: Enquiry
    seen: Seen
    text: str
    key: str
    talk: Talk = Talk()  # noqa: RUF009  frozen

    @property
    def nonce(self) -> str:
        """The delimiter of all that is shown for it."""
        return nonce_of(self.key)


async def request_shown(it: Wanted, tree: Tree, world: World) -> tuple[str, Lines]:
    """The first turn, and the lines that it shows: everything in it that people or programs wrote is data."""
    seen, nonce, repository = it.seen, it.nonce, it.enquiry.repository
    place = place_of(it.enquiry)
    title, description = await _itself(it)
    change = await _change(it, world)
    said = render(
        "ask_request",
        repository=repository.full_name,
        commit=seen.commit,
        place=place,
        question=fence(await seen_of(it.text), f"the question of @{it.enquiry.by.login}", nonce),
        title=title,
        description=description,
        conversation=await _conversation(it),
        line=await _line(it),
        diff=change.shown,
        instructions=await instructions_of(world, repository, seen.base, change.touched, nonce),
        listing=fence(shown_paths(tree.paths()), "paths", nonce),
    )
    return said, change.lines


async def _conversation(it: Wanted) -> str:
    """The newest of it that has room, and how much of it there is beside that; then what was in Slack."""
    said = it.seen.conversation.comments
    texts = await _newest([each.body for each in said])
    more = it.seen.conversation.earlier + len(said) - len(texts)
    left_out = [f"({more} earlier comments are left out.)"] if more else []
    told = zip(texts, said[len(said) - len(texts) :], strict=True)
    shown = [fence(text, _speaker(each, it.seen), it.nonce) for text, each in told]
    in_slack = await talk_shown(it.talk, it.nonce)
    on_github = "\n\n".join([*left_out, *shown]) or NOTHING
    return f"{on_github}\n\n{in_slack}" if in_slack else on_github


async def _itself(it: Wanted) -> tuple[str, str]:
    """The title and the text of what it is about; that there are none where it is about no such thing."""
    if not it.enquiry.number:
        return NO_PLACE, NOTHING
    talk, by = it.seen.conversation, _who(it.seen.conversation.author, it.seen)
    description = (await seen_of(talk.body))[:LONGEST_DESCRIPTION]
    return (
        fence(await seen_of(talk.title), f"title, by {by}", it.nonce),
        fence(description, f"text, by {by}", it.nonce),
    )


def place_of(it: Enquiry) -> str:
    """What it is about."""
    if not it.number:
        return "the repository as a whole"
    return f"{'pull request' if it.is_pull else 'issue'} #{it.number}"


async def _newest(bodies: Sequence[str]) -> list[str]:
    """What is seen of the newest of them that have room together, in their order."""
    room, shown = LONGEST_CONVERSATION, list[str]()
    for body in reversed(bodies):
        text = (await seen_of(body))[:LONGEST_SAID]
        if len(text) > room:
            break
        room -= len(text)
        shown.insert(0, text)
    return shown


async def _line(it: Wanted) -> str:
    """Where it was asked at a line: the diff up to there, how the thread begins, and the newest of it."""
    if not it.seen.thread:
        return NO_LINE
    first, *rest = it.seen.thread
    texts = await _newest([each.body for each in rest])
    more = len(rest) - len(texts)
    hunk = (
        NOT_SHOWN if kept_back([first.path], not_secret=it.seen.not_secret) else without_secrets(first.hunk)
    )
    begins = (await seen_of(first.body))[:LONGEST_SAID]
    told = zip(texts, rest[more:], strict=True)
    shown = [
        fence(hunk[-LONGEST_SAID:], f"the diff up to that line of {first.path}", it.nonce),
        *([fence(begins, _remarker(first, it.seen), it.nonce)] if begins else []),
        *([f"({more} remarks are left out.)"] if more else []),
        *(fence(text, _remarker(each, it.seen), it.nonce) for text, each in told),
    ]
    return "\n\n".join(shown)


def _speaker(said: Said, seen: Seen) -> str:
    return "you said" if said.is_own else f"comment by {_who(said.by, seen)}"


def _remarker(said: Remark, seen: Seen) -> str:
    return "you said" if said.is_ours else f"at the line, by {_who(actor_of(said), seen)}"


def _who(person: Actor | None, seen: Seen) -> str:
    if person is None:
        return GONE
    belongs = "somebody of this repository" if person.id in seen.own else "not somebody of this repository"
    return f"@{person.login}, {belongs}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a pull request changes: its diff as it is shown, with which lines, and what it touches."""

    shown: str
    touched: tuple[str, ...] = ()
    lines: Lines = field(default_factory=dict)


async def _change(it: Wanted, world: World) -> Change:
    """Nothing on an issue."""
    pull = it.seen.pull
    if pull is None:
        return Change(shown=NO_PULL)
    diff = await diff_of(it.enquiry.repository, pull, world)
    if diff is None:
        return Change(shown=NO_DIFF)
    # In a thread: a large diff takes longer than the others can wait.
    return await asyncio.to_thread(diff_shown, diff, it.seen.not_secret, it.nonce)


def diff_shown(diff: bytes, not_secret: Collection[str], nonce: str) -> Change:
    """As much of it as has room, and what is left out of it by name."""
    files = list(files_in(diff))
    why = {file.path: why_left_out(diff, file, not_secret=not_secret) for file in files}
    packed = pack([file for file in files if not why[file.path]], budget=DIFF_TOKENS, most=1)
    read = [file for group in packed.groups for file in group]
    left_out = [*(path for path, code in why.items() if code), *(file.path for file in packed.too_much)]
    parts = [fence("\n\n".join(shown_file(diff, file) for file in read), "diff", nonce)] if read else []
    if left_out:
        parts.append(fence(shown_paths(left_out), "changed as well, and not shown here", nonce))
    return Change(
        shown="\n\n".join(parts) or NOTHING,
        touched=tuple(file.path for file in files),
        lines=changed(read),
    )
